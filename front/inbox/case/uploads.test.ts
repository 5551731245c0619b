import assert from "node:assert/strict";
import { test } from "node:test";
import { handBack, returned } from "./uploads";

const file = (id: number) => ({ id, name: `${id}.png`, media_type: "image/png", size: 10, width: null, height: null, url: "" });

test("the files of every letter that was taken back wait for the composer of its case", () => {
  handBack(7, [file(1)]);
  handBack(7, [file(2), file(3)]);
  handBack(7, []);
  handBack(8, [file(4)]);
  assert.deepEqual(returned.peek().get(7)?.map(({ id }) => id), [1, 2, 3]);
  assert.deepEqual(returned.peek().get(8)?.map(({ id }) => id), [4]);
});
