import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../../src/tugi/locales/review/en.json";
import et from "../../../src/tugi/locales/review/et.json";
import fi from "../../../src/tugi/locales/review/fi.json";
import pl from "../../../src/tugi/locales/review/pl.json";
import { KINDS, OUTCOMES } from "./replay-filters";
import { labelsFor } from "./review-keys";
import { LESSON_KINDS } from "./shapes";

const languages: Record<string, Record<string, string>> = { en, et, fi, pl };
const FORM = /_(zero|one|two|few|many|other)$/;
const DECISIONS = ["answer", "ask", "suggest", "hand_over"] as const;

const needed = [
  ...DECISIONS.flatMap((kind) => [`review.ask.${kind}`, `review.did.${kind}`, ...labelsFor(kind).map((label) => `review.answer.${kind}.${label}`)]),
  ...["random", "risk", "signal"].flatMap((drawn) => [`review.drawn.${drawn}`, `review.drawn_why.${drawn}`]),
  ...KINDS.flatMap((kind) => [`replay.kind.${kind}`, `replay.did.${kind}`]),
  ...OUTCOMES.map((outcome) => `replay.outcome.${outcome}`),
  ...["waiting", "running", "done", "cancelled", "failed"].map((status) => `replay.status.${status}`),
  ...["judged", "sent", "inferred", "none", "unknown"].map((truth) => `replay.truth.${truth}`),
  ...LESSON_KINDS.flatMap((kind) => [`learning.kind.${kind}`, `learning.kind_about.${kind}`]),
  ...["open", "accepted", "rejected"].flatMap((status) => [`learning.status.${status}`, `learning.empty.${status}`, `learning.empty_hint.${status}`]),
];

const holes = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort().join();
const bases = (strings: Record<string, string>) => [...new Set(Object.keys(strings).filter((key) => FORM.test(key)).map((key) => key.replace(FORM, "")))];

for (const [language, strings] of Object.entries(languages)) {
  test(`${language} has a word for every decision, outcome, status and kind`, () => {
    assert.deepEqual(needed.filter((key) => !strings[key]), []);
  });

  test(`${language} has the plural forms its numbers need`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const missing = bases(en).flatMap((base) => forms.map((form) => `${base}_${form}`)).filter((key) => !strings[key]);
    assert.deepEqual(missing, []);
  });

  test(`${language} keeps the parameters and neither shouts nor says oops`, () => {
    const wrong = Object.entries(strings).filter(([key, text]) => {
      const model = (en as Record<string, string>)[key] ?? (en as Record<string, string>)[key.replace(FORM, "_other")];
      const lost = model === undefined || (FORM.test(key) && key.endsWith("_one") ? false : holes(model) !== holes(text));
      return lost || /!|oops/i.test(text);
    });
    assert.deepEqual(wrong.map(([key]) => key), []);
  });

  test(`${language} says nothing that English does not`, () => {
    const known = new Set([...Object.keys(en), ...bases(en)]);
    assert.deepEqual(Object.keys(strings).filter((key) => !known.has(key) && !known.has(key.replace(FORM, ""))), []);
  });
}
