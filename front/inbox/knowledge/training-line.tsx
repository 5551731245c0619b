/** How the robot's learning stands, in one line. */
import { Bot, CircleAlert, RefreshCw } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Model } from "../../shared/types";
import { Ago } from "../parts/bits";
import { desk } from "../store";
import { failureWords } from "./failure-words";

export function TrainingLine({ model }: { model: Model | null }) {
  const now = desk.value?.model ?? model;
  if (now === null) return null;
  const facts = `${t("knowledge.learned_entries", { count: now.entries })}, ${t("knowledge.learned_questions", { count: now.examples })}`;
  return (
    <p class={`training ${now.status}`} role="status">
      {now.status === "training" ? <RefreshCw size={14} aria-hidden="true" /> : now.status === "failed" ? <CircleAlert size={14} aria-hidden="true" /> : <Bot size={14} aria-hidden="true" />}
      <span>
        {t(`knowledge.training.${now.status}`)}
        {now.status !== "none" && ` ${facts}`}
        {now.status === "ready" && now.ready_at !== null && <>, <Ago at={now.ready_at} /></>}
        {now.status === "failed" && now.failure !== null && <span class="quiet"> {failureWords(now.failure)}</span>}
      </span>
    </p>
  );
}
