/** What helps to answer the open case: nearest entries, similar cases, the next question, a summary. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import type { Case, Suggestion, Verdict } from "../../shared/types";
import { type Draft, draftOf, keepDraft } from "../drafts";
import { runCommand } from "../keys";
import { offerOf, type Desk } from "../state";
import { desk, epoch, http, myId } from "../store";

export interface Nearest {
  entry_id: number;
  title: string;
  /** Ready to send. */
  text: string;
  language: string;
  probability: number;
}

export interface SimilarCase {
  case_id: number;
  number: number;
  question: string;
  answer: string | null;
  status: string;
  how: "robot" | "agent";
  ended: "solved" | "reopened" | "open";
  at: string;
  likeness: number | null;
}

export interface NextQuestion {
  entry_id: number;
  title: string;
  share: number;
  count: number;
  /** One sentence to add to the reply. */
  line: string;
}

export interface Help {
  suggestion: Suggestion | null;
  candidates: Nearest[];
  similar: SimilarCase[];
  next: NextQuestion[];
  summary: { text: string; written_by: "robot" | "language_model"; created_at: string } | null;
}

export interface Held {
  caseId: number;
  state: "loading" | "ready" | "failed";
  /** What was known last; kept while something newer is read. */
  value: Help | null;
}

/** The help for the case on the screen. */
export const help = signal<Held | null>(null);

/** What must have changed for other help to fit: the words, the robot's verdict, what is on offer. */
export function momentOf(known: Desk, item: Case): string {
  const newest = (things: ReadonlyMap<number, { id: number; case_id: number }>): number => {
    let id = 0;
    for (const one of things.values()) if (one.case_id === item.id && one.id > id) id = one.id;
    return id;
  };
  return [item.id, newest(known.messages), newest(known.verdicts), offerOf(known, item.id)?.id ?? 0, item.waiting_since === null].join(":");
}

/** A verdict and its offer come a moment after the question: one reading serves all. */
const SETTLE_MS = 120;

/** Reads the help for a case whenever it may have changed; returns how to try again. */
export function useHelp(item: Case | undefined, ready: boolean): () => void {
  const [tries, setTries] = useState(0);
  const moment = ready && item !== undefined && desk.value !== null ? momentOf(desk.value, item) : null;
  useEffect(() => {
    if (moment === null || item === undefined) return undefined;
    let current = true;
    const id = item.id;
    const before = help.peek()?.caseId === id ? (help.peek()?.value ?? null) : null;
    help.value = { caseId: id, state: "loading", value: before };
    const timer = setTimeout(() => {
      http.get<Help>(`/api/cases/${id}/assist`).then(
        (value) => { if (current) help.value = { caseId: id, state: "ready", value }; },
        () => { if (current) help.value = { caseId: id, state: "failed", value: before }; },
      );
    }, SETTLE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [moment, tries, epoch.value]);
  return () => setTries(tries + 1);
}

/** The reply with a whole answer in it: instead of an untouched one, otherwise below what was typed. */
export function withAnswer(draft: Draft, text: string, untouched: readonly string[]): string {
  const held = draft.reply.trim();
  return held === "" || untouched.some((one) => one.trim() === held) ? text : `${draft.reply.trimEnd()}\n\n${text}`;
}

/** Texts that we put into the reply and nobody has changed are replaced by the next choice. */
export const offeredTexts = (offer: Suggestion | null, candidates: readonly Nearest[]): string[] =>
  [...(offer === null ? [] : [offer.text]), ...candidates.map((one) => one.text)];

/** Puts an entry's answer into the reply, to be read and sent by the agent. */
export function takeEntry(item: Case, entry: Nearest, untouched: readonly string[]): void {
  const held = draftOf(myId.peek(), item.id).peek();
  keepDraft(myId.peek(), item.id, { tab: "reply", reply: withAnswer(held, entry.text, untouched), suggestionId: null, entryId: entry.entry_id });
  runCommand("reply");
}

/** Adds the answer to what is often asked next. An empty reply begins with the suggestion. */
export function addLine(item: Case, line: string, offer: Suggestion | null): void {
  const held = draftOf(myId.peek(), item.id).peek();
  const fresh = held.reply.trim() === "" && offer !== null;
  const begun = fresh ? offer.text : held.reply.trimEnd();
  const from = fresh ? { suggestionId: offer.id, entryId: offer.entry_id } : {};
  keepDraft(myId.peek(), item.id, { tab: "reply", reply: begun === "" ? line : `${begun}\n\n${line}`, ...from });
  runCommand("reply");
}

/** An entry that would perhaps have been right instead. */
export interface Other {
  entry_id: number;
  title: string;
}

const OTHERS = 3;

/** The best entries beside the suggested one, as the robot ranked them, however far behind. */
export function othersOf(verdict: Verdict | undefined, offer: Pick<Suggestion, "entry_id">): Other[] {
  const others = (verdict?.why.candidates ?? []).flatMap(({ entry_id, title }) =>
    entry_id === null || entry_id === offer.entry_id ? [] : [{ entry_id, title: title === "" ? t("composer.entry", { number: entry_id }) : title }]);
  return others.slice(0, OTHERS);
}

/** What a pressed key says of the right entry: its id by its place, null for none of them (0), undefined for any other key. */
export function rightOf(key: string, others: readonly Other[]): number | null | undefined {
  if (key === "0") return null;
  return /^[1-9]$/.test(key) ? others[Number(key) - 1]?.entry_id : undefined;
}
