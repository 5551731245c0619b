/** Addresses of the agents' app: which screen, which list, which case. */
import { signal } from "@preact/signals";
import { isList, type ListName } from "./lists";

export type Screen = "robot" | "knowledge" | "team" | "settings" | "channels" | "widget-settings" | "sign-in" | "setup" | "invite";
export type Place =
  | { screen: "inbox"; list: ListName; query: string; number: null }
  | { screen: "case"; number: number }
  | { screen: Screen; rest: string }
  | { screen: "nowhere" };

const SCREENS: readonly string[] = ["robot", "knowledge", "team", "settings", "channels", "widget-settings", "sign-in", "setup", "invite"];

/** What an address means. `/` and `/inbox` open the first list. */
export function placeOf(path: string, search: string): Place {
  const [, first = "", second = "", ...more] = path.split("/");
  const query = new URLSearchParams(search).get("q") ?? "";
  if (first === "" || (first === "inbox" && second === "")) {
    return { screen: "inbox", list: "mine", query, number: null };
  }
  if (first === "inbox" && isList(second)) return { screen: "inbox", list: second, query, number: null };
  const number = /^T-(\d{1,15})$/i.exec(second);
  if (first === "case" && number !== null) return { screen: "case", number: Number(number[1]) };
  if (SCREENS.includes(first)) return { screen: first as Screen, rest: [second, ...more].filter(Boolean).join("/") };
  return { screen: "nowhere" };
}

export const listPath = (list: ListName, query = ""): string =>
  `/inbox/${list}${query === "" ? "" : `?q=${encodeURIComponent(query)}`}`;
export const casePath = (number: number): string => `/case/T-${number}`;

const read = (): Place => placeOf(location.pathname, location.search);

export const place = signal<Place>({ screen: "nowhere" });
/** The list beside an open case: what `/case/T-…` was reached from. */
export const list = signal<ListName>("mine");
export const query = signal("");
/** Whether the viewer came by a list; false for a case opened by its address alone. */
export const chosen = signal(false);

type Guard = () => boolean;
let guard: Guard | null = null;

/** A screen with unsaved work may hold the viewer back: `may` answers whether to leave. null takes it away. */
export function guardLeaving(may: Guard | null): void {
  guard = may;
}

function settle(): void {
  const now = read();
  if (now.screen === "inbox") {
    list.value = now.list;
    query.value = now.query;
    chosen.value = true;
    // One address a list, so that links and the reader's history name it.
    const address = listPath(now.list, now.query);
    if (location.pathname !== `/inbox/${now.list}`) history.replaceState(history.state, "", address);
  }
  place.value = now;
}

/** Go to an address inside the app. `replace` leaves no step in the browser's history. */
export function go(path: string, options: { replace?: boolean } = {}): void {
  if (path === location.pathname + location.search) return;
  if (guard !== null && !guard()) return;
  if (options.replace === true) history.replaceState(history.state, "", path);
  else history.pushState(null, "", path);
  settle();
}

/** Watches back, forward and clicks on links of the app. Called once, by the shell. */
export function startRouter(): void {
  addEventListener("popstate", settle);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (link == null || link.target !== "" || link.origin !== location.origin) return;
    if (placeOf(link.pathname, link.search).screen === "nowhere" || link.hasAttribute("download")) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
  settle();
}
