/** One case in a list: who, last words, channel, language, the clock that matters, who has the floor. */
import { memo } from "./memo";
import { Clock, Moon } from "lucide-preact";
import { t, upcomingTime } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { isOpen } from "../lists";
import { Ago, Channel, FloorMark, Initials, nameOf, Tongue, Waiting } from "../parts/bits";
import { minute } from "../parts/ticking";
import { casePath } from "../router";
import { online, typists } from "../store";

interface Props {
  item: Case;
  index: number;
  count: number;
  /** The row that Tab reaches and j/k start from. */
  current: boolean;
  /** The case beside the list. */
  opened: boolean;
  top: number;
  onFocus: (id: number) => void;
}

export const Row = memo(({ item, index, count, current, opened, top, onFocus }: Props) => {
  const name = nameOf(item);
  // What is finished calls nobody: who reads an old case is not behind with anything.
  const unread = isOpen(item) ? item.unread : 0;
  const here = online.value.customers.has(item.customer_id);
  return (
    <li class="row-place" style={{ transform: `translateY(${top}px)` }} aria-setsize={count} aria-posinset={index + 1}>
      <a
        class={`row${opened ? " opened" : ""}${unread > 0 ? " unread" : ""}`}
        href={casePath(item.number)} data-case={item.id} tabIndex={current ? 0 : -1}
        aria-current={opened ? "page" : undefined} onFocus={() => onFocus(item.id)}
      >
        <Initials name={name} online={here} />
        <span class="row-body">
          <span class="row-head">
            <span class="row-name cut">{name}</span>
            {here && <span class="unseen">{t("customer.online_now")}</span>}
            {unread > 0 && (
              <span class="unread-count figures">
                {unread}
                <span class="unseen"> {t("inbox.unread_messages", { count: unread })}</span>
              </span>
            )}
            <span class="row-time"><Ago at={item.active_at} /></span>
          </span>
          <LastWords item={item} />
          <span class="row-facts">
            <Channel channel={item.channel} />
            <Tongue code={item.language} />
            <RowClock item={item} />
            <FloorMark item={item} />
          </span>
        </span>
      </a>
    </li>
  );
});

function LastWords({ item }: { item: Case }) {
  if (typists.value.has(`${item.id}:customer`)) return <span class="row-words cut typing-words">{t("case.typing_short")}</span>;
  const from = item.preview_from === "agent" || item.preview_from === "robot" ? t(`inbox.from.${item.preview_from}`) : "";
  // A letter without a subject goes by its first words: they are not said twice.
  if (item.channel === "email" && item.subject !== "" && !item.preview.startsWith(item.subject)) {
    return (
      <span class="row-words cut" dir="auto">
        {from !== "" && <span class="row-from">{from} </span>}
        <span class="row-subject">{item.subject}</span>
        {item.preview !== "" && <span class="row-from"> · {item.preview}</span>}
      </span>
    );
  }
  return (
    <span class="row-words cut" dir="auto">
      {from !== "" && <span class="row-from">{from} </span>}
      {item.preview === "" ? t("inbox.attachment_only") : item.preview}
    </span>
  );
}

function RowClock({ item }: { item: Case }) {
  if (item.status === "snoozed" && item.snoozed_until !== null) {
    return (
      <span class="fact" title={t("case.snoozed_until", { time: upcomingTime(item.snoozed_until, minute.value) })}>
        <Moon size={12} aria-hidden="true" />
        {upcomingTime(item.snoozed_until, minute.value)}
      </span>
    );
  }
  if (item.waiting_since === null) return null;
  return (
    <span class="fact waiting" title={t("case.customer_waits")}>
      <Clock size={12} aria-hidden="true" />
      <span class="unseen">{t("case.customer_waits")} </span>
      <Waiting since={item.waiting_since} />
    </span>
  );
}
