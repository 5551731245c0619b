/** Topics that fell back to suggestions: the badge beside Robot, wherever a lead is on the desk. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { mayLead } from "../settings/form";
import { changed, epoch, http, session } from "../store";

const fallen = signal(0);

export const fallenCount = (): number => fallen.value;

/** Counts them anew when something changed about topics, for those who can do something about it. */
export function useFallen(): void {
  const leads = session.value != null && mayLead();
  useEffect(() => {
    if (!leads) return undefined;
    const abort = new AbortController();
    // Offline the connection's own banner says enough.
    http.get<{ fallen: number }>("/api/robot/attention", abort.signal).then((found) => { fallen.value = found.fallen; }, () => undefined);
    return () => abort.abort();
  }, [leads, changed.robot.topics.value, epoch.value]);
}
