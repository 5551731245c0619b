/** What the server says of reviews, replays and lessons. Shares are parts of one, times RFC 3339. */
import type { Failure, Language } from "../../shared/types";
import type { Label, Level } from "./facts";

/** One decision of the robot, drawn for a judgement. */
export interface ReviewItem {
  id: number;
  case_id: number;
  case_number: number;
  verdict_id: number;
  drawn: "random" | "risk" | "signal";
  kind: "answer" | "ask" | "suggest" | "hand_over";
  question: string;
  /** The turns before the question, oldest first. */
  history: { who: string; text: string }[];
  robot_text: string | null;
  entry: { id: number; title: string } | null;
  /** Further entries answered in the same message. */
  also: { id: number; title: string }[];
  reason: string | null;
  candidates: { entry_id: number; title: string; probability: number }[];
  /** What a person answered. */
  agent_text: string | null;
  language: string | null;
  channel: string;
  asked_at: string;
  judged_by: number[];
}

export interface Disagreement {
  item: ReviewItem;
  judgements: { agent_id: number; label: Label; truth_entry_id: number | null }[];
}

export interface ReviewState {
  items: ReviewItem[];
  waiting: number;
  mine_today: number;
  disagreements: Disagreement[];
}

export interface ReplayRow {
  name: string;
  questions: number;
  answered: number;
  right: number;
  wrong: number;
  asked: number;
  asked_right: number;
  handed_over: number;
}

export interface TopicRow extends ReplayRow {
  entry_id: number;
  title: string;
  minutes: number;
  level_now: Level;
}

/** One possible cut: which share the robot would answer, and which share of that would be wrong. */
export interface CurvePoint {
  coverage: number;
  risk: number;
  cut: number;
}

export interface ReplaySummary {
  questions: number;
  known: number;
  answered: number;
  right: number;
  wrong: number;
  unknown: number;
  /** Answered by the robot where a person wrote words of no entry. */
  freely_answered: number;
  precision: number | null;
  precision_low: number | null;
  coverage: number;
  asked: number;
  asked_right: number;
  handed_over: Record<string, number>;
  suggested: number;
  silent: number;
  /** Answers that only return a courtesy; they count as nothing else. */
  greeted: number;
  minutes_saved: number;
  by_language: ReplayRow[];
  by_topic: TopicRow[];
  curve: CurvePoint[];
}

/** What a replay tries on top of a robot; null and empty: that robot as it is; an empty list of own boundaries is none at all. */
export interface Draft {
  answer_cut: number | null;
  ask_cut: number | null;
  levels: Record<string, Level>;
  default_level: Level | null;
  archived: number[];
  examples: { entry_id: number; language: string; text: string }[];
  own_boundaries: readonly string[] | null;
}

export type ReplayStatus = "waiting" | "running" | "done" | "cancelled" | "failed";

export interface Replay {
  id: number;
  name: string;
  status: ReplayStatus;
  failure: Failure | null;
  version: number | null;
  channel: string | null;
  draft: Draft;
  wanted: number;
  total: number;
  done: number;
  summary: ReplaySummary | null;
  created_at: string;
  ended_at: string | null;
}

export type Outcome = "right" | "wrong" | "unknown";

export interface RobotWord {
  kind: string;
  entry_id: number | null;
  entry_title: string | null;
  reason: string | null;
  text: string | null;
  probability: number | null;
  choices: { entry_id: number; title: string }[] | null;
}

export interface ReplayItem {
  message_id: number;
  case_id: number;
  case_number: number;
  question: string;
  robot: RobotWord;
  agent: { text: string | null; entry_id: number | null; entry_title: string | null };
  /** How the right answer is known: judged, sent, inferred, none or unknown. */
  truth: string;
  truth_entry: { entry_id: number; title: string } | null;
  outcome: Outcome;
  language: string | null;
  asked_at: string;
}

export type Compared = RobotWord & { outcome: Outcome };

export interface Comparison {
  a: Replay;
  b: Replay;
  /** Questions that both replayed. */
  shared: number;
  changed: { message_id: number; case_number: number; question: string; a: Compared; b: Compared }[];
  better: number;
  worse: number;
}

export type LessonKind = "example" | "wording" | "entry";
export const LESSON_KINDS: readonly LessonKind[] = ["example", "wording", "entry"];

export interface EffectSide {
  answered: number;
  right: number;
  wrong: number;
  asked: number;
}

export interface Lesson {
  id: number;
  kind: LessonKind;
  entry_id: number | null;
  entry_title: string | null;
  language: Language;
  title: string;
  /** `languages`: contacts by language, most first; empty where there is only one. */
  content: { examples: string[]; text: string | null; before: string | null; languages: Record<string, number> };
  contacts: number;
  customers: number;
  agents: number;
  status: "open" | "accepted" | "rejected" | "outdated";
  effect: { before: EffectSide; after: EffectSide; questions: number } | null;
  sources: { message_id: number; case_number: number; text: string }[];
  created_at: string;
  settled_at: string | null;
}

export type LessonCounts = Record<LessonKind, number>;
