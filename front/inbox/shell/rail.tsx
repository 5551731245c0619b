/** The rail: lists with their counts, the other screens, and the agent. */
import { Bot, BookOpen, BotMessageSquare, CheckCheck, CircleUser, Inbox, Keyboard, Layers, LogOut, type LucideIcon, Mail, MessageSquareDashed, Moon, Search, Settings, User, Users, Languages } from "lucide-preact";
import { t } from "../../shared/i18n";
import { type Language, LANGUAGES } from "../../shared/types";
import { channelsCount } from "../channels/alarm";
import { fallenCount, useFallen } from "../robot/attention";
import { LISTS, type ListName } from "../lists";
import { runCommand, useCommand } from "../keys";
import { tell } from "../notices";
import { Initials } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { go, list, listPath, place } from "../router";
import { TONGUES } from "../settings/form";
import { http, leave, session, shownCounts } from "../store";

const LIST_ICONS: Record<ListName, LucideIcon> = { mine: User, unassigned: Inbox, open: Layers, robot: Bot, snoozed: Moon, resolved: CheckCheck };
const SCREENS: readonly [string, LucideIcon][] = [["robot", BotMessageSquare], ["knowledge", BookOpen], ["team", Users], ["channels", Mail], ["settings", Settings], ["widget-settings", MessageSquareDashed]];

export function Rail() {
  useCommand("go_inbox", () => go(listPath(list.peek())));
  useCommand("go_unassigned", () => go(listPath("unassigned")));
  useCommand("go_open", () => go(listPath("open")));
  useCommand("go_robot", () => go(listPath("robot")));
  useCommand("go_topics", () => go("/robot"));
  useCommand("go_review", () => go("/robot/review"));
  useCommand("go_knowledge", () => go("/knowledge"));
  useCommand("go_team", () => go("/team"));
  useCommand("go_channels", () => go("/channels"));
  useCommand("go_settings", () => go("/settings"));
  useFallen();
  const { screen } = place.value;
  const inbox = screen === "inbox" || screen === "case";
  return (
    <nav class="rail" aria-label={t("inbox.navigation")}>
      <div class="rail-shop">
        <span class="rail-mark" aria-hidden="true">T</span>
        <span class="cut">{session.value?.workspace.name ?? "Tugi"}</span>
        <button type="button" class="icon-button rail-search" aria-label={t("inbox.palette")} title={`${t("inbox.palette")} (Ctrl K)`} onClick={() => runCommand("palette")}>
          <Search size={14} aria-hidden="true" />
        </button>
      </div>
      <ul class="rail-lists" aria-label={t("inbox.lists")}>
        {LISTS.map((name) => <ListLink key={name} name={name} current={inbox && list.value === name} />)}
      </ul>
      <ul class="rail-screens" aria-label={t("inbox.screens")}>
        <li class="rail-inbox"><ScreenLink path={listPath(list.value)} Icon={Inbox} label={t("inbox.title")} current={inbox} /></li>
        {SCREENS.map(([name, Icon]) => (
          <li key={name} class={`rail-${name}`}><ScreenLink path={`/${name}`} Icon={Icon} label={t(`inbox.screen.${name}`)} current={screen === name} {...calls(name)} /></li>
        ))}
      </ul>
      <div class="rail-foot"><Me /></div>
    </nav>
  );
}

/** What calls for a lead on a screen, and how that is read out. */
function calls(name: string): { count: number; counted: string } {
  const [count, words] = name === "robot" ? [fallenCount(), "robot.fallen_count"] : [name === "channels" ? channelsCount() : 0, "mail.alarm_count"];
  return { count, counted: t(words, { count }) };
}

function ListLink({ name, current }: { name: ListName; current: boolean }) {
  const Icon = LIST_ICONS[name];
  const count = shownCounts.value[name];
  return (
    <li>
      <a href={listPath(name)} class="rail-link" aria-current={current ? "page" : undefined} title={t(`inbox.list.${name}`)}>
        <Icon size={16} aria-hidden="true" />
        <span class="cut">{t(`inbox.list.${name}`)}</span>
        {count > 0 && <span class="count figures">{count}</span>}
      </a>
    </li>
  );
}

function ScreenLink({ path, Icon, label, current, count = 0, counted = "" }: { path: string; Icon: LucideIcon; label: string; current: boolean; count?: number; counted?: string }) {
  return (
    <a href={path} class="rail-link" aria-current={current ? "page" : undefined} title={label}>
      <Icon size={16} aria-hidden="true" />
      <span class="cut">{label}</span>
      {count > 0 && <span class="count attention-count figures">{count}<span class="unseen"> {counted}</span></span>}
    </a>
  );
}

async function change(by: { available?: boolean; language?: Language }): Promise<void> {
  const before = session.peek();
  if (before == null) return;
  session.value = { ...before, agent: { ...before.agent, ...by } };
  try {
    await http.send("PATCH", "/api/me", by);
  } catch (error) {
    session.value = before;
    tell(t("inbox.not_changed", { reason: error instanceof Error ? error.message : "" }), { tone: "bad" });
  }
}

async function signOut(): Promise<void> {
  try {
    await http.post("/api/sign-out");
    leave();
    go("/sign-in");
  } catch (error) {
    tell(t("inbox.not_changed", { reason: error instanceof Error ? error.message : "" }), { tone: "bad" });
  }
}

function meItems(): MenuItem[] {
  const agent = session.peek()?.agent;
  if (agent === undefined) return [];
  return [
    { kind: "title", key: "state", label: t("inbox.my_state") },
    { kind: "act", key: "here", label: t("inbox.available"), checked: agent.available, run: () => void change({ available: true }) },
    { kind: "act", key: "away", label: t("inbox.away"), checked: !agent.available, run: () => void change({ available: false }) },
    { kind: "title", key: "language", label: t("inbox.language") },
    ...LANGUAGES.map((code): MenuItem => ({
      kind: "act", key: code, label: TONGUES[code], icon: <Languages size={14} />, checked: agent.language === code, run: () => void change({ language: code }),
    })),
    { kind: "title", key: "rest", label: agent.email },
    { kind: "act", key: "keys", label: t("inbox.shortcuts"), hint: "?", icon: <Keyboard size={14} />, run: () => runCommand("sheet") },
    { kind: "act", key: "out", label: t("inbox.sign_out"), icon: <LogOut size={14} />, run: () => void signOut() },
  ];
}

function Me() {
  const agent = session.value?.agent;
  if (agent === undefined) return <CircleUser size={16} aria-hidden="true" />;
  return (
    <Menu label={t("inbox.my_menu", { name: agent.name })} class="rail-link me" items={meItems}>
      <Initials name={agent.name} online={agent.available} />
      <span class="cut">{agent.name}</span>
      <span class="hint">{t(agent.available ? "inbox.available" : "inbox.away")}</span>
    </Menu>
  );
}

