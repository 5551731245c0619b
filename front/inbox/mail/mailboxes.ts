/** With whom a case is written by mail, from which mailbox, and under which signature. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Case, MailAddress } from "../../shared/types";
import { changed, desk, epoch, http } from "../store";

/** As `GET /api/cases/{id}/correspondence` gives it. */
export interface Correspondence {
  /** The mailbox an answer leaves from; null: what is written here is no letter. */
  sender: MailAddress | null;
  /** The customer as mail reaches them; null: no address is known. */
  to: MailAddress | null;
  /** Others who take part and would get a copy. */
  participants: MailAddress[];
  /** Added under an answer in the customer's language. */
  signature: string;
  /** Addresses of all our mailboxes. */
  own: string[];
}

/** Addresses of ours as far as they are known here: a letter "to you" is one to these. */
export const ownAddresses = signal<readonly string[]>([]);

const held = new Map<number, Correspondence>();

/** Read again whenever the case gets another message: somebody may have joined by it. null until it is here. */
export function useCorrespondence(item: Case): Correspondence | null {
  const [value, setValue] = useState<Correspondence | null>(held.get(item.id) ?? null);
  const here = [...(desk.value?.messages.values() ?? [])].filter((one) => one.case_id === item.id);
  const newest = Math.max(0, ...here.map((one) => one.id));
  const isMail = item.channel === "email" || here.some((one) => one.letter != null);
  useEffect(() => {
    if (!isMail) return undefined;
    const abort = new AbortController();
    http.get<Correspondence>(`/api/cases/${item.id}/correspondence`, abort.signal).then(
      (found) => {
        held.set(item.id, found);
        ownAddresses.value = found.own;
        setValue(found);
      },
      // The composer works without: the server knows to whom an answer goes.
      () => undefined,
    );
    return () => abort.abort();
  }, [item.id, isMail, newest, epoch.value, changed.channels.value]);
  return isMail ? value : null;
}

/** Who gets a copy unless the agent says otherwise; null where that is not known, or nobody writes letters. */
export function usualCopies(caseId: number): string[] | null {
  const mail = held.get(caseId);
  return mail === undefined || mail.sender === null ? null : mail.participants.map((one) => one.email);
}

/** Whether an answer in this case is a letter. */
export const isLetter = (item: Case, mail: Correspondence | null): boolean => (mail === null ? item.channel === "email" : mail.sender !== null);
