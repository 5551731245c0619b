/** What a long case is about, in its own words, above the conversation. */
import { ChevronRight, TextQuote } from "lucide-preact";
import { t } from "../../shared/i18n";
import { help } from "./help";

export function SummaryStrip({ caseId }: { caseId: number }) {
  const summary = help.value?.caseId === caseId ? (help.value.value?.summary ?? null) : null;
  if (summary === null) return null;
  const lines = summary.text.split("\n");
  return (
    <details class="summary-strip">
      <summary>
        <TextQuote size={14} aria-hidden="true" />
        <span class="summary-title">{t("summary.title")}</span>
        <span class="summary-first cut" dir="auto">{lines[0]}</span>
        <ChevronRight size={14} aria-hidden="true" class="summary-turn" />
      </summary>
      <ul>
        {lines.map((line) => <li dir="auto">{line}</li>)}
      </ul>
      <p class="hint">{t(`summary.by.${summary.written_by}`)}</p>
    </details>
  );
}
