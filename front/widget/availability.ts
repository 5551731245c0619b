/** Who answers now and how soon, in one honest sentence each; pure. */
import { duration, language, t, upcomingTime } from "../shared/i18n";
import type { Availability, Floor } from "../shared/types";

/** The line under the name in the header. */
export function headline(floor: Floor, agent: string | null, robot: boolean, availability: Availability, now: Date): string {
  if (floor === "agent") return agent === null ? t("header.person") : t("header.named_person", { name: agent });
  if (floor === "queue") return `${t("header.queue")} · ${people(availability, now)}`;
  if (!robot) return capital(people(availability, now));
  return `${t("header.robot")} · ${people(availability, now)}`;
}

/** When people answer: measured time while they are here, opening time while they are not, never a guess. */
export function people({ open, opens_at, agents_online, expected_answer_seconds }: Availability, now: Date): string {
  if (!open) return opens_at === null ? t("people.closed") : t("people.opens", { time: upcomingTime(opens_at, now) });
  if (agents_online === 0) return t("people.away");
  if (expected_answer_seconds === null) return t("people.here");
  return t("people.soon", { time: duration(Math.max(expected_answer_seconds, 60), language(), "short") });
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(language()) + text.slice(1);
}
