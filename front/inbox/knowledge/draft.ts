/** An entry while it is edited, and how it differs from what is stored. Pure. */
import { LANGUAGES, type Entry, type EntryText, type Language } from "../../shared/types";

export type Policy = Entry["policy"];
export const POLICIES: readonly Policy[] = ["answer", "suggest", "people"];
/** From here on a further example question gains little. */
export const EXAMPLES_WANTED = 10;
/** With fewer in all languages together the robot only suggests. */
export const EXAMPLES_NEEDED = 5;

export interface Draft {
  key: string;
  policy: Policy;
  valid_from: string;
  valid_until: string;
  texts: Record<Language, EntryText>;
  /** As typed: one question a line. */
  examples: Record<Language, string>;
}

const each = <T>(make: (code: Language) => T): Record<Language, T> =>
  Object.fromEntries(LANGUAGES.map((code) => [code, make(code)])) as Record<Language, T>;

/** An empty entry; the robot may answer with it as soon as it has learned it. */
export const emptyDraft = (): Draft => ({
  key: "", policy: "answer", valid_from: "", valid_until: "", texts: each(() => ({ title: "", answer: "" })), examples: each(() => ""),
});

/** A stored entry, to be edited. */
export const draftOf = (entry: Entry): Draft => ({
  key: entry.key,
  policy: entry.policy,
  valid_from: entry.valid_from ?? "",
  valid_until: entry.valid_until ?? "",
  texts: each((code) => ({ title: entry.texts[code]?.title ?? "", answer: entry.texts[code]?.answer ?? "" })),
  examples: each((code) => (entry.examples[code] ?? []).join("\n")),
});

/** The questions of a field, each once; bullets and numbers of a pasted list fall away. */
export function questionsOf(text: string): string[] {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const question = line.replace(/^\s*(?:[-*•–]\s+|\d{1,3}[.)]\s+)/, "").replace(/\s+/g, " ").trim();
    const known = question.toLocaleLowerCase();
    if (question !== "" && !found.has(known)) found.set(known, question);
  }
  return [...found.values()];
}

/** What the server takes. A language without any word is left out. */
export function bodyOf(draft: Draft, version: number): Record<string, unknown> {
  const texts: Partial<Record<Language, EntryText>> = {};
  const examples: Partial<Record<Language, string[]>> = {};
  for (const code of LANGUAGES) {
    const text = { title: draft.texts[code].title.replace(/\s+/g, " ").trim(), answer: draft.texts[code].answer.trim() };
    if (text.title !== "" || text.answer !== "") texts[code] = text;
    const questions = questionsOf(draft.examples[code]);
    if (questions.length > 0) examples[code] = questions;
  }
  return {
    key: draft.key, policy: draft.policy, valid_from: draft.valid_from || null, valid_until: draft.valid_until || null, version, texts, examples,
  };
}

/** Whether saving would change anything. */
export const differs = (one: Draft, other: Draft): boolean => JSON.stringify(bodyOf(one, 0)) !== JSON.stringify(bodyOf(other, 0));

export interface Difference {
  /** "policy", "validity", or a part of a language such as "et.answer". */
  part: string;
  mine: string;
  theirs: string;
}

/** What two people wrote differently, in the order of the screen. */
export function differences(mine: Draft, theirs: Draft): Difference[] {
  const pairs: Difference[] = [
    { part: "policy", mine: mine.policy, theirs: theirs.policy },
    { part: "validity", mine: `${mine.valid_from} – ${mine.valid_until}`, theirs: `${theirs.valid_from} – ${theirs.valid_until}` },
  ];
  for (const code of LANGUAGES) {
    pairs.push({ part: `${code}.title`, mine: mine.texts[code].title.trim(), theirs: theirs.texts[code].title.trim() });
    pairs.push({ part: `${code}.answer`, mine: mine.texts[code].answer.trim(), theirs: theirs.texts[code].answer.trim() });
    pairs.push({ part: `${code}.examples`, mine: questionsOf(mine.examples[code]).join("\n"), theirs: questionsOf(theirs.examples[code]).join("\n") });
  }
  return pairs.filter((pair) => pair.mine !== pair.theirs);
}

export type Coverage = "full" | "part" | "none";

/** Whether customers of a language are served by the entry: full needs example questions too. */
export function coverageOf(entry: Pick<Entry, "texts" | "examples">, code: Language): Coverage {
  if (entry.texts[code] === undefined) return "none";
  return (entry.examples[code]?.length ?? 0) > 0 ? "full" : "part";
}

export type Validity = "always" | "now" | "later" | "over";

/** Whether the entry holds on `day` (ISO date). */
export function validityOn(entry: Pick<Entry, "valid_from" | "valid_until">, day: string): Validity {
  if (entry.valid_from === null && entry.valid_until === null) return "always";
  if (entry.valid_from !== null && day < entry.valid_from) return "later";
  return entry.valid_until !== null && day > entry.valid_until ? "over" : "now";
}

/** The entry's title for a viewer: in their language, else in the first that has one. */
export function titleOf(entry: Pick<Entry, "texts" | "key">, wishes: readonly Language[]): string {
  const code = [...wishes, ...LANGUAGES].find((one) => entry.texts[one] !== undefined);
  return (code === undefined ? undefined : entry.texts[code]?.title) ?? entry.key;
}
