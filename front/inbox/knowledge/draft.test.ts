import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../../shared/types";
import { bodyOf, coverageOf, differences, differs, draftOf, emptyDraft, questionsOf, titleOf, validityOn } from "./draft";

const ENTRY: Entry = {
  id: 7, key: "returns", policy: "suggest", valid_from: null, valid_until: "2026-12-31", version: 3, archived: false, updated_at: "2026-01-01T00:00:00Z",
  texts: { et: { title: "Kuidas tagastada?", answer: "Täitke vorm." }, pl: { title: "Zwrot", answer: "Formularz." } },
  examples: { et: ["tahan tagastada", "kuidas tagastus käib"] }, answered: 0,
};

test("a pasted list becomes questions, each once, without bullets", () => {
  assert.deepEqual(questionsOf("- kus mu pakk on\r\n2) Kus  mu pakk on\n\n  • 24h tarne?  \n3 päeva juba"), ["kus mu pakk on", "24h tarne?", "3 päeva juba"]);
});

test("an entry that was only opened does not differ, nor does one with spare spaces", () => {
  const draft = draftOf(ENTRY);
  assert.equal(differs(draft, draftOf(ENTRY)), false);
  const spaced = { ...draft, examples: { ...draft.examples, et: "tahan tagastada \n\nkuidas tagastus käib\n" } };
  assert.equal(differs(draft, spaced), false);
  assert.equal(differs(draft, { ...draft, policy: "people" }), true);
});

test("languages without words are not sent", () => {
  const body = bodyOf(draftOf(ENTRY), 3) as { texts: object; examples: object; version: number; valid_from: unknown };
  assert.deepEqual(Object.keys(body.texts), ["et", "pl"]);
  assert.deepEqual(body.examples, { et: ["tahan tagastada", "kuidas tagastus käib"] });
  assert.equal(body.valid_from, null);
  assert.deepEqual(bodyOf(emptyDraft(), 0).texts, {});
});

test("what two people wrote differently is named by part", () => {
  const theirs = draftOf({ ...ENTRY, policy: "answer", texts: { ...ENTRY.texts, et: { title: "Tagastus", answer: "Täitke vorm." } } });
  assert.deepEqual(differences(draftOf(ENTRY), theirs).map((one) => one.part), ["policy", "et.title"]);
});

test("coverage, validity and titles", () => {
  assert.deepEqual((["et", "pl", "fi"] as const).map((code) => coverageOf(ENTRY, code)), ["full", "part", "none"]);
  assert.equal(validityOn(ENTRY, "2026-12-31"), "now");
  assert.equal(validityOn(ENTRY, "2027-01-01"), "over");
  assert.equal(validityOn({ valid_from: "2026-05-01", valid_until: null }, "2026-04-30"), "later");
  assert.equal(validityOn({ valid_from: null, valid_until: null }, "2026-04-30"), "always");
  assert.equal(titleOf(ENTRY, ["fi", "pl"]), "Zwrot");
  assert.equal(titleOf({ texts: {}, key: "x" }, ["fi"]), "x");
});
