/** Every keyboard command of the desk: one catalogue for the key listener, the `?` sheet and the palette. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

export type CommandGroup = "list" | "case" | "go" | "common";
export type CommandName = keyof typeof CATALOGUE;
type Entry = { keys: string; group: CommandGroup };

/** `keys`: one key, or two after each other ("g i"), or with the control or command key ("mod+k"). */
export const CATALOGUE = {
  next: { keys: "j", group: "list" },
  previous: { keys: "k", group: "list" },
  open: { keys: "Enter", group: "list" },
  search: { keys: "/", group: "list" },
  reply: { keys: "r", group: "case" },
  note: { keys: "n", group: "case" },
  send_suggestion: { keys: "mod+Enter", group: "case" },
  use_suggestion: { keys: "y", group: "case" },
  dismiss_suggestion: { keys: "x", group: "case" },
  alternative_1: { keys: "1", group: "case" },
  alternative_2: { keys: "2", group: "case" },
  alternative_3: { keys: "3", group: "case" },
  add_next: { keys: "m", group: "case" },
  assign: { keys: "a", group: "case" },
  assign_me: { keys: "i", group: "case" },
  snooze: { keys: "s", group: "case" },
  resolve: { keys: "e", group: "case" },
  pause: { keys: "p", group: "case" },
  why: { keys: "w", group: "case" },
  customer: { keys: "c", group: "case" },
  take_back: { keys: "z", group: "case" },
  go_inbox: { keys: "g i", group: "go" },
  go_unassigned: { keys: "g u", group: "go" },
  go_open: { keys: "g o", group: "go" },
  go_robot: { keys: "g r", group: "go" },
  go_topics: { keys: "g b", group: "go" },
  go_review: { keys: "g v", group: "go" },
  go_knowledge: { keys: "g k", group: "go" },
  go_team: { keys: "g t", group: "go" },
  go_channels: { keys: "g c", group: "go" },
  go_settings: { keys: "g s", group: "go" },
  palette: { keys: "mod+k", group: "common" },
  sheet: { keys: "?", group: "common" },
  back: { keys: "Escape", group: "common" },
} as const satisfies Record<string, Entry>;

export const COMMANDS = Object.keys(CATALOGUE) as CommandName[];

const KEPT = "tugi-single-keys";
/** Single-letter keys can be switched off: they collide with speech input (WCAG 2.1.4). */
export const singleKeys = signal(true);

/** Reads the choice kept in this browser. */
export function readSingleKeys(): void {
  try {
    singleKeys.value = localStorage.getItem(KEPT) !== "off";
  } catch {
    singleKeys.value = true;
  }
}

export function switchSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(KEPT, on ? "on" : "off");
  } catch {
    return;
  }
}

/** A key of one screen alone, outside the catalogue, with what it does in the viewer's language. */
export type ScreenKey = { keys: string; label: string };
/** What the screen's own keys are, for the `?` sheet; null where it has none. */
export const screenKeys = signal<{ title: string; keys: readonly ScreenKey[] } | null>(null);

/** Lists a screen's own keys on the `?` sheet for as long as it is shown. */
export function useScreenKeys(title: string, keys: readonly ScreenKey[]): void {
  useEffect(() => {
    const mine = { title, keys };
    screenKeys.value = mine;
    return () => {
      if (screenKeys.value === mine) screenKeys.value = null;
    };
  }, [title]);
}

type Run = () => void;
const runs = new Map<CommandName, Run[]>();
/** Which commands would do something now; the palette lists these. */
export const available = signal<ReadonlySet<CommandName>>(new Set());

/** Makes a command do something while the component is on the screen; the newest one wins. */
export function useCommand(name: CommandName, run: Run, when = true): void {
  const latest = useRef(run);
  latest.current = run;
  // Before the next key: what is on the screen answers to its keys.
  useLayoutEffect(() => {
    if (!when) return undefined;
    const call = () => latest.current();
    runs.set(name, [...(runs.get(name) ?? []), call]);
    available.value = new Set([...available.value, name]);
    return () => {
      const rest = (runs.get(name) ?? []).filter((other) => other !== call);
      runs.set(name, rest);
      if (rest.length === 0) available.value = new Set([...available.value].filter((other) => other !== name));
    };
  }, [name, when]);
}

/** Runs a command; false when nothing on the screen offers it. */
export function runCommand(name: CommandName): boolean {
  const run = runs.get(name)?.at(-1);
  if (run === undefined) return false;
  run();
  return true;
}

/** The keys of one press as the catalogue spells them, e.g. "mod+k"; null for a bare modifier. */
export function spell(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string | null {
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead"].includes(event.key)) return null;
  if (event.altKey && !event.ctrlKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

/** The command for `pressed` after `before` (the key of a moment ago), or "wait" when it may begin a pair. */
export function match(before: string | null, pressed: string): CommandName | "wait" | null {
  const pair = COMMANDS.find((name) => CATALOGUE[name].keys === `${before} ${pressed}`);
  if (pair !== undefined) return pair;
  const single = COMMANDS.find((name) => CATALOGUE[name].keys === pressed);
  if (single !== undefined) return single;
  return COMMANDS.some((name) => CATALOGUE[name].keys.startsWith(`${pressed} `)) ? "wait" : null;
}

const PAIR_MS = 1500;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Starts listening; returns how to stop. Fields, menus and dialogs keep their own keys. */
export function listenToKeys(): () => void {
  let before: { key: string; at: number } | null = null;
  const listen = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = spell(event);
    if (pressed === null) return;
    if (document.querySelector("dialog[open], :popover-open") !== null) return;
    const modified = pressed.startsWith("mod+");
    if (!modified && isTyping(event.target)) {
      // Out of the field, so that the next letter is a command again.
      if (pressed === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (!modified && !singleKeys.value && pressed !== "Escape") return;
    const recent = before !== null && event.timeStamp - before.at < PAIR_MS ? before.key : null;
    before = null;
    const found = match(recent, pressed);
    if (found === "wait") before = { key: pressed, at: event.timeStamp };
    else if (found !== null && !ownsKey(event.target, pressed) && runCommand(found)) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** Enter on a link or button presses it; the command must not run as well. */
function ownsKey(target: EventTarget | null, pressed: string): boolean {
  return pressed === "Enter" && target instanceof Element && target.closest("a, button, summary, [role=menuitem]") !== null;
}
