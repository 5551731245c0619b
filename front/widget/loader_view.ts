/**
 * The launcher and the panel around the frame. Everything lies in a closed shadow root, so that the shop's
 * styles do not reach in and ours do not reach out; styles go by CSSOM, which a strict CSP of the shop allows.
 */
import type { Look } from "./protocol";
import { css } from "./loader_style";

const SVG = "http://www.w3.org/2000/svg";

const WORDS = {
  en: ["Chat", "Open the chat", "Close the chat", "No connection to the chat.", "Try again"],
  et: ["Vestlus", "Ava vestlus", "Sulge vestlus", "Vestlusega puudub ühendus.", "Proovi uuesti"],
  fi: ["Keskustelu", "Avaa keskustelu", "Sulje keskustelu", "Keskusteluun ei saada yhteyttä.", "Yritä uudelleen"],
  pl: ["Czat", "Otwórz czat", "Zamknij czat", "Brak połączenia z czatem.", "Spróbuj ponownie"],
};

/** Title, open, close, out of reach, try again. */
export type LoaderWords = readonly string[];

/** The launcher's few words, in the language of the page; English where we do not speak it. */
export function words(language: string): LoaderWords {
  const code = language.slice(0, 2).toLowerCase();
  return code in WORDS ? WORDS[code as "en"] : WORDS.en;
}

/** How the launcher looks before the server was ever asked: from the script's own line. */
export function firstLook(accent = "#2f6f5e", position = "right"): Look {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16));
  const light = red * 0.299 + green * 0.587 + blue * 0.114 > 150;
  return { accent, ink: light ? "#16191d" : "#fff", left: position === "left" };
}

export const host = document.createElement("div");
export const root = host.attachShadow({ mode: "closed" });
export const panel = made("div", "panel");
export const waiting = made("div", "waiting");
export const launcher = made("button", "launcher");
export const badge = made("span", "badge");

panel.hidden = badge.hidden = true;
panel.append(waiting);
launcher.type = "button";
launcher.append(picture("bubble", "M21 12a8 8 0 0 1-11.6 7.2L4 20.5l1.3-5A8 8 0 1 1 21 12Z"), picture("down", "m6 9.5 6 6 6-6"), badge);
style();
root.append(panel, launcher);

/** Set the shop's colour and side. */
export function paint(look: Look): void {
  host.style.setProperty("--accent", look.accent);
  host.style.setProperty("--ink", look.ink);
  host.toggleAttribute("left", look.left);
}

/** Say that the chat is out of reach, with a way to try again. */
export function offer(text: string, name: string, again: () => void): void {
  const line = made("p");
  const button = made("button");
  line.textContent = text;
  button.textContent = name;
  button.onclick = again;
  waiting.replaceChildren(line, button);
}

function made<K extends keyof HTMLElementTagNameMap>(tag: K, name = ""): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = name;
  return node;
}

function picture(name: string, path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function style(): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Browsers before constructable sheets.
    const node = document.createElement("style");
    node.textContent = css;
    root.append(node);
  }
}
