/** What a key means while reviewing. Single letters only: the hands stay where they are. */
import type { Label } from "./facts";
import type { ReviewItem } from "./shapes";

export type Deed =
  | { do: "judge"; label: Label }
  | { do: "skip" }
  | { do: "undo" }
  | { do: "open" }
  | { do: "pick"; index: number }
  | { do: "none" }
  | { do: "search" }
  | { do: "leave" };

/** The judgements that make sense of a decision, in the order of their keys. */
export function labelsFor(kind: ReviewItem["kind"]): readonly Label[] {
  if (kind === "hand_over") return ["right", "wrong_entry"];
  if (kind === "ask") return ["right", "wrong_entry", "hand_over"];
  return ["right", "wrong_entry", "hand_over", "wrong_tone"];
}

/** What `key` does, or null. `picking`: the reviewer is choosing the right entry out of `choices`. */
export function deedOf(key: string, kind: ReviewItem["kind"], picking: boolean, choices: number): Deed | null {
  if (picking) return pickOf(key, choices);
  const label = /^[1-4]$/.test(key) ? labelsFor(kind)[Number(key) - 1] : undefined;
  if (label !== undefined) return { do: "judge", label };
  const plain = { s: "skip", z: "undo", o: "open" } as const;
  const found = plain[key as keyof typeof plain];
  return found === undefined ? null : { do: found };
}

function pickOf(key: string, choices: number): Deed | null {
  if (/^[1-9]$/.test(key) && Number(key) <= choices) return { do: "pick", index: Number(key) - 1 };
  if (key === "0") return { do: "none" };
  if (key === "/") return { do: "search" };
  return key === "Escape" ? { do: "leave" } : null;
}

/** The keys as the `?` sheet lists them, with the words of each; every one of them means something to `deedOf`. */
export const SHEET = [
  ...labelsFor("answer").map((label, index) => ({ keys: `${index + 1}`, word: `review.answer.answer.${label}`, picking: false })),
  { keys: "s", word: "review.skip", picking: false },
  { keys: "z", word: "review.undo", picking: false },
  { keys: "o", word: "review.open_case", picking: false },
  { keys: "1–9", word: "review.key.pick", picking: true },
  { keys: "0", word: "review.key.none", picking: true },
  { keys: "/", word: "review.key.search", picking: true },
  { keys: "Escape", word: "review.key.leave", picking: true },
];
