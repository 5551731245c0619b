/** Light or dark and the shop's colour, set upon the page. */
import { effect, signal } from "@preact/signals";
import { accentOf } from "./accent";

export type Dark = "auto" | "light" | "dark";

const wish = signal<{ dark: Dark; accent: string }>({ dark: "auto", accent: "#2f6f5e" });
const system = signal(false);
let watching = false;

/** True while the dark set is on the screen. */
export function isDark(): boolean {
  return wish.value.dark === "dark" || (wish.value.dark === "auto" && system.value);
}

/** Show the page in this set with this accent ("#rrggbb"); "auto" follows the viewer's system as it changes. */
export function setTheme(dark: Dark, accent: string): void {
  wish.value = { dark, accent };
  if (watching) return;
  watching = true;
  const query = matchMedia("(prefers-color-scheme: dark)");
  system.value = query.matches;
  query.addEventListener("change", (event) => (system.value = event.matches));
  effect(() => paint(isDark(), wish.value.accent));
}

function paint(dark: boolean, colour: string): void {
  const root = document.documentElement;
  const accent = accentOf(colour, dark);
  root.dataset.theme = dark ? "dark" : "light";
  root.style.setProperty("--accent", accent.solid);
  root.style.setProperty("--accent-hover", accent.solidHover);
  root.style.setProperty("--on-accent", accent.onSolid);
  root.style.setProperty("--accent-text", accent.text);
  root.style.setProperty("--accent-surface", accent.surface);
  root.style.setProperty("--accent-border", accent.border);
}
