import assert from "node:assert/strict";
import { test } from "node:test";
import type { Case } from "../shared/types";
import { aCase } from "./testing/cast";
import { belongs, compareIn, LISTS, rowsOf, shiftCounts } from "./lists";

const MARTIN = 2;

const inLists = (item: Case) => LISTS.filter((list) => belongs(list, item, MARTIN));

test("a case stands in the lists its status, floor and assignee call for", () => {
  assert.deepEqual(inLists(aCase()), ["unassigned", "open"]);
  assert.deepEqual(inLists(aCase({ handler: "robot" })), ["open", "robot"]);
  assert.deepEqual(inLists(aCase({ handler: "agent", assignee_id: MARTIN })), ["mine", "open"]);
  assert.deepEqual(inLists(aCase({ handler: "agent", assignee_id: 9 })), ["open"]);
  assert.deepEqual(inLists(aCase({ status: "snoozed", assignee_id: MARTIN })), ["snoozed"]);
  assert.deepEqual(inLists(aCase({ status: "closed" })), ["resolved"]);
  assert.deepEqual(inLists(aCase({ status: "spam" })), []);
});

test("the newest activity comes first, equal times by number, snoozed ones by the hour they return", () => {
  const early = aCase({ id: 1, active_at: "2026-03-02T08:00:00Z" });
  const late = aCase({ id: 2, active_at: "2026-03-02T09:00:00Z" });
  const twin = aCase({ id: 3, active_at: "2026-03-02T09:00:00Z" });
  assert.deepEqual([early, late, twin].sort(compareIn("open")).map((item) => item.id), [3, 2, 1]);
  const soon = aCase({ id: 4, status: "snoozed", snoozed_until: "2026-03-03T09:00:00Z" });
  const later = aCase({ id: 5, status: "snoozed", snoozed_until: "2026-03-09T09:00:00Z" });
  assert.deepEqual([later, soon].sort(compareIn("snoozed")).map((item) => item.id), [4, 5]);
});

test("rows behind the loaded horizon are held back, because others between may be unknown", () => {
  const hours = [12, 11, 10, 9].map((hour, index) => aCase({ id: index + 1, active_at: `2026-03-02T${String(hour).padStart(2, "0")}:00:00Z` }));
  const horizon = hours[1] ?? null;
  assert.deepEqual(rowsOf("open", hours, MARTIN, horizon).map((item) => item.id), [1, 2]);
  assert.deepEqual(rowsOf("open", hours, MARTIN, null).map((item) => item.id), [1, 2, 3, 4]);
});

test("counts move with a case from list to list and never below zero", () => {
  const none = { mine: 0, unassigned: 1, open: 1, robot: 0, snoozed: 0, resolved: 4 };
  const taken = shiftCounts(none, aCase(), aCase({ handler: "agent", assignee_id: MARTIN }), MARTIN);
  assert.deepEqual(taken, { mine: 1, unassigned: 0, open: 1, robot: 0, snoozed: 0, resolved: 4 });
  assert.deepEqual(shiftCounts(none, undefined, aCase({ handler: "robot" }), MARTIN), { ...none, open: 2, robot: 1 });
  assert.equal(shiftCounts({ ...none, unassigned: 0 }, aCase(), aCase({ status: "resolved" }), MARTIN).unassigned, 0);
});
