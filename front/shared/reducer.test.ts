import assert from "node:assert/strict";
import { test } from "node:test";
import { add, apply, applyAll, collection, put } from "./reducer";
import type { Line, LiveEvent, Message, Model, WireObjects } from "./types";

function message(id: number, text: string): Message {
  return {
    id,
    case_id: 7,
    client_id: `client-${id}`,
    author: { kind: "customer", id: 1 },
    author_name: "Mari",
    text,
    language: "et",
    status: "sent",
    failure: null,
    page: null,
    choices: null,
    chosen_entry_id: null,
    entry_id: null,
    verdict_id: null,
    feedback: null,
    attachments: [],
    created_at: "2026-11-21T09:12:00Z",
    approved_by: null,
    follow_ups: null,
  };
}

function event(number: number, objects: WireObjects): LiveEvent {
  return { number, kind: "MessageReceived", at: "2026-11-21T09:12:00Z", actor: { kind: "customer", id: 1 }, case_id: 7, objects };
}

function fresh(cursor: number, messages: Message[], lines: Line[] = []) {
  return { cursor, messages: collection(messages), lines: collection(lines, "number"), model: null as Model | null };
}

const history: LiveEvent[] = [
  event(11, { messages: [message(1, "kus mu pakk on")] }),
  event(12, { messages: [message(2, "tere")], lines: [{ number: 12, kind: "CaseHandedOver", at: "", actor: { kind: "robot", id: null }, data: {} }] }),
  event(14, { messages: [{ ...message(1, "kus mu pakk on"), status: "read" }] }),
];

test("old state and events make the fresh state", () => {
  const expected = fresh(15, [{ ...message(1, "kus mu pakk on"), status: "read" }, message(2, "tere")], [
    { number: 12, kind: "CaseHandedOver", at: "", actor: { kind: "robot", id: null }, data: {} },
  ]);
  assert.deepEqual(applyAll(fresh(10, []), history, 15), expected);
});

test("an event applied twice changes nothing the second time", () => {
  const once = history.reduce(apply, fresh(10, []));
  assert.equal(history.reduce(apply, once), once);
});

test("a delivery cut at any point and repeated from its beginning ends in the same state", () => {
  const whole = applyAll(fresh(10, []), history, 14);
  for (let cut = 0; cut <= history.length; cut += 1) {
    const interrupted = history.slice(0, cut).reduce(apply, fresh(10, []));
    assert.deepEqual(applyAll(interrupted, history, 14), whole);
  }
});

test("an event that comes late does not bring the past back", () => {
  const [first, , last] = history as [LiveEvent, LiveEvent, LiveEvent];
  const state = apply(fresh(10, []), last);
  assert.equal(apply(state, first).messages.get(1)?.status, "read");
});

test("the reducer leaves the state it was given as it was", () => {
  const before = fresh(10, [message(1, "tere")]);
  apply(before, event(11, { messages: [message(2, "veel üks")] }));
  assert.equal(before.messages.size, 1);
  assert.equal(before.cursor, 10);
});

test("what a viewer does not hold is left out", () => {
  const state = apply(fresh(10, []), event(11, { teams: [{ id: 1, name: "Care", agent_ids: [] }] }));
  assert.equal("teams" in state, false);
  assert.equal(state.cursor, 11);
});

test("what was removed is gone, also when it is told twice", () => {
  const start = { cursor: 10, teams: collection([{ id: 1, name: "Care", agent_ids: [] }, { id: 2, name: "Returns", agent_ids: [] }]) };
  const state = [event(11, { removed: { teams: [1] } }), event(12, { removed: { teams: [1] } })].reduce(apply, start);
  assert.deepEqual([...state.teams.keys()], [2]);
});

test("an empty object on the wire means fetch again, not empty", () => {
  const model: Model = { status: "ready", entries: 44, examples: 1400, engine: "e5", ready_at: null, failure: null };
  const state = apply(fresh(10, []), event(11, { model }));
  assert.deepEqual(state.model, model);
  assert.deepEqual(apply(state, event(12, { model: {} as Model })).model, model);
});

test("a cursor ahead of the last event is kept, an older one is not", () => {
  assert.equal(applyAll(fresh(10, []), [], 20).cursor, 20);
  assert.equal(applyAll(fresh(10, []), [], 5).cursor, 10);
});

test("put replaces and add does not, and neither moves the cursor", () => {
  const state = fresh(10, [message(1, "newer")]);
  assert.equal(put(state, { messages: [message(1, "answer")] }).messages.get(1)?.text, "answer");
  const added = add(state, { messages: [message(1, "overtaken"), message(2, "older")] });
  assert.equal(added.messages.get(1)?.text, "newer");
  assert.equal(added.messages.get(2)?.text, "older");
  assert.equal(added.cursor, 10);
});
