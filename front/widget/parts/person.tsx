/** The way to a person, always in sight, with an honest wait; and the way to say that all is well. */
import { Check, UserRound } from "lucide-preact";
import { t } from "../../shared/i18n";
import { askForPerson, markSolved } from "../acts";
import { people } from "../availability";
import { outbox } from "../session";
import { floor, held, messages, newestCase, now, settled } from "../store";

export function PersonBar() {
  const availability = held.value?.availability;
  if (availability === undefined) return null;
  const asked = outbox.pending.value.some((pending) => pending.body.kind === "person");
  const answered = newestCase.value !== null && !settled.value && messages.value.at(-1)?.author.kind !== "customer";
  return (
    <div class="bar">
      {floor.value === "robot" && !asked ? (
        <button type="button" class="pill" onClick={askForPerson}>
          <UserRound size={16} aria-hidden="true" />
          {t("person.ask")}
        </button>
      ) : (
        <p role="status">
          <UserRound size={16} aria-hidden="true" />
          <span>{asked ? t("person.asking") : floor.value === "queue" ? t("person.queue", { wait: people(availability, now.value) }) : t("person.here")}</span>
        </p>
      )}
      {answered && (
        <button type="button" class="pill" onClick={markSolved}>
          <Check size={16} aria-hidden="true" />
          {t("person.solved")}
        </button>
      )}
    </div>
  );
}
