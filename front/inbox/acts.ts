/** What an agent can do. Every act shows at once, waits in the outbox, and reaches the server once and in order. */
import { effect } from "@preact/signals";
import { t } from "../shared/i18n";
import { openShelf, Outbox, type Pending } from "../shared/outbox";
import type { Case, CaseStatus, Customer, Message, Note, Suggestion } from "../shared/types";
import { tell } from "./notices";
import { heldOutbox, holdOutbox, outgoing, put, type Act } from "./outgoing";
import { settleLetter } from "./mail/acts";
import { usualCopies } from "./mail/mailboxes";
import { desk, http, myId, take, takeCase } from "./store";

/** Opens the signed-in agent's outbox; returns how to close it. What an earlier visit left unsent goes out now. */
export function openOutbox(agent: number): () => void {
  const box = new Outbox<Act>({ name: `tugi-outbox-${agent}`, shelf: openShelf(), send: deliver });
  holdOutbox(box);
  const stop = effect(() => {
    undoRefused(box);
    outgoing.value = box.pending.value;
  });
  const flush = () => void box.flush();
  addEventListener("online", flush);
  flush();
  return () => {
    removeEventListener("online", flush);
    stop();
    holdOutbox(null);
    outgoing.value = [];
  };
}

async function deliver({ client_id, body: act }: Pending<Act>): Promise<void> {
  settle(act, await http.post<unknown>(act.path, act.body, { key: client_id, attempts: 1 }));
}

function settle(act: Act, answer: unknown): void {
  const held = desk.peek()?.cases.get(act.case_id);
  if (act.kind === "message" || act.kind === "approve") {
    take({ messages: [answer as Message] });
    if (act.kind === "message") settleLetter(act, answer);
    // The event with the case follows in a moment; until then the list must not jump back.
    if (held !== undefined) takeCase({ ...held, ...act.patch });
  } else if (act.kind === "note") take({ notes: [answer as Note] });
  else if (act.kind === "dismiss") take({ suggestions: [answer as Suggestion] });
  else if (!settleLetter(act, answer)) takeCase(answer as Case);
}

/** A refused message stays in the conversation with its words; any other act is undone and said. */
function undoRefused(box: Outbox<Act>): void {
  for (const { client_id, body: act, failure } of box.pending.value) {
    if (failure === null || act.kind === "message" || act.kind === "note") continue;
    box.discard(client_id);
    const reason = failure === "" ? t("common.refused") : failure;
    tell(t("inbox.act_refused", { number: `T-${act.number}`, reason }), { tone: "bad", about: act.case_id });
  }
}

export interface Reply {
  text: string;
  attachments: number[];
  suggestionId: number | null;
  entryId: number | null;
  /** By mail: who else gets it; left out, those who take part. */
  copies?: readonly string[] | null;
  /** By mail: when it leaves; left out, now. */
  sendAt?: Date | null;
}

/** Says something to the customer. Whoever answers an unowned case takes it. */
export function sendReply(item: Case, clientId: string, reply: Reply): void {
  const patch: Partial<Case> = {
    preview: reply.text, preview_from: "agent", waiting_since: null, handler: "agent",
    assignee_id: item.assignee_id ?? myId.peek(), unread: 0,
  };
  const body: Record<string, unknown> = { client_id: clientId, text: reply.text };
  if (reply.attachments.length > 0) body.attachments = reply.attachments;
  if (reply.suggestionId !== null) body.suggestion_id = reply.suggestionId;
  if (reply.entryId !== null) body.entry_id = reply.entryId;
  const copies = reply.copies ?? usualCopies(item.id);
  if (copies !== null && copies.length > 0) body.copies = copies;
  if (reply.sendAt != null) body.send_at = reply.sendAt.toISOString();
  put({ kind: "message", case_id: item.id, number: item.number, path: `/api/cases/${item.id}/messages`, body, patch, suggestion_id: reply.suggestionId }, clientId);
}

