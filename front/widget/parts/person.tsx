/** The way to a person, always in sight, with an honest wait; and the way to say that all is well. */
import { Check, UserRound } from "./icons";
import { t } from "../../shared/i18n";
import { askForPerson, markSolved } from "../acts";
import { outbox } from "../session";
import { floor, held, messages, newestCase, robotAnswers, settled } from "../store";

/** What stands there instead of the button, once a person is asked or the shop has no robot. */
const STANDING = { robot: "person.answers", queue: "person.queue", agent: "person.here" } as const;

export function PersonBar() {
  if (held.value === null) return null;
  const asked = outbox.pending.value.some((pending) => pending.body.kind === "person");
  const last = messages.value.at(-1);
  const answered = last?.author.kind === "agent" || (last?.author.kind === "robot" && last.entry_id !== null);
  return (
    <div class="bar">
      {floor.value === "robot" && robotAnswers.value && !asked ? (
        <button type="button" class="pill" onClick={askForPerson}>
          <UserRound size={16} />
          {t("person.ask")}
        </button>
      ) : (
        <p role="status">
          <UserRound size={16} />
          <span>{t(asked ? "person.asking" : STANDING[floor.value])}</span>
        </p>
      )}
      {answered && newestCase.value !== null && !settled.value && (
        <button type="button" class="pill" onClick={markSolved}>
          <Check size={16} />
          {t("person.solved")}
        </button>
      )}
    </div>
  );
}
