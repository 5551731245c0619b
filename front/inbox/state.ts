/** What the desk knows, and how facts from answers and events enter it. Pure: no signals, no requests. */
import { applyAll, collection, put } from "../shared/live";
import type {
  Agent, Case, CaseView, Customer, Line, LiveEvent, Me, Message, Model, Note, Suggestion, Team, Verdict, WireObjects,
} from "../shared/types";

/** A line knows its case here; on the wire the event around it does. */
export interface CaseLine extends Line {
  case_id: number;
}

export interface Desk {
  readonly cursor: number;
  readonly cases: ReadonlyMap<number, Case>;
  readonly messages: ReadonlyMap<number, Message>;
  readonly notes: ReadonlyMap<number, Note>;
  readonly lines: ReadonlyMap<number, CaseLine>;
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly suggestions: ReadonlyMap<number, Suggestion>;
  readonly customers: ReadonlyMap<number, Customer>;
  readonly agents: ReadonlyMap<number, Agent>;
  readonly teams: ReadonlyMap<number, Team>;
  readonly model: Model | null;
  /** Event number that last changed an object ("cases:7"): an answer older than it must not overwrite it. */
  readonly touched: ReadonlyMap<string, number>;
}

/** The desk as `GET /api/me` gives it, with no case yet. */
export function deskOf(me: Me): Desk {
  return {
    cursor: me.cursor,
    cases: new Map(),
    messages: new Map(),
    notes: new Map(),
    lines: new Map(),
    verdicts: new Map(),
    suggestions: new Map(),
    customers: new Map(),
    agents: collection(me.agents),
    teams: collection(me.teams),
    model: null,
    touched: new Map(),
  };
}

const keyOf = (name: string, item: object): string => {
  const { id, number } = item as { id?: number; number?: number };
  return `${name}:${name === "lines" ? number : id}`;
};

function withCase(event: LiveEvent): LiveEvent {
  const { lines } = event.objects;
  if (lines === undefined || event.case_id === null) return event;
  const known = lines.map((line) => ({ ...line, case_id: event.case_id }));
  return { ...event, objects: { ...event.objects, lines: known } };
}

/** The desk after a delivery of the live feed. Twice or late is harmless. */
export function follow(desk: Desk, events: readonly LiveEvent[], cursor: number): Desk {
  const fresh = events.filter((event) => event.number > desk.cursor).map(withCase);
  if (fresh.length === 0 && cursor <= desk.cursor) return desk;
  const touched = new Map(desk.touched);
  for (const event of fresh) {
    for (const [name, items] of Object.entries(event.objects)) {
      if (Array.isArray(items)) for (const item of items as object[]) touched.set(keyOf(name, item), event.number);
    }
    // An answer that is older than the removal must not bring it back.
    for (const id of event.objects.removed?.messages ?? []) touched.set(`messages:${id}`, event.number);
  }
  const next = { ...applyAll(desk, fresh, cursor), touched };
  const gone = fresh.flatMap((event) => event.objects.removed?.teams ?? []);
  return gone.length === 0 ? next : { ...next, teams: new Map([...next.teams].filter(([id]) => !gone.includes(id))) };
}

/**
 * The desk with the objects of an answer that was true at event `cursor`. The feed may have overtaken the
 * answer on its way: what an event newer than `cursor` changed is kept.
 */
export function learn(desk: Desk, objects: WireObjects, cursor: number): Desk {
  const still: Record<string, unknown> = {};
  for (const [name, items] of Object.entries(objects)) {
    still[name] = Array.isArray(items)
      ? (items as object[]).filter((item) => (desk.touched.get(keyOf(name, item)) ?? 0) <= cursor)
      : items;
  }
  return put(desk, still as WireObjects);
}

/** The objects inside the answer of `GET /api/cases/{id}`. */
export function objectsOf(view: CaseView): WireObjects {
  return {
    cases: [...view.past_cases, view.case],
    customers: [view.customer],
    messages: view.messages,
    notes: view.notes,
    lines: view.lines.map((line) => ({ ...line, case_id: view.case.id })),
    verdicts: view.verdicts,
    suggestions: view.suggestion === null ? [] : [view.suggestion],
  };
}

/**
 * The desk after a case was read whole: a message that was in it and no longer is has moved to another case or was
 * taken back. What events newer than the answer brought stays.
 */
export function behold(desk: Desk, view: CaseView): Desk {
  const known = learn(desk, objectsOf(view), view.cursor);
  const here = new Set(view.messages.map((message) => message.id));
  const oldest = view.messages[0]?.id ?? 0;
  const isGone = ({ id, case_id }: Message) =>
    case_id === view.case.id && id >= oldest && !here.has(id) && (desk.touched.get(`messages:${id}`) ?? 0) <= view.cursor;
  return { ...known, messages: new Map([...known.messages].filter(([, message]) => !isGone(message))) };
}

/** The suggestion that waits above the composer, if any: the newest one still on offer. */
export function offerOf(desk: Desk, caseId: number): Suggestion | null {
  let newest: Suggestion | null = null;
  for (const item of desk.suggestions.values()) {
    if (item.case_id === caseId && item.status === "offered" && item.id > (newest?.id ?? 0)) newest = item;
  }
  return newest;
}
