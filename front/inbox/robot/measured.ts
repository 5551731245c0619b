/** How the team works with the suggestions: what the server counts, put in order and into words. */
import { language } from "../../shared/i18n";

/** One row, or the sum of all. `distance`: mean share of the text changed in the used ones; shares 0 to 1. */
export interface Measure {
  id: number | null;
  name: string;
  offered: number;
  sent: number;
  edited: number;
  dismissed: number;
  /** Passed over by a reply in own words. */
  unanswered: number;
  acceptance: number | null;
  distance: number | null;
  seconds_saved: number | null;
}

export interface Measures {
  by_topic: readonly Measure[];
  by_agent: readonly Measure[];
  total: Measure;
}

/** What can become of a suggestion, the best first. */
export const PARTS = ["sent", "edited", "dismissed", "unanswered"] as const;
export type Part = (typeof PARTS)[number];

export const SPANS = [7, 30, 90] as const;
export type Span = (typeof SPANS)[number];

/** Days to look back on, from the address; a month when it names none of ours. */
export const spanOf = (search: string): Span => SPANS.find((days) => String(days) === new URLSearchParams(search).get("days")) ?? 30;

/** Mean share of the text changed where it was changed at all: those sent as they were count as 0 in `distance`. */
export const changedOf = ({ distance, sent, edited }: Pick<Measure, "distance" | "sent" | "edited">): number | null =>
  distance === null || edited === 0 ? null : Math.min(1, (distance * (sent + edited)) / edited);

export const COLUMNS = ["name", "offered", "acceptance", ...PARTS, "changed", "saved"] as const;
export type Column = (typeof COLUMNS)[number];
export interface Order {
  column: Column;
  down: boolean;
}

/** A click on the column that leads turns it round; another one begins with its largest, names with A. */
export const turned = (order: Order, column: Column): Order =>
  ({ column, down: order.column === column ? !order.down : column !== "name" });

export function valueOf(row: Measure, column: Exclude<Column, "name">): number | null {
  if (column === "changed") return changedOf(row);
  return column === "saved" ? row.seconds_saved : row[column];
}

/** Rows in order; unknown figures stand last either way, equals go by name. */
export function ordered(rows: readonly Measure[], { column, down }: Order, code: string = language()): Measure[] {
  const collator = new Intl.Collator(code, { numeric: true });
  const sign = down ? -1 : 1;
  return [...rows].sort((one, other) => {
    if (column === "name") return sign * collator.compare(one.name, other.name);
    const [mine, theirs] = [valueOf(one, column), valueOf(other, column)];
    if (mine === null || theirs === null) return Number(mine === null) - Number(theirs === null) || collator.compare(one.name, other.name);
    return sign * (mine - theirs) || collator.compare(one.name, other.name);
  });
}

const UNITS = [["hour", 5400, 3600], ["minute", 120, 60], ["second", 0, 1]] as const;

/** 41 as "41 sec", 600 as "10 min", 7200 as "2 hr", in the viewer's language; without the sign. */
export function stretch(seconds: number, code: string = language()): string {
  const length = Math.abs(seconds);
  const [unit, , each] = UNITS.find(([, from]) => length >= from) ?? UNITS[2];
  const said = new Intl.NumberFormat(code, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: unit === "hour" ? 1 : 0 }).format(length / each);
  return said.replaceAll(" ", "\u00a0");
}
