/** What the agent typed and did not send, kept for each case in this browser. */
import { signal, type Signal } from "@preact/signals";
import { openShelf } from "../shared/outbox";

/** Reply and note have their own words: what is internal must never slip into what the customer reads. */
export interface Draft {
  tab: "reply" | "note";
  reply: string;
  note: string;
  /** The suggestion and the knowledge entry the reply began with. */
  suggestionId: number | null;
  entryId: number | null;
  /** Who else gets the answer by mail; null: those who take part, as the server says. */
  copies: readonly string[] | null;
}

const EMPTY: Draft = { tab: "reply", reply: "", note: "", suggestionId: null, entryId: null, copies: null };

const shelf = openShelf();
const open = new Map<string, Signal<Draft>>();

const isId = (value: unknown): value is number => typeof value === "number";
const isText = (value: unknown): value is string => typeof value === "string";

/** A kept draft; an empty one for words of an older version or none. */
export function parseDraft(kept: string | null): Draft {
  if (kept === null) return EMPTY;
  try {
    const { tab, reply, note, suggestionId, entryId, copies } = JSON.parse(kept) as Record<string, unknown>;
    return {
      tab: tab === "note" ? "note" : "reply",
      reply: isText(reply) ? reply : "",
      note: isText(note) ? note : "",
      suggestionId: isId(suggestionId) ? suggestionId : null,
      entryId: isId(entryId) ? entryId : null,
      copies: Array.isArray(copies) && copies.every(isText) ? copies : null,
    };
  } catch {
    return EMPTY;
  }
}

/** The draft of a case as a signal; `keepDraft` writes it. */
export function draftOf(agent: number, caseId: number): Signal<Draft> {
  const key = `tugi-draft-${agent}-${caseId}`;
  const held = open.get(key) ?? signal(parseDraft(shelf.getItem(key)));
  open.set(key, held);
  return held;
}

/** Changes a draft and keeps it; with nothing typed, nothing is kept. */
export function keepDraft(agent: number, caseId: number, change: Partial<Draft>): void {
  const held = draftOf(agent, caseId);
  held.value = { ...held.peek(), ...change };
  const key = `tugi-draft-${agent}-${caseId}`;
  try {
    if (held.value.reply.trim() === "" && held.value.note.trim() === "") shelf.removeItem(key);
    else shelf.setItem(key, JSON.stringify(held.value));
  } catch {
    // The browser's storage is full: the words stay on the screen, only a reload would lose them.
    return;
  }
}
