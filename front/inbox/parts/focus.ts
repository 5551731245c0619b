/** Where the focus is to be, before the next key comes. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** Gives a field the focus as soon as it is drawn: the attribute `autofocus` does so only where nothing had it before. */
export function useFocus(when = true): { current: HTMLInputElement | null } {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (when) field.current?.focus();
  }, []);
  return field;
}

/** Where the focus goes when what had it is gone: to the conversation, from where Tab and the arrows lead on. */
export function toConversation(): void {
  document.querySelector<HTMLElement>(".conversation")?.focus({ preventScroll: true });
}

/**
 * Runs when the change just made stands on the page, and before the next key: Preact draws in a microtask, so one queued
 * after it suffices. Waiting for a frame would let a fast typist's first letters through to what had the focus before.
 */
export function onceDrawn(run: () => void): void {
  queueMicrotask(run);
}
