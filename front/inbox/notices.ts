/** Short words at the foot of the screen: what happened, and one thing to do about it. */
import { signal } from "@preact/signals";
import { newId } from "../shared/http";

export interface Notice {
  id: string;
  text: string;
  tone: "plain" | "bad";
  /** The case it is about: news of a case replaces older news of it. */
  about: number | null;
  /** Label and deed of the one button, e.g. Undo. */
  act: { label: string; run: () => void } | null;
}

export const notices = signal<readonly Notice[]>([]);

const PLAIN_MS = 6_000;
const MOST = 3;

/** Shows a notice; a plain one goes by itself after `ms`, a bad one stays until it is closed. */
export function tell(text: string, options: Partial<Pick<Notice, "tone" | "about" | "act">> & { ms?: number } = {}): void {
  const notice: Notice = { id: newId(), text, tone: options.tone ?? "plain", about: options.about ?? null, act: options.act ?? null };
  const others = notices.peek().filter((one) => notice.about === null || one.about !== notice.about);
  notices.value = [...others, notice].slice(-MOST);
  if (notice.tone === "plain") setTimeout(() => hide(notice.id), options.ms ?? PLAIN_MS);
}

export function hide(id: string): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}
