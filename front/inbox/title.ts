/** What the open screen calls itself in the browser's title; the desk adds what is unread. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** null: the screen has no name of its own, its place names it. */
export const screenTitle = signal<string | null>(null);

/** Names the screen while the component is on it; null leaves the name to another component. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return undefined;
    screenTitle.value = title;
    return () => {
      if (screenTitle.peek() === title) screenTitle.value = null;
    };
  }, [title]);
}
