/** How a mailbox is, in one sentence and what to do about it. Pure: keys and parameters, no words. */
import type { Account, Way } from "./facts";

export type Tone = "good" | "quiet" | "warn" | "bad";

export interface Standing {
  tone: Tone;
  /** Key of the sentence and what it is filled with; `at` is said as a time of its own. */
  key: string;
  count?: number;
  left?: number;
  at: string | null;
  /** What a person should do, as a closed word of `channels.todo.*`; null: nothing. */
  todo: string | null;
  /** The server's own words. */
  said: string | null;
}

/** Every code that has words; others are said by the server's own. */
export const CODES = [
  "host", "port", "refused", "unreachable", "certificate", "certificate_expired", "certificate_name", "certificate_issuer", "tls", "no_starttls",
  "password", "app_password", "imap_off", "password_off", "sign_in_again", "client_refused", "not_set_up", "settings", "folder", "lost", "slow", "answer",
  "sender", "recipient", "letter", "no_sign_in", "unfetched", "not_allowed",
] as const;

/** What to do about these is not the same for letters that come in and for those that go out. */
const TWOFOLD: readonly string[] = ["port", "tls", "no_starttls"];

export type Direction = "receiving" | "sending";

/** What to do about a fault, as a closed word of `channels.todo.*`. */
export const todoOf = (word: string, direction: Direction): string => (TWOFOLD.includes(word) ? `${direction}.${word}` : word);

const wordOf = (code: string): string => ((CODES as readonly string[]).includes(code) ? code : "other");

const plain = (tone: Tone, key: string, at: string | null = null, more: Partial<Standing> = {}): Standing =>
  ({ tone, key: `channels.health.${key}`, at, todo: null, said: null, ...more });

function fault(way: { code: string; said: string }, since: string | null, direction: Direction): Standing {
  const word = wordOf(way.code);
  return { tone: "bad", key: `channels.fault.${word}`, at: since, todo: todoOf(word, direction), said: way.said };
}

/** The one sentence about a mailbox. */
export function standingOf({ active, settings, health, alarm, waiting }: Account): Standing {
  if (!active) return plain("quiet", "off");
  if (health.failure != null) return fault(health.failure, health.failing_since ?? null, "receiving");
  if (health.sending_failure != null) return fault(health.sending_failure, health.sending_failing_since ?? null, "sending");
  const { backfill } = health;
  if (backfill != null && backfill.left > 0) return plain("quiet", "history", null, { count: backfill.done, left: backfill.left });
  if (settings.receiving.imap === null) return health.last_mail_at == null ? plain("quiet", "door") : plain("good", "last_mail", health.last_mail_at);
  if (health.last_connected_at == null) return plain("quiet", "first");
  if (alarm?.code === "not_looked_at") return plain("warn", "not_looked_at", alarm.since, { todo: "alarm.not_looked_at" });
  if (alarm?.code === "silent") return plain("warn", "silent", alarm.since, { todo: "alarm.silent" });
  const backlog = (health.backlog ?? 0) + waiting;
  if (backlog > 0) return plain("warn", "backlog", null, { count: backlog });
  return health.last_mail_at == null ? plain("good", "no_mail_yet") : plain("good", "last_mail", health.last_mail_at);
}

/** What a test of one direction says: the sentence's word, and what to do. */
export function wayWord(way: Way | null): string {
  if (way === null) return "none";
  return way.ok ? "ok" : wordOf(way.code);
}
