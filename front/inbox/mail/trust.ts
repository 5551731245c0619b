/** What an agent should think of a letter's sender, in closed words. Pure. */
import type { LetterBrief } from "../../shared/types";

export type Standing = "verified" | "unproven" | "failed" | "warning";

/** Warnings the worst first: one is said beside the name, all of them when asked. */
export const WARNINGS = [
  "claims_to_be_us", "dmarc_fail", "lookalike", "stranger_refers", "reply_to_elsewhere", "by_form", "several_senders", "bare_header_breaks", "dkim_fail",
] as const;

const rank = (word: string): number => {
  const at = (WARNINGS as readonly string[]).indexOf(word);
  return at < 0 ? WARNINGS.length : at;
};

/** The letter's warnings, the worst first. */
export const warningsOf = (letter: LetterBrief): string[] => [...letter.trust.warnings].sort((a, b) => rank(a) - rank(b));

/** How far the sender is who they say they are. A warning outweighs everything. */
export function standingOf(letter: LetterBrief): Standing {
  if (letter.trust.warnings.length > 0) return "warning";
  if (letter.trust.dmarc === "pass") return "verified";
  return letter.trust.dmarc === "fail" ? "failed" : "unproven";
}
