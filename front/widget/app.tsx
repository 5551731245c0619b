/** The chat in its frame. */
import { effect, useSignal } from "@preact/signals";
import { render } from "preact";
import { WifiOff } from "./parts/icons";
import { pickLanguage, speak, t, type Strings } from "../shared/i18n";
import type { Language } from "../shared/types";
import { accentOf } from "../shared/ui/accent";
import { setTheme } from "../shared/ui/theme";
import "../shared/ui/tokens.css";
import "../shared/ui/base.css";
import "./styles/log.css";
import "./styles/write.css";
import "./app.css";
import { attach } from "./acts";
import { listen, tell } from "./bridge";
import { Composer } from "./parts/composer";
import { Header } from "./parts/header";
import { Log } from "./parts/log";
import { PersonBar } from "./parts/person";
import type { ToFrame } from "./protocol";
import { enter, identify, leave, outbox, refreshIfOld } from "./session";
import { chime } from "./sound";
import { connection, held, messages, now, open, page, unreachable, unread } from "./store";

const STRINGS: Record<Language, () => Promise<{ default: Strings }>> = {
  en: () => import("../../src/tugi/locales/widget/en.json"),
  et: () => import("../../src/tugi/locales/widget/et.json"),
  fi: () => import("../../src/tugi/locales/widget/fi.json"),
  pl: () => import("../../src/tugi/locales/widget/pl.json"),
};
const MINUTE = 60_000;

function Chat() {
  const dragged = useSignal(false);
  const drag = (over: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dragged.value = over;
  };
  const drop = (event: DragEvent) => {
    drag(false)(event);
    attach(event.dataTransfer?.files ?? []);
  };
  const paste = (event: ClipboardEvent) => attach(event.clipboardData?.files ?? []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") tell({ tugi: "close" });
  };
  return (
    <div class="chat" onDragOver={drag(true)} onDragLeave={drag(false)} onDrop={drop} onPaste={paste} onKeyDown={keys}>
      <Header />
      <main>
        <Banner />
        {held.value === null ? <Waiting /> : <Log />}
        <PersonBar />
        <Composer />
      </main>
      {dragged.value && <p class="drop">{t("file.drop")}</p>}
    </div>
  );
}

function Banner() {
  const waiting = outbox.pending.value.length;
  const away = connection.value === "offline" || unreachable.value;
  return (
    <div role="status">
      {away && (
        <p class="banner">
          <WifiOff size={16} />
          {waiting > 0 ? t("offline.waiting", { count: waiting }) : t("offline.banner")}
        </p>
      )}
    </div>
  );
}

function Waiting() {
  return (
    <div class="middle">
      <div class="log" aria-busy="true">
        <div class="skeleton wide" />
        <div class="skeleton" />
        <div class="skeleton short" />
      </div>
    </div>
  );
}

/** What the loader must know follows from what we know. */
function informLoader(): void {
  let known = 0;
  effect(() => tell({ tugi: "unread", count: unread.value }));
  effect(() => {
    const shop = held.value?.shop;
    if (shop === undefined) return;
    setTheme(shop.dark, shop.accent);
    const { solid, onSolid } = accentOf(shop.accent, false);
    tell({ tugi: "look", look: { accent: solid, ink: onSolid, left: shop.position === "left" } });
  });
  effect(() => {
    const newest = messages.value.at(-1);
    if (newest === undefined || newest.id <= known) return;
    if (known > 0 && newest.author.kind !== "customer") chime();
    known = newest.id;
  });
}

async function start(message: Extract<ToFrame, { tugi: "start" }>): Promise<void> {
  page.value = message.page;
  open.value = message.open;
  const code = pickLanguage([message.page.language, ...navigator.languages]);
  const entered = enter(message.token, message.identity);
  speak(code, (await STRINGS[code]()).default);
  document.title = t("log.title");
  render(<Chat />, document.getElementById("app") ?? document.body);
  tell({ tugi: "settled" });
  await entered;
}

function hear(message: ToFrame): void {
  switch (message.tugi) {
    case "start":
      informLoader();
      void start(message);
      break;
    case "open":
    case "closed":
      open.value = message.tugi === "open";
      refreshIfOld();
      break;
    case "page":
      page.value = message.page;
      break;
    case "identify":
      void identify(message.identity);
      break;
    case "logout":
      void leave();
      break;
  }
}

setInterval(() => {
  now.value = new Date();
  if (open.value && document.visibilityState === "visible") refreshIfOld();
}, MINUTE);
listen(hear);
