/** What a version's settings are called on the screens, and how their values read. */
import { has, t } from "../../shared/i18n";
import { channelName } from "../parts/bits";
import { LEVELS, RISKS } from "./facts";
import { percent } from "./figures";

/** "targets.high" as the policy screen calls it, "topic.12.level.email" by the topic's title; what nobody named stays as it is. */
export function settingName(name: string, titles: ReadonlyMap<number, string>): string {
  const topic = /^topic\.(\d+)\.(risk|level)(?:\.(.+))?$/.exec(name);
  if (topic !== null) {
    const title = titles.get(Number(topic[1])) ?? `${topic[1]}`;
    const channel = topic[3] === undefined ? "" : ` (${channelName(topic[3])})`;
    return `“${title}”${channel}, ${t(`robot.setting.${topic[2]}`)}`;
  }
  const [table, line] = name.split(".");
  if (table === "targets") return `${t("robot.setting.targets")}, ${t(`robot.risk.${line}_short`)}`;
  if (table === "language_model") return t(`robot.use.${line}`);
  return has(`robot.setting.${name}`) ? t(`robot.setting.${name}`) : name;
}

export function settingValue(value: unknown): string {
  if (value === null || value === undefined) return t("robot.setting.unset");
  if (typeof value === "boolean") return t(value ? "robot.on" : "robot.off");
  if (typeof value === "number") return value > 0 && value < 1 ? percent(value) : String(value);
  if (Array.isArray(value)) return value.length === 0 ? t("robot.none") : value.join(", ");
  if (typeof value !== "string") return JSON.stringify(value);
  if (LEVELS.some((level) => level === value)) return t(`robot.level.${value}_long`);
  return RISKS.some((risk) => risk === value) ? t(`robot.risk.${value}_short`) : value;
}

/** A cut above 1 is reached by no question; one that is not readable any more is a dash. */
export function cutValue(value: unknown): string {
  if (typeof value !== "number") return "–";
  return value > 1 ? t("robot.setting.never") : percent(value);
}
