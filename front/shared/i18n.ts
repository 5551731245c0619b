/**
 * Words in the viewer's language: flat keys, `{{name}}` for parameters, plurals by CLDR with the suffixes of
 * i18next's JSON v4 (`_one`, `_few`, `_many`, `_other`), and dates as people say them.
 */
import { signal } from "@preact/signals";
import { LANGUAGES, type Language } from "./types";

export type Strings = Readonly<Record<string, string>>;
export type Params = Readonly<Record<string, string | number | null | undefined>>;

const spoken = signal<{ language: Language; strings: Strings }>({ language: "en", strings: {} });

/** The language on the screen; reading it in a component redraws the component when it changes. */
export function language(): Language {
  return spoken.value.language;
}

/** Speak this language from now on. Several files are laid over each other, later ones win. */
export function speak(code: Language, ...files: Strings[]): void {
  spoken.value = { language: code, strings: Object.assign({}, ...files) as Strings };
  if (typeof document !== "undefined") document.documentElement.lang = code;
}

/** The text of `key`. With a number `count` the plural form is chosen. A key nobody translated shows as itself. */
export function t(key: string, params: Params = {}): string {
  const { language: code, strings } = spoken.value;
  return translate(code, strings, key, params);
}

/** As `t`, for a given language and strings. */
export function translate(code: Language, strings: Strings, key: string, params: Params = {}): string {
  const template = strings[pluralKey(code, strings, key, params.count)] ?? strings[key] ?? key;
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const value = params[name];
    return typeof value === "number" ? new Intl.NumberFormat(code).format(value) : (value ?? "");
  });
}

/** True when `key` has a text, so that a caller can fall back on another one. */
export function has(key: string): boolean {
  const { strings } = spoken.value;
  return key in strings || `${key}_other` in strings;
}

function pluralKey(code: Language, strings: Strings, key: string, count: Params[string]): string {
  if (typeof count !== "number") return key;
  const form = `${key}_${new Intl.PluralRules(code).select(count)}`;
  return form in strings ? form : `${key}_other`;
}

/** The best of our languages for a list of wishes such as `navigator.languages`; English when none fits. */
export function pickLanguage(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const code = wish?.toLowerCase().split(/[-_]/)[0];
    const found = LANGUAGES.find((known) => known === code);
    if (found) return found;
  }
  return "en";
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min ago", "3 h ago" within a day; then "3 Nov", with the year when it is another one. */
export function relativeTime(iso: string, now: Date, code: Language = language()): string {
  const then = new Date(iso);
  const passed = now.getTime() - then.getTime();
  const relative = new Intl.RelativeTimeFormat(code, { numeric: "auto", style: "short" });
  if (Math.abs(passed) < MINUTE) return relative.format(0, "second");
  if (Math.abs(passed) < HOUR) return relative.format(-Math.trunc(passed / MINUTE), "minute");
  if (Math.abs(passed) < DAY) return relative.format(-Math.trunc(passed / HOUR), "hour");
  return shortDate(then, now, code);
}

function shortDate(then: Date, now: Date, code: Language): string {
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return new Intl.DateTimeFormat(code, { day: "numeric", month: "short", ...year }).format(then);
}

/** "14:05" in the viewer's zone. */
export function clockTime(iso: string, code: Language = language()): string {
  return new Intl.DateTimeFormat(code, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(iso));
}

/** The full time, for hover and focus. */
export function fullTime(iso: string, code: Language = language()): string {
  return new Intl.DateTimeFormat(code, { dateStyle: "full", timeStyle: "short" }).format(new Date(iso));
}

/** The heading of a day: "today", "yesterday", then the weekday and date. First letter large. */
export function dayLabel(iso: string, now: Date, code: Language = language()): string {
  const then = new Date(iso);
  const days = dayNumber(then) - dayNumber(now);
  if (days === 0 || days === -1) {
    return capital(new Intl.RelativeTimeFormat(code, { numeric: "auto" }).format(days, "day"), code);
  }
  const year = then.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return capital(new Intl.DateTimeFormat(code, { weekday: "long", day: "numeric", month: "long", ...year }).format(then), code);
}

/** "14:05" today, "Monday 09:00" within the coming week, then with the date: when the shop opens again. */
export function upcomingTime(iso: string, now: Date, code: Language = language()): string {
  const then = new Date(iso);
  const days = dayNumber(then) - dayNumber(now);
  if (days === 0) return clockTime(iso, code);
  if (days === 1) return `${new Intl.RelativeTimeFormat(code, { numeric: "auto" }).format(1, "day")} ${clockTime(iso, code)}`;
  const date = days < 7 ? ({ weekday: "long" } as const) : ({ day: "numeric", month: "long" } as const);
  return `${new Intl.DateTimeFormat(code, date).format(then)} ${clockTime(iso, code)}`;
}

/** The local calendar day as a whole number, so that days can be counted across summer time. */
export function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
}

/** A length of time in its largest fitting unit, rounded up: "40 seconds", "3 minutes", "2 hours". */
export function duration(seconds: number, code: Language = language(), display: "long" | "short" = "long"): string {
  const [amount, unit] =
    seconds < 60 ? [seconds, "second"] : seconds < 3600 ? [seconds / 60, "minute"] : seconds < 86_400 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  return new Intl.NumberFormat(code, { style: "unit", unit: unit as string, unitDisplay: display }).format(Math.ceil(amount as number));
}

/** "340 kB", "2.1 MB". */
export function fileSize(bytes: number, code: Language = language()): string {
  const [amount, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1000)), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(code, { style: "unit", unit: unit as string, unitDisplay: "short", maximumFractionDigits: 1 }).format(amount as number);
}

function capital(text: string, code: Language): string {
  return text.charAt(0).toLocaleUpperCase(code) + text.slice(1);
}
