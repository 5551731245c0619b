/** A lesson as the reader may change it before accepting: which examples, which words, for which entry. */
import type { Lesson } from "./shapes";

export interface LessonDraft {
  examples: readonly { text: string; keep: boolean }[];
  title: string;
  text: string;
  entry: { id: number; title: string } | null;
}

export const draftOf = (lesson: Lesson): LessonDraft => ({
  examples: (lesson.content.examples ?? []).map((text) => ({ text, keep: true })),
  title: lesson.title,
  text: lesson.content.text ?? "",
  entry: lesson.entry_id === null ? null : { id: lesson.entry_id, title: lesson.entry_title ?? "" },
});

/** The examples that would be learned: ticked, not empty, each once. */
export function kept(draft: LessonDraft): string[] {
  const texts = draft.examples.filter((one) => one.keep).map((one) => one.text.trim()).filter((one) => one !== "");
  return [...new Set(texts)];
}

/** What is missing before it can be accepted, as the last part of a string's key; null when nothing is. */
export function lackOf(lesson: Lesson, draft: LessonDraft): "examples" | "title" | "text" | null {
  if (lesson.kind === "example") return kept(draft).length === 0 ? "examples" : null;
  if (lesson.kind === "entry" && draft.title.trim() === "") return "title";
  return draft.text.trim() === "" ? "text" : null;
}

/** The request that accepts it as it stands on the screen. */
export function acceptance(lesson: Lesson, draft: LessonDraft): Record<string, unknown> {
  const other = draft.entry !== null && draft.entry.id !== lesson.entry_id ? { entry_id: draft.entry.id } : {};
  if (lesson.kind === "example") return { examples: kept(draft), ...other };
  if (lesson.kind === "wording") return { text: draft.text.trim(), ...other };
  return { title: draft.title.trim(), text: draft.text.trim(), ...(draft.examples.length > 0 ? { examples: kept(draft) } : {}) };
}
