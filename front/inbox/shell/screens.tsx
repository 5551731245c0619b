/** The other screens, each loaded when it is first opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import type { Screen } from "../router";
import { alsoSpeak, CHANNEL_WORDS, ROBOT_WORDS } from "../tongue";

type Loader = () => Promise<{ default: ComponentType }>;

const LOADERS: Record<Screen, Loader> = {
  robot: () => Promise.all([import("../robot/robot"), alsoSpeak(ROBOT_WORDS)]).then(([screen]) => screen),
  knowledge: () => import("../knowledge/knowledge"),
  team: () => import("../team/team"),
  settings: () => import("../settings/settings"),
  channels: () => Promise.all([import("../channels/channels"), alsoSpeak(CHANNEL_WORDS)]).then(([screen]) => screen),
  "widget-settings": () => import("../settings/widget-settings"),
  "sign-in": () => import("../entrance/sign-in"),
  setup: () => import("../entrance/setup"),
  invite: () => import("../entrance/invite"),
};

const loaded = new Map<Screen, ComponentType>();

export function LazyScreen({ name }: { name: Screen }) {
  const [, redraw] = useState(0);
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let current = true;
    setFailed(false);
    if (loaded.has(name)) return undefined;
    LOADERS[name]().then(
      (module) => {
        loaded.set(name, module.default);
        if (current) redraw((count) => count + 1);
      },
      () => current && setFailed(true),
    );
    return () => { current = false; };
  }, [name, tries]);
  const Shown = loaded.get(name);
  if (Shown !== undefined) return <Shown />;
  if (failed) {
    return <Blank title={t("inbox.screen_failed")}><button type="button" class="button" onClick={() => setTries(tries + 1)}>{t("common.retry")}</button></Blank>;
  }
  return (
    <div class="screen-skeleton" role="status" aria-label={t("common.loading")}>
      <span class="skeleton bar tall" style={{ width: "30%" }} />
      <span class="skeleton bar" style={{ width: "70%" }} />
      <span class="skeleton bar" style={{ width: "55%" }} />
    </div>
  );
}
