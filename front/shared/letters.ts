/** Letters as agents see them; visitors never get any of it. */

/** A mail address in lower case with the name written beside it. */
export interface MailAddress {
  email: string;
  name: string | null;
}

export type TrustResult = "pass" | "fail" | "none" | "unknown";

/** What the receiving side says of a mail's sender; `warnings` are closed words such as "reply_to_elsewhere". */
export interface Trust {
  spf: TrustResult;
  dkim: TrustResult;
  dmarc: TrustResult;
  warnings: string[];
}

/** What a message has beyond its text when it came or goes as a letter. Visitors never get it. */
export interface LetterBrief {
  subject: string;
  sender: MailAddress;
  recipients: MailAddress[];
  copies: MailAddress[];
  /** Why no person wrote it. */
  automatic: string | null;
  /** By what it came to its case: "token", "own_id", "reference" or "new". */
  joined_by: string | null;
  trust: Trust;
  has_html: boolean;
  has_quote: boolean;
  /** When a queued letter of ours leaves. */
  sends_at: string | null;
}
