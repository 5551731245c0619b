/** How people are named on a letter. Pure. */
import type { LetterBrief, MailAddress } from "../../shared/types";

/** The name beside an address, or the address itself where none was written. */
export const shortName = ({ email, name }: MailAddress): string => (name === null || name.trim() === "" ? email : name);

/** Name and address as a mail writes them. */
export const fullName = (one: MailAddress): string => (shortName(one) === one.email ? one.email : `${one.name} <${one.email}>`);

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether the address is one of ours; a plus-address is the mailbox it belongs to. */
export function isOurs(email: string, own: readonly string[]): boolean {
  return own.some((mine) => same(email.replace(/\+[^@]*(?=@)/, ""), mine.replace(/\+[^@]*(?=@)/, "")));
}

export interface Addressed {
  /** The first one to be named: null when the letter names nobody. */
  first: MailAddress | null;
  /** Whether the first one is the shop's own mailbox. */
  toUs: boolean;
  /** How many more read it. */
  others: number;
  all: MailAddress[];
}

/** Whom a letter goes to, ours first where it came to us. */
export function addressed(letter: Pick<LetterBrief, "recipients" | "copies">, own: readonly string[]): Addressed {
  const all = [...letter.recipients, ...letter.copies].filter((one, at, every) => every.findIndex((other) => same(other.email, one.email)) === at);
  const ours = all.find((one) => isOurs(one.email, own));
  return { first: ours ?? all[0] ?? null, toUs: ours !== undefined, others: Math.max(0, all.length - 1), all };
}

/** An address as typed: "Mari <mari@example.com>" or "mari@example.com"; null for anything else. */
export function parseAddress(typed: string): MailAddress | null {
  const [, named = "", bracketed = ""] = /^\s*"?([^"<>]*?)"?\s*<([^<>\s]+)>\s*$/.exec(typed) ?? [];
  const email = (bracketed === "" ? typed : bracketed).trim().toLowerCase();
  if (!/^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(email) || email.length > 254) return null;
  return { email, name: named.trim() === "" ? null : named.trim() };
}

/** Without "Re:" and its like, so that one conversation is named once. */
export function plainSubject(subject: string): string {
  return subject.replace(/^(?:\s*(?:re|fw|fwd|vs|vl|ynt|odp|pd|sv|aw|wg|vb|hv|edasi|vast|atb|na)(?:\[\d+\])?\s*:\s*)+/iu, "").replace(/\s+/g, " ").trim();
}
