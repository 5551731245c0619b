/** Which case belongs to which list, in which order, and how counts move. Pure: no signals, no DOM. */
import type { Case, Counts } from "../shared/types";

export const LISTS = ["mine", "unassigned", "open", "robot", "snoozed", "resolved"] as const;
export type ListName = (typeof LISTS)[number];

const OPEN = new Set<Case["status"]>(["new", "open", "waiting_customer", "waiting_internal"]);

export function isList(name: string): name is ListName {
  return (LISTS as readonly string[]).includes(name);
}

/** Whether a case is still being worked on: neither snoozed nor finished. */
export function isOpen(item: Case): boolean {
  return OPEN.has(item.status);
}

/** Whether `list` holds the case for the agent `me`; the same conditions as the server's lists. */
export function belongs(list: ListName, item: Case, me: number): boolean {
  switch (list) {
    case "mine":
      return isOpen(item) && item.assignee_id === me;
    case "unassigned":
      return isOpen(item) && item.assignee_id === null && item.handler === "queue";
    case "open":
      return isOpen(item);
    case "robot":
      return isOpen(item) && item.handler === "robot";
    case "snoozed":
      return item.status === "snoozed";
    case "resolved":
      return item.status === "resolved" || item.status === "closed";
  }
}

const time = (value: string | null): number => (value === null ? 0 : Date.parse(value));

/** Order inside a list: newest activity first; snoozed cases by the hour they come back. */
export function compareIn(list: ListName): (a: Case, b: Case) => number {
  if (list === "snoozed") {
    return (a, b) => time(a.snoozed_until) - time(b.snoozed_until) || a.id - b.id;
  }
  return (a, b) => time(b.active_at) - time(a.active_at) || b.id - a.id;
}

/**
 * The rows of a list out of every case known to the browser.
 * `horizon` is the last case of the pages loaded so far, as it was when loaded: what sorts behind it
 * is left out, because cases between it and the horizon may not be known yet. null = all is loaded.
 */
export function rowsOf(list: ListName, cases: Iterable<Case>, me: number, horizon: Case | null): Case[] {
  const compare = compareIn(list);
  const rows: Case[] = [];
  for (const item of cases) {
    if (belongs(list, item, me) && (horizon === null || compare(item, horizon) <= 0)) rows.push(item);
  }
  return rows.sort(compare);
}

/** How the counts move when `before` (undefined = a new case) became `after`. */
export function shiftCounts(counts: Counts, before: Case | undefined, after: Case, me: number): Counts {
  const next = { ...counts };
  for (const list of LISTS) {
    const was = before !== undefined && belongs(list, before, me);
    const is = belongs(list, after, me);
    if (was !== is) next[list] = Math.max(0, next[list] + (is ? 1 : -1));
  }
  return next;
}
