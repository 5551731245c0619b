import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptance, draftOf, kept, lackOf } from "./lesson-draft";
import type { Lesson } from "./shapes";

const lesson = (change: Partial<Lesson>): Lesson => ({
  id: 1, kind: "example", entry_id: 5, entry_title: "Pakk", language: "et", title: "Pakk", content: { examples: ["kus pakk on", "pakk kadunud"], text: null, before: null, languages: {} },
  contacts: 4, customers: 3, agents: 2, status: "open", effect: null, sources: [], created_at: "2026-11-22T10:00:00Z", settled_at: null, ...change,
});

test("an untouched lesson is accepted as it was found", () => {
  const found = lesson({});
  assert.deepEqual(acceptance(found, draftOf(found)), { examples: ["kus pakk on", "pakk kadunud"] });
});

test("unticked, emptied and doubled examples are left out", () => {
  const draft = { ...draftOf(lesson({})), examples: [{ text: " kus pakk\non ", keep: true }, { text: "kus pakk on", keep: true }, { text: "  ", keep: true }, { text: "ei", keep: false }] };
  assert.deepEqual(kept(draft), ["kus pakk on"]);
});

test("questions that an entry answers already become its examples", () => {
  const found = lesson({ kind: "entry", entry_id: null, title: "Uus", content: { examples: ["kus pakk on"], text: "Jah.", before: null, languages: {} } });
  const draft = { ...draftOf(found), text: "", entry: { id: 9, title: "Muu" } };
  assert.equal(lackOf(found, draft), null);
  assert.deepEqual(acceptance(found, draft), { entry_id: 9, examples: ["kus pakk on"] });
  assert.equal(lackOf(found, { ...draft, examples: [] }), "examples");
});

test("what is missing is named before the server has to", () => {
  const found = lesson({});
  assert.equal(lackOf(found, { ...draftOf(found), examples: [] }), "examples");
  const entry = lesson({ kind: "entry", entry_id: null, title: "", content: { examples: [], text: null, before: null, languages: {} } });
  assert.equal(lackOf(entry, draftOf(entry)), "title");
  assert.equal(lackOf(entry, { ...draftOf(entry), title: "Uus" }), "text");
  assert.equal(lackOf(entry, { ...draftOf(entry), title: "Uus", text: "Jah." }), null);
  assert.deepEqual(acceptance(entry, { ...draftOf(entry), title: " Uus ", text: " Jah. " }), { title: "Uus", text: "Jah." });
});
