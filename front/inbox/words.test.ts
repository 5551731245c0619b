import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../src/tugi/locales/inbox/en.json";
import et from "../../src/tugi/locales/inbox/et.json";
import fi from "../../src/tugi/locales/inbox/fi.json";
import pl from "../../src/tugi/locales/inbox/pl.json";
import { COMMANDS } from "./keys";
import { LISTS } from "./lists";

const languages: Record<string, Record<string, string>> = { en, et, fi, pl };
const VERDICTS = ["answer", "ask", "suggest", "hand_over", "stay_silent"];
const REASONS = [
  "money", "complaint", "own", "several_questions", "legal", "health", "minor", "wants_person", "unsure", "no_progress", "paused",
  "entry_for_people", "no_knowledge", "other_language", "error",
];
const BOUNDARIES = ["wants_person", "health", "legal", "minor", "money", "complaint", "own", "several_questions"];
const STATUSES = ["new", "open", "waiting_customer", "waiting_internal", "snoozed", "resolved", "closed", "spam", "merged"];

const needed = [
  ...COMMANDS.map((name) => `key.${name}`),
  ...LISTS.flatMap((name) => [`inbox.list.${name}`, `inbox.empty.${name}`, `inbox.empty_hint.${name}`]),
  ...VERDICTS.map((kind) => `why.kind.${kind}`),
  ...REASONS.flatMap((reason) => [`why.reason.${reason}`, `line.reason.${reason}`]),
  ...BOUNDARIES.map((name) => `why.boundary.${name}`),
  ...STATUSES.flatMap((status) => [`case.status.${status}`, `line.status.${status}`]),
  ...["sending", "waiting", "queued", "sent", "delivered", "read", "seen", "unknown", "failed"].map((state) => `case.state.${state}`),
];

for (const [language, strings] of Object.entries(languages)) {
  test(`${language} can say every verdict, reason, boundary, status, list and command`, () => {
    assert.deepEqual(needed.filter((key) => !strings[key]), []);
  });
  test(`${language} keeps the parameters of the English strings`, () => {
    const holes = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort();
    const wrong = Object.entries(strings).filter(([key, text]) => {
      const model = languages.en?.[key] ?? languages.en?.[key.replace(/_(few|many)$/, "_other")];
      return model !== undefined && !text.includes("{{actor}}") && !model.includes("{{actor}}") && holes(model).join() !== holes(text).join();
    });
    assert.deepEqual(wrong.map(([key]) => key), []);
  });
  test(`${language} neither shouts nor says oops`, () => {
    assert.deepEqual(Object.entries(strings).filter(([, text]) => /!|oops/i.test(text)).map(([key]) => key), []);
  });
}
