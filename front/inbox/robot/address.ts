/** Addresses of the robot's screens. */
export const TABS = ["topics", "review", "replay", "learning", "measures", "versions", "policy"] as const;
export type Tab = (typeof TABS)[number];

/** What stands after /robot/: a tab with what it opens, e.g. replay 12; a topic belongs to its list. */
export function tabOf(rest: string): { tab: Tab; id: number | null } | null {
  const [name = "", id = "", ...more] = rest.split("/");
  if (more.length > 0 || (id !== "" && !/^[1-9]\d{0,14}$/.test(id))) return null;
  const number = id === "" ? null : Number(id);
  if (name === "") return { tab: "topics", id: null };
  if (name === "topic") return number === null ? null : { tab: "topics", id: number };
  const tab = TABS.find((one) => one === name && one !== "topics");
  return tab === undefined || (number !== null && tab !== "replay") ? null : { tab, id: number };
}

export const tabPath = (tab: Tab): string => (tab === "topics" ? "/robot" : `/robot/${tab}`);
export const topicPath = (entryId: number): string => `/robot/topic/${entryId}`;
