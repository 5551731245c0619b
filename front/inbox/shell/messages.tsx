/** What the app itself has to say: the connection, notices, and new messages for screen readers. */
import { useEffect, useState } from "preact/hooks";
import { CloudOff, RefreshCw, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { hide, notices } from "../notices";
import { outgoing } from "../outgoing";
import { nameOf } from "../parts/bits";
import { arrived, cases, connection, desk } from "../store";

const PATIENCE_MS = 2_000;

/** A short hiccup is no news; a lasting one says what still works. */
export function ConnectionBanner() {
  const away = connection.value === "offline" || connection.value === "connecting";
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!away) {
      setLasting(false);
      return undefined;
    }
    const timer = setTimeout(() => setLasting(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [away]);
  if (!away || (!lasting && connection.value !== "offline")) return null;
  const waiting = outgoing.value.filter((one) => one.failure === null).length;
  const offline = connection.value === "offline";
  return (
    <div class="banner" role="status">
      {offline ? <CloudOff size={14} aria-hidden="true" /> : <RefreshCw size={14} aria-hidden="true" />}
      <span>
        {t(offline ? "common.offline" : "common.reconnecting")}
        {waiting > 0 && ` ${t("common.waiting_acts", { count: waiting })}`}
      </span>
    </div>
  );
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class={`notice ${notice.tone}`}>
          <span>{notice.text}</span>
          {notice.act !== null && (
            <button type="button" class="link" onClick={() => { hide(notice.id); notice.act?.run(); }}>{notice.act.label}</button>
          )}
          <button type="button" class="icon-button" aria-label={t("common.close")} onClick={() => hide(notice.id)}><X size={14} aria-hidden="true" /></button>
        </div>
      ))}
    </div>
  );
}

/** Says each new customer message once; never read out in a burst, only the newest. */
export function Announcer() {
  const news = arrived.value;
  const item = news === null ? undefined : cases.value.get(news.caseId);
  const message = news === null ? undefined : desk.value?.messages.get(news.messageId);
  return (
    <div class="unseen" role="log" aria-live="polite" aria-label={t("inbox.news")}>
      {item !== undefined && message !== undefined && (
        <p key={message.id}>{t("inbox.new_message", { name: nameOf(item), number: `T-${item.number}`, text: message.text.slice(0, 300) })}</p>
      )}
    </div>
  );
}
