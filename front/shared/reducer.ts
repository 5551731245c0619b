/**
 * The one reducer of both front ends: old state + events == fresh state.
 *
 * A state is a cursor, collections (`ReadonlyMap` by id) and single objects. What the state does not hold is
 * left out, so inbox and widget share this file and differ only in what they keep.
 */
import type { LiveEvent, WireObjects } from "./types";

export interface LiveState {
  readonly cursor: number;
}

/** Lines have no id of their own: the event's number is their key. */
const KEY: Readonly<Record<string, string>> = { lines: "number" };

type Keyed = Readonly<Record<string, unknown>>;

/** Make a collection from a list as the server sends it. `by` is "number" for lines, "id" for all else. */
export function collection<T extends object>(items: readonly T[], by: "id" | "number" = "id"): ReadonlyMap<number, T> {
  return new Map(items.map((item) => [(item as Keyed)[by] as number, item]));
}

/** The state after `event`: the event's snapshots replace what is held. An event not newer than the cursor is ignored. */
export function apply<S extends LiveState>(state: S, event: LiveEvent): S {
  if (event.number <= state.cursor) return state;
  return { ...put(state, event.objects), cursor: event.number };
}

/**
 * The state after a whole delivery. `cursor` may be ahead of the last event, since others' events have
 * numbers too.
 */
export function applyAll<S extends LiveState>(state: S, events: readonly LiveEvent[], cursor: number): S {
  const next = events.reduce<S>(apply, state);
  return cursor > next.cursor ? { ...next, cursor } : next;
}

/** Replace objects by id without moving the cursor: for an answer to one's own act while the feed is silent. */
export function put<S extends LiveState>(state: S, objects: WireObjects): S {
  return write(state, objects, true);
}

/**
 * Add the objects that are not held yet without moving the cursor: for older history, and for answers that
 * may have been overtaken by the feed.
 */
export function add<S extends LiveState>(state: S, objects: WireObjects): S {
  return write(state, objects, false);
}

function write<S extends LiveState>(state: S, objects: WireObjects, replace: boolean): S {
  const next: Record<string, unknown> = { ...(state as object) };
  for (const [name, value] of Object.entries(objects)) {
    if (!Object.hasOwn(state, name)) continue;
    const held = next[name];
    if (held instanceof Map && Array.isArray(value)) {
      next[name] = upserted(held as Map<number, unknown>, value as Keyed[], KEY[name] ?? "id", replace);
    } else if (!(held instanceof Map) && isFilled(value) && (replace || held === null)) {
      next[name] = value;
    }
  }
  for (const [name, ids] of Object.entries(objects.removed ?? {})) {
    if (next[name] instanceof Map) next[name] = without(next[name] as Map<number, unknown>, ids);
  }
  return next as S;
}

function without(held: Map<number, unknown>, ids: readonly number[]): Map<number, unknown> {
  const next = new Map(held);
  ids.forEach((id) => next.delete(id));
  return next;
}

function upserted(held: Map<number, unknown>, items: Keyed[], by: string, replace: boolean): Map<number, unknown> {
  const next = new Map(held);
  for (const item of items) {
    const id = item[by] as number;
    if (replace || !next.has(id)) next.set(id, item);
  }
  return next;
}

/** `{}` on the wire means "changed, fetch it again", not "now empty". */
function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
