/** Clocks that components read; they tick only while the page is on the screen. */
import { computed, signal } from "@preact/signals";

/** The present, to the second. */
export const second = signal(new Date());
/** The present, to the minute: what shows "5 min ago" need not redraw each second. */
export const minute = computed(() => new Date(Math.floor(second.value.getTime() / 60_000) * 60_000));

const beat = () => {
  if (document.visibilityState === "visible") second.value = new Date();
};

/** Starts the clocks; returns how to stop them. */
export function startTicking(): () => void {
  const timer = setInterval(beat, 1_000);
  document.addEventListener("visibilitychange", beat);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
  };
}

/** "1:12", "14:05", from an hour on "3:05 h"; never below zero when clocks disagree. */
export function elapsed(since: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))} h`;
}
