/** The visitor's session: token, live feed and the queue of what is not stored yet. */
import { createHttp, HttpError, isPassing } from "../shared/http";
import { backoff, Live, type Poll } from "../shared/live";
import { language } from "../shared/i18n";
import { openShelf, Outbox, type Pending } from "../shared/outbox";
import type { Message, WidgetCase, WidgetState } from "../shared/types";
import { tell } from "./bridge";
import type { SignedIdentity } from "./protocol";
import { type Act, addAnswer, begin, connection, expect, held, newestCase, page, receive, typist, unreachable } from "./store";

const key = new URLSearchParams(location.search).get("key") ?? "";
const STALE = 60_000;
const TYPING_SHOWN = 4_000;

let token: string | null = null;
let refreshed = Date.now();
let live: Live | null = null;
let typingEnds: ReturnType<typeof setTimeout> | undefined;

export const shelf = openShelf();

export const http = createHttp({ headers: (): Record<string, string> => (token === null ? {} : { Authorization: `Bearer ${token}` }) });

/** What was written and is not stored yet. */
export const outbox = new Outbox<Act>({ name: `tugi-outbox-${key}`, shelf, send: deliver });

/** Open the session and follow it. Resolves when there is something to show; keeps trying when there is not. */
export async function enter(known: string | null, identity: SignedIdentity | null): Promise<void> {
  token = known;
  for (let failures = 0; ; failures += 1) {
    try {
      await openSession(identity);
      return;
    } catch (error) {
      unreachable.value = true;
      if (!isPassing(error)) throw error;
      await new Promise((done) => setTimeout(done, backoff(failures)));
    }
  }
}

async function openSession(identity: SignedIdentity | null): Promise<void> {
  const body = { key, page: page.value, ...(token === null ? {} : { token }), ...(identity === null ? {} : { identity }) };
  const answer = await http.post<{ token: string; state: WidgetState }>("/widget/session", body);
  token = answer.token;
  tell({ tugi: "token", token });
  begin(answer.state);
  unreachable.value = false;
  live?.stop();
  live = new Live({
    path: "/widget/live",
    cursor: () => held.value?.cursor ?? 0,
    token: () => token,
    poll: (after) => http.get<Poll>(`/widget/events?after=${after}`),
    onEvents: (events, cursor) => {
      receive(events, cursor);
      if (events.some((event) => event.objects.shop !== undefined)) void refreshAvailability();
    },
    onReset: refresh,
    onTyping: (typing) => {
      if (typing.who === "agent") showTyping(typing.name);
    },
    onConnection: (state) => {
      connection.value = state;
      if (state === "live" || state === "polling") void outbox.flush();
    },
    // The token died: a new session begins, and what was written goes into it.
    onRefused: () => void enter(null, null),
  });
  live.start();
}

/** Ask for the whole state anew; who is at work and how soon they answer is told only there. */
export async function refresh(): Promise<void> {
  const state = await http.get<WidgetState>(`/widget/state?language=${language()}`);
  refreshed = Date.now();
  // After a reset the server's numbers count, whatever ours were.
  begin(state);
}

/** The same, when the last word is old and somebody looks. */
export function refreshIfOld(): void {
  if (held.value !== null && Date.now() - refreshed > STALE) refreshAvailability().catch(() => undefined);
}

async function refreshAvailability(): Promise<void> {
  const state = await http.get<WidgetState>(`/widget/state?language=${language()}`);
  refreshed = Date.now();
  expect({ availability: state.availability, shop: state.shop });
}

/** Forget the visitor: another person may sit down at this screen. */
export async function leave(): Promise<void> {
  live?.stop();
  outbox.pending.value.forEach((pending) => outbox.discard(pending.client_id));
  await enter(null, null);
}

/** The shop's page says who the visitor is; what was said before stays with them. */
export function identify(identity: SignedIdentity): Promise<void> {
  return enter(token, identity);
}

/** Let the other side see that something is being written. */
export function sayTyping(): void {
  live?.typing(newestCase.value?.id);
}

function showTyping(name: string | null): void {
  typist.value = { name };
  clearTimeout(typingEnds);
  typingEnds = setTimeout(() => (typist.value = null), TYPING_SHOWN);
}

async function deliver({ client_id, body }: Pending<Act>): Promise<void> {
  const options = { key: client_id, attempts: 1 };
  if (body.kind === "person") {
    const answer = await http.post<{ case: WidgetCase }>("/widget/person", { client_id, page: body.page }, options);
    addAnswer({ cases: [answer.case] });
    return;
  }
  const { kind: _kind, attachments, ...rest } = body;
  const sent = { client_id, ...rest, ...(attachments.length > 0 ? { attachments: attachments.map((file) => file.id) } : {}) };
  const answer = await http.post<{ message: Message; case: WidgetCase }>("/widget/messages", sent, options).catch(unlessSignedOut);
  addAnswer({ cases: [answer.case], messages: [answer.message] });
}

/** A dead token is no refusal of the words: the feed opens a new session, and they go again. */
function unlessSignedOut(error: unknown): never {
  if (error instanceof HttpError && error.status === 401) throw new HttpError(503, "signed_out", error.message);
  throw error;
}
