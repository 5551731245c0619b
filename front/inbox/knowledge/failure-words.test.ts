import assert from "node:assert/strict";
import { before, test } from "node:test";
import words from "../../../src/tugi/locales/screens/en.json";
import { speak } from "../../shared/i18n";
import { failureWords } from "./failure-words";

before(() => speak("en", words));

test("a failure is said in words, with the machine's own where they help; old rows stay as they were", () => {
  assert.equal(failureWords({ code: "too_slow", detail: "600" }), "It came no further for 600 seconds.");
  assert.equal(failureWords({ code: "engine", detail: "the weights are missing" }), "The engine does not work: the weights are missing");
  assert.equal(failureWords({ code: "other", detail: "An older sentence." }), "An older sentence.");
  assert.equal(failureWords({ code: "newer", detail: "" }), "");
});
