/** What a replay is asked for: the form's fields, and how they become a request. */
import type { Level } from "./facts";
import { listOf } from "./policy-form";
import type { Draft } from "./shapes";

export const MOST_QUESTIONS = 100_000;

export interface Wish {
  name: string;
  last: string;
  version: string;
  channel: string;
  /** Percent as typed; empty: as the robot has it now. */
  answerCut: string;
  askCut: string;
  level: Level | "";
  left: readonly { entry_id: number; title: string }[];
  levels: readonly { entry_id: number; title: string; level: Level }[];
  /** Own boundaries, one a line; null: as the shop has them now. */
  own: string | null;
}

export const PLAIN: Wish = { name: "", last: "300", version: "", channel: "", answerCut: "", askCut: "", level: "", left: [], levels: [], own: null };

/** The wish in a link such as ?cut=0.62, which the curve and the topics make; null without one. */
export function wishOf(search: string): Wish | null {
  const params = new URLSearchParams(search);
  const cut = Number(params.get("cut"));
  const last = Number(params.get("last"));
  const wanted: Wish = {
    ...PLAIN,
    ...(params.get("cut") !== null && cut > 0 && cut <= 1 ? { answerCut: String(Math.round(cut * 1000) / 10) } : {}),
    ...(Number.isInteger(last) && last >= 1 && last <= MOST_QUESTIONS ? { last: String(last) } : {}),
  };
  return params.has("cut") || params.has("last") || params.has("new") ? wanted : null;
}

/** A share out of percent as people type it, with comma or point; undefined when empty, null when it is none. */
export function shareOf(typed: string): number | null | undefined {
  const text = typed.trim().replace("%", "").replace(",", ".").trim();
  if (text === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value > 0 && value <= 100 ? value / 100 : null;
}

export type Problem = "last" | "answerCut" | "askCut";

/** The request for a wish, or which fields cannot be read. */
export function requestOf(wish: Wish): { body: Record<string, unknown> } | { problems: Problem[] } {
  const last = Number(wish.last.replace(/[\s\u00a0]/g, ""));
  const [answer, ask] = [shareOf(wish.answerCut), shareOf(wish.askCut)];
  const problems: Problem[] = [];
  if (!Number.isInteger(last) || last < 1 || last > MOST_QUESTIONS) problems.push("last");
  if (answer === null) problems.push("answerCut");
  if (ask === null) problems.push("askCut");
  if (problems.length > 0) return { problems };
  const draft: Partial<Draft> = {
    ...(typeof answer === "number" ? { answer_cut: answer } : {}),
    ...(typeof ask === "number" ? { ask_cut: ask } : {}),
    ...(wish.level === "" ? {} : { default_level: wish.level }),
    ...(wish.levels.length === 0 ? {} : { levels: Object.fromEntries(wish.levels.map((one) => [String(one.entry_id), one.level])) }),
    ...(wish.left.length === 0 ? {} : { archived: wish.left.map((one) => one.entry_id) }),
    ...(wish.own === null ? {} : { own_boundaries: listOf(wish.own) }),
  };
  return {
    body: { name: wish.name.trim(), last, version: wish.version === "" ? null : Number(wish.version), channel: wish.channel === "" ? null : wish.channel, draft },
  };
}
