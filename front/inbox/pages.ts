/** Lists as the server pages them: how far each is loaded, and the rows to show. */
import { signal } from "@preact/signals";
import type { Case } from "../shared/types";
import { rowsOf, type ListName } from "./lists";
import { cases, http, myId, take } from "./store";

interface CasePage {
  cases: Case[];
  next: string | null;
  cursor: number;
}

export interface Loaded {
  state: "loading" | "ready" | "failed";
  next: string | null;
  /** The last case loaded, as it was: rows sorting behind it are not complete. null = all is loaded. */
  horizon: Case | null;
  /** Search results in the server's order; null for a plain list, whose order is computed. */
  found: number[] | null;
}

const SIZE = 50;
const pages = signal<ReadonlyMap<string, Loaded>>(new Map());
const keyOf = (list: ListName, query: string): string => `${list}?${query}`;
const running = new Map<string, AbortController>();

/** How far a list is loaded; undefined before the first request. */
export const loadedOf = (list: ListName, query: string): Loaded | undefined => pages.value.get(keyOf(list, query));

function note(key: string, loaded: Loaded): void {
  pages.value = new Map(pages.peek()).set(key, loaded);
}

/** The rows to draw, newest truth first. */
export function rows(list: ListName, query: string): Case[] {
  const loaded = loadedOf(list, query);
  // A few cases may be known from elsewhere; before the first page they are not the list.
  if (loaded?.state !== "ready") return [];
  if (loaded.found === null) return rowsOf(list, cases.value.values(), myId.value, loaded.horizon);
  return loaded.found.map((id) => cases.value.get(id)).filter((item) => item !== undefined);
}

function address(list: ListName, query: string, next: string | null): string {
  const params = new URLSearchParams({ list, limit: String(SIZE) });
  if (query !== "") params.set("q", query);
  if (next !== null) params.set("before", next);
  return `/api/cases?${params}`;
}

/** Loads a list's first page, also when it was loaded before: after a reset or a failure. */
export async function loadFirst(list: ListName, query: string): Promise<void> {
  const key = keyOf(list, query);
  const before = pages.peek().get(key);
  // Rows that are on the screen stay there while fresh ones are on their way.
  if (before?.state !== "ready") {
    note(key, { state: "loading", next: null, horizon: null, found: query === "" ? null : [] });
  }
  await load(list, query, null);
}

/** Loads the next page unless there is none or it is on its way. */
export async function loadMore(list: ListName, query: string): Promise<void> {
  const loaded = pages.peek().get(keyOf(list, query));
  if (loaded?.state !== "ready" || loaded.next === null || running.has(keyOf(list, query))) return;
  await load(list, query, loaded);
}

async function load(list: ListName, query: string, after: Loaded | null): Promise<void> {
  const key = keyOf(list, query);
  running.get(key)?.abort();
  const abort = new AbortController();
  running.set(key, abort);
  try {
    const page = await http.get<CasePage>(address(list, query, after?.next ?? null), abort.signal);
    take({ cases: page.cases }, page.cursor);
    const ids = page.cases.map((item) => item.id);
    note(key, {
      state: "ready",
      next: page.next,
      horizon: page.next === null ? null : (page.cases.at(-1) ?? null),
      found: query === "" ? null : [...(after?.found ?? []), ...ids],
    });
  } catch {
    // Why it failed is on the connection banner. Rows that are here stay, and scrolling asks again;
    // a list that never came offers to try again.
    const held = pages.peek().get(key);
    if (!abort.signal.aborted && held?.state === "loading") note(key, { ...held, state: "failed" });
  } finally {
    if (running.get(key) === abort) running.delete(key);
  }
}

/** Forgets how far lists were loaded; called when the feed could not be followed. */
export function forgetPages(): void {
  for (const abort of running.values()) abort.abort();
  running.clear();
  pages.value = new Map();
}
