/** What the visitor's page knows, as signals; all of it follows from the session's state and the live events. */
import { computed, signal } from "@preact/signals";
import { newId } from "../shared/http";
import type { Connection } from "../shared/live";
import { add, applyAll, collection, put } from "../shared/reducer";
import type { Attachment, Availability, LiveEvent, Message, Page, WidgetCase, WidgetShop, WidgetState, WireObjects } from "../shared/types";

export interface Held {
  cursor: number;
  cases: ReadonlyMap<number, WidgetCase>;
  messages: ReadonlyMap<number, Message>;
  shop: WidgetShop;
  availability: Availability;
}

/** An act that is kept until the server has it. */
export type Act =
  | { kind: "message"; text: string; attachments: Attachment[]; page: Page; choice?: { message_id: number; entry_id: number } }
  | { kind: "person"; page: Page };

export interface Upload {
  id: string;
  file: File;
  /** Part that has left, 0 to 1. */
  part: number;
  attachment: Attachment | null;
  failure: string | null;
}

/** Null until the session has answered. */
export const held = signal<Held | null>(null);
export const unreachable = signal(false);
export const connection = signal<Connection>("connecting");
export const open = signal(false);
export const page = signal<Page>({ url: "", title: "", language: "en" });
export const visitor = signal<WidgetState["visitor"]>({ name: null, email: null });
export const typist = signal<{ name: string | null } | null>(null);
export const uploads = signal<readonly Upload[]>([]);
/** Null while older messages may exist and none are being fetched. */
export const history = signal<"loading" | "complete" | null>(null);
export const emailPutOff = signal(false);
/** Moves once a minute, so that relative words stay true. */
export const now = signal(new Date());

/** The state as it comes fresh from the server. */
export function begin(state: WidgetState): void {
  held.value = {
    cursor: state.cursor,
    cases: collection(state.cases),
    messages: collection(state.messages),
    shop: state.shop,
    availability: state.availability,
  };
  visitor.value = state.visitor;
  history.value = null;
}

/** A delivery of the live feed. */
export function receive(events: readonly LiveEvent[], cursor: number): void {
  if (held.value === null) return;
  held.value = applyAll(held.value, events, cursor);
  if (events.some((event) => event.objects.messages?.some((message) => message.author.kind !== "customer"))) typist.value = null;
}

/** Objects in the answer to an act of ours. What the feed brought meanwhile is newer and stays. */
export function addAnswer(objects: WireObjects): void {
  if (held.value !== null) held.value = add(held.value, objects);
}

/** Show at once what an act of ours changes; the feed brings the server's word. */
export function expect(objects: WireObjects): void {
  if (held.value !== null) held.value = put(held.value, objects);
}

/** All stored messages, oldest first. */
export const messages = computed<readonly Message[]>(() => [...(held.value?.messages.values() ?? [])].sort((a, b) => a.id - b.id));

const SETTLED = new Set(["resolved", "closed", "spam", "merged"]);

/** The case the visitor is in: the newest, also while it is settled; null before the first word. */
export const newestCase = computed<WidgetCase | null>(() => {
  let newest: WidgetCase | null = null;
  for (const found of held.value?.cases.values() ?? []) if (newest === null || found.id > newest.id) newest = found;
  return newest;
});

/** True while the matter is marked as settled; the next word opens it again. */
export const settled = computed(() => newestCase.value !== null && SETTLED.has(newestCase.value.status));

/** Who has the floor; a new matter begins with the robot. */
export const floor = computed<WidgetCase["handler"]>(() => (newestCase.value === null || settled.value ? "robot" : newestCase.value.handler));

/** False where the shop lets the robot only suggest, or has it off: then people answer, and we say so. */
export const robotAnswers = computed(() => held.value?.shop.robot === "answer");

/** Messages to the visitor that were not on the screen yet. */
export const unread = computed(
  () => messages.value.filter((message) => message.author.kind !== "customer" && message.id > (held.value?.cases.get(message.case_id)?.customer_read_id ?? 0)).length,
);

/** A new, still empty place for a file. */
export function addUpload(file: File, failure: string | null): Upload {
  const upload: Upload = { id: newId(), file, part: 0, attachment: null, failure };
  uploads.value = [...uploads.value, upload];
  return upload;
}

/** Change what is known of an upload. */
export function changeUpload(id: string, change: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
}

/** Take a file back before it is sent. */
export function removeUpload(id: string): void {
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
}
