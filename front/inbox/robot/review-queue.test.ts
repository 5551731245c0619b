import assert from "node:assert/strict";
import { test } from "node:test";
import { deedOf, labelsFor, SHEET } from "./review-keys";
import { arrive, back, EMPTY, restore, step } from "./review-queue";
import type { ReviewItem } from "./shapes";

const item = (id: number): ReviewItem => ({
  id, case_id: id, case_number: 1000 + id, verdict_id: id, drawn: "random", kind: "answer", question: `q${id}`, history: [],
  robot_text: "a", entry: null, also: [], reason: null, candidates: [], agent_text: null, language: "et", channel: "widget",
  asked_at: "2026-11-22T10:00:00Z", judged_by: [],
});
const fresh = (ids: number[], waiting = ids.length) => ({ items: ids.map(item), waiting, mine_today: 3 });
const ids = (queue: { items: readonly ReviewItem[] }) => queue.items.map((one) => one.id);

test("a judged item leaves at once and is not brought back by an answer that was on its way", () => {
  const queue = step(arrive(EMPTY, fresh([1, 2, 3])), "right");
  assert.deepEqual(ids(queue), [2, 3]);
  assert.equal(queue.waiting, 2);
  assert.equal(queue.today, 4);
  assert.deepEqual(ids(arrive(queue, fresh([1, 2, 3, 4]))), [2, 3, 4]);
});

test("a skipped item is not counted as judged", () => {
  assert.equal(step(arrive(EMPTY, fresh([1])), null).today, 3);
});

test("undo brings back the last one with its count, again and again", () => {
  let queue = step(step(arrive(EMPTY, fresh([1, 2, 3])), "right"), null);
  queue = back(queue);
  assert.deepEqual([ids(queue), queue.today], [[2, 3], 4]);
  queue = back(queue);
  assert.deepEqual([ids(queue), queue.today, queue.waiting], [[1, 2, 3], 3, 3]);
  assert.equal(back(queue), queue);
});

test("a refused judgement returns even when others were made since", () => {
  const queue = restore(step(step(arrive(EMPTY, fresh([1, 2, 3])), "right"), "right"), 1);
  assert.deepEqual(ids(queue), [1, 3]);
  assert.deepEqual(queue.past.map((one) => one.item.id), [2]);
});

test("an empty queue stays empty whatever is pressed", () => {
  assert.equal(step(EMPTY, "right"), EMPTY);
});

test("numbers judge, and only what makes sense of the decision", () => {
  assert.deepEqual(deedOf("1", "answer", false, 0), { do: "judge", label: "right" });
  assert.deepEqual(deedOf("4", "answer", false, 0), { do: "judge", label: "wrong_tone" });
  assert.equal(deedOf("4", "ask", false, 0), null);
  assert.equal(deedOf("3", "hand_over", false, 0), null);
  assert.deepEqual(labelsFor("hand_over"), ["right", "wrong_entry"]);
  assert.deepEqual(deedOf("z", "answer", false, 0), { do: "undo" });
  assert.equal(deedOf("x", "answer", false, 0), null);
});

test("while an entry is picked, numbers pick among those in sight", () => {
  assert.deepEqual(deedOf("2", "answer", true, 3), { do: "pick", index: 1 });
  assert.equal(deedOf("4", "answer", true, 3), null);
  assert.deepEqual(deedOf("0", "answer", true, 3), { do: "none" });
  assert.deepEqual(deedOf("Escape", "answer", true, 3), { do: "leave" });
  assert.equal(deedOf("z", "answer", true, 3), null);
});

test("every key of the sheet does something, and every key that does something is on the sheet", () => {
  for (const picking of [false, true]) {
    const listed = SHEET.filter((one) => one.picking === picking).flatMap(({ keys }) => (keys === "1–9" ? [..."123456789"] : [keys]));
    const live = [..."abcdefghijklmnopqrstuvwxyz0123456789/", "Escape", "Enter"].filter((key) => deedOf(key, "answer", picking, 9) !== null);
    assert.deepEqual([...listed].sort(), live.sort());
  }
});
