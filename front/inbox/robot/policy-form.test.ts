import assert from "node:assert/strict";
import { test } from "node:test";
import type { RobotPolicy } from "./facts";
import { changesOf, fromPercent, listOf, toPercent } from "./policy-form";

const policy: RobotPolicy = {
  default_level: "suggest", targets: { low: 0.05, normal: 0.05, high: 0.02 }, confidence: 0.95, automatic_promotion: false, audit_share: { audit: 0.2, own: 0.05 },
  hand_over_share: 0.05, second_judge_share: 0.2, minutes_per_contact: 4, order_topic: 0, own_boundaries: ["gift card*"], language_model: { rewrite: false, summarise: true },
};

test("what is written in per cent is stored as a share and comes back the same", () => {
  for (const typed of ["5", "0.5", "7", "2,5", "29.9"]) assert.equal(toPercent(fromPercent(typed) ?? -1), Number(typed.replace(",", ".")), typed);
  assert.equal(fromPercent(""), null);
  assert.equal(fromPercent("-"), null);
});

test("only what differs is sent, line by line within a table", () => {
  assert.deepEqual(changesOf(policy, policy), {});
  assert.deepEqual(changesOf(policy, { ...policy, targets: { ...policy.targets, high: 0.01 } }), { targets: { high: 0.01 } });
  assert.deepEqual(changesOf(policy, { ...policy, confidence: 0.99, language_model: { rewrite: true, summarise: true } }), { confidence: 0.99, language_model: { rewrite: true } });
});

test("a list is sent whole, as it is written", () => {
  assert.deepEqual(changesOf(policy, { ...policy, own_boundaries: listOf("gift card*\nlease") }), { own_boundaries: ["gift card*", "lease"] });
  assert.deepEqual(changesOf(policy, { ...policy, own_boundaries: listOf("") }), { own_boundaries: [] });
  assert.deepEqual(changesOf(policy, { ...policy, own_boundaries: listOf("gift card*") }), {});
});
