import assert from "node:assert/strict";
import { before, test } from "node:test";
import words from "../../../src/tugi/locales/robot/en.json";
import { speak } from "../../shared/i18n";
import { cutValue, settingName, settingValue } from "./setting-words";

before(() => speak("en", words));

const titles = new Map([[12, "Where is my parcel?"]]);

test("a setting goes by the name it has on its screen", () => {
  assert.equal(settingName("targets.high", titles), "At most so many wrong answers, high risk");
  assert.equal(settingName("language_model.rewrite", titles), "Fit the answer to the question");
  assert.equal(settingName("audit_share.own", titles), "Of its own answers");
  assert.equal(settingName("topic.12.level", titles), "“Where is my parcel?”, level");
  assert.equal(settingName("topic.12.level.pigeon", titles), "“Where is my parcel?” (pigeon), level");
  assert.equal(settingName("topic.7.risk", titles), "“7”, risk");
  assert.equal(settingName("something_new", titles), "something_new");
});

test("its values read as words", () => {
  assert.equal(settingValue(0.02), "2\u00a0%");
  assert.equal(settingValue(4), "4");
  assert.equal(settingValue(false), "off");
  assert.equal(settingValue("own"), "answer on its own");
  assert.equal(settingValue("high"), "high risk");
  assert.equal(settingValue(null), "by default");
  assert.equal(settingValue(["gift card*", "lease"]), "gift card*, lease");
  assert.equal(settingValue([]), "none");
});

test("cuts have names, and one that no question reaches says so", () => {
  assert.equal(settingName("answer_cut", titles), "Answers from this certainty on");
  assert.equal(settingName("calibration", titles), "How sure it is of an average question");
  assert.equal(cutValue(0.7), "70\u00a0%");
  assert.equal(cutValue(1.01), "never");
  assert.equal(cutValue(null), "–");
});
