/** Topics that fell back to suggestions: the badge beside Robot, wherever a lead is on the desk. */
import { signal } from "@preact/signals";
import { useForLeads } from "../settings/for-leads";
import { changed } from "../store";

const fallen = signal(0);

export const fallenCount = (): number => fallen.value;

/** Counts them anew when something changed about topics. */
export function useFallen(): void {
  useForLeads<{ fallen: number }>("/api/robot/attention", changed.robot.topics.value, (found) => { fallen.value = found?.fallen ?? 0; });
}
