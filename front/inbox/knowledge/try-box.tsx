/** Try the robot: its verdict and reasons while one types, as a customer would get them. Nothing is stored. */
import { useEffect, useId, useState } from "preact/hooks";
import { Bot, FlaskConical, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Choice, Verdict } from "../../shared/types";
import { WhyPanel } from "../case/why-panel";
import { refusalOf } from "../settings/saving";
import { changed, http, session } from "../store";

interface Tried {
  verdict: Verdict;
  reply: string | null;
  choices: Choice[] | null;
}

type Result = Tried | "waiting" | { refused: string } | null;
const PAUSE_MS = 300;

/** The verdict on a text, asked a moment after the last key; asked again when the robot has learned. */
function useVerdict(text: string): Result {
  const [result, setResult] = useState<Result>(null);
  const round = changed.entries.value;
  useEffect(() => {
    if (text.trim() === "") {
      setResult(null);
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setResult((before) => (before !== null && typeof before === "object" && "verdict" in before ? before : "waiting"));
      http.send<Tried>("POST", "/api/knowledge/try", { text }, { signal: abort.signal }).then(setResult, (error: unknown) => {
        if (!abort.signal.aborted) setResult({ refused: refusalOf(error).text });
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, round]);
  return result;
}

export function TryBox({ current }: { current: number | null }) {
  const [text, setText] = useState("");
  const result = useVerdict(text);
  const id = useId();
  return (
    <section class="try" aria-label={t("knowledge.try")}>
      <label class="try-field">
        <FlaskConical size={16} aria-hidden="true" />
        <span class="unseen">{t("knowledge.try")}</span>
        <input value={text} maxLength={2000} placeholder={t("knowledge.try_placeholder")} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Escape") setText(""); }} />
        {text !== "" && <button type="button" class="icon-button" aria-label={t("knowledge.try_clear")} onClick={() => setText("")}><X size={14} aria-hidden="true" /></button>}
      </label>
      <div aria-live="polite">
        {result === "waiting" && <div class="try-result" role="status" aria-label={t("common.loading")}><span class="skeleton editor-bone" /></div>}
        {result !== null && typeof result === "object" && "refused" in result && <p class="field-problem">{result.refused}</p>}
        {result !== null && typeof result === "object" && "verdict" in result && <Outcome tried={result} current={current} id={id} />}
      </div>
    </section>
  );
}

function Outcome({ tried: { verdict, reply, choices }, current, id }: { tried: Tried; current: number | null; id: string }) {
  const mode = session.value?.workspace.robot.mode;
  const about = verdict.entry_id !== null && current !== null ? (verdict.entry_id === current ? "knowledge.try_this" : "knowledge.try_other") : null;
  return (
    <div class={`try-result ${verdict.kind}`}>
      <div class="try-said">
        <p class="try-kind"><Bot size={14} aria-hidden="true" /><strong>{t(`knowledge.kind.${verdict.kind}`)}</strong></p>
        {about !== null && <p class="quiet">{t(about)}</p>}
        {reply !== null && reply !== "" && <p class="try-reply words" lang={verdict.language ?? undefined}>{reply}</p>}
        {choices !== null && <ul class="try-choices">{choices.map((one) => <li key={one.entry_id}><a href={`/knowledge/${one.entry_id}`}>{one.title}</a></li>)}</ul>}
        {mode !== "answer" && <p class="field-hint">{t(mode === "off" ? "knowledge.try_off" : "knowledge.try_suggest")}</p>}
      </div>
      <WhyPanel verdict={verdict} id={id} />
    </div>
  );
}
