/** Small parts of the channels' screens: bones, failures, the sentence about a mailbox. */
import type { ComponentChildren } from "preact";
import { ArrowLeft, CircleAlert, CircleCheck, CircleDashed, CirclePause, Clock } from "lucide-preact";
import { clockTime, dayNumber, fullTime, language, relativeTime, t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { minute } from "../parts/ticking";
import type { Failure } from "../robot/reading";
import { NoPermission, PageBones } from "../settings/form";
import type { Account } from "./facts";
import { standingOf, type Standing, type Tone } from "./health";

export const Bones = () => <PageBones title={t("inbox.screen.channels")} rows={4} />;

export function Failed({ failure, again }: { failure: Failure; again: () => void }) {
  return (
    <>
      <h1 class="unseen">{t("inbox.screen.channels")}</h1>
      {failure === "forbidden" ? <div class="page"><NoPermission text={t("channels.forbidden")} /></div> : failure === "gone" ? (
        <Blank title={t("channels.gone")}><a class="button" href="/channels">{t("channels.to_all")}</a></Blank>
      ) : (
        <Blank title={t("channels.failed")}>
          <p>{t("channels.failed_hint")}</p>
          <button type="button" class="button" onClick={again}>{t("common.retry")}</button>
        </Blank>
      )}
    </>
  );
}

export function Back({ children }: { children: ComponentChildren }) {
  return <a class="back-link" href="/channels"><ArrowLeft size={14} aria-hidden="true" />{children}</a>;
}

const ICONS = { good: CircleCheck, quiet: CircleDashed, warn: Clock, bad: CircleAlert } as const satisfies Record<Tone, unknown>;

/** "4 minutes ago" for what was; since when for what is wrong: the hour today, else the day. */
function timeOf({ at, tone }: Standing): string {
  if (at === null) return "";
  const now = minute.value;
  if (tone === "good") return relativeTime(at, now);
  const then = new Date(at);
  return dayNumber(then) === dayNumber(now) ? clockTime(at) : new Intl.DateTimeFormat(language(), { day: "numeric", month: "short" }).format(then);
}

/** The sentence, with what to do under it where somebody must. */
export function HealthLine({ account, full }: { account: Account; full?: boolean }) {
  const standing = standingOf(account);
  const { tone, key, at, count, left, todo, said } = standing;
  const Icon = account.active ? ICONS[tone] : CirclePause;
  const since = tone === "bad" && at !== null ? ` ${t("channels.since", { time: timeOf(standing) })}` : "";
  return (
    <div class={`health ${tone}`}>
      <p class="health-words" title={at === null ? undefined : fullTime(at)}>
        <Icon size={14} aria-hidden="true" />
        <span>{t(key, { time: timeOf(standing), count, left })}{since}</span>
      </p>
      {todo !== null && <p class="health-todo">{t(`channels.todo.${todo}`)}</p>}
      {full === true && said !== null && said !== "" && <p class="health-said">{t("channels.server_said", { words: said })}</p>}
    </div>
  );
}
