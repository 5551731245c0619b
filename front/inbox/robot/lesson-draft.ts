/** A lesson as the reader may change it before accepting: which examples, which words, for which entry. */
import type { Lesson } from "./shapes";

export interface LessonDraft {
  examples: readonly { text: string; keep: boolean }[];
  title: string;
  text: string;
  /** The entry that answers a new entry's questions already. */
  entry: { id: number; title: string } | null;
}

export const draftOf = (lesson: Lesson): LessonDraft => ({
  examples: lesson.content.examples.map((text) => ({ text, keep: true })),
  title: lesson.title,
  text: lesson.content.text ?? "",
  entry: null,
});

/** The examples that would be learned: ticked, not empty, each once. */
export function kept(draft: LessonDraft): string[] {
  const texts = draft.examples.filter((one) => one.keep).map((one) => one.text.replace(/\s+/g, " ").trim()).filter((one) => one !== "");
  return [...new Set(texts)];
}

/** Whether the questions go to an entry there is, instead of a new one. */
const joins = (lesson: Lesson, draft: LessonDraft): draft is LessonDraft & { entry: { id: number } } => lesson.kind === "entry" && draft.entry !== null;

/** What is missing before it can be accepted, as the last part of a string's key; null when nothing is. */
export function lackOf(lesson: Lesson, draft: LessonDraft): "examples" | "title" | "text" | null {
  if (lesson.kind === "example" || joins(lesson, draft)) return kept(draft).length === 0 ? "examples" : null;
  if (lesson.kind === "entry" && draft.title.trim() === "") return "title";
  return draft.text.trim() === "" ? "text" : null;
}

/** The request that accepts it as it stands on the screen. */
export function acceptance(lesson: Lesson, draft: LessonDraft): Record<string, unknown> {
  if (joins(lesson, draft)) return { entry_id: draft.entry.id, examples: kept(draft) };
  if (lesson.kind === "example") return { examples: kept(draft) };
  if (lesson.kind === "wording") return { text: draft.text.trim() };
  return { title: draft.title.trim(), text: draft.text.trim(), ...(draft.examples.length > 0 ? { examples: kept(draft) } : {}) };
}
