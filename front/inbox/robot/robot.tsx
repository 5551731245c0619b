/** The robot's screens: what it may do, on what evidence, what it would have done, what it could learn. */
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { Guard } from "../parts/guard";
import { go, place } from "../router";
import { useTitle } from "../title";
import { tabOf, tabPath, TABS, type Tab } from "./address";
import { Bones } from "./bits";
import Policy from "./policy";
import Topic from "./topic";
import Topics from "./topics";
import Versions from "./versions";

type Shown = ComponentType<{ id?: number | null }>;
type Loader = () => Promise<{ default: Shown }>;

/** Each brings code of its own; the rest comes with this file. */
const LOADERS: Partial<Record<Tab, Loader>> = {
  review: () => import("./review"),
  replay: () => import("./replay"),
  learning: () => import("./learning"),
  measures: () => import("./measures"),
};
const loaded = new Map<Tab, Shown>([["topics", Topics], ["versions", Versions], ["policy", Policy]]);

export default function Robot() {
  const now = place.value;
  const at = tabOf(now.screen === "robot" ? now.rest : "");
  // What is opened by its number names itself.
  useTitle(at === null ? t("inbox.nowhere") : at.id === null ? `${t(`robot.tab.${at.tab}`)} · ${t("inbox.screen.robot")}` : null);
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the tabs are wider than the window.
    tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [at?.tab]);
  return (
    <div class="robot-frame">
      <nav ref={tabs} class="robot-tabs" aria-label={t("robot.tabs")}>
        {TABS.map((tab) => (
          <a key={tab} href={tabPath(tab)} aria-current={at?.tab === tab ? "page" : undefined}>{t(`robot.tab.${tab}`)}</a>
        ))}
      </nav>
      {at === null ? <Nowhere /> : <Guard key={`${at.tab}${at.id ?? ""}`}>{at.tab === "topics" && at.id !== null ? <Topic id={at.id} /> : <TabBody tab={at.tab} id={at.id} />}</Guard>}
    </div>
  );
}

function TabBody({ tab, id }: { tab: Tab; id: number | null }) {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const load = LOADERS[tab];
    if (load === undefined || loaded.has(tab)) return undefined;
    let current = true;
    setFailed(false);
    load().then(
      (module) => {
        loaded.set(tab, module.default);
        if (current) redraw((count) => count + 1);
      },
      () => current && setFailed(true),
    );
    return () => { current = false; };
  }, [tab, tries]);
  const Screen = loaded.get(tab);
  if (Screen !== undefined) return <Screen id={id} />;
  if (failed) return <Blank title={t("inbox.screen_failed")}><button type="button" class="button" onClick={() => setTries(tries + 1)}>{t("common.retry")}</button></Blank>;
  return <Bones />;
}

function Nowhere() {
  return (
    <>
      <h1 class="unseen">{t("inbox.screen.robot")}</h1>
      <Blank title={t("inbox.nowhere")}>
        <p>{t("inbox.nowhere_hint")}</p>
        <button type="button" class="button" onClick={() => go(tabPath("topics"))}>{t("robot.to_topics")}</button>
      </Blank>
    </>
  );
}
