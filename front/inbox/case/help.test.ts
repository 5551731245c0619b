import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Suggestion, Verdict } from "../../shared/types";
import type { Draft } from "../drafts";
import { deskOf, type Desk } from "../state";
import { aCase } from "../testing/cast";
import { momentOf, type Nearest, offeredTexts, othersOf, rightOf, withAnswer } from "./help";

const draft = (reply: string): Draft => ({ tab: "reply", reply, note: "", suggestionId: null, entryId: null, copies: null });
const offer = { id: 5, case_id: 1, status: "offered", text: "Pakk on teel." } as Suggestion;
const other = { entry_id: 8, title: "Hilineb", text: "Pakk hilineb." } as Nearest;

test("an answer replaces what we put there and nobody changed, and never what was typed", () => {
  const ours = offeredTexts(offer, [other]);
  assert.equal(withAnswer(draft(""), "Uus", ours), "Uus");
  assert.equal(withAnswer(draft("  \n"), "Uus", ours), "Uus");
  assert.equal(withAnswer(draft("Pakk on teel."), "Uus", ours), "Uus");
  assert.equal(withAnswer(draft(" Pakk hilineb. "), "Uus", ours), "Uus");
  assert.equal(withAnswer(draft("Tere, vaatan."), "Uus", ours), "Tere, vaatan.\n\nUus");
  assert.equal(withAnswer(draft("Pakk on teel. Homme!"), "Uus", ours), "Pakk on teel. Homme!\n\nUus");
});

test("help is read again when something was said, decided or offered, and only then", () => {
  const known = (messages: number[], verdicts: number[], offers: Suggestion[]): Desk => ({
    ...deskOf({ cursor: 1, agents: [], teams: [] } as never),
    messages: new Map(messages.map((id) => [id, { id, case_id: 1 } as Message])),
    verdicts: new Map(verdicts.map((id) => [id, { id, case_id: 1 } as Verdict])),
    suggestions: new Map(offers.map((one) => [one.id, one])),
  });
  const item = aCase({ waiting_since: "2026-03-02T08:00:00Z" });
  const before = momentOf(known([1, 2], [1], []), item);
  assert.equal(momentOf(known([2, 1], [1], []), item), before);
  assert.equal(momentOf(known([1, 2], [1], []), { ...item, unread: 3 }), before);
  assert.notEqual(momentOf(known([1, 2, 3], [1], []), item), before);
  assert.notEqual(momentOf(known([1, 2], [1, 2], []), item), before);
  assert.notEqual(momentOf(known([1, 2], [1], [offer]), item), before);
  assert.equal(momentOf(known([1, 2], [1], [{ ...offer, status: "dismissed" }]), item), before);
  assert.notEqual(momentOf(known([1, 2], [1], []), { ...item, waiting_since: null }), before);
});

test("a number key names the right entry, nought none of them, and any other key nothing", () => {
  const shown = [{ entry_id: 8, title: "A" }, { entry_id: 5, title: "B" }];
  assert.equal(rightOf("1", shown), 8);
  assert.equal(rightOf("2", shown), 5);
  assert.equal(rightOf("0", shown), null);
  for (const key of ["3", "12", "j", "Enter", " "]) assert.equal(rightOf(key, shown), undefined, key);
});

test("the right one is looked for among the next best three, never the one that was wrong", () => {
  const candidates = [7, 8, null, 9, 10, 11].map((entry_id) => ({ entry_id, title: `E${entry_id}`, probability: 0.1 }));
  const verdict = { why: { candidates } } as Verdict;
  assert.deepEqual(othersOf(verdict, { entry_id: 7 }).map((one) => one.entry_id), [8, 9, 10]);
  assert.deepEqual(othersOf(verdict, { entry_id: 9 }).map((one) => one.title), ["E7", "E8", "E10"]);
  assert.deepEqual(othersOf(undefined, { entry_id: 7 }), []);
});
