import assert from "node:assert/strict";
import { test } from "node:test";
import { has, language, t } from "../shared/i18n";
import { alsoSpeak, ROBOT_WORDS, say } from "./tongue";

test("words of a screen come with it, and stay when the language changes meanwhile", async () => {
  await say("en");
  assert.equal(t("common.close"), "Close");
  assert.equal(has("robot.tab.versions"), false);
  const coming = alsoSpeak(ROBOT_WORDS);
  const turned = say("et");
  await Promise.all([coming, turned]);
  assert.equal(language(), "et");
  assert.equal(t("robot.tab.versions"), "Versioonid");
  await say("fi");
  assert.equal(t("robot.tab.versions"), "Versiot");
});
