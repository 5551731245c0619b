/** What became of a letter of ours, in words, and what can still be done about it. */
import { useEffect } from "preact/hooks";
import { CircleAlert, Clock } from "lucide-preact";
import { t, upcomingTime } from "../../shared/i18n";
import type { Case, LetterBrief, Message } from "../../shared/types";
import { useCommand } from "../keys";
import { outgoing } from "../outgoing";
import { toConversation } from "../parts/focus";
import { minute, second } from "../parts/ticking";
import { offerUndo, resend, takeBack, UNDO_MS } from "./acts";

interface Props {
  message: Message;
  letter: LetterBrief;
  item: Case;
  /** The newest of ours: its state is said also when all is well. */
  stated: boolean;
}

export function Delivery({ message, letter, item, stated }: Props) {
  const pending = outgoing.value.find(({ body, failure }) => failure === null && body.message_id === message.id)?.body.kind;
  if (pending === "take_back") return <p class="state">{t("mail.state.taking_back")}</p>;
  if (pending === "resend") return <p class="state">{t("mail.state.resending")}</p>;
  switch (message.status) {
    case "queued":
      return <Queued message={message} letter={letter} item={item} />;
    case "failed":
      return <Trouble message={message} item={item} text={message.failure === null ? t("case.state.failed") : t("case.state.failed_because", { reason: message.failure })} />;
    case "unknown":
      return <Trouble message={message} item={item} text={`${t("case.state.unknown")}. ${t("mail.state.unknown_about")}`} />;
    case "sending":
      return <p class="state">{t("case.state.sending")}</p>;
    default:
      // Sent, but not to everybody: who was refused is named.
      if (message.failure !== null) return <p class="state warn trouble"><CircleAlert size={12} aria-hidden="true" />{t("mail.state.partly", { reason: message.failure })}</p>;
      return stated ? <p class="state">{t(`case.state.${message.status}`)}</p> : null;
  }
}

function Queued({ message, letter, item }: Omit<Props, "stated">) {
  const left = letter.sends_at === null ? 0 : Date.parse(letter.sends_at) - second.value.getTime();
  useEffect(() => () => offerUndo(message), [message.id]);
  useCommand("take_back", () => takeBack(item, message.id), left > 0 && left <= UNDO_MS);
  const back = (label: string) => <button type="button" class="link" onClick={() => takeBack(item, message.id)}>{label}</button>;
  if (message.failure !== null) {
    return (
      <p class="state warn trouble">
        <Clock size={12} aria-hidden="true" />
        {t("mail.state.delayed", { reason: message.failure })}
        {left > 0 && letter.sends_at !== null && <span> {t("mail.state.next_try", { time: upcomingTime(letter.sends_at, minute.value) })}</span>}
        {back(t("mail.take_back"))}
      </p>
    );
  }
  if (left <= 0 || letter.sends_at === null) return <p class="state">{t("case.state.queued")}</p>;
  if (left > UNDO_MS) {
    return (
      <p class="state">
        <Clock size={12} aria-hidden="true" />
        {t("mail.state.later", { time: upcomingTime(letter.sends_at, minute.value) })}
        {back(t("mail.take_back"))}
      </p>
    );
  }
  const seconds = Math.ceil(left / 1000);
  return (
    <p class="state">
      {/* A screen reader hears once that it can be undone, not every second. */}
      <span class="unseen" role="status">{t("mail.state.leaving_soon")}</span>
      <span aria-hidden="true" class="figures">{t("mail.state.leaving", { count: seconds })}</span>
      <button type="button" class="link" title={`${t("common.undo")} (z)`} onClick={() => takeBack(item, message.id)}>{t("common.undo")}</button>
    </p>
  );
}

function Trouble({ message, item, text }: { message: Message; item: Case; text: string }) {
  return (
    <p class="state bad trouble">
      <CircleAlert size={12} aria-hidden="true" />
      <span>{text}</span>
      <button type="button" class="link" onClick={() => { toConversation(); resend(item, message.id); }}>{t("mail.send_again")}</button>
    </p>
  );
}
