/** Mailboxes as the server describes them. */
import type { Language } from "../../shared/types";

export type Security = "tls" | "starttls" | "none";
export type SignIn = "password" | "google" | "microsoft";

export interface Server {
  host: string;
  port: number;
  security: Security;
  user: string;
}

export interface Settings {
  sign_in: SignIn;
  receiving: {
    imap: Server | null;
    folders: string[];
    sent_folder: string | null;
    after: "nothing" | "seen" | "move";
    move_to: string | null;
    history_days: number;
    trusted_server: string;
    /** Senders of contact forms by a lead's word. */
    forms: string[];
  };
  sending: {
    smtp: Server | null;
    from_name: string;
    signature: Partial<Record<Language, string>>;
    plus: boolean;
    quote: boolean;
    undo_seconds: number;
    dkim_domain: string;
    dkim_selector: string;
    unsubscribe: string;
  };
  acknowledge: boolean;
}

export interface Health {
  last_connected_at?: string | null;
  last_mail_at?: string | null;
  /** Letters that lie in the mailbox and are not read yet. */
  backlog?: number;
  failing_since?: string | null;
  failure?: { code: string; said: string } | null;
  sending_failing_since?: string | null;
  sending_failure?: { code: string; said: string } | null;
  backfill?: { done: number; left: number } | null;
  sent_folder?: string | null;
}

export interface Alarm {
  code: "refuses" | "cannot_send" | "not_looked_at" | "silent";
  since: string;
  said: string;
}

export interface Account {
  id: number;
  channel: string;
  name: string;
  address: string | null;
  active: boolean;
  settings: Settings;
  health: Health;
  /** Letters that came in and are not understood yet. */
  waiting: number;
  /** What is wrong with it for so long that people must know. */
  alarm: Alarm | null;
  /** Names of the secrets that are stored. */
  secrets: string[];
  /** Letters that could not be read. */
  quarantined: number;
}

export interface Way {
  ok: boolean;
  code: string;
  said: string;
}

export interface Found {
  provider: string | null;
  imap: Server | null;
  smtp: Server | null;
  sign_in: SignIn;
  source: string;
  hint: string | null;
  help_url: string;
}

export interface Records {
  domain: string;
  spf: string;
  dkim: string;
  dmarc: string;
}

export interface Checked {
  receiving: Way | null;
  sending: Way | null;
  folders: string[];
  sent_folder: string | null;
  round_trip: "came" | "spam" | "missing" | "not_tried";
  plus: boolean | null;
  records: Records | null;
}

export interface Delivery {
  id: number;
  channel_account_id: number;
  account_name: string;
  size: number;
  envelope: { from?: string; to?: string[]; folder?: string };
  status: "waiting" | "taken" | "quarantined" | "discarded";
  failure: string | null;
  /** The same as a word for the screen; "other" and unknown ones are told by the sentence. */
  failure_code: string | null;
  received_at: string;
}

export const EMPTY_SETTINGS: Settings = {
  sign_in: "password",
  receiving: { imap: null, folders: ["INBOX"], sent_folder: null, after: "seen", move_to: null, history_days: 90, trusted_server: "", forms: [] },
  sending: { smtp: null, from_name: "", signature: {}, plus: false, quote: true, undo_seconds: 15, dkim_domain: "", dkim_selector: "", unsubscribe: "" },
  acknowledge: false,
};

/** Days of history that can be read back; "all" of it is as good as this many. */
export const HISTORY = [30, 90, 365, 36_500] as const;
