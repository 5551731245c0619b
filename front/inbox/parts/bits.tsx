/** Small parts that several panes share. */
import type { ComponentChildren } from "preact";
import { Bot, Globe, Inbox, Mail, MessageCircle, MessageSquare, Phone, User } from "lucide-preact";
import { clockTime, dayNumber, fullTime, has, language, relativeTime, t } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { desk, myId } from "../store";
import { elapsed, minute, second } from "./ticking";

/** The time of something, relative within a day; in full on hover and focus. */
export function Ago({ at }: { at: string }) {
  return (
    <time class="figures" dateTime={at} title={fullTime(at)}>
      {relativeTime(at, minute.value)}
    </time>
  );
}

/** The hour of something said, with the full time on hover. */
export function Hour({ at }: { at: string }) {
  return (
    <time class="figures" dateTime={at} title={fullTime(at)}>
      {clockTime(at)}
    </time>
  );
}

/** How long the customer has been waiting; the longest waits in whole days. */
export function Waiting({ since }: { since: string }) {
  const days = dayNumber(second.value) - dayNumber(new Date(since));
  const shown = days >= 2 ? t("common.days", { count: days }) : elapsed(since, second.value);
  return <span class="figures">{shown}</span>;
}

/** First letters of a name, for the round mark beside it; the name itself always stands near. */
export function Initials({ name, online, large }: { name: string; online?: boolean; large?: boolean }) {
  const letters = name.split(/\s+/).filter(Boolean).map((word) => Array.from(word)[0] ?? "");
  const shown = letters.length > 1 ? `${letters[0]}${letters.at(-1)}` : (letters[0] ?? "?");
  return (
    <span class={`initials${large === true ? " large" : ""}`} aria-hidden="true">
      {shown.toUpperCase()}
      {online === true && <span class="dot" />}
    </span>
  );
}

const CHANNEL_ICONS: Record<string, typeof Mail> = { widget: MessageSquare, chat: MessageSquare, email: Mail, phone: Phone, sms: MessageCircle, web: Globe };

export function channelName(channel: string): string {
  return has(`case.channel.${channel}`) ? t(`case.channel.${channel}`) : channel;
}

export function Channel({ channel }: { channel: string }) {
  const Icon = CHANNEL_ICONS[channel] ?? MessageCircle;
  return (
    <span class="fact">
      <Icon size={12} aria-hidden="true" />
      {channelName(channel)}
    </span>
  );
}

/** A language's own short mark, its name in the viewer's language on hover. */
export function Tongue({ code }: { code: string | null }) {
  if (code === null || code === "") return null;
  return (
    <span class="fact tongue" title={tongueName(code)}>
      <span aria-hidden="true">{code}</span>
      <span class="unseen">{tongueName(code)}</span>
    </span>
  );
}

export function tongueName(code: string): string {
  try {
    return new Intl.DisplayNames(language(), { type: "language" }).of(code) ?? code;
  } catch {
    // Not a language code: the customer's page may call itself anything.
    return code;
  }
}

/** The name a customer goes by on the screen. */
export const nameOf = (item: Pick<Case, "customer_name">): string =>
  item.customer_name === null || item.customer_name === "" ? t("customer.unnamed") : item.customer_name;

/** An agent's name, "You" for the viewer. */
export function agentName(id: number | null): string {
  if (id === null) return t("case.nobody");
  if (id === myId.value) return t("common.you");
  return desk.value?.agents.get(id)?.name ?? t("common.somebody");
}

/** Who answers now: the robot, nobody yet, or a person. */
export function FloorMark({ item }: { item: Case }) {
  const [Icon, text] = floorOf(item);
  return (
    <span class={`fact floor ${item.handler}`}>
      <Icon size={12} aria-hidden="true" />
      <span class="cut">{text}</span>
    </span>
  );
}

function floorOf(item: Case): [typeof Bot, string] {
  if (item.handler === "robot") return [Bot, t(item.robot_paused ? "case.floor.robot_paused" : "case.floor.robot")];
  if (item.assignee_id !== null) return [User, agentName(item.assignee_id)];
  const team = item.team_id === null ? undefined : desk.value?.teams.get(item.team_id);
  return [Inbox, team?.name ?? t("case.floor.queue")];
}

/** A state that teaches: what is not here, why, and the next step. */
export function Blank({ title, children, icon }: { title: string; children?: ComponentChildren; icon?: ComponentChildren }) {
  return (
    <div class="blank">
      {icon}
      <h2>{title}</h2>
      <div class="blank-words">{children}</div>
    </div>
  );
}

/** Key caps as they stand on a keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span class="keys">
      {keys.split(" ").map((one) => <kbd>{keyName(one)}</kbd>)}
    </span>
  );
}

function keyName(key: string): string {
  const mod = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl ";
  return key.replace("mod+", mod).replace("Escape", "Esc").replace(/^(Ctrl |⌘)?([a-z])$/, (_, front: string | undefined, letter: string) => `${front ?? ""}${letter.toUpperCase()}`);
}
