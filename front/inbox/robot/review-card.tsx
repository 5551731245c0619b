/** One decision of the robot as a reviewer sees it: what was asked, what the robot did, what a person answered. */
import { Bot, CircleHelp, Flag, MessageSquarePlus, User, type LucideIcon } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import { Words } from "../../shared/ui/text";
import { Ago, Channel, Tongue } from "../parts/bits";
import { casePath } from "../router";
import type { ReviewItem } from "./shapes";

const ICONS: Record<ReviewItem["kind"], LucideIcon> = { answer: Bot, ask: CircleHelp, suggest: MessageSquarePlus, hand_over: Flag };

export const reasonText = (reason: string | null): string => (reason !== null && has(`why.reason.${reason}`) ? t(`why.reason.${reason}`) : (reason ?? ""));
const whoOf = (who: string): string => (has(`review.who.${who}`) ? t(`review.who.${who}`) : who);

export function ReviewCard({ item }: { item: ReviewItem }) {
  return (
    <article class="review-card" aria-label={t("review.item", { number: `T-${item.case_number}` })}>
      <p class="review-facts">
        <Channel channel={item.channel} />
        <Tongue code={item.language} />
        <span class="fact"><Ago at={item.asked_at} /></span>
        <a class="fact" href={casePath(item.case_number)}>T-{item.case_number}</a>
        <span class="fact drawn">{t(`review.drawn.${item.drawn}`)}</span>
      </p>
      <div class="review-talk">
        {item.history.length > 0 && (
          <ol class="review-before" aria-label={t("review.before")}>
            {item.history.map((turn, index) => (
              <li key={index} class={turn.who}><span class="review-who">{whoOf(turn.who)}</span><span class="clamped"><Words text={turn.text} /></span></li>
            ))}
          </ol>
        )}
        <section class="review-turn customer">
          <h2 class="review-who"><User size={14} aria-hidden="true" />{t("review.who.customer")}</h2>
          <blockquote class="review-question" lang={item.language ?? undefined}><Words text={item.question} /></blockquote>
        </section>
        <Did item={item} />
        {item.agent_text !== null && item.agent_text !== "" && (
          <section class="review-turn agent">
            <h2 class="review-who"><User size={14} aria-hidden="true" />{t("review.person_answered")}</h2>
            <blockquote lang={item.language ?? undefined}><Words text={item.agent_text} /></blockquote>
          </section>
        )}
      </div>
    </article>
  );
}

/** What the robot did, in its own hue. */
function Did({ item }: { item: ReviewItem }) {
  const Icon = ICONS[item.kind];
  const reason = item.kind === "answer" ? "" : reasonText(item.reason);
  return (
    <section class="review-turn robot">
      <h2 class="review-who">
        <Icon size={14} aria-hidden="true" />
        <span>{t(`review.did.${item.kind}`)}{[...(item.entry === null ? [] : [item.entry]), ...item.also].map((one) => <> · <a href={`/knowledge/${one.id}`}>{one.title}</a></>)}</span>
      </h2>
      {(item.robot_text ?? "") !== "" && <blockquote lang={item.language ?? undefined}><Words text={item.robot_text ?? ""} /></blockquote>}
      {item.kind === "ask" && (
        <ul class="review-choices">{item.candidates.slice(0, 4).map((one) => <li key={one.entry_id}>{one.title}</li>)}</ul>
      )}
      {reason !== "" && <p class="review-reason">{reason}</p>}
    </section>
  );
}
