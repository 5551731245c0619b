/**
 * The objects that the server and both front ends exchange. Times are RFC 3339 UTC strings, ids numbers.
 * Types generated from the server's own description replace these one by one as they become available.
 */
import type { LetterBrief } from "./letters";

export type { LetterBrief, MailAddress, Trust, TrustResult } from "./letters";

export type Language = "en" | "et" | "fi" | "pl";
export const LANGUAGES: readonly Language[] = ["en", "et", "fi", "pl"];

export interface Actor {
  kind: "customer" | "agent" | "robot" | "system";
  id: number | null;
}

/** The page the customer was on when the message was written. */
export interface Page {
  url: string;
  title: string;
  language: string;
}

export interface Attachment {
  id: number;
  name: string;
  media_type: string;
  size: number;
  width: number | null;
  height: number | null;
  url: string;
}

export interface Choice {
  entry_id: number;
  title: string;
}

export type MessageStatus = "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "unknown";

export interface Message {
  id: number;
  case_id: number;
  client_id: string;
  author: Actor;
  author_name: string | null;
  text: string;
  language: string | null;
  status: MessageStatus;
  failure: string | null;
  page: Page | null;
  choices: Choice[] | null;
  chosen_entry_id: number | null;
  entry_id: number | null;
  verdict_id: number | null;
  feedback: "up" | "down" | null;
  attachments: Attachment[];
  created_at: string;
  /** The agent by whose click the robot said it. */
  approved_by: number | null;
  /** Buttons under a robot's answer: what is often asked next. */
  follow_ups: Choice[] | null;
  letter?: LetterBrief | null;
  /** It came or went as a letter; visitors are told no more of it. */
  by_letter?: boolean;
}

export interface Note {
  id: number;
  case_id: number;
  agent_id: number;
  client_id: string;
  text: string;
  created_at: string;
}

export type CaseStatus =
  | "new"
  | "open"
  | "waiting_customer"
  | "waiting_internal"
  | "snoozed"
  | "resolved"
  | "closed"
  | "spam"
  | "merged";

export type Floor = "robot" | "queue" | "agent";

export interface Case {
  id: number;
  number: number;
  customer_id: number;
  customer_name: string | null;
  channel: string;
  subject: string;
  language: string | null;
  status: CaseStatus;
  handler: Floor;
  assignee_id: number | null;
  team_id: number | null;
  robot_paused: boolean;
  hand_over_reason: string | null;
  snoozed_until: string | null;
  preview: string;
  preview_from: "customer" | "agent" | "robot" | null;
  waiting_since: string | null;
  active_at: string;
  created_at: string;
  unread: number;
  customer_read_id: number;
}

/** A thin line between messages; `number` is the event's number and its key. */
export interface Line {
  number: number;
  kind: string;
  at: string;
  actor: Actor;
  data: Record<string, unknown>;
}

export interface Candidate {
  entry_id: number | null;
  title: string;
  probability: number;
}

export type VerdictKind = "answer" | "ask" | "suggest" | "hand_over" | "stay_silent";

export interface Verdict {
  id: number;
  case_id: number;
  kind: VerdictKind;
  entry_id: number | null;
  reason: string | null;
  probability: number | null;
  language: string | null;
  why: {
    sentence: string;
    parameters: Record<string, unknown>;
    language: string;
    reading: Record<string, unknown>;
    /** `cue`: the customer's own words that touched it. */
    boundaries: { name: string; passed: boolean; cue?: string }[];
    candidates: Candidate[];
    model_version: string | null;
    /** Further entries answered in the same message. */
    also?: { entry_id: number; title: string }[];
  };
  created_at: string;
}

export interface Suggestion {
  id: number;
  case_id: number;
  verdict_id: number;
  entry_id: number;
  title: string;
  text: string;
  language: string;
  probability: number | null;
  status: "offered" | "sent" | "edited" | "dismissed" | "outdated";
  /** The robot says it itself as soon as an agent approves. */
  awaits_click: boolean;
  /** The language model that wrote it; null for the entry's own words. */
  drafted_by: string | null;
  sources: Choice[];
}

export interface Identity {
  id: number;
  channel: string;
  address: string;
  verified_by: "nothing" | "typed" | "received" | "mailbox" | "signed";
  /** Since when mail to it comes back for good. */
  undeliverable_since?: string | null;
}

export interface CustomerNote {
  id: number;
  agent_id: number;
  text: string;
  created_at: string;
}

