import assert from "node:assert/strict";
import { test } from "node:test";
import { across, axis, down, furthest, nearest, paths, sorted } from "./curve-shape";

const BOX = { width: 200, height: 100, left: 20, right: 10, top: 10, bottom: 20 };
const point = (coverage: number, risk: number, cut = 0.5) => ({ coverage, risk, cut });

test("points come from left to right, one for each coverage, without what is not a share", () => {
  const found = sorted([point(0.5, 0.1), point(0.2, 0.02), point(0.5, 0.05), point(Number.NaN, 0), point(0.3, 1.2)]);
  assert.deepEqual(found.map((one) => [one.coverage, one.risk]), [[0.2, 0.02], [0.5, 0.05]]);
});

test("an axis ends at a round share that holds the largest", () => {
  assert.deepEqual(axis(0.034), { end: 0.04, ticks: [0, 0.01, 0.02, 0.03, 0.04] });
  assert.deepEqual(axis(0.87), { end: 1, ticks: [0, 0.2, 0.4, 0.6, 0.8, 1] });
  assert.deepEqual(axis(0), { end: 0.01, ticks: [0, 0.01] });
  assert.deepEqual(axis(0.1).end, 0.1);
});

test("shares lie inside the box, nought at its lower left corner", () => {
  assert.deepEqual([across(0, 1, BOX), down(0, 1, BOX)], [20, 80]);
  assert.deepEqual([across(1, 1, BOX), down(1, 1, BOX)], [190, 10]);
});

test("the path visits each point once and the tint closes on the axis", () => {
  const { line, area } = paths([point(0, 0), point(1, 1)], 1, 1, BOX);
  assert.equal(line, "M20,80L190,10");
  assert.equal(area, "M20,80L190,10L190,80L20,80Z");
  assert.deepEqual(paths([], 1, 1, BOX), { line: "", area: "" });
});

test("the nearest point is found, and none among none", () => {
  const points = [point(0.1, 0), point(0.4, 0), point(0.8, 0)];
  assert.equal(nearest(points, 0.55), 1);
  assert.equal(nearest(points, 2), 2);
  assert.equal(nearest([], 0.5), -1);
});

test("the furthest point within the target is taken, the first where none is", () => {
  const points = [point(0.1, 0.01), point(0.4, 0.06), point(0.6, 0.04), point(0.8, 0.2)];
  assert.equal(furthest(points, 0.05), 2);
  assert.equal(furthest(points, 0.001), 0);
  assert.equal(furthest([], 0.05), 0);
});
