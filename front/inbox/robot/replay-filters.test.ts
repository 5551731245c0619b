import assert from "node:assert/strict";
import { test } from "node:test";
import { filtersOf, itemsPath, NO_FILTERS, rowsPath } from "./replay-filters";

test("an address and its filters are each other's picture", () => {
  const filters = { outcome: "wrong" as const, kind: "answer", entry: "12", language: "et" };
  assert.deepEqual(filtersOf(new URL(rowsPath(3, filters), "http://x").search), filters);
  assert.equal(rowsPath(3, NO_FILTERS), "/robot/replay/3");
});

test("what a link made up is left out", () => {
  assert.deepEqual(filtersOf("?outcome=maybe&kind=<b>&entry=-1&language=english"), NO_FILTERS);
});

test("the server is asked by its own names, page by page", () => {
  assert.equal(itemsPath(3, { ...NO_FILTERS, entry: "12" }, null, 50), "/api/robot/replays/3/items?entry_id=12&limit=50");
  assert.equal(itemsPath(3, NO_FILTERS, 77, 50), "/api/robot/replays/3/items?after=77&limit=50");
});
