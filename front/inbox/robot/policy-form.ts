/** Between the policy as it is stored and as people write it. */
import type { RobotPolicy } from "./facts";

/** 0.05 as 5; tenths at most, so that 0.07 does not show as 7.000000000000001. */
export const toPercent = (share: number): number => Math.round(share * 1000) / 10;

/** What was typed as a share of one; null while it is no number. */
export function fromPercent(typed: string): number | null {
  const number = Number(typed.trim().replace(",", "."));
  return typed.trim() === "" || !Number.isFinite(number) ? null : Math.round(number * 10) / 1000;
}

/** A list as it is written, one a line. */
export const listOf = (written: string): readonly string[] => (written === "" ? [] : written.split("\n"));

type Lines = Record<string, unknown>;

/** Only what differs is sent, table by table and line by line, so that two people do not undo each other. */
export function changesOf(kept: RobotPolicy, value: RobotPolicy): Partial<RobotPolicy> {
  const found: Lines = {};
  for (const [name, now] of Object.entries(value)) {
    const before: unknown = kept[name as keyof RobotPolicy];
    if (JSON.stringify(before) === JSON.stringify(now)) continue;
    found[name] = typeof now === "object" && now !== null && !Array.isArray(now) ? linesOf(before as Lines, now as Lines) : now;
  }
  return found as Partial<RobotPolicy>;
}

const linesOf = (before: Lines, now: Lines): Lines =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => before[name] !== value));
