/** The one timeline of a case: messages, notes and lines in order, by day, in runs of one author. Pure. */
import type { Message, Note } from "../shared/types";
import { plainSubject } from "./mail/addresses";
import type { CaseLine } from "./state";

/** Something written here that the server has not confirmed yet. */
export interface Unsent {
  client_id: string;
  case_id: number;
  kind: "message" | "note";
  text: string;
  created_at: string;
  state: "sending" | "waiting" | "failed";
  failure: string | null;
  attachments: number;
}

export type Item =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; at: string; message: Message; follows: boolean; /** What letters are about from here on; null where that stays the same. */ subject: string | null }
  | { kind: "note"; key: string; at: string; note: Note }
  | { kind: "line"; key: string; at: string; line: CaseLine }
  | { kind: "unsent"; key: string; at: string; unsent: Unsent };

/** Messages of one author this close together are one run: the name is said once. */
const RUN_MS = 5 * 60_000;
const RANK = { day: 0, line: 1, message: 2, note: 2, unsent: 3 } as const;

/** Kinds that say something to a reader; the rest of the log is visible by its effects. */
const SPOKEN = new Set([
  "CaseReopened", "CaseHandedOver", "CaseAssigned", "CaseStatusChanged", "RobotPaused", "RobotResumed",
  "CustomerRecognised", "EmailLeft", "CaseSplit", "SplitOff", "CaseMerged", "CaseJoined", "JoinUndone",
]);

type Parts = {
  messages: readonly Message[];
  notes: readonly Note[];
  lines: readonly CaseLine[];
  unsent: readonly Unsent[];
};

const dayOf = (at: string): string => new Date(at).toDateString();

/** Everything of one case, oldest first. What is unsent stands last until the server's copy replaces it. */
export function timelineOf({ messages, notes, lines, unsent }: Parts): Item[] {
  const stored = new Set([...messages, ...notes].map((item) => item.client_id));
  const items: Item[] = [
    ...messages.map((message): Item => ({ kind: "message", key: keyOf(message.client_id, `m${message.id}`), at: message.created_at, message, follows: false, subject: null })),
    ...notes.map((note): Item => ({ kind: "note", key: keyOf(note.client_id, `n${note.id}`), at: note.created_at, note })),
    ...lines.filter((line) => SPOKEN.has(line.kind)).map((line): Item => ({ kind: "line", key: `l${line.number}`, at: line.at, line })),
  ];
  items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || RANK[a.kind] - RANK[b.kind] || idOf(a) - idOf(b));
  for (const one of unsent) {
    if (!stored.has(one.client_id)) items.push({ kind: "unsent", key: `c${one.client_id}`, at: one.created_at, unsent: one });
  }
  return withRuns(withSubjects(withDays(items)));
}

/** The key outlives the change from unsent to stored, so that the bubble does not jump. */
function keyOf(clientId: string, otherwise: string): string {
  return clientId === "" ? otherwise : `c${clientId}`;
}

function idOf(item: Item): number {
  if (item.kind === "message") return item.message.id;
  if (item.kind === "note") return item.note.id;
  return item.kind === "line" ? item.line.number : 0;
}

function withDays(items: Item[]): Item[] {
  const out: Item[] = [];
  let day = "";
  for (const item of items) {
    if (dayOf(item.at) !== day) {
      day = dayOf(item.at);
      out.push({ kind: "day", key: `d${day}`, at: item.at });
    }
    out.push(item);
  }
  return out;
}

function withRuns(items: Item[]): Item[] {
  return items.map((item, index) => {
    const before = items[index - 1];
    if (item.kind !== "message" || before?.kind !== "message") return item;
    const same = before.message.author.kind === item.message.author.kind && before.message.author.id === item.message.author.id;
    const near = Date.parse(item.at) - Date.parse(before.at) < RUN_MS;
    // A letter always says whom it is from and to.
    return same && near && !item.message.letter ? { ...item, follows: true } : item;
  });
}

function withSubjects(items: Item[]): Item[] {
  let subject = "";
  return items.map((item) => {
    if (item.kind !== "message" || !item.message.letter) return item;
    const now = plainSubject(item.message.letter.subject);
    if (now === "" || now === subject) return item;
    subject = now;
    return { ...item, subject: now };
  });
}
