/** Which rows of a replay are on the screen: kept in the address, so that a link shows the same rows. */
import type { Outcome } from "./shapes";

export interface Filters {
  outcome: Outcome | "";
  kind: string;
  entry: string;
  language: string;
}

export const OUTCOMES: readonly Outcome[] = ["right", "wrong", "unknown"];
export const KINDS = ["answer", "ask", "suggest", "hand_over", "stay_silent"] as const;
export const NO_FILTERS: Filters = { outcome: "", kind: "", entry: "", language: "" };

export function filtersOf(search: string): Filters {
  const params = new URLSearchParams(search);
  const among = (name: string, known: readonly string[]) => known.find((one) => one === params.get(name)) ?? "";
  return {
    outcome: among("outcome", OUTCOMES) as Outcome | "",
    kind: among("kind", KINDS),
    entry: /^[1-9]\d{0,14}$/.test(params.get("entry") ?? "") ? (params.get("entry") ?? "") : "",
    language: /^[a-z]{2,3}$/.test(params.get("language") ?? "") ? (params.get("language") ?? "") : "",
  };
}

const set = (filters: Partial<Filters>, names: Record<keyof Filters, string>): URLSearchParams => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== "" && value !== undefined) params.set(names[name as keyof Filters], value);
  return params;
};

/** The address of a replay with these rows. */
export function rowsPath(id: number, filters: Partial<Filters>): string {
  const params = set(filters, { outcome: "outcome", kind: "kind", entry: "entry", language: "language" });
  return `/robot/replay/${id}${params.size === 0 ? "" : `?${params}`}`;
}

/** What the server is asked for. */
export function itemsPath(id: number, filters: Filters, after: number | null, limit: number): string {
  const params = set(filters, { outcome: "outcome", kind: "kind", entry: "entry_id", language: "language" });
  if (after !== null) params.set("after", String(after));
  params.set("limit", String(limit));
  return `/api/robot/replays/${id}/items?${params}`;
}
