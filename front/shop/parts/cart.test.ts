import assert from "node:assert/strict";
import { test } from "node:test";
import { readCart, size, withCount } from "./cart";

test("what was stored by hand or by another version does not break the cart", () => {
  for (const text of [null, "", "[", "null", "7", '"x"', '{"PP-101":-1,"PP-102":"2","PP-103":1.5,"PP-104":1000}']) {
    assert.deepEqual(readCart(text), {});
  }
  assert.deepEqual(readCart('{"PP-101":2,"PP-102":0}'), { "PP-101": 2 });
});

test("counts are set, limited and taken out", () => {
  const cart = withCount(withCount({}, "PP-101", 2), "PP-102", 500);
  assert.deepEqual(cart, { "PP-101": 2, "PP-102": 99 });
  assert.equal(size(cart), 101);
  assert.deepEqual(withCount(cart, "PP-101", 0), { "PP-102": 99 });
});
