/** The entries on the screen, read from the server and read again when somebody changes one. */
import { useEffect, useState } from "preact/hooks";
import { HttpError } from "../../shared/http";
import type { Entry, Language, Model } from "../../shared/types";
import { changed, http } from "../store";
import type { Policy } from "./draft";

export interface Wanted {
  q: string;
  policy: Policy | null;
  missing: Language | null;
  archived: boolean;
}

export const EVERYTHING: Wanted = { q: "", policy: null, missing: null, archived: false };

export interface Listed {
  state: "loading" | "ready" | "failed";
  entries: readonly Entry[];
  total: number;
  model: Model | null;
}

interface Answer {
  entries: Entry[];
  total: number;
  model: Model;
}

const PAGE = 200;
const PAUSE_MS = 120;

function addressOf(wanted: Wanted, offset: number): string {
  const params = new URLSearchParams({ limit: String(PAGE), offset: String(offset), archived: String(wanted.archived) });
  if (wanted.q.trim() !== "") params.set("q", wanted.q);
  if (wanted.policy !== null) params.set("policy", wanted.policy);
  if (wanted.missing !== null) params.set("missing", wanted.missing);
  return `/api/knowledge?${params}`;
}

/** The entries that pass the filter; `more` loads the next ones, `again` after a failure. */
export function useEntries(wanted: Wanted): Listed & { more: () => void; again: () => void } {
  const [listed, setListed] = useState<Listed>({ state: "loading", entries: [], total: 0, model: null });
  const [tries, setTries] = useState(0);
  const round = changed.entries.value;
  useEffect(() => {
    const abort = new AbortController();
    const read = () =>
      http.get<Answer>(addressOf(wanted, 0), abort.signal).then(
        ({ entries, total, model }) => setListed({ state: "ready", entries, total, model }),
        () => abort.signal.aborted || setListed((before) => ({ ...before, state: "failed" })),
      );
    // A pause, so that a fast typist asks once.
    const timer = setTimeout(() => void read(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted.q, wanted.policy, wanted.missing, wanted.archived, round, tries]);
  const more = () => {
    if (listed.state !== "ready" || listed.entries.length >= listed.total) return;
    const known = listed.entries;
    http.get<Answer>(addressOf(wanted, known.length)).then(
      ({ entries, total, model }) => setListed((now) => (now.entries === known ? { state: "ready", entries: [...known, ...entries], total, model } : now)),
      () => setListed((before) => ({ ...before, state: "failed" })),
    );
  };
  return { ...listed, more, again: () => setTries(tries + 1) };
}

export type Opened = Entry | "loading" | "gone" | "failed";

/** One entry, read again when entries change; `take` puts a fresher one in its place. */
export function useEntry(id: number): { entry: Opened; take: (entry: Entry) => void; again: () => void } {
  const [held, setHeld] = useState<{ id: number; entry: Opened }>({ id, entry: "loading" });
  const [tries, setTries] = useState(0);
  const round = changed.entries.value;
  useEffect(() => {
    const abort = new AbortController();
    http.get<Entry>(`/api/knowledge/${id}`, abort.signal).then(
      (entry) => setHeld({ id, entry }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const gone = error instanceof HttpError && (error.status === 404 || error.status === 422);
        setHeld((before) => (before.id === id && typeof before.entry === "object" && !gone ? before : { id, entry: gone ? "gone" : "failed" }));
      },
    );
    return () => abort.abort();
  }, [id, round, tries]);
  return {
    entry: held.id === id ? held.entry : "loading",
    take: (entry) => setHeld({ id: entry.id, entry }),
    again: () => setTries(tries + 1),
  };
}
