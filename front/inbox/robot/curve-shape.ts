/** The geometry of a risk-coverage curve: scales, path and the nearest point, without drawing. */
import type { CurvePoint } from "./shapes";

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Usable points from left to right: shares between 0 and 1, each coverage once, its lowest risk. */
export function sorted(points: readonly CurvePoint[]): CurvePoint[] {
  const share = (value: number) => Number.isFinite(value) && value >= 0 && value <= 1;
  const byCoverage = new Map<number, CurvePoint>();
  for (const point of points) {
    if (!share(point.coverage) || !share(point.risk)) continue;
    const held = byCoverage.get(point.coverage);
    if (held === undefined || point.risk < held.risk) byCoverage.set(point.coverage, point);
  }
  return [...byCoverage.values()].sort((one, other) => one.coverage - other.coverage);
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1];

/** The end of an axis that holds `most`, and its marks from 0 to there: three to six of them. */
export function axis(most: number): { end: number; ticks: number[] } {
  const step = STEPS.find((one) => most / one <= 5) ?? 1;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return { end: count * step, ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toFixed(4))) };
}

/** Where a share lies along a side of the box. */
export const across = (share: number, end: number, box: Box): number => box.left + (share / end) * (box.width - box.left - box.right);
export const down = (share: number, end: number, box: Box): number => box.height - box.bottom - (share / end) * (box.height - box.top - box.bottom);

/** The path of the curve, and the same closed down to the axis for the tint under it. */
export function paths(points: readonly CurvePoint[], xEnd: number, yEnd: number, box: Box): { line: string; area: string } {
  if (points.length === 0) return { line: "", area: "" };
  const at = points.map((one) => `${round(across(one.coverage, xEnd, box))},${round(down(one.risk, yEnd, box))}`);
  const floor = round(down(0, yEnd, box));
  const [first, last] = [points[0], points[points.length - 1]] as [CurvePoint, CurvePoint];
  const line = `M${at.join("L")}`;
  return { line, area: `${line}L${round(across(last.coverage, xEnd, box))},${floor}L${round(across(first.coverage, xEnd, box))},${floor}Z` };
}

/** The index of the point nearest to a coverage; -1 when there are none. */
export function nearest(points: readonly CurvePoint[], coverage: number): number {
  let best = -1;
  points.forEach((point, index) => {
    const held = points[best];
    if (held === undefined || Math.abs(point.coverage - coverage) < Math.abs(held.coverage - coverage)) best = index;
  });
  return best;
}

/** The index of the point that answers most at a risk within the target; the first one when none is. */
export function furthest(points: readonly CurvePoint[], target: number): number {
  return Math.max(0, points.map((point) => point.risk <= target).lastIndexOf(true));
}

const round = (value: number): number => Math.round(value * 10) / 10;
