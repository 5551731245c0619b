import assert from "node:assert/strict";
import { test } from "node:test";
import { tabOf } from "./address";

test("an address names a tab, and a topic or replay by its number; anything else is nowhere", () => {
  assert.deepEqual(tabOf(""), { tab: "topics", id: null });
  assert.deepEqual(tabOf("topic/12"), { tab: "topics", id: 12 });
  assert.deepEqual(tabOf("replay/3"), { tab: "replay", id: 3 });
  assert.deepEqual(tabOf("measures"), { tab: "measures", id: null });
  assert.deepEqual(tabOf("versions"), { tab: "versions", id: null });
  for (const wrong of ["topic", "topic/x", "topic/0", "topics", "review/4", "measures/4", "policy/1", "replay/3/4", "nothing"]) assert.equal(tabOf(wrong), null, wrong);
});
