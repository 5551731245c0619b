/** Moves of messages between this case and others: done, or only proposed. */
import { useEffect, useState } from "preact/hooks";
import { changed, epoch, http } from "../store";

/** As `GET /api/cases/{id}/joins` gives them. */
export interface Join {
  id: number;
  kind: "join" | "split" | "proposal";
  from_case_id: number;
  from_number: number;
  to_case_id: number;
  to_number: number;
  message_ids: number[];
  /** A closed word: "same_subject", "stranger_refers", "case_closed", "by_agent". */
  why: string;
  state: "open" | "done" | "undone" | "dismissed";
}

/** Newest first; read again when messages move. Empty while it is not known. */
export function useJoins(caseId: number): readonly Join[] {
  const [held, setHeld] = useState<{ caseId: number; joins: readonly Join[] }>({ caseId, joins: [] });
  useEffect(() => {
    const abort = new AbortController();
    http.get<readonly Join[]>(`/api/cases/${caseId}/joins`, abort.signal).then(
      (joins) => setHeld({ caseId, joins }),
      // Only an offer is missing: the case itself is here.
      () => undefined,
    );
    return () => abort.abort();
  }, [caseId, changed.joins.value, epoch.value]);
  return held.caseId === caseId ? held.joins : [];
}
