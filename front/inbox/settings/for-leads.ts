/** What calls for a lead, wherever on the desk they are. */
import { useEffect } from "preact/hooks";
import { epoch, http, session } from "../store";
import { mayLead } from "./form";

/** Takes what `GET path` answers, anew in each round; null for whoever can do nothing about it, also after a lead has signed out. */
export function useForLeads<T>(path: string, round: number, take: (found: T | null) => void): void {
  const leads = session.value != null && mayLead();
  useEffect(() => {
    if (!leads) {
      take(null);
      return undefined;
    }
    const abort = new AbortController();
    // Offline the connection's own banner says enough.
    http.get<T>(path, abort.signal).then(take, () => undefined);
    return () => abort.abort();
  }, [leads, round, epoch.value]);
}
