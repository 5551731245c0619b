/** Past cases like this one: what was asked, what was replied, how it ended. */
import { Bot, CircleCheck, CircleDashed, RotateCcw, UserRound } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Ago } from "../parts/bits";
import { casePath } from "../router";
import { help, type SimilarCase } from "./help";

const ENDS = { solved: CircleCheck, reopened: RotateCcw, open: CircleDashed } as const;

export function SimilarCases({ cases }: { cases: readonly SimilarCase[] }) {
  return (
    <ul class="similar">
      {cases.map((one) => {
        const End = ENDS[one.ended];
        const Who = one.how === "robot" ? Bot : UserRound;
        return (
          <li key={one.case_id}>
            <a href={casePath(one.number)}>
              <span class="similar-question" dir="auto">{one.question}</span>
              {one.answer !== null && (
                <span class="similar-replied" title={t(`similar.how.${one.how}`)}>
                  <Who size={12} aria-hidden="true" />
                  <span class="unseen">{t(`similar.how.${one.how}`)}: </span>
                  <span class="similar-answer" dir="auto">{one.answer}</span>
                </span>
              )}
              <span class={`hint figures ended ${one.ended}`}>
                <End size={12} aria-hidden="true" />
                {t(`similar.ended.${one.ended}`)} · T-{one.number} · <Ago at={one.at} />
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

/** The same as a part of the customer's pane. */
export function SimilarSection({ caseId }: { caseId: number }) {
  const held = help.value?.caseId === caseId ? help.value : null;
  const known = held?.value?.similar ?? null;
  return (
    <details class="similar-section" open>
      <summary><h3>{t("similar.title")}</h3></summary>
      {known !== null && known.length > 0 ? (
        <SimilarCases cases={known} />
      ) : held === null || (held.state === "loading" && known === null) ? (
        <p role="status" aria-label={t("common.loading")}><span class="skeleton bar" style={{ width: "85%" }} /><span class="skeleton bar" style={{ width: "60%" }} /></p>
      ) : (
        <p class="hint">{t(held.state === "failed" ? "similar.failed" : "similar.none")}</p>
      )}
    </details>
  );
}
