/** What the agent did and the server has not confirmed: the signal that the whole desk reads. */
import { signal } from "@preact/signals";
import type { Outbox, Pending } from "../shared/outbox";
import type { Case } from "../shared/types";

export type ActKind = "message" | "note" | "assign" | "status" | "robot" | "dismiss" | "approve" | "take_back" | "resend" | "split" | "join" | "join_undo" | "join_dismiss";

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
  /** The message this act takes back or sends again. */
  message_id?: number;
}

/** Unconfirmed acts, oldest first; `acts.ts` keeps it equal to the outbox. */
export const outgoing = signal<readonly Pending<Act>[]>([]);

let outbox: Outbox<Act> | null = null;

/** The signed-in agent's outbox from now on; null when the agent leaves. */
export function holdOutbox(box: Outbox<Act> | null): void {
  outbox = box;
}

export const heldOutbox = (): Outbox<Act> | null => outbox;

/** Shows an act at once and sends it as soon as the network allows. */
export function put(act: Omit<Act, "suggestion_id"> & { suggestion_id?: number | null }, clientId?: string): void {
  outbox?.put({ suggestion_id: null, ...act }, clientId);
}
