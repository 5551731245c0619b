/**
 * The one script a shop puts on its page. It draws the launcher and, on the first opening, a frame with the
 * chat. Until then it stores and fetches nothing; only a visitor who has written before gets the frame early,
 * for the count of unread answers.
 *
 * State lies in the module, since a page holds one launcher and every byte counts here.
 */
import { badge, firstLook, host, launcher, offer, paint, panel, root, waiting, words } from "./loader_view";
import { forget, keep, recall } from "./loader_memory";
import type { Look, SignedIdentity, ToFrame, ToLoader } from "./protocol";

type Public = Window & { tugi?: { identity?: SignedIdentity; language?: string }; Tugi?: unknown };

const PATIENCE = 10_000;

const page = window as Public;
const script = document.currentScript as HTMLScriptElement | null;
const key = script?.dataset.key ?? "";
const home = script ? new URL(script.src).origin : "";
const tokenPlace = `tugi-visitor-${key}`;
const lookPlace = `tugi-look-${key}`;

let frame: HTMLIFrameElement | null = null;
let ready = false;
let open = false;
let identity: SignedIdentity | null = null;
let patience = 0;

const language = (): string => page.tugi?.language ?? (document.documentElement.lang || navigator.language);
const say = words(language());

function tell(message: ToFrame): void {
  if (ready) frame?.contentWindow?.postMessage(message, home);
}

function currentPage() {
  return { url: location.href.slice(0, 2000), title: document.title.slice(0, 300), language: language() };
}

function load(): void {
  if (frame) return;
  waiting.replaceChildren(...[1, 2, 3].map(() => document.createElement("i")));
  frame = document.createElement("iframe");
  frame.title = say[0] ?? "";
  frame.allow = "autoplay";
  frame.src = `${home}/widget/frame?key=${encodeURIComponent(key)}`;
  panel.append(frame);
  patience = window.setTimeout(giveUp, PATIENCE);
}

function giveUp(): void {
  frame?.remove();
  frame = null;
  ready = false;
  offer(say[3] ?? "", say[4] ?? "", load);
}

function show(next: boolean): void {
  if (open === next) return;
  open = next;
  if (open) {
    load();
    badge.hidden = true;
  }
  panel.hidden = !open;
  host.toggleAttribute("open", open);
  label();
  tell({ tugi: "page", page: currentPage() });
  tell({ tugi: open ? "open" : "closed" });
  (open && frame ? frame : launcher).focus();
}

function label(): void {
  const count = badge.hidden ? "" : ` (${badge.textContent})`;
  launcher.setAttribute("aria-label", `${say[open ? 2 : 1]}${count}`);
  launcher.setAttribute("aria-expanded", `${open}`);
}

function hear(message: ToLoader): void {
  switch (message.tugi) {
    case "ready":
      ready = true;
      tell({ tugi: "start", token: recall(tokenPlace), identity, page: currentPage(), open });
      break;
    case "settled":
      clearTimeout(patience);
      host.toggleAttribute("ready", true);
      // A frame that was focused before it had loaded may have lost the focus to its own loading.
      if (open && document.activeElement === host) frame?.focus();
      break;
    case "token":
      keep(tokenPlace, message.token);
      break;
    case "unread":
      badge.hidden = message.count < 1 || open;
      badge.textContent = message.count > 9 ? "9+" : `${message.count}`;
      label();
      break;
    case "look":
      paint(message.look);
      keep(lookPlace, JSON.stringify(message.look));
      break;
    case "close":
      show(false);
  }
}

/** The keyboard of a phone covers a fixed panel; the part one can see is what counts. */
function fit(): void {
  const view = window.visualViewport;
  if (!view) return;
  panel.style.setProperty("--height", `${view.height}px`);
  panel.style.setProperty("--top", `${view.offsetTop}px`);
}

function listen(): void {
  launcher.onclick = () => show(!open);
  root.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Escape") show(false);
  });
  addEventListener("message", (event: MessageEvent<ToLoader | null>) => {
    if (frame && event.source === frame.contentWindow && event.origin === home && event.data) hear(event.data);
  });
  // Focus has gone into the frame: the last moment to say which page the visitor is on.
  addEventListener("blur", () => tell({ tugi: "page", page: currentPage() }));
  for (const change of ["resize", "scroll"]) window.visualViewport?.addEventListener(change, fit);
}

function publish(): void {
  page.Tugi = {
    open: () => show(true),
    close: () => show(false),
    identify(next: SignedIdentity) {
      identity = next;
      tell({ tugi: "identify", identity: next });
    },
    logout() {
      identity = null;
      forget(tokenPlace);
      tell({ tugi: "logout" });
    },
  };
}

function begin(): void {
  identity = page.tugi?.identity ?? null;
  const kept = recall(lookPlace);
  paint(kept ? (JSON.parse(kept) as Look) : firstLook(script?.dataset.accent, script?.dataset.position));
  label();
  fit();
  listen();
  publish();
  document.body.append(host);
  if (recall(tokenPlace)) (window.requestIdleCallback ?? setTimeout)(load);
}

if (script && !page.Tugi) {
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
}
