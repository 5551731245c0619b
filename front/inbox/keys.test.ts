import assert from "node:assert/strict";
import { test } from "node:test";
import { slashQuery, fillIn } from "./case/knowledge-picker";
import { parseDraft } from "./drafts";
import { CATALOGUE, match, spell } from "./keys";
import { scrollFor, visibleSpan } from "./list/virtual";
import { elapsed } from "./parts/ticking";
import { placeOf } from "./router";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("a key, a pair and a key with control each find their command", () => {
  assert.equal(match(null, "j"), "next");
  assert.equal(match(null, "g"), "wait");
  assert.equal(match("g", "k"), "go_knowledge");
  assert.equal(match(null, "k"), "previous");
  assert.equal(match(null, spell(press("K", { ctrlKey: true })) ?? ""), "palette");
  assert.equal(match(null, spell(press("c", { ctrlKey: true })) ?? ""), null, "copying is the browser's");
  assert.equal(spell(press("Shift")), null);
});

test("no two commands share keys", () => {
  const keys = Object.values(CATALOGUE).map((entry) => entry.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("addresses lead to lists, cases and screens, and nonsense leads nowhere", () => {
  assert.deepEqual(placeOf("/inbox/robot", "?q=mari"), { screen: "inbox", list: "robot", query: "mari", number: null });
  assert.deepEqual(placeOf("/case/T-1042", ""), { screen: "case", number: 1042 });
  assert.deepEqual(placeOf("/invite/abc", ""), { screen: "invite", rest: "abc" });
  assert.equal(placeOf("/case/1042x", "").screen, "nowhere");
  assert.equal(placeOf("/inbox/nothing", "").screen, "nowhere");
  assert.equal(placeOf("/demo", "").screen, "nowhere");
});

test("a slash that begins a word searches knowledge; one inside a word or address does not", () => {
  assert.deepEqual(slashQuery("/pakk", 5), { from: 0, query: "pakk" });
  assert.deepEqual(slashQuery("Tere /järel maks", 16), { from: 5, query: "järel maks" });
  assert.equal(slashQuery("and/or", 6), null);
  assert.equal(slashQuery("https://", 8), null);
  assert.equal(slashQuery("1 / 2", 5), null);
});

test("an entry is filled with what is known; an unknown name leaves no gap", () => {
  assert.equal(fillIn("Hello, {first_name}. {shop} here.", "Mari", "Pood"), "Hello, Mari. Pood here.");
  assert.equal(fillIn("Hello, {first_name}. {shop} here.", null, "Pood"), "Hello. Pood here.");
});

test("drafts that cannot be read are empty ones, and a note never becomes a reply", () => {
  assert.equal(parseDraft("{broken").reply, "");
  assert.equal(parseDraft('{"tab":"note","text":"old"}').reply, "");
  assert.deepEqual(parseDraft('{"tab":"note","note":"secret","reply":"","suggestionId":3}'), { tab: "note", note: "secret", reply: "", suggestionId: 3, entryId: null, copies: null });
  assert.deepEqual(parseDraft('{"reply":"x","copies":["a@b.ee",7]}').copies, null);
});

test("only rows in sight are drawn, and moving brings a row into sight", () => {
  assert.deepEqual(visibleSpan(0, 840, 84, 10_000), { from: 0, to: 16 });
  assert.deepEqual(visibleSpan(84_000, 840, 84, 10_000), { from: 994, to: 1016 });
  assert.deepEqual(visibleSpan(0, 840, 84, 3), { from: 0, to: 3 });
  assert.equal(scrollFor(5, 0, 840, 84), null);
  assert.equal(scrollFor(20, 0, 840, 84), 21 * 84 - 840);
  assert.equal(scrollFor(1, 840, 840, 84), 84);
});

test("a wait is minutes and seconds, from an hour on hours, and never negative", () => {
  const since = "2026-03-02T08:00:00Z";
  assert.equal(elapsed(since, new Date("2026-03-02T08:01:12Z")), "1:12");
  assert.equal(elapsed(since, new Date("2026-03-02T11:05:00Z")), "3:05 h");
  assert.equal(elapsed(since, new Date("2026-03-02T07:59:00Z")), "0:00");
});
