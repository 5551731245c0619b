/** The desk's signals: who is signed in, what is known, and the live feed that keeps it so. */
import { batch, computed, signal, type Signal } from "@preact/signals";
import { createHttp } from "../shared/http";
import { Live, type Connection, type Poll, type Presence, type Typing } from "../shared/live";
import type { Case, CaseView, Counts, LiveEvent, Me, RobotPart, WireObjects } from "../shared/types";
import { shiftCounts } from "./lists";
import { outgoing } from "./outgoing";
import { behold, deskOf, follow, learn, type Desk } from "./state";

export const http = createHttp({ onSignedOut: () => leave() });

/** Who is signed in: undefined = not asked yet, null = nobody. */
export const session = signal<Me | null | undefined>(undefined);
export const desk = signal<Desk | null>(null);
export const counts = signal<Counts>({ mine: 0, unassigned: 0, open: 0, robot: 0, snoozed: 0, resolved: 0 });
export const connection = signal<Connection>("connecting");
export const online = signal<{ customers: ReadonlySet<number>; agents: ReadonlySet<number> }>({
  customers: new Set(), agents: new Set(),
});
/** Who is writing in which case right now, by "case:who". */
export const typists = signal<ReadonlyMap<string, Typing>>(new Map());
/** Grows when a screen should read its entries, model or workspace anew. */
export const changed = {
  entries: signal(0),
  workspace: signal(0),
  /** Mailboxes, their health, and what could not be read. */
  channels: signal(0),
  /** Which messages belong to which case: moved, moved back, or proposed to be. */
  joins: signal(0),
  robot: {
    policy: signal(0), topics: signal(0), review: signal(0), replays: signal(0), lessons: signal(0), versions: signal(0),
  } satisfies Record<RobotPart, Signal<number>>,
};
/** The newest message of a customer, for the live region and the unread count of the title. */
export const arrived = signal<{ caseId: number; messageId: number } | null>(null);

/** The signed-in agent's id; 0 before sign-in, which no agent has. */
export const myId = computed(() => session.value?.agent.id ?? 0);

/** The changes that are on their way to the server, by case. A refused one no longer shows. */
const patches = computed(() => {
  const found = new Map<number, Partial<Case>>();
  for (const { body, failure } of outgoing.value) {
    if (failure === null) found.set(body.case_id, { ...found.get(body.case_id), ...body.patch });
  }
  return found;
});

/** Every known case as the viewer should see it: the server's word plus what is on its way there. */
export const cases = computed<ReadonlyMap<number, Case>>(() => {
  const known = desk.value?.cases ?? new Map<number, Case>();
  if (patches.value.size === 0) return known;
  const shown = new Map(known);
  for (const [id, patch] of patches.value) {
    const item = known.get(id);
    if (item !== undefined) shown.set(id, { ...item, ...patch });
  }
  return shown;
});

/** Counts with the same unconfirmed changes applied. */
export const shownCounts = computed<Counts>(() => {
  let shown = counts.value;
  for (const id of patches.value.keys()) {
    const [before, after] = [desk.value?.cases.get(id), cases.value.get(id)];
    if (before !== undefined && after !== undefined) shown = shiftCounts(shown, before, after, myId.value);
  }
  return shown;
});

/** Takes in the objects of an answer that was true at event `cursor` (default: now). */
export function take(objects: WireObjects, cursor = desk.peek()?.cursor ?? 0): void {
  const known = desk.peek();
  if (known !== null) desk.value = learn(known, objects, cursor);
}

/** Lets a message go that the server just took back. */
export function forget(messageId: number): void {
  const known = desk.peek();
  if (known === null) return;
  const messages = new Map(known.messages);
  messages.delete(messageId);
  desk.value = { ...known, messages, touched: new Map(known.touched).set(`messages:${messageId}`, known.cursor + 1) };
}

/** Takes in a case that the server just confirmed; the counts follow at once. */
export function takeCase(after: Case): void {
  const before = desk.peek()?.cases.get(after.id);
  take({ cases: [after] });
  if (before !== undefined) counts.value = shiftCounts(counts.peek(), before, after, myId.peek());
}

const loaded = new Set<number>();
/** Bumped when everything was loaded anew: lists and the open case read again. */
export const epoch = signal(0);

/** Whether all of a case is here already, so that it opens without a request. */
export const isLoaded = (caseId: number): boolean => loaded.has(caseId);

/** Reads a case with its whole history by its number. Throws HttpError (404: not visible to the viewer). */
export async function loadCase(number: number): Promise<Case> {
  const view = await http.get<CaseView>(`/api/cases/by-number/${number}`);
  loaded.add(view.case.id);
  const known = desk.peek();
  if (known !== null) desk.value = behold(known, view);
  return view.case;
}

