/** Acts on letters and on which case they belong to; they go through the desk's one outbox. */
import { t } from "../../shared/i18n";
import type { Attachment, Case, Message } from "../../shared/types";
import { handBack } from "../case/uploads";
import { draftOf, keepDraft } from "../drafts";
import { runCommand } from "../keys";
import { tell } from "../notices";
import { put, type Act } from "../outgoing";
import { casePath, go, place } from "../router";
import { cases, changed, desk, forget, loadCase, myId, take, takeCase } from "../store";

/** A letter that leaves later than this was put off on purpose. */
export const UNDO_MS = 60_000;

type Numbered = Pick<Case, "id" | "number">;

const act = (item: Numbered, kind: Act["kind"], path: string, body: Record<string, unknown>, messageId?: number): void =>
  put({ kind, case_id: item.id, number: item.number, path, body, patch: {}, ...(messageId === undefined ? {} : { message_id: messageId }) });

/** Takes a letter back before it leaves; its words return to the composer. */
export const takeBack = (item: Numbered, messageId: number): void => act(item, "take_back", `/api/messages/${messageId}/take-back`, {}, messageId);

/** Sends a letter again that failed, or whose fate nobody knows. */
export const resend = (item: Numbered, messageId: number): void => act(item, "resend", `/api/messages/${messageId}/resend`, {}, messageId);

/** Makes a new case of this message and all after it. */
export const split = (item: Numbered, messageId: number): void => act(item, "split", `/api/cases/${item.id}/split`, { message_id: messageId });

/** Puts everything of the case into the one with this number. */
export const join = (item: Numbered, number: number): void => act(item, "join", `/api/cases/${item.id}/join`, { number });

export const undoJoin = (item: Numbered, joinId: number): void => act(item, "join_undo", `/api/joins/${joinId}/undo`, {});
export const dismissJoin = (item: Numbered, joinId: number): void => act(item, "join_dismiss", `/api/joins/${joinId}/dismiss`, {});

/** Takes in what the server answered to one of these acts; false for an act of another kind. */
export function settleLetter(done: Act, answer: unknown): boolean {
  switch (done.kind) {
    case "message":
      offerUndo(answer as Message);
      return true;
    case "take_back":
      giveBack(done, answer as Taken);
      return true;
    case "resend":
      take({ messages: [answer as Message] });
      return true;
    case "split":
    case "join":
      settleMove(done, answer as Case);
      return true;
    case "join_undo":
    case "join_dismiss":
      changed.joins.value += 1;
      readAgain(done.number);
      return true;
    default:
      return false;
  }
}

/** What the server gives back of a letter that was taken back. */
interface Taken {
  text: string;
  attachments: Attachment[];
}

function giveBack({ case_id: caseId, message_id: messageId, number }: Act, { text, attachments }: Taken): void {
  if (messageId !== undefined) forget(messageId);
  handBack(caseId, attachments);
  const typed = draftOf(myId.peek(), caseId).peek().reply;
  keepDraft(myId.peek(), caseId, { tab: "reply", reply: [text, typed].filter((one) => one.trim() !== "").join("\n\n") });
  if (isOpened(number)) runCommand("reply");
  else tell(t("mail.taken_back_notice", { number: `T-${number}` }), { about: caseId, act: { label: t("mail.open_case"), run: () => go(casePath(number)) } });
}

function settleMove(done: Act, after: Case): void {
  takeCase(after);
  changed.joins.value += 1;
  if (after.number === done.number) {
    readAgain(done.number);
    return;
  }
  readAgain(done.number);
  if (done.kind === "join" && isOpened(done.number)) go(casePath(after.number), { replace: true });
  tell(t(done.kind === "join" ? "mail.joined_notice" : "mail.split_notice", { from: `T-${done.number}`, number: `T-${after.number}` }), {
    about: after.id,
    act: isOpened(after.number) ? null : { label: t("mail.open_case"), run: () => go(casePath(after.number)) },
  });
}

/** What moved shows where it is now; the events say the same a moment later. */
function readAgain(number: number): void {
  // Offline by now: the event comes with the network.
  loadCase(number).catch(() => undefined);
}

const isOpened = (number: number): boolean => place.peek().screen === "case" && (place.peek() as { number: number }).number === number;

/** Whoever has gone on to another case can still take the letter back, for as long as it is here. */
export function offerUndo({ id, case_id: caseId }: Message): void {
  const message = desk.peek()?.messages.get(id);
  const item = cases.peek().get(caseId);
  const leaves = message?.letter?.sends_at ?? null;
  if (leaves === null || message?.status !== "queued" || item === undefined || isOpened(item.number)) return;
  const ms = Date.parse(leaves) - Date.now();
  if (ms < 1_000 || ms > UNDO_MS) return;
  tell(t("mail.leaving_notice", { number: `T-${item.number}` }), { about: item.id, ms, act: { label: t("common.undo"), run: () => takeBack(item, id) } });
}
