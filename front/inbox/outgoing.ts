/** What the agent did and the server has not confirmed: the signal that the whole desk reads. */
import { signal } from "@preact/signals";
import type { Pending } from "../shared/outbox";
import type { Case } from "../shared/types";

export type ActKind = "message" | "note" | "assign" | "status" | "robot" | "dismiss" | "approve";

/** One act on a case. `patch` is how the case looks to the agent meanwhile. */
export interface Act {
  kind: ActKind;
  case_id: number;
  number: number;
  path: string;
  body: Record<string, unknown>;
  patch: Partial<Case>;
  /** The suggestion this act settles. */
  suggestion_id: number | null;
}

/** Unconfirmed acts, oldest first; `acts.ts` keeps it equal to the outbox. */
export const outgoing = signal<readonly Pending<Act>[]>([]);
