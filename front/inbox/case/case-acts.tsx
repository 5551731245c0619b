/** What can be done with a case: assign, snooze, resolve or reopen, and the rarer things behind "more". */
import { AlarmClock, Bot, BotOff, Check, Clock, Ellipsis, Inbox, Link2, Merge, RotateCcw, User, UserRound, Users, UsersRound } from "lucide-preact";
import { t, upcomingTime } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { assign, pauseRobot, setStatus } from "../acts";
import { useCommand } from "../keys";
import { isOpen } from "../lists";
import { askJoin } from "../mail/join-dialog";
import { tell } from "../notices";
import { rows } from "../pages";
import { agentName } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { casePath, go, list, listPath, query } from "../router";
import { dateValue, snoozeChoices, snoozeOn } from "../snooze";
import { desk, myId, online } from "../store";

const ONE_PANE = "(max-width: 899px)";

/** Does `act`, then opens the next case of the list: a finished case leaves nothing to look at. */
function actAndAdvance(item: Case, act: () => void): void {
  const shown = rows(list.peek(), query.peek());
  const at = shown.findIndex((one) => one.id === item.id);
  const next = at < 0 ? undefined : (shown[at + 1] ?? shown[at - 1]);
  act();
  if (next === undefined || matchMedia(ONE_PANE).matches) go(listPath(list.peek(), query.peek()));
  else go(casePath(next.number), { replace: true });
}

function resolve(item: Case): void {
  actAndAdvance(item, () => setStatus(item, "resolved"));
  tell(t("case.resolved_notice", { number: `T-${item.number}` }), {
    about: item.id,
    act: { label: t("common.undo"), run: () => { setStatus(item, "open"); go(casePath(item.number)); } },
  });
}

function snooze(item: Case, until: Date): void {
  actAndAdvance(item, () => setStatus(item, "snoozed", until));
  const params = { number: `T-${item.number}`, time: upcomingTime(until.toISOString(), new Date()) };
  tell(t("case.snoozed_notice", params), {
    about: item.id,
    act: { label: t("common.undo"), run: () => { setStatus(item, "open"); go(casePath(item.number)); } },
  });
}

function assignItems(item: Case): MenuItem[] {
  const me = myId.peek();
  const others = [...(desk.peek()?.agents.values() ?? [])].filter((one) => one.active && one.id !== me);
  others.sort((a, b) => Number(online.peek().agents.has(b.id)) - Number(online.peek().agents.has(a.id)) || a.name.localeCompare(b.name));
  const teams = [...(desk.peek()?.teams.values() ?? [])].sort((a, b) => a.name.localeCompare(b.name));
  const people = [me, ...others.map((one) => one.id)].map((id): MenuItem => ({
    kind: "act", key: `agent${id}`, label: id === me ? t("case.me") : agentName(id), icon: <UserRound size={14} />,
    hint: id !== me && online.peek().agents.has(id) ? t("common.online") : undefined,
    checked: item.assignee_id === id, run: () => assign(item, id, item.team_id),
  }));
  const groups = teams.map((team): MenuItem => ({
    kind: "act", key: `team${team.id}`, label: team.name, icon: <UsersRound size={14} />,
    checked: item.assignee_id === null && item.team_id === team.id, run: () => assign(item, null, team.id),
  }));
  return [
    ...people,
    ...(groups.length > 0 ? [{ kind: "title", key: "teams", label: t("case.teams") } as const] : []),
    ...groups,
    { kind: "title", key: "queue", label: t("case.queue") },
    { kind: "act", key: "nobody", label: t("case.nobody"), icon: <Inbox size={14} />, checked: item.assignee_id === null && item.team_id === null && item.handler === "queue", run: () => assign(item, null, null) },
  ];
}

function snoozeItems(item: Case): MenuItem[] {
  const now = new Date();
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return [
    ...snoozeChoices(now).map(({ name, at }): MenuItem => ({
      kind: "act", key: name, label: t(`case.snooze.${name}`), hint: upcomingTime(at.toISOString(), now), icon: <AlarmClock size={14} />, run: () => snooze(item, at),
    })),
    {
      kind: "date", key: "date", label: t("case.snooze.date"), min: dateValue(tomorrow),
      pick: (value) => {
        const at = snoozeOn(value, new Date());
        if (at !== null) snooze(item, at);
      },
    },
  ];
}

async function copyLink(item: Case): Promise<void> {
  const address = new URL(casePath(item.number), location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    tell(t("case.link_copied"));
  } catch {
    // The browser keeps the clipboard to itself; the address can be copied by hand.
    tell(address);
  }
}

function moreItems(item: Case): MenuItem[] {
  const statuses = (["waiting_customer", "waiting_internal"] as const).map((status): MenuItem => ({
    kind: "act", key: status, label: t(`case.status.${status}`), icon: <Clock size={14} />, checked: item.status === status,
    run: () => setStatus(item, item.status === status ? "open" : status),
  }));
  return [
    ...(isOpen(item) ? statuses : []),
    { kind: "act", key: "robot", label: t(item.robot_paused ? "case.resume_robot" : "case.pause_robot"), hint: "p", icon: item.robot_paused ? <Bot size={14} /> : <BotOff size={14} />, run: () => pauseRobot(item, !item.robot_paused) },
    ...(item.status === "merged" ? [] : [{ kind: "act", key: "join", label: t("mail.join_with"), icon: <Merge size={14} />, run: () => askJoin(item) } as const]),
    { kind: "act", key: "link", label: t("case.copy_link"), icon: <Link2 size={14} />, run: () => void copyLink(item) },
  ];
}

export function CaseActs({ item }: { item: Case }) {
  const open = isOpen(item);
  const finished = item.status === "resolved" || item.status === "closed";
  const toggle = () => (open ? resolve(item) : setStatus(item, "open"));
  useCommand("resolve", toggle);
  useCommand("pause", () => pauseRobot(item, !item.robot_paused));
  useCommand("assign_me", () => assign(item, myId.peek(), item.team_id));
  return (
    <div class="case-acts" role="toolbar" aria-label={t("case.acts")}>
      <Menu label={t("case.assign")} command="assign" items={() => assignItems(item)} class="button small" align="end">
        {item.assignee_id === null && item.team_id !== null ? <Users size={14} aria-hidden="true" /> : <User size={14} aria-hidden="true" />}
        <span class="cut wide-only">{assigneeOf(item)}</span>
      </Menu>
      <Menu label={t("case.snooze")} command="snooze" items={() => snoozeItems(item)} class="icon-button" disabled={finished} align="end">
        <AlarmClock size={16} aria-hidden="true" />
      </Menu>
      <Menu label={t("case.more")} items={() => moreItems(item)} class="icon-button" align="end"><Ellipsis size={16} aria-hidden="true" /></Menu>
      <button type="button" class={`button small ${open ? "primary" : ""}`} onClick={toggle} title={`${t(open ? "case.resolve" : "case.reopen")} (e)`}>
        {open ? <Check size={14} aria-hidden="true" /> : <RotateCcw size={14} aria-hidden="true" />}
        <span class="wide-only">{t(open ? "case.resolve" : "case.reopen")}</span>
        <span class="unseen narrow-name">{t(open ? "case.resolve" : "case.reopen")}</span>
      </button>
    </div>
  );
}

function assigneeOf(item: Case): string {
  if (item.assignee_id !== null) return agentName(item.assignee_id);
  if (item.team_id !== null) return desk.value?.teams.get(item.team_id)?.name ?? t("case.assign");
  return t("case.assign");
}
