/** Why the robot did what it did: one sentence, then candidates, boundaries, language and version. */
import { CircleCheck, Flag } from "lucide-preact";
import { has, language, t, type Params } from "../../shared/i18n";
import type { Verdict } from "../../shared/types";
import { tongueName } from "../parts/bits";

export const percent = (part: number): string =>
  new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: part > 0.995 && part < 1 ? 1 : 0 }).format(part);

/** The words of a robot's word: parameters that are themselves words are said in the viewer's language. */
function spoken(parameters: Record<string, unknown>): Params {
  const said: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (typeof value === "number") said[name] = name === "probability" ? percent(value) : value;
    else if (typeof value === "string") said[name] = wordFor(name, value);
  }
  return said;
}

function wordFor(name: string, value: string): string {
  if (name === "language") return tongueName(value);
  if (name === "probability") return Number.isFinite(Number(value)) ? percent(Number(value)) : value;
  if (name === "certain") return new Intl.NumberFormat(language(), { minimumFractionDigits: 1 }).format(Number(value));
  return has(`why.${name}.${value}`) ? t(`why.${name}.${value}`) : value;
}

/** The one sentence that sums a verdict up, in the viewer's language. */
export function sentenceOf({ why, kind, reason }: Verdict): string {
  const key = `why.sentence.${why.sentence.replace(/^why\./, "")}`;
  if (has(key)) return t(key, spoken(why.parameters));
  // A sentence newer than this screen: the kind of the verdict is still true.
  return reason !== null && has(`why.reason.${reason}`) ? t(`why.reason.${reason}`) : t(`why.kind.${kind}`);
}

export function WhyPanel({ verdict, id }: { verdict: Verdict; id: string }) {
  const { why } = verdict;
  const also = why.also ?? [];
  const first = why.candidates.filter((one) => one.entry_id === verdict.entry_id).slice(0, 1);
  return (
    <div class="why" id={id} role="region" aria-label={t("why.title")}>
      <p class="why-sentence">{sentenceOf(verdict)}</p>
      {also.length > 0 && (
        <>
          <h2>{t("why.answered_with")}</h2>
          <ul class="candidates">{[...first, ...also].map((one) => <li key={one.entry_id}><a href={`/robot/topic/${one.entry_id}`}>{one.title}</a></li>)}</ul>
        </>
      )}
      {also.length === 0 && verdict.entry_id !== null && (
        <p class="why-evidence"><a href={`/robot/topic/${verdict.entry_id}`}>{t("why.evidence")}</a></p>
      )}
      {why.candidates.length > 0 && (
        <>
          <h2>{t("why.candidates")}</h2>
          <ul class="candidates">
            {why.candidates.slice(0, 5).map((one) => (
              <li>
                <span class="cut">
                  {one.entry_id === null ? one.title : <a href={`/knowledge/${one.entry_id}`}>{one.title}</a>}
                </span>
                <meter min={0} max={1} value={one.probability} aria-label={one.title} />
                <span class="figures">{percent(one.probability)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {why.boundaries.length > 0 && <Boundaries boundaries={why.boundaries} />}
      <dl class="why-facts">
        <dt>{t("why.language")}</dt>
        <dd>{tongueName(why.language)}</dd>
        {why.model_version !== null && (
          <>
            <dt>{t("why.version")}</dt>
            <dd class="figures">{why.model_version.slice(0, 12)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function Boundaries({ boundaries }: { boundaries: Verdict["why"]["boundaries"] }) {
  return (
    <>
      <h2>{t("why.boundaries")}</h2>
      <ul class="boundaries">
        {boundaries.map(({ name, passed, cue }) => (
          <li class={passed ? "passed" : "touched"}>
            {passed ? <CircleCheck size={14} aria-hidden="true" /> : <Flag size={14} aria-hidden="true" />}
            <span>
              {has(`why.boundary.${name}`) ? t(`why.boundary.${name}`) : name}
              <span class="unseen">: {t(passed ? "why.passed" : "why.touched")}</span>
              {!passed && cue !== undefined && cue !== "" && <q class="cue">{cue}</q>}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
