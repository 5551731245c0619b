import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case, CaseView, LiveEvent, Me, Message, Suggestion, WireObjects } from "../shared/types";
import { rowsOf } from "./lists";
import { aCase } from "./testing/cast";
import { behold, deskOf, follow, learn, offerOf } from "./state";

const empty = deskOf({ agents: [], teams: [{ id: 1, name: "Returns", agent_ids: [] }], cursor: 10 } as unknown as Me);

function event(number: number, objects: WireObjects, caseId: number | null = 1): LiveEvent {
  return { number, kind: "CaseStatusChanged", at: "2026-03-02T08:00:00Z", actor: { kind: "agent", id: 2 }, case_id: caseId, objects };
}

const message = (id: number, text: string): Message => ({ id, case_id: 1, text }) as Message;

test("events bring cases into their lists and take them out", () => {
  const opened = follow(empty, [event(11, { cases: [aCase()] })], 11);
  assert.deepEqual(rowsOf("unassigned", opened.cases.values(), 2, null).map((item) => item.id), [1]);
  const done = follow(opened, [event(12, { cases: [aCase({ status: "resolved" })] })], 12);
  assert.deepEqual(rowsOf("unassigned", done.cases.values(), 2, null), []);
  assert.deepEqual(rowsOf("resolved", done.cases.values(), 2, null).map((item) => item.id), [1]);
});

test("new activity moves a case to the top", () => {
  const two = [aCase({ id: 1 }), aCase({ id: 2, active_at: "2026-03-02T09:00:00Z" })];
  const before = follow(empty, [event(11, { cases: two })], 11);
  const after = follow(before, [event(12, { cases: [aCase({ id: 1, active_at: "2026-03-02T10:00:00Z" })] })], 12);
  const order = (cases: Iterable<Case>) => rowsOf("open", cases, 2, null).map((item) => item.id);
  assert.deepEqual(order(before.cases.values()), [2, 1]);
  assert.deepEqual(order(after.cases.values()), [1, 2]);
});

test("an event twice or late changes nothing", () => {
  const once = follow(empty, [event(11, { cases: [aCase({ subject: "new" })] })], 12);
  assert.equal(follow(once, [event(11, { cases: [aCase({ subject: "old" })] })], 12), once);
});

test("the cursor moves on past events that others only may see", () => {
  assert.equal(follow(empty, [], 40).cursor, 40);
});

test("an answer overtaken by an event does not undo it, and still brings what was unknown", () => {
  const fresh = follow(empty, [event(15, { cases: [aCase({ status: "resolved" })], messages: [message(7, "newest")] })], 15);
  const learned = learn(fresh, { cases: [aCase({ status: "open" })], messages: [message(6, "older"), message(7, "stale")] }, 14);
  assert.equal(learned.cases.get(1)?.status, "resolved");
  assert.deepEqual([...learned.messages.values()].map((one) => one.text).sort(), ["newest", "older"]);
  assert.equal(learn(fresh, { cases: [aCase({ status: "open" })] }, 16).cases.get(1)?.status, "open");
});

test("a line learns its case from the event around it", () => {
  const line = { number: 11, kind: "RobotPaused", at: "2026-03-02T08:00:00Z", actor: { kind: "agent" as const, id: 2 }, data: {} };
  assert.equal(follow(empty, [event(11, { lines: [line] }, 3)], 11).lines.get(11)?.case_id, 3);
});

test("a team that was deleted goes", () => {
  assert.equal(follow(empty, [event(11, { removed: { teams: [1] } }, null)], 11).teams.size, 0);
});

test("a message that was taken back goes, and an older answer does not bring it back", () => {
  const before = follow(empty, [event(11, { messages: [message(7, "too early")] })], 11);
  const after = follow(before, [event(12, { removed: { messages: [7] } })], 12);
  assert.equal(after.messages.size, 0);
  assert.equal(learn(after, { messages: [message(7, "too early")] }, 11).messages.size, 0);
});

test("a case read whole lets go of what moved out of it, but not of what came meanwhile", () => {
  const view = (messages: Message[], cursor: number) =>
    ({ case: aCase(), customer: { id: 1 }, past_cases: [], messages, notes: [], lines: [], verdicts: [], suggestion: null, cursor }) as unknown as CaseView;
  const known = follow(empty, [event(11, { messages: [message(3, "older page"), message(5, "stays"), message(6, "moved")] })], 11);
  const later = follow(known, [event(14, { messages: [message(7, "came meanwhile")] })], 14);
  const now = behold(later, view([message(4, "first"), message(5, "stays")], 13));
  assert.deepEqual([...now.messages.keys()].sort(), [3, 4, 5, 7]);
});

test("the newest suggestion still on offer waits above the composer", () => {
  const offer = (id: number, status: Suggestion["status"]) => ({ id, case_id: 1, status }) as Suggestion;
  const known = follow(empty, [event(11, { suggestions: [offer(1, "offered"), offer(2, "offered"), offer(3, "dismissed")] })], 11);
  assert.equal(offerOf(known, 1)?.id, 2);
  assert.equal(offerOf(known, 2), null);
});
