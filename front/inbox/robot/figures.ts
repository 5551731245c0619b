/** Figures of the topics: rounded so that they never say more than is known, sorted, filtered and counted. */
import { language } from "../../shared/i18n";
import { LEVELS, type Certificate, type Level, type Topic } from "./facts";

const NO_BREAK = "\u00a0";

/** 0.0312 as "3.2 %" (rounded up), "3.1 %" (down) or to the nearest tenth, in the viewer's language. */
export function percent(share: number, rounding: "up" | "down" | "near" = "near", code: string = language()): string {
  // A ten-thousandth of a tenth forgives 0.031 * 1000 = 31.000000000000004.
  const tenths = { up: Math.ceil(share * 1000 - 1e-4), down: Math.floor(share * 1000 + 1e-4), near: Math.round(share * 1000) }[rounding];
  return `${new Intl.NumberFormat(code, { maximumFractionDigits: 1 }).format(tenths / 10)}${NO_BREAK}%`;
}

export const isInForce = (certificate: Certificate | null): certificate is Certificate & { bound: number } =>
  certificate !== null && certificate.status === "in_force" && certificate.bound !== null;

/** Whether what is still needed is of a class of topics and not of this one alone: the shorter way counts. */
export const isTogether = ({ certificate, needed }: Pick<Topic, "certificate" | "needed">): boolean =>
  certificate !== null && certificate.scope !== "topic" && certificate.needed === needed;

/** Judged answers so far on the way that `needed` goes on. */
export const judgedFor = (topic: Pick<Topic, "certificate" | "judged" | "needed">): number =>
  topic.certificate !== null && topic.certificate.needed === topic.needed ? topic.certificate.answered : topic.judged;

/** How far the evidence has come, 0 to 1: judged answers of those that a certificate takes. */
export const progressOf = (topic: Pick<Topic, "certified" | "needed" | "certificate" | "judged">): number => {
  if (topic.certified) return 1;
  const have = judgedFor(topic);
  return topic.needed <= 0 ? 0 : have / (have + topic.needed);
};

export const FILTERS = ["all", "certified", "proposed", "demoted", "off"] as const;
export type Filter = (typeof FILTERS)[number];
export const SORTS = ["contacts", "title", "level", "judged", "proof"] as const;
export type Sort = (typeof SORTS)[number];

export const passes = (topic: Topic, filter: Filter): boolean => {
  switch (filter) {
    case "all": return true;
    case "certified": return topic.certified;
    case "proposed": return topic.proposed !== null;
    case "demoted": return topic.demoted_at !== null;
    case "off": return topic.level === "off";
  }
};

/** How many topics pass each filter. */
export function countAll(topics: readonly Topic[]): Record<Filter, number> {
  const counts = Object.fromEntries(FILTERS.map((filter) => [filter, 0])) as Record<Filter, number>;
  for (const topic of topics) for (const filter of FILTERS) if (passes(topic, filter)) counts[filter] += 1;
  return counts;
}

/** Letters without their marks, so that "tagastus" finds "Tagastüs" and "przesylka" finds "Przesyłka". */
export const plain = (text: string): string =>
  text.toLocaleLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/ł/g, "l").trim();

const proofOf = (topic: Topic): number => {
  // What the robot may not answer has nothing to prove.
  if (topic.policy !== "answer") return Number.MAX_SAFE_INTEGER;
  return topic.certified ? -1 + (topic.certificate?.bound ?? 0) : topic.needed;
};

const ORDERS: Record<Sort, (one: Topic, other: Topic) => number> = {
  contacts: (one, other) => other.contacts_30 - one.contacts_30,
  title: () => 0,
  level: (one, other) => LEVELS.indexOf(other.level) - LEVELS.indexOf(one.level),
  judged: (one, other) => other.judged - one.judged,
  // The certified first, then those that lack the fewest judgements.
  proof: (one, other) => proofOf(one) - proofOf(other),
};

/** The topics to show, in order; equals go by title. */
export function arrange(topics: readonly Topic[], wanted: { filter: Filter; sort: Sort; text: string }, code: string = language()): Topic[] {
  const words = plain(wanted.text).split(/\s+/).filter(Boolean);
  const collator = new Intl.Collator(code, { numeric: true });
  return topics
    .filter((topic) => passes(topic, wanted.filter) && words.every((word) => plain(topic.title).includes(word)))
    .sort((one, other) => ORDERS[wanted.sort](one, other) || collator.compare(one.title, other.title) || one.entry_id - other.entry_id);
}

/** Levels that may not be chosen now: on its own takes a certificate. */
export const lockedLevels = (topic: Pick<Topic, "certified" | "level">): readonly Level[] =>
  topic.certified || topic.level === "own" ? [] : ["own"];

/** Questions of 30 days and how many of them the robot answered. */
export function sumOf(topics: readonly Topic[]): { contacts: number; answered: number } {
  return topics.reduce((sum, topic) => ({ contacts: sum.contacts + topic.contacts_30, answered: sum.answered + topic.answered_30 }), { contacts: 0, answered: 0 });
}
