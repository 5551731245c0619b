import assert from "node:assert/strict";
import { test } from "node:test";
import type { Certificate, Topic } from "./facts";
import { arrange, countAll, lockedLevels, percent, plain, progressOf } from "./figures";

const aCertificate = (change: Partial<Certificate> = {}): Certificate => ({
  id: 1, scope: "topic", risk: "normal", language: null, entry_id: 1, target: 0.05, confidence: 0.95, threshold: 0.9, cases: 140, answered: 118,
  errors: 1, bound: 0.0397, needed: 0, evidence_from: null, evidence_to: null, status: "in_force", void_reason: null, created_at: "2026-11-20T10:00:00Z", version: 3, ...change,
});

const aTopic = (change: Partial<Topic> = {}): Topic => ({
  entry_id: 1, title: "Where is my parcel?", policy: "answer", risk: "normal", level: "suggest", own_level: null, channel_levels: {}, examples: 12, contacts_30: 10,
  answered_30: 0, judged: 0, right: 0, certificate: null, certified: false, needed: 59, proposed: null, proposed_why: null, demoted_at: null, demoted_why: null, set_aside: 0, ...change,
});

test("a bound never reads smaller than it is, and a share of right answers never larger", () => {
  assert.equal(percent(0.0397, "up", "en"), "4\u00a0%");
  assert.equal(percent(0.0301, "up", "en"), "3.1\u00a0%");
  assert.equal(percent(0.031, "up", "en"), "3.1\u00a0%");
  assert.equal(percent(0.9819, "down", "en"), "98.1\u00a0%");
  assert.equal(percent(1, "down", "en"), "100\u00a0%");
  assert.equal(percent(0.0312, "up", "et"), "3,2\u00a0%");
});

test("topics are found without their marks, by every word of the search", () => {
  const topics = [aTopic({ entry_id: 1, title: "Zwrot przesyłki" }), aTopic({ entry_id: 2, title: "Tühistamine ja tagastus" })];
  const found = (text: string) => arrange(topics, { filter: "all", sort: "contacts", text }, "en").map((topic) => topic.entry_id);
  assert.equal(plain(" Przesyłka "), "przesylka");
  assert.deepEqual(found("przesylki zwrot"), [1]);
  assert.deepEqual(found("tuhist"), [2]);
  assert.deepEqual(found("tuhist zwrot"), []);
});

test("the most asked come first, equals by title; certified ones lead the order of proof, then the nearest to it", () => {
  const topics = [
    aTopic({ entry_id: 1, title: "B", contacts_30: 5, needed: 40 }),
    aTopic({ entry_id: 2, title: "A", contacts_30: 5, needed: 12 }),
    aTopic({ entry_id: 3, title: "C", contacts_30: 9, certified: true, needed: 0, certificate: aCertificate() }),
    aTopic({ entry_id: 4, title: "D", contacts_30: 1, certified: true, needed: 0, certificate: aCertificate({ bound: 0.02 }) }),
  ];
  const order = (sort: "contacts" | "proof" | "title") => arrange(topics, { filter: "all", sort, text: "" }, "en").map((topic) => topic.entry_id);
  assert.deepEqual(order("contacts"), [3, 2, 1, 4]);
  assert.deepEqual(order("proof"), [4, 3, 2, 1]);
  assert.deepEqual(order("title"), [2, 1, 3, 4]);
});

test("each filter counts what it shows", () => {
  const topics = [
    aTopic({ entry_id: 1, proposed: "own", certified: true }),
    aTopic({ entry_id: 2, level: "off" }),
    aTopic({ entry_id: 3, demoted_at: "2026-11-12T08:00:00Z" }),
  ];
  assert.deepEqual(countAll(topics), { all: 3, certified: 1, proposed: 1, demoted: 1, off: 1 });
  for (const filter of ["certified", "proposed", "demoted", "off"] as const) {
    assert.equal(arrange(topics, { filter, sort: "contacts", text: "" }, "en").length, 1, filter);
  }
});

test("on its own is locked until a certificate opens it, but never from under a topic that has it", () => {
  assert.deepEqual(lockedLevels(aTopic()), ["own"]);
  assert.deepEqual(lockedLevels(aTopic({ certified: true })), []);
  assert.deepEqual(lockedLevels(aTopic({ level: "own" })), []);
});

test("progress is judged answers of those that it takes, and whole only with a certificate", () => {
  assert.equal(progressOf(aTopic({ judged: 0, needed: 59 })), 0);
  assert.equal(progressOf(aTopic({ judged: 20, needed: 60 })), 0.25);
  assert.equal(progressOf(aTopic({ judged: 20, needed: 15, certificate: aCertificate({ status: "insufficient", answered: 45, needed: 15 }) })), 0.75);
  assert.equal(progressOf(aTopic({ certified: true, needed: 0 })), 1);
  assert.equal(progressOf(aTopic({ judged: 300, needed: 0 })), 0);
});
