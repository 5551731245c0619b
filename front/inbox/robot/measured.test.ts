import assert from "node:assert/strict";
import { test } from "node:test";
import { changedOf, type Measure, ordered, spanOf, stretch, turned } from "./measured";

const row = (change: Partial<Measure>): Measure => ({
  id: 1, name: "A", offered: 10, sent: 4, edited: 2, dismissed: 1, unanswered: 3, acceptance: 0.6, distance: 0.1, seconds_saved: 30, ...change,
});

test("the address says how many days; anything else is a month", () => {
  assert.equal(spanOf("?days=7"), 7);
  assert.equal(spanOf("?days=90&x=1"), 90);
  for (const search of ["", "?days=8", "?days=07", "?days=all"]) assert.equal(spanOf(search), 30, search);
});

test("what was changed is told of the edited ones alone", () => {
  assert.ok(Math.abs((changedOf(row({ sent: 4, edited: 2, distance: 0.1 })) ?? 0) - 0.3) < 1e-9);
  assert.equal(changedOf(row({ sent: 4, edited: 0, distance: 0 })), null);
  assert.equal(changedOf(row({ sent: 0, edited: 0, distance: null })), null);
});

test("rows are turned by their column, and what is not known stands last either way", () => {
  const rows = [row({ id: 1, name: "Ülle", seconds_saved: null }), row({ id: 2, name: "Aino", seconds_saved: 5 }), row({ id: 3, name: "Zofia", seconds_saved: 90 })];
  const ids = (column: "name" | "saved" | "offered", down: boolean) => ordered(rows, { column, down }, "et").map((one) => one.id);
  assert.deepEqual(ids("saved", true), [3, 2, 1]);
  assert.deepEqual(ids("saved", false), [2, 3, 1]);
  assert.deepEqual(ids("name", false), [2, 3, 1], "Z stands before Ü in Estonian");
  assert.deepEqual(ids("offered", true), [2, 3, 1], "equals go by name");
  assert.deepEqual(turned({ column: "offered", down: true }, "offered"), { column: "offered", down: false });
  assert.deepEqual(turned({ column: "offered", down: true }, "name"), { column: "name", down: false });
});

test("a length of time stands in the unit that reads best", () => {
  assert.equal(stretch(41, "en"), "41\u00a0sec");
  assert.equal(stretch(-41, "en"), "41\u00a0sec");
  assert.equal(stretch(600, "et"), "10\u00a0min");
  assert.equal(stretch(9000, "en"), "2.5\u00a0hr");
});
