/** What of a letter is shown beyond its new words: read from the server when first asked for. */
import { useEffect, useState } from "preact/hooks";
import type { Attachment, LetterBrief, Message } from "../../shared/types";
import { http } from "../store";
import { inPlace, type Pictures } from "./frame-source";

/** All of a letter, as `GET /api/messages/{id}/letter` gives it. */
export interface LetterView extends LetterBrief {
  quoted_text: string;
  html: string | null;
  /** Attachment ids by content id: what the HTML shows by "cid:". */
  inline: Record<string, number>;
  /** The bytes as they came are kept. */
  has_raw: boolean;
}

export type Part = "quote" | "formatted" | "details";

export interface LetterShown {
  open: ReadonlySet<Part>;
  toggle: (part: Part) => void;
  /** null while it is on its way. */
  view: LetterView | null;
  failed: boolean;
  again: () => void;
}

/** The folded parts of one letter. */
export function useLetter(message: Message): LetterShown {
  const [open, setOpen] = useState<ReadonlySet<Part>>(new Set());
  const [view, setView] = useState<LetterView | null>(null);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const wanted = open.has("quote") || open.has("formatted");
  useEffect(() => {
    if (!wanted || view !== null) return undefined;
    const abort = new AbortController();
    setFailed(false);
    http.get<LetterView>(`/api/messages/${message.id}/letter`, abort.signal).then(setView, () => !abort.signal.aborted && setFailed(true));
    return () => abort.abort();
  }, [message.id, wanted, tries]);
  const toggle = (part: Part) => {
    const next = new Set(open);
    if (!next.delete(part)) next.add(part);
    setOpen(next);
  };
  return { open, toggle, view, failed, again: () => setTries(tries + 1) };
}

async function asData(id: number, signal: AbortSignal): Promise<string | null> {
  const answer = await fetch(`/api/attachments/${id}`, { signal, credentials: "same-origin" });
  if (!answer.ok) return null;
  const picture = await answer.blob();
  if (!picture.type.startsWith("image/")) return null;
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => done(null);
    reader.readAsDataURL(picture);
  });
}

/** The pictures inside the letter, as the frame can show them; null until all are here. */
export function usePictures(view: LetterView, files: readonly Attachment[]): Pictures | null {
  const [pictures, setPictures] = useState<Pictures | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    const own = inPlace(view, files);
    const shown = Object.entries(view.inline).filter(([, id]) => own.some((file) => file.id === id));
    const read = shown.map(async ([name, id]): Promise<[string, string | null]> => [name, await asData(id, abort.signal).catch(() => null)]);
    void Promise.all(read).then((found) => {
      // A picture that could not be had shows its name instead.
      if (!abort.signal.aborted) setPictures(Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== null)));
    });
    return () => abort.abort();
  }, [view]);
  return pictures;
}