/** Writes an internal note. */
export function writeNote(item: Case, clientId: string, text: string): void {
  const body = { client_id: clientId, text };
  put({ kind: "note", case_id: item.id, number: item.number, path: `/api/cases/${item.id}/notes`, body, patch: {} }, clientId);
}

export function retry(clientId: string): void {
  heldOutbox()?.retry(clientId);
}

export function discard(clientId: string): void {
  heldOutbox()?.discard(clientId);
}

/** Gives the case to an agent, to a team's queue, or to nobody. */
export function assign(item: Case, agentId: number | null, teamId: number | null): void {
  const handler = agentId !== null ? "agent" : "queue";
  const body = { agent_id: agentId, team_id: teamId };
  const patch: Partial<Case> = { assignee_id: agentId, team_id: teamId, handler };
  put({ kind: "assign", case_id: item.id, number: item.number, path: `/api/cases/${item.id}/assign`, body, patch });
}

/** Moves the case; `until` only with "snoozed". */
export function setStatus(item: Case, status: CaseStatus, until: Date | null = null): void {
  const at = until?.toISOString() ?? null;
  const body = at === null ? { status } : { status, until: at };
  const patch: Partial<Case> = { status, snoozed_until: at };
  if (status === "resolved") patch.waiting_since = null;
  put({ kind: "status", case_id: item.id, number: item.number, path: `/api/cases/${item.id}/status`, body, patch });
}

/** Silences the robot on this case, or lets it work again. */
export function pauseRobot(item: Case, paused: boolean): void {
  const path = `/api/cases/${item.id}/robot`;
  put({ kind: "robot", case_id: item.id, number: item.number, path, body: { paused }, patch: { robot_paused: paused } });
}

export type DismissReason = "wrong_entry" | "incomplete" | "wrong_tone" | "should_hand_over" | "not_now";

/** Puts a suggestion away, with why and perhaps the entry that would have been right, so that the robot can be judged. */
export function dismiss(item: Case, suggestion: Suggestion, reason: DismissReason | null, truthEntryId: number | null = null): void {
  const path = `/api/suggestions/${suggestion.id}/dismiss`;
  const body = { ...(reason === null ? {} : { reason }), ...(truthEntryId === null ? {} : { truth_entry_id: truthEntryId }) };
  put({ kind: "dismiss", case_id: item.id, number: item.number, path, body, patch: {}, suggestion_id: suggestion.id });
}

/** Lets the robot say what it suggested: it keeps the floor, and the message names who approved it. */
export function approve(item: Case, suggestion: Suggestion): void {
  const patch: Partial<Case> = {
    preview: suggestion.text, preview_from: "robot", waiting_since: null, handler: "robot", assignee_id: null, hand_over_reason: null, unread: 0,
  };
  const path = `/api/suggestions/${suggestion.id}/approve`;
  put({ kind: "approve", case_id: item.id, number: item.number, path, body: {}, patch, suggestion_id: suggestion.id });
}

/** Tells the server that this viewer has seen the conversation up to `messageId`. */
export function markRead(caseId: number, messageId: number): void {
  const held = desk.peek()?.cases.get(caseId);
  if (held !== undefined && held.unread > 0) take({ cases: [{ ...held, unread: 0 }] });
  // Offline the count simply stays on the server until the case is looked at again.
  http.post(`/api/cases/${caseId}/read`, { message_id: messageId }).catch(() => undefined);
}

/** Adds a note to the customer. Rejects with HttpError or NoAnswer, so that the words stay in the field. */
export async function noteCustomer(id: number, text: string): Promise<void> {
  take({ customers: [await http.post<Customer>(`/api/customers/${id}/notes`, { text })] });
}

/** Gives the customer a name; every case of theirs shows it. */
export async function nameCustomer(id: number, name: string): Promise<void> {
  take({ customers: [await http.send<Customer>("PATCH", `/api/customers/${id}`, { name })] });
  const named = [...(desk.peek()?.cases.values() ?? [])].filter((item) => item.customer_id === id);
  take({ cases: named.map((item) => ({ ...item, customer_name: name })) });
}
