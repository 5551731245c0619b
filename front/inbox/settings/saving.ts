/** Saving a form: one act at a time, refusals in words, unsaved work kept from being lost. */
import { useLayoutEffect, useState } from "preact/hooks";
import { HttpError, NoAnswer } from "../../shared/http";
import { has, t } from "../../shared/i18n";
import { guardLeaving } from "../router";

export interface Refusal {
  text: string;
  /** What is wrong with which field, by the server's name of it. */
  fields: Readonly<Record<string, string>>;
  conflict: boolean;
}

/** What a failed act means to the person who tried it. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof NoAnswer) return { text: t("settings.error.no_answer"), fields: {}, conflict: false };
  if (!(error instanceof HttpError)) throw error;
  const key = `settings.error.${error.code}`;
  const fields = Object.fromEntries(Object.entries(error.fields).map(([name, message]) => [name, wordsFor(name, message)]));
  return { text: has(key) ? t(key) : error.message, fields, conflict: error.status === 409 };
}

/** A field's problem in the viewer's language; the server's own words where we have none. */
function wordsFor(name: string, message: string): string {
  const general = name.replace(/\.(en|et|fi|pl|\d)$/, "").replace(/^texts\.\w+\./, "texts.");
  return has(`settings.problem.${general}`) ? t(`settings.problem.${general}`) : message;
}

export interface Saving {
  busy: boolean;
  refusal: Refusal | null;
  /** Runs the act; resolves to true when it was done. A second one is not begun while one runs. */
  run: (act: () => Promise<void>) => Promise<boolean>;
  forget: () => void;
}

export function useSaving(): Saving {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const run = async (act: () => Promise<void>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setRefusal(null);
    try {
      await act();
      return true;
    } catch (error) {
      setRefusal(refusalOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refusal, run, forget: () => setRefusal(null) };
}

/** Asks before the viewer leaves unsaved work, inside the app and when the page closes. */
export function useUnsaved(dirty: boolean): void {
  // Before the next key or click: it may lead away.
  useLayoutEffect(() => {
    if (!dirty) return undefined;
    const closing = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", closing);
    guardLeaving(() => confirm(t("settings.leave_unsaved")));
    return () => {
      removeEventListener("beforeunload", closing);
      guardLeaving(null);
    };
  }, [dirty]);
}

/** Calls `save` on Ctrl+S or Cmd+S while it may. */
export function useSaveKey(save: () => void, may: boolean): void {
  // Before the next key: an effect after the frame would miss the one that follows typing at once.
  useLayoutEffect(() => {
    if (!may) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
      event.preventDefault();
      save();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [save, may]);
}

/** Whether two plain values hold the same. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
