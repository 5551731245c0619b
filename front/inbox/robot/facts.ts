/** The robot's objects as the server sends them. Times are RFC 3339 UTC strings, shares 0 to 1. */
import type { Actor, Language, Model } from "../../shared/types";

/** The dimmer, from nothing to everything. */
export const LEVELS = ["off", "suggest", "click", "audit", "own"] as const;
export type Level = (typeof LEVELS)[number];
export const RISKS = ["low", "normal", "high"] as const;
export type Risk = (typeof RISKS)[number];

/** How sure it is, statistically, that answers in this scope are right. */
export interface Certificate {
  id: number;
  scope: "risk" | "language" | "topic";
  risk: Risk;
  language: Language | null;
  entry_id: number | null;
  target: number;
  confidence: number;
  threshold: number | null;
  cases: number;
  answered: number;
  errors: number;
  /** Upper bound on the share of wrong answers. */
  bound: number | null;
  /** More judged answers wanted, if none of them is wrong. */
  needed: number;
  evidence_from: string | null;
  evidence_to: string | null;
  status: "in_force" | "insufficient" | "voided" | "replaced";
  void_reason: string | null;
  created_at: string;
  version: number | null;
}

export interface Topic {
  entry_id: number;
  title: string;
  policy: "answer" | "suggest" | "people";
  risk: Risk;
  level: Level;
  own_level: Level | null;
  channel_levels: Readonly<Record<string, Level>>;
  examples: number;
  /** How far each language goes: title and answer with example questions, without them, or nothing. */
  languages?: Partial<Record<Language, "full" | "part" | "none">>;
  contacts_30: number;
  answered_30: number;
  judged: number;
  right: number;
  certificate: Certificate | null;
  certified: boolean;
  needed: number;
  proposed: Level | null;
  proposed_why: string | null;
  demoted_at: string | null;
  demoted_why: string | null;
  set_aside: number;
  /** Languages in which the robot only suggests, whatever the level. */
  held_languages?: readonly string[];
}

export interface Totals {
  judged: number;
  right: number;
  in_force: number;
  proposed: number;
  to_review: number;
}

export interface Topics {
  topics: readonly Topic[];
  certificates: readonly Certificate[];
  channels: readonly string[];
  totals: Totals;
}

export type Label = "right" | "wrong_entry" | "hand_over" | "wrong_tone";

export interface JudgementView {
  id: number;
  verdict_id: number;
  case_id: number;
  case_number: number;
  question: string;
  answer: string | null;
  entry_id: number | null;
  entry_title: string | null;
  source: string;
  label: Label;
  agent_id: number | null;
  created_at: string;
  set_aside: string | null;
}

export interface LevelChange {
  at: string;
  actor: Actor;
  channel: string | null;
  from_level: Level;
  to_level: Level;
  why: string;
}

export interface TopicView {
  topic: Topic;
  certificates: readonly Certificate[];
  changes: readonly LevelChange[];
  judgements: readonly JudgementView[];
  mistakes: readonly JudgementView[];
}

export interface RobotPolicy {
  default_level: Level;
  targets: Readonly<Record<Risk, number>>;
  confidence: number;
  automatic_promotion: boolean;
  audit_share: Readonly<Record<"audit" | "own", number>>;
  hand_over_share: number;
  second_judge_share: number;
  minutes_per_contact: number;
  /** The entry answered from the customer's own order; 0: none. */
  order_topic: number;
  /** Words and phrases whose messages always go to a person. */
  own_boundaries: readonly string[];
  language_model: Readonly<Record<string, boolean>>;
  /** The model that the operator set up; null: none. */
  language_model_name?: string | null;
}

export interface Version {
  number: number;
  name: string;
  made_for: "training" | "policy" | "restore" | "lesson";
  entries: number;
  examples: number;
  engine: string;
  actor: Actor;
  created_at: string;
  serving: boolean;
  restored_from: number | null;
  replay: { answered: number; right: number; wrong: number; questions: number } | null;
}

export interface Versions {
  versions: readonly Version[];
  serving: number | null;
  model: Model & { progress?: number };
}

export interface Difference {
  entries_added: readonly { id: number; title: string }[];
  entries_removed: readonly { id: number; title: string }[];
  entries_changed: readonly { id: number; title: string }[];
  policy_changed: readonly { name: string; from: unknown; to: unknown }[];
  cuts_changed: readonly { name: string; from: unknown; to: unknown }[];
}
