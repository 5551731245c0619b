/** What is drawn in the log, worked out from what is known; pure, so that it can be tested without a browser. */
import { dayNumber } from "../shared/i18n";
import type { Pending } from "../shared/outbox";
import type { Attachment, Message, WidgetCase } from "../shared/types";
import type { Act } from "./store";

export type Delivery = "waiting" | "sending" | "refused" | "sent" | "seen";

export interface Bubble {
  kind: "bubble";
  key: string;
  side: "own" | "agent" | "robot";
  name: string | null;
  text: string;
  attachments: readonly Attachment[];
  at: string;
  /** First and last of an unbroken run by one author: names stand over the first, states under the last. */
  first: boolean;
  last: boolean;
  delivery: Delivery | null;
  failure: string | null;
  /** The stored message; null while it is still in the queue. */
  message: Message | null;
}

export type Row = { kind: "day"; key: string; at: string } | Bubble;

const RUN = 5 * 60_000;

/** Rows from the oldest to the newest: days, stored messages, then what waits in the queue. */
export function rows(
  messages: readonly Message[],
  pending: readonly Pending<Act>[],
  cases: ReadonlyMap<number, WidgetCase>,
  online: boolean,
): Row[] {
  const stored = new Set(messages.map((message) => message.client_id));
  const bubbles = [
    ...messages.map((message) => storedBubble(message, cases.get(message.case_id))),
    ...pending.filter((act) => !stored.has(act.client_id)).flatMap((act) => waitingBubble(act, online)),
  ];
  const found: Row[] = [];
  bubbles.forEach((bubble, index) => {
    const before = bubbles[index - 1];
    const after = bubbles[index + 1];
    if (before === undefined || !sameDay(before, bubble)) found.push({ kind: "day", key: `day-${bubble.key}`, at: bubble.at });
    found.push({ ...bubble, first: !oneRun(before, bubble), last: !oneRun(bubble, after) });
  });
  return found;
}

/** The last of the visitor's bubbles that is stored: only this one says "sent" or "seen". */
export function lastStored(found: readonly Row[]): Bubble | null {
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const row = found[index];
    if (row?.kind === "bubble" && row.side === "own" && row.message !== null) return row;
  }
  return null;
}

function storedBubble(message: Message, found: WidgetCase | undefined): Bubble {
  const side = message.author.kind === "customer" ? "own" : message.author.kind === "agent" ? "agent" : "robot";
  return {
    kind: "bubble",
    // Its own id is known before the server's, so the bubble stays where it is when the answer comes.
    key: message.client_id || String(message.id),
    side,
    name: message.author_name,
    text: message.text,
    attachments: message.attachments,
    at: message.created_at,
    first: true,
    last: true,
    delivery: side !== "own" ? null : (found?.agent_read_id ?? 0) >= message.id ? "seen" : "sent",
    failure: null,
    message,
  };
}

function waitingBubble({ client_id, created_at, body, failure }: Pending<Act>, online: boolean): Bubble[] {
  if (body.kind !== "message") return [];
  const delivery: Delivery = failure !== null ? "refused" : online ? "sending" : "waiting";
  const { text, attachments } = body;
  return [{ kind: "bubble", key: client_id, side: "own", name: null, text, attachments, at: created_at, first: true, last: true, delivery, failure, message: null }];
}

function sameDay(one: Bubble, other: Bubble): boolean {
  return dayNumber(new Date(one.at)) === dayNumber(new Date(other.at));
}

function oneRun(one: Bubble | undefined, other: Bubble | undefined): boolean {
  if (one === undefined || other === undefined || one.side !== other.side || one.name !== other.name || !sameDay(one, other)) return false;
  return Date.parse(other.at) - Date.parse(one.at) < RUN;
}
