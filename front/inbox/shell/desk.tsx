/** The signed-in app: rail, three panes or another screen, and what floats above. */
import { computed, useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { MessagesSquare } from "lucide-preact";
import { t } from "../../shared/i18n";
import { setTheme } from "../../shared/ui/theme";
import { openOutbox } from "../acts";
import { CasePane } from "../case/case-pane";
import { ChannelAlarm } from "../channels/alarm";
import { CustomerPane } from "../customer/customer-pane";
import { listenToKeys, useCommand } from "../keys";
import { isOpen } from "../lists";
import { ListPane } from "../list/list-pane";
import { forgetPages } from "../pages";
import { Blank, Keys, nameOf } from "../parts/bits";
import { Guard } from "../parts/guard";
import { startTicking } from "../parts/ticking";
import { go, list, listPath, place, type Screen } from "../router";
import { cases, epoch, myId, session } from "../store";
import { screenTitle } from "../title";
import { CommandPalette, KeySheet } from "./dialogs";
import { Announcer, ConnectionBanner, Notices } from "./messages";
import { Rail } from "./rail";
import { LazyScreen } from "./screens";

const WIDE = "(min-width: 1200px)";

/** Unread messages in what concerns the viewer: their own cases and those nobody has. */
const unread = computed(() => {
  let sum = 0;
  for (const item of cases.value.values()) {
    if (isOpen(item) && (item.assignee_id === myId.value || (item.assignee_id === null && item.handler === "queue"))) sum += item.unread;
  }
  return sum;
});

function titleNow(): string {
  const now = place.value;
  switch (now.screen) {
    case "inbox":
      return t(`inbox.list.${now.list}`);
    case "case": {
      const item = [...cases.value.values()].find((one) => one.number === now.number);
      return item === undefined ? `T-${now.number}` : `${nameOf(item)} · T-${now.number}`;
    }
    case "nowhere":
      return t("inbox.nowhere");
    default:
      return t(`inbox.screen.${now.screen}`);
  }
}

/** A phone's keyboard covers the page instead of shrinking it; the composer must stay above it. */
function followKeyboard(): () => void {
  const view = window.visualViewport;
  if (view == null) return () => undefined;
  const fit = () => {
    document.documentElement.style.setProperty("--visible", `${view.height}px`);
    // Safari scrolls the page behind its keyboard to show the field, which is in sight already.
    scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  return () => view.removeEventListener("resize", fit);
}

export function DeskApp() {
  const agent = session.value?.agent.id ?? 0;
  useEffect(() => openOutbox(agent), [agent]);
  useEffect(() => {
    const stops = [listenToKeys(), startTicking(), followKeyboard()];
    return () => stops.forEach((stop) => stop());
  }, []);
  useEffect(() => {
    if (epoch.value > 0) forgetPages();
  }, [epoch.value]);
  useSignalEffect(() => {
    document.title = `${unread.value > 0 ? `(${unread.value}) ` : ""}${screenTitle.value ?? titleNow()} · Tugi`;
  });
  useSignalEffect(() => setTheme("auto", session.value?.workspace.widget.accent ?? "#2f6f5e"));
  const now = place.value;
  return (
    <div class={`desk at-${now.screen}`}>
      <a class="skip" href="#main">{t("inbox.skip")}</a>
      <Rail />
      <main id="main" tabIndex={-1}>
        <ConnectionBanner />
        <ChannelAlarm />
        <Main />
      </main>
      <Notices />
      <Announcer />
      <KeySheet />
      <CommandPalette />
    </div>
  );
}

function Main() {
  const now = place.value;
  switch (now.screen) {
    case "inbox":
      return <InboxPanes number={null} />;
    case "case":
      return <InboxPanes number={now.number} />;
    case "nowhere":
      return (
        <Blank title={t("inbox.nowhere")}>
          <p>{t("inbox.nowhere_hint")}</p>
          <button type="button" class="button" onClick={() => go(listPath(list.peek()))}>{t("case.to_list")}</button>
        </Blank>
      );
    default:
      return <Guard key={now.screen}><LazyScreen name={now.screen satisfies Screen} /></Guard>;
  }
}

function InboxPanes({ number }: { number: number | null }) {
  const [customer, setCustomer] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    // The wish is the viewer's only while both fit; on a narrow screen the pane covers the case.
    const wide = matchMedia(WIDE);
    const changed = () => setCustomer(wide.matches);
    wide.addEventListener("change", changed);
    return () => wide.removeEventListener("change", changed);
  }, []);
  useEffect(() => {
    if (!matchMedia(WIDE).matches) setCustomer(false);
  }, [number]);
  return (
    <div class={`panes${number === null ? "" : " with-case"}${customer ? " with-customer" : ""}`}>
      <Guard><ListPane /></Guard>
      {number === null ? <NoCase /> : (
        <>
          <Guard key={number}><CasePane number={number} onCustomer={() => setCustomer(!customer)} customerShown={customer} /></Guard>
          {customer && <Guard key={`c${number}`}><CustomerPane number={number} close={() => setCustomer(false)} covers={!matchMedia(WIDE).matches} /></Guard>}
        </>
      )}
    </div>
  );
}

function NoCase() {
  useCommand("back", () => document.querySelector<HTMLElement>(".rows a[tabindex='0']")?.focus());
  return (
    <section class="case-pane none" aria-label={t("case.none")}>
      <Blank icon={<MessagesSquare size={20} aria-hidden="true" />} title={t("case.none")}>
        <p class="none-keys"><Keys keys="j" /> <Keys keys="k" /> {t("case.none_move")} · <Keys keys="Enter" /> {t("case.none_open")} · <Keys keys="?" /> {t("case.none_keys")}</p>
      </Blank>
    </section>
  );
}

