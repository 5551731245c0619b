/** The queue of judgements as plain data: what is in sight, what was done, what undo brings back. */
import type { Label } from "./facts";
import type { ReviewItem, ReviewState } from "./shapes";

export interface Step {
  item: ReviewItem;
  /** null: skipped. */
  label: Label | null;
}

export interface Queue {
  /** The first one is on the screen; the rest is here already, so that the next appears at once. */
  items: readonly ReviewItem[];
  /** Newest last. */
  past: readonly Step[];
  waiting: number;
  today: number;
}

export const EMPTY: Queue = { items: [], past: [], waiting: 0, today: 0 };
/** With fewer than this many at hand more are asked for. */
export const FEW = 6;

/**
 * Takes in what the server sent. What is on the screen stays first, what was dealt with does not come back, and
 * what others judged meanwhile goes.
 */
export function arrive(queue: Queue, fresh: Pick<ReviewState, "items" | "waiting" | "mine_today">): Queue {
  const done = new Set(queue.past.map((step) => step.item.id));
  const head = queue.items.slice(0, 1);
  const rest = fresh.items.filter((item) => !done.has(item.id) && item.id !== head[0]?.id);
  return { ...queue, items: [...head, ...rest], waiting: fresh.waiting, today: fresh.mine_today };
}

/** The item on the screen is judged, or skipped with null; the next one takes its place. */
export function step(queue: Queue, label: Label | null): Queue {
  const [item, ...rest] = queue.items;
  if (item === undefined) return queue;
  const judged = label === null ? 0 : 1;
  return {
    items: rest,
    past: [...queue.past, { item, label }],
    waiting: Math.max(0, queue.waiting - 1),
    today: queue.today + judged,
  };
}

/** Brings the last one back to the screen. */
export function back(queue: Queue): Queue {
  const last = queue.past.at(-1);
  return last === undefined ? queue : restore(queue, last.item.id);
}

/** Brings one back to the screen, because it is undone or its judgement was not taken. */
export function restore(queue: Queue, id: number): Queue {
  const found = queue.past.find((one) => one.item.id === id);
  if (found === undefined) return queue;
  return {
    items: [found.item, ...queue.items.filter((item) => item.id !== id)],
    past: queue.past.filter((one) => one !== found),
    waiting: queue.waiting + 1,
    today: Math.max(0, queue.today - (found.label === null ? 0 : 1)),
  };
}
