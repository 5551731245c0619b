import assert from "node:assert/strict";
import { test } from "node:test";
import { diff, type Piece } from "./diff";

const spelt = (pieces: Piece[], without: Piece["kind"]) => pieces.filter((one) => one.kind !== without).map((one) => one.text).join("");

test("a changed word stands between what stayed", () => {
  assert.deepEqual(diff("Tarne kestab 3 päeva.", "Tarne kestab 2 päeva."), [
    { kind: "same", text: "Tarne kestab " }, { kind: "gone", text: "3" }, { kind: "new", text: "2" }, { kind: "same", text: " päeva." },
  ]);
});

test("both texts can be spelt from the pieces, whatever they are", () => {
  const texts = ["", "a", "a b c", "c b a", "Tere!\n\nPakk on teel.", "Tere, pakk jõuab homme.\nPakk on teel", "żółw idzie — wolno", "  a  b "];
  for (const before of texts) {
    for (const after of texts) {
      const pieces = diff(before, after);
      assert.equal(spelt(pieces, "new"), before);
      assert.equal(spelt(pieces, "gone"), after);
      assert.ok(pieces.every((one) => one.text !== ""));
    }
  }
});

test("equal texts have no change", () => {
  assert.deepEqual(diff("sama", "sama"), [{ kind: "same", text: "sama" }]);
});

test("two neighbouring words that changed are one change", () => {
  assert.deepEqual(diff("see on vana tekst siin", "see on uus sõna siin").filter((one) => one.kind !== "same").length, 2);
});

test("texts too long to compare word by word are shown as replaced", () => {
  const before = Array.from({ length: 3000 }, (_, index) => `a${index}`).join(" ");
  const after = Array.from({ length: 3000 }, (_, index) => `b${index}`).join(" ");
  const pieces = diff(before, after);
  assert.equal(spelt(pieces, "new"), before);
  assert.equal(spelt(pieces, "gone"), after);
});
