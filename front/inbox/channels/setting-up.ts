/** Setting a mailbox up, as the server does it. */
import { useRef, useState } from "preact/hooks";
import type { Workspace } from "../../shared/types";
import { refusalOf, type Refusal } from "../settings/saving";
import { http } from "../store";
import type { Account, Checked, Found, Settings } from "./facts";
import { UNTRIED, type Trial, waysGood } from "./trial";

/** What is tried or stored. secrets: "password" and, where it differs, "smtp_password"; left out, the stored ones hold. */
export interface Wish {
  account_id?: number;
  email: string;
  name: string;
  settings: Settings;
  password?: string;
  smtp_password?: string;
  /** What a sign-in with a provider left behind for us to fetch. */
  grant?: string;
}

export const discover = (email: string): Promise<Found> => http.post<Found>("/api/channels/email/discover", { email }, { attempts: 1 });

export const connect = (wish: Wish): Promise<Account> => http.post<Account>("/api/channels/email", wish);

export const changeMailbox = (id: number, change: Record<string, unknown>): Promise<Account> => http.send<Account>("PATCH", `/api/channels/${id}`, change);

export const readBack = (id: number, days: number): Promise<unknown> => http.post(`/api/channels/${id}/backfill`, { days });

const test = (wish: Wish, roundTrip: boolean): Promise<Checked> => http.post<Checked>("/api/channels/email/test", { ...wish, round_trip: roundTrip }, { attempts: 1 });

/** Tries both ways, then letters to itself; a newer try forgets the answers of an older one. */
export function useTrial() {
  const [trial, setTrial] = useState<Trial>(UNTRIED);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const newest = useRef(0);
  const run = async (wish: Wish): Promise<void> => {
    const mine = (newest.current += 1);
    const show = (next: Trial) => mine === newest.current && setTrial(next);
    setRefusal(null);
    show({ ways: null, trip: null, running: "ways" });
    try {
      const ways = await test(wish, false);
      const both = ways.receiving !== null && ways.sending !== null;
      show({ ways, trip: null, running: both && waysGood({ ways, trip: null, running: null }) ? "trip" : null });
      if (both && waysGood({ ways, trip: null, running: null })) show({ ways, trip: await test(wish, true), running: null });
    } catch (error) {
      if (mine !== newest.current) return;
      setTrial((held) => ({ ...held, running: null }));
      setRefusal(refusalOf(error));
    }
  };
  const forget = () => {
    newest.current += 1;
    setTrial(UNTRIED);
    setRefusal(null);
  };
  return { trial, refusal, run, forget };
}

/** The settings a mailbox begins with, from what was found of it. */
export function settingsFor(found: Found, shop: Workspace, base: Settings): Settings {
  return {
    ...base,
    sign_in: found.sign_in,
    receiving: { ...base.receiving, imap: found.imap },
    sending: { ...base.sending, smtp: found.smtp, from_name: shop.name },
  };
}
