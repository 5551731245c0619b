/** The agents' app: who are you, in which language, and then the desk or the entrance. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { effect } from "@preact/signals";
import { HttpError } from "../shared/http";
import { pickLanguage, t } from "../shared/i18n";
import type { Me } from "../shared/types";
import { setTheme } from "../shared/ui/theme";
import { readSingleKeys } from "./keys";
import { go, place, startRouter } from "./router";
import { DeskApp } from "./shell/desk";
import { LazyScreen } from "./shell/screens";
import { enter, http, session } from "./store";
import { say } from "./tongue";
import "../shared/ui/tokens.css";
import "../shared/ui/base.css";
import "./styles/parts.css";
import "./styles/floating.css";
import "./styles/shell.css";
import "./styles/list.css";
import "./styles/case.css";
import "./styles/timeline.css";
import "./styles/why.css";
import "./styles/composer.css";
import "./styles/assist.css";
import "./styles/customer.css";
import "./mail/letter.css";
import "./mail/composer.css";
import "./settings/screens.css";
import "./channels/channels.css";
import "./channels/connect.css";
import "./robot/screens.css";
import "./styles/narrow.css";

const OUTSIDE = ["sign-in", "setup", "invite"];

/** Asks who is signed in; whoever is not goes to the entrance and comes back to the same address. */
async function ask(): Promise<void> {
  try {
    enter(await http.get<Me>("/api/me"));
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 401) throw error;
    session.value = null;
    const { needed } = await http.get<{ needed: boolean }>("/api/setup");
    if (needed) go("/setup", { replace: true });
  }
}

function App() {
  const [failed, setFailed] = useState(false);
  const outside = OUTSIDE.includes(place.value.screen);
  const start = () => {
    setFailed(false);
    ask().catch(() => setFailed(true));
  };
  useEffect(start, []);
  useEffect(() => {
    const me = session.value;
    if (me === null && !outside) go(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
    else if (me != null && (place.value.screen === "sign-in" || place.value.screen === "setup")) go(nextPath(), { replace: true });
  }, [session.value, outside]);

  if (failed) {
    return (
      <div class="blank whole" role="alert">
        <h1>{t("inbox.unreachable")}</h1>
        <p>{t("inbox.unreachable_hint")}</p>
        <button type="button" class="button primary" onClick={start}>{t("common.retry")}</button>
      </div>
    );
  }
  if (place.value.screen === "invite" || (outside && session.value === null)) {
    return <main class="entrance"><LazyScreen name={place.value.screen as "invite"} /></main>;
  }
  return session.value == null ? <Skeleton /> : <DeskApp />;
}

/** Where to go after signing in: only an address of our own, never one that a link made up. */
function nextPath(): string {
  const wanted = new URLSearchParams(location.search).get("next") ?? "/";
  const { origin, pathname, search } = new URL(wanted, location.origin);
  return origin === location.origin && !OUTSIDE.some((name) => pathname.startsWith(`/${name}`)) ? pathname + search : "/";
}

function Skeleton() {
  return (
    <div class="desk" role="status" aria-label={t("common.loading")}>
      <div class="rail" />
      <div class="panes"><div class="list-pane" /><div class="case-pane" /></div>
    </div>
  );
}

async function begin(): Promise<void> {
  setTheme("auto", "#2f6f5e");
  readSingleKeys();
  startRouter();
  await say(pickLanguage(navigator.languages));
  effect(() => {
    const wanted = session.value?.agent.language;
    // The words on the screen stay until the new ones are here.
    if (wanted !== undefined) say(wanted).catch(() => undefined);
  });
  const root = document.getElementById("app");
  if (root !== null) render(<App />, root);
}

void begin();