export interface Customer {
  id: number;
  name: string | null;
  language: string | null;
  page: Page | null;
  seen_at: string | null;
  online: boolean;
  created_at: string;
  identities: Identity[];
  notes: CustomerNote[];
}

export interface Agent {
  id: number;
  name: string;
  email: string;
  role: "owner" | "lead" | "agent";
  language: Language;
  available: boolean;
  active: boolean;
  online: boolean;
  team_ids: number[];
}

export interface Team {
  id: number;
  name: string;
  agent_ids: number[];
}

export interface EntryText {
  title: string;
  answer: string;
}

export interface Entry {
  id: number;
  key: string;
  policy: "answer" | "suggest" | "people";
  valid_from: string | null;
  valid_until: string | null;
  version: number;
  archived: boolean;
  updated_at: string;
  texts: Partial<Record<Language, EntryText>>;
  examples: Partial<Record<Language, string[]>>;
  answered: number;
}

/** Why a training or a replay failed; `detail`: the machine's own words, or seconds. */
export interface Failure {
  code: string;
  detail: string;
}

export interface Model {
  status: "none" | "training" | "ready" | "failed";
  entries: number;
  examples: number;
  engine: string;
  ready_at: string | null;
  failure: Failure | null;
}

export interface Workspace {
  id: number;
  name: string;
  timezone: string;
  languages: Language[];
  robot: { mode: "answer" | "suggest" | "off" };
  hours: { always_open: boolean; days: Record<string, [string, string][]>; holidays: string[] };
  widget: {
    key: string;
    accent: string;
    position: "right" | "left";
    greeting: Partial<Record<Language, string>>;
    assistant_name: string | null;
    dark: "auto" | "light" | "dark";
    allowed_origins: string[];
    ask_email: boolean;
  };
}

export interface Counts {
  mine: number;
  unassigned: number;
  open: number;
  robot: number;
  snoozed: number;
  resolved: number;
}

export interface Me {
  agent: Agent;
  workspace: Workspace;
  agents: Agent[];
  teams: Team[];
  cursor: number;
  counts: Counts;
}

export interface CaseView {
  case: Case;
  customer: Customer;
  past_cases: Case[];
  messages: Message[];
  notes: Note[];
  lines: Line[];
  verdicts: Verdict[];
  suggestion: Suggestion | null;
  cursor: number;
}

/** What the visitor's page knows of a case. */
export interface WidgetCase {
  id: number;
  number: number;
  status: CaseStatus;
  handler: Floor;
  waiting_since: string | null;
  agent_read_id: number;
  customer_read_id: number;
}

export interface Availability {
  open: boolean;
  opens_at: string | null;
  agents_online: number;
  expected_answer_seconds: number | null;
}

export interface WidgetShop {
  name: string;
  accent: string;
  position: "right" | "left";
  greeting: string | null;
  starters: Choice[];
  assistant_name: string | null;
  dark: "auto" | "light" | "dark";
  ask_email: boolean;
  robot: "answer" | "suggest" | "off";
  /** What a visitor missed is sent on by mail. */
  by_mail?: boolean;
}

export interface WidgetState {
  cursor: number;
  language: Language;
  shop: WidgetShop;
  availability: Availability;
  visitor: { name: string | null; email: string | null };
  cases: WidgetCase[];
  messages: Message[];
  unread: number;
}

/** What changed about the robot; screens that show it read it again. */
export type RobotPart = "policy" | "topics" | "review" | "replays" | "lessons" | "versions";

export interface WireObjects {
  cases?: (Case | WidgetCase)[];
  messages?: Message[];
  notes?: Note[];
  lines?: Line[];
  verdicts?: Verdict[];
  suggestions?: Suggestion[];
  customers?: Customer[];
  agents?: Agent[];
  teams?: Team[];
  entries?: { id: number }[];
  model?: Model;
  workspace?: Record<string, unknown>;
  robot?: RobotPart;
  /** `{}`: a mailbox or what it could not read changed. */
  channels?: Record<string, never>;
  shop?: WidgetShop;
  availability?: Availability;
  /** Ids of what is no longer there. */
  removed?: { teams?: number[]; messages?: number[] };
}

/** One event as it comes over the wire: what happened, and the objects as this viewer now sees them. */
export interface LiveEvent {
  number: number;
  kind: string;
  at: string;
  actor: Actor;
  case_id: number | null;
  /** Ids and closed words; only agents get them. */
  data?: Record<string, unknown>;
  objects: WireObjects;
}