let live: Live | null = null;
export const typing = (caseId: number): void => live?.typing(caseId);
export const viewing = (caseId: number | null): void => live?.viewing(caseId);

/** Begins to work as the signed-in agent. */
export function enter(me: Me): void {
  live?.stop();
  loaded.clear();
  batch(() => {
    session.value = me;
    desk.value = deskOf(me);
    counts.value = me.counts;
    online.value = { customers: new Set(), agents: new Set(me.agents.filter((one) => one.online).map((one) => one.id)) };
  });
  live = new Live({
    path: "/api/live",
    cursor: () => desk.peek()?.cursor ?? 0,
    poll: (after) => http.get<Poll>(`/api/events?after=${after}`),
    onEvents: receive,
    onReset: reset,
    onTyping: showTyping,
    onPresence: showPresence,
    onConnection: (now) => { connection.value = now; },
    onRefused: () => leave(),
  });
  live.start();
}

/** Stops working: the session ended or the agent signed out. */
export function leave(): void {
  live?.stop();
  live = null;
  loaded.clear();
  batch(() => {
    session.value = null;
    desk.value = null;
  });
}

async function reset(): Promise<void> {
  const me = await http.get<Me>("/api/me");
  loaded.clear();
  batch(() => {
    session.value = me;
    // The old objects stay on the screen until the fresh ones replace them: a touched mark must not protect them.
    desk.value = { ...(desk.peek() ?? deskOf(me)), cursor: me.cursor, touched: new Map() };
    counts.value = me.counts;
    epoch.value += 1;
  });
}

function receive(events: LiveEvent[], cursor: number): void {
  const before = desk.peek();
  if (before === null) return;
  batch(() => {
    const after = follow(before, events, cursor);
    desk.value = after;
    for (const event of events) if (event.number > before.cursor) notice(event, before);
    const mine = after.agents.get(myId.peek());
    const me = session.peek();
    if (me != null && mine !== undefined && mine !== me.agent) session.value = { ...me, agent: mine };
  });
}

function notice(event: LiveEvent, before: Desk): void {
  const { objects } = event;
  if (objects.entries !== undefined || objects.model !== undefined) changed.entries.value += 1;
  if (objects.workspace !== undefined) changed.workspace.value += 1;
  if (objects.channels !== undefined) changed.channels.value += 1;
  if (MOVES.has(event.kind)) readMoved(event);
  if (objects.robot !== undefined && objects.robot in changed.robot) changed.robot[objects.robot].value += 1;
  for (const after of (objects.cases ?? []) as Case[]) {
    const held = before.cases.get(after.id);
    if (held !== undefined || event.kind === "CaseOpened") {
      counts.value = shiftCounts(counts.peek(), held, after, myId.peek());
    }
    countSoon();
  }
  const spoken = objects.messages?.find((message) => message.author.kind === "customer");
  if (event.kind === "MessageReceived" && spoken !== undefined) {
    arrived.value = { caseId: spoken.case_id, messageId: spoken.id };
    hush(`${spoken.case_id}:customer`);
  }
}

/** After these, messages are in another case than before. */
const MOVES = new Set(["CaseSplit", "SplitOff", "CaseMerged", "CaseJoined", "JoinUndone", "JoinProposed"]);

/** Reads the cases between which messages moved, as far as they are on the desk. */
function readMoved({ case_id, data }: LiveEvent): void {
  changed.joins.value += 1;
  for (const id of new Set([case_id, data?.from_case_id, data?.to_case_id])) {
    const item = typeof id === "number" && loaded.has(id) ? desk.peek()?.cases.get(id) : undefined;
    // Offline now: the case is read when it is opened next.
    if (item !== undefined) loadCase(item.number).catch(() => loaded.delete(item.id));
  }
}

let counting: ReturnType<typeof setTimeout> | undefined;
/** One question for all changes of the last two seconds; cases unknown here make the local sum only a guess. */
function countSoon(): void {
  counting ??= setTimeout(() => {
    counting = undefined;
    http.get<Counts>("/api/counts").then(
      (fresh) => { counts.value = fresh; },
      // Offline: the local sum stands, and the next event asks again.
      () => undefined,
    );
  }, 2_000);
}

const TYPING_MS = 4_000;
const quiet = new Map<string, ReturnType<typeof setTimeout>>();

function showTyping(typist: Typing): void {
  const key = `${typist.case_id}:${typist.who}`;
  clearTimeout(quiet.get(key));
  typists.value = new Map(typists.peek()).set(key, typist);
  quiet.set(key, setTimeout(() => hush(key), TYPING_MS));
}

function hush(key: string): void {
  if (!typists.peek().has(key)) return;
  const next = new Map(typists.peek());
  next.delete(key);
  typists.value = next;
}

function showPresence(presence: Presence): void {
  online.value = { customers: new Set(presence.customers), agents: new Set(presence.agents) };
}
