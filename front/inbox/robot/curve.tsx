/** The risk-coverage curve: how much more the robot could answer, and how much more of it would be wrong. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { across, axis, down, furthest, nearest, paths, sorted, type Box } from "./curve-shape";
import { percent } from "./figures";
import type { CurvePoint } from "./shapes";

const HEIGHT = 240;
const MARGIN = { left: 48, right: 16, top: 12, bottom: 36 };
const NARROWEST = 240;

interface Props {
  points: readonly CurvePoint[];
  /** What this replay itself came to; null when nothing it answered could be checked. */
  now: { coverage: number; risk: number } | null;
  /** At most this share wrong is wished for; null when not known to the viewer. */
  target: number | null;
  /** Where a cut can be tried, as an address. */
  tryAt: (cut: number) => string;
}

/** The width on the screen, so that letters keep their size on a phone. */
function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    if (box.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => entry !== undefined && setWidth(Math.max(NARROWEST, Math.round(entry.contentRect.width))));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

export function Curve({ points, now, target, tryAt }: Props) {
  const shown = sorted(points);
  const [at, setAt] = useState(now === null ? furthest(shown, target ?? 0.05) : nearest(shown, now.coverage));
  const [frame, width] = useWidth();
  const box: Box = { width, height: HEIGHT, ...MARGIN };
  const xEnd = axis(Math.max(...shown.map((one) => one.coverage), now?.coverage ?? 0, 0.01)).end;
  const point = shown[at];
  if (shown.length < 2 || point === undefined) return <p class="quiet">{t("replay.curve_none")}</p>;
  const keyed = (event: KeyboardEvent) => {
    const to = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: shown.length - 1, PageUp: at + 5, PageDown: at - 5 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(shown.length - 1, to)));
  };
  const pointed = (event: PointerEvent) => {
    const left = (event.currentTarget as HTMLElement).getBoundingClientRect().left;
    const share = ((event.clientX - left - box.left) / (box.width - box.left - box.right)) * xEnd;
    setAt(nearest(shown, share));
  };
  return (
    <figure class="curve">
      <div
        ref={frame} class="curve-frame" role="slider" tabIndex={0} aria-label={t("replay.curve_slider")} aria-valuemin={0} aria-valuemax={shown.length - 1}
        aria-valuenow={at} aria-valuetext={spoken(point)} onKeyDown={keyed} onPointerMove={pointed} onPointerDown={pointed}
      >
        <Drawing points={shown} box={box} xEnd={xEnd} now={now} at={at} target={target} />
      </div>
      <figcaption>
        <span>{spoken(point)}</span> <a href={tryAt(point.cut)}>{t("replay.curve_try")}</a>
        {now !== null && <span class="curve-now"><i aria-hidden="true" />{t("replay.curve_now", { coverage: percent(now.coverage), risk: percent(now.risk) })}</span>}
      </figcaption>
      <details>
        <summary>{t("replay.curve_table")}</summary>
        <Table points={shown} at={at} />
      </details>
    </figure>
  );
}

const spoken = (point: CurvePoint): string =>
  t("replay.curve_value", { cut: percent(point.cut), coverage: percent(point.coverage), risk: percent(point.risk) });

function Drawing({ points, box, xEnd, now, at, target }: { points: readonly CurvePoint[]; box: Box; xEnd: number; now: Props["now"]; at: number; target: number | null }) {
  const highest = Math.max(...points.map((one) => one.risk), now?.risk ?? 0, target ?? 0, 0.01);
  const y = axis(highest);
  const { line, area } = paths(points, xEnd, y.end, box);
  const ends = { left: box.left, right: box.width - box.right, floor: box.height - box.bottom };
  const ticks = axis(xEnd).ticks;
  return (
    <svg viewBox={`0 0 ${box.width} ${box.height}`} width={box.width} height={box.height} aria-hidden="true">
      {y.ticks.map((one) => (
        <g key={one}>
          <line class="grid" x1={ends.left} x2={ends.right} y1={down(one, y.end, box)} y2={down(one, y.end, box)} />
          <text class="tick" x={ends.left - 8} y={down(one, y.end, box)} dy="0.32em" text-anchor="end">{percent(one)}</text>
        </g>
      ))}
      {ticks.slice(1).map((one) => <text key={one} class="tick" x={across(one, xEnd, box)} y={ends.floor + 16} text-anchor="middle">{percent(one)}</text>)}
      <text class="axis" x={ends.right} y={box.height - 4} text-anchor="end">{t("replay.curve_x")}</text>
      <text class="axis over" x={ends.left + 4} y={box.top + 10}>{t("replay.curve_y")}</text>
      <path class="area" d={area} />
      <path class="risk" d={line} />
      {target !== null && target <= y.end && (
        <g class="target">
          <line x1={ends.left} x2={ends.right} y1={down(target, y.end, box)} y2={down(target, y.end, box)} />
          <text x={ends.right} y={down(target, y.end, box) - 6} text-anchor="end">{t("replay.curve_target", { share: percent(target) })}</text>
        </g>
      )}
      <Mark point={now} box={box} xEnd={xEnd} yEnd={y.end} look="now" />
      <Mark point={points[at]} box={box} xEnd={xEnd} yEnd={y.end} look="at" />
    </svg>
  );
}

function Mark({ point, box, xEnd, yEnd, look }: { point: Pick<CurvePoint, "coverage" | "risk"> | null | undefined; box: Box; xEnd: number; yEnd: number; look: "now" | "at" }) {
  if (point == null) return null;
  const [x, y] = [across(point.coverage, xEnd, box), down(point.risk, yEnd, box)];
  return (
    <g class={`mark ${look}`}>
      <line x1={x} x2={x} y1={box.top} y2={box.height - box.bottom} />
      <circle cx={x} cy={y} r={look === "now" ? 5 : 4} />
    </g>
  );
}

function Table({ points, at }: { points: readonly CurvePoint[]; at: number }) {
  return (
    <div class="scrolled" role="group" aria-label={t("replay.curve_table")} tabIndex={0}>
      <table>
        <thead><tr><th scope="col">{t("replay.curve_cut")}</th><th scope="col">{t("replay.curve_x")}</th><th scope="col">{t("replay.curve_y")}</th></tr></thead>
        <tbody>
          {points.map((one, index) => (
            <tr key={one.coverage} aria-current={index === at ? "true" : undefined}>
              <th scope="row">{percent(one.cut)}</th><td>{percent(one.coverage)}</td><td>{percent(one.risk)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
