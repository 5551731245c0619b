/** What the visitor can do. Words are kept until stored; small acts show at once and are taken back when refused. */
import { HttpError } from "../shared/http";
import { t } from "../shared/i18n";
import type { Attachment, Choice, Message } from "../shared/types";
import { http, outbox } from "./session";
import { addAnswer, addUpload, changeUpload, expect, held, history, messages, newestCase, page, removeUpload, uploads, visitor, type Upload } from "./store";

export const LONGEST_TEXT = 8_000;
const LARGEST_FILE = 20_000_000;
const PAGE_OF_HISTORY = 100;

/** Send what was written with the files that are ready. False when there is nothing to send yet. */
export function say(text: string): boolean {
  const words = text.trim();
  const files = uploads.value.filter((upload) => upload.failure === null);
  if ((words === "" && files.length === 0) || words.length > LONGEST_TEXT) return false;
  if (files.some((upload) => upload.attachment === null)) return false;
  const attachments = files.map((upload) => upload.attachment as Attachment);
  outbox.put({ kind: "message", text: words, attachments, page: page.value });
  uploads.value = uploads.value.filter((upload) => upload.failure !== null);
  return true;
}

/** Take one of the robot's "did you mean" choices. */
export function choose(message: Message, choice: Choice): void {
  expect({ messages: [{ ...message, chosen_entry_id: choice.entry_id }] });
  const taken = { message_id: message.id, entry_id: choice.entry_id };
  outbox.put({ kind: "message", text: choice.title, attachments: [], page: page.value, choice: taken });
}

/** Ask for a person; once is enough while it is under way. */
export function askForPerson(): void {
  if (outbox.pending.value.some((pending) => pending.body.kind === "person")) return;
  outbox.put({ kind: "person", page: page.value });
}

/** Thumb under a robot's answer; the same thumb again changes nothing. */
export function judge(message: Message, value: "up" | "down"): void {
  if (message.feedback === value) return;
  expect({ messages: [{ ...message, feedback: value }] });
  http.post("/widget/feedback", { message_id: message.id, value }).catch(() => expect({ messages: [message] }));
}

/** The matter is settled for the visitor. */
export function markSolved(): void {
  const current = newestCase.value;
  if (current === null) return;
  expect({ cases: [{ ...current, status: "resolved" }] });
  http.post("/widget/solved", { case_id: current.id }).catch(() => expect({ cases: [current] }));
}

/** Leave an e-mail address for later. Rejects with HttpError when it is none. */
export async function leaveEmail(email: string): Promise<void> {
  await http.post("/widget/email", { email });
  visitor.value = { ...visitor.value, email };
}

/** Everything up to the newest message has been on the screen. */
export function markRead(): void {
  const last = messages.value.filter((message) => message.author.kind !== "customer").at(-1);
  const found = last && held.value?.cases.get(last.case_id);
  if (!last || !found || found.customer_read_id >= last.id) return;
  expect({ cases: [{ ...found, customer_read_id: last.id }] });
  http.post("/widget/read", { message_id: last.id }).catch(() => expect({ cases: [found] }));
}

/** Bring the messages before the oldest one shown. */
export async function loadOlder(): Promise<void> {
  const oldest = messages.value[0];
  if (history.value !== null || oldest === undefined) return;
  history.value = "loading";
  try {
    const answer = await http.get<{ messages: Message[] }>(`/widget/messages?before=${oldest.id}`);
    addAnswer({ messages: answer.messages });
    history.value = answer.messages.length < PAGE_OF_HISTORY ? "complete" : null;
  } catch {
    // The button stays, so that it can be tried again.
    history.value = null;
  }
}

/** Take files from the picker, the clipboard or a drop. */
export function attach(files: Iterable<File>): void {
  for (const file of files) {
    const tooLarge = file.size > LARGEST_FILE;
    const upload = addUpload(file, tooLarge ? t("file.too_large") : null);
    if (!tooLarge) void send(upload);
  }
}

/** Try a file again that did not get through. */
export function attachAgain(upload: Upload): void {
  changeUpload(upload.id, { failure: null, part: 0 });
  void send(upload);
}

async function send({ id, file }: Upload): Promise<void> {
  const path = `/widget/attachments?name=${encodeURIComponent(file.name)}`;
  try {
    const attachment = await http.upload<Attachment>(path, file, { key: id, onProgress: (part) => changeUpload(id, { part }) });
    changeUpload(id, { attachment, part: 1 });
  } catch (error) {
    changeUpload(id, { failure: t(refusal(error)) });
  }
}

function refusal(error: unknown): string {
  if (!(error instanceof HttpError) || error.status >= 500) return "file.failed";
  return error.status === 413 ? "file.too_large" : "file.refused";
}

export { removeUpload };
