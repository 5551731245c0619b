/** The moments offered by the snooze menu, in the agent's own clock. */

export type SnoozeName = "later" | "tomorrow" | "week";
export type SnoozeChoice = { name: SnoozeName; at: Date };

const MORNING = 9;
const LAST_HOUR_TODAY = 20;

function morning(now: Date, daysAhead: number): Date {
  // The calendar constructor, not milliseconds: a day that loses an hour to summer time still ends at nine.
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysAhead, MORNING);
}

/** Days until the next Monday; on a Monday, seven. */
function daysToMonday(now: Date): number {
  return ((8 - now.getDay()) % 7) || 7;
}

/** What to offer at `now`; "later today" only while there is some of the day left. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const later = new Date(now.getFullYear(), now.getMonth(), now.getDate(), now.getHours() + 3);
  const choices: SnoozeChoice[] = [];
  if (later.getDate() === now.getDate() && later.getHours() <= LAST_HOUR_TODAY) {
    choices.push({ name: "later", at: later });
  }
  choices.push({ name: "tomorrow", at: morning(now, 1) });
  // On a Sunday the next Monday is tomorrow, which is offered already.
  const monday = daysToMonday(now);
  choices.push({ name: "week", at: morning(now, monday > 1 ? monday : monday + 7) });
  return choices;
}

/** A date field's value ("2026-12-01") as nine in the morning; null for anything not in the future. */
export function snoozeOn(value: string, now: Date): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (match === null) return null;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]), MORNING);
  return at.getTime() > now.getTime() ? at : null;
}

/** Today's date as a date field wants it, in the agent's zone. */
export function dateValue(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** A moment as a field of date and time wants it, in the agent's zone. */
export function minuteValue(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${dateValue(at)}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** The moment of such a field ("2026-12-01T09:30"); null for anything not in the future. */
export function sendOn(value: string, now: Date): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) return null;
  const at = new Date(value);
  return at.getTime() > now.getTime() ? at : null;
}
