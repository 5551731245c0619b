import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN, requestOf, shareOf, wishOf } from "./replay-wish";

test("percent is read as people type it", () => {
  assert.equal(shareOf("62,5"), 0.625);
  assert.equal(shareOf(" 90 % "), 0.9);
  assert.equal(shareOf(""), undefined);
  assert.equal(shareOf("0"), null);
  assert.equal(shareOf("101"), null);
  assert.equal(shareOf("palju"), null);
});

test("an untouched form asks for the robot as it is", () => {
  assert.deepEqual(requestOf(PLAIN), { body: { name: "", last: 300, version: null, channel: null, draft: {} } });
});

test("what is changed becomes the draft, and nothing else", () => {
  const wish = { ...PLAIN, answerCut: "80", level: "own" as const, left: [{ entry_id: 7, title: "x" }], levels: [{ entry_id: 3, title: "y", level: "off" as const }] };
  const request = requestOf(wish);
  assert.ok("body" in request);
  assert.deepEqual(request.body.draft, { answer_cut: 0.8, default_level: "own", levels: { 3: "off" }, archived: [7] });
});

test("other own boundaries are tried, also none at all", () => {
  const draft = (own: string) => {
    const request = requestOf({ ...PLAIN, own });
    return "body" in request ? request.body.draft : null;
  };
  assert.deepEqual(draft("gift card*\nlease"), { own_boundaries: ["gift card*", "lease"] });
  assert.deepEqual(draft(""), { own_boundaries: [] });
});

test("what cannot be read is named, all of it at once", () => {
  assert.deepEqual(requestOf({ ...PLAIN, last: "0", answerCut: "x", askCut: "200" }), { problems: ["last", "answerCut", "askCut"] });
  assert.deepEqual(requestOf({ ...PLAIN, last: "100 001" }), { problems: ["last"] });
  assert.ok("body" in requestOf({ ...PLAIN, last: "100 000" }));
});

test("a link from the curve fills the form; a made-up one does no harm", () => {
  assert.equal(wishOf("?cut=0.625&last=500")?.answerCut, "62.5");
  assert.equal(wishOf("?cut=0.625&last=500")?.last, "500");
  assert.equal(wishOf("?cut=banana")?.answerCut, "");
  assert.equal(wishOf("?last=-1")?.last, "300");
  assert.equal(wishOf(""), null);
});
