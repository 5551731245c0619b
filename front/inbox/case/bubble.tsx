/** One message: customer left, agents right, robot right in its own hue with its verdict. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { Bot, Check, ChevronDown, CircleAlert, Download, FileText, ThumbsDown, ThumbsUp } from "lucide-preact";
import { fileSize, t } from "../../shared/i18n";
import type { Attachment, Case, Choice, Message, Verdict } from "../../shared/types";
import { Words } from "../../shared/ui/text";
import { useCommand } from "../keys";
import { agentName, Hour, nameOf } from "../parts/bits";
import { Delivery } from "../mail/delivery";
import { inPlace, isPicture } from "../mail/frame-source";
import { LetterButtons, LetterDetails, LetterFacts, LetterWords } from "../mail/letter";
import { useLetter } from "../mail/letter-view";
import { MessageMenu } from "../mail/message-menu";
import { desk, myId } from "../store";
import { WhyPanel } from "./why-panel";

interface Props {
  message: Message;
  item: Case;
  follows: boolean;
  /** The last robot message: the `w` key opens its reasons. */
  last: boolean;
  /** The last message of our side: its state stands below it. */
  stated: boolean;
  /** What letters are about from this one on. */
  subject: string | null;
  /** Something was said before it: from here on it may become a case of its own. */
  splits: boolean;
}

export function Bubble(props: Props) {
  const { message, item, follows, last, stated, subject, splits } = props;
  const side = message.author.kind === "customer" ? "customer" : message.author.kind === "robot" ? "robot" : "agent";
  const verdict = message.verdict_id === null ? undefined : desk.value?.verdicts.get(message.verdict_id);
  const letter = message.letter ?? null;
  const shown = useLetter(message);
  // What the formatted letter shows in its place is not shown twice.
  const within = shown.open.has("formatted") && shown.view !== null ? inPlace(shown.view, message.attachments) : [];
  const files = message.attachments.filter((file) => !within.includes(file));
  return (
    <li class={`said ${side}${follows ? " follows" : ""}${letter === null ? "" : " letter"}`}>
      {subject !== null && <h2 class="letter-subject">{subject}</h2>}
      {(!follows || side === "robot") && (
        <div class="said-by">
          {side === "robot" && <Bot size={14} aria-hidden="true" />}
          <span class="said-name">{authorOf(message, item)}</span>
          {message.approved_by !== null && <span class="verdict-label">{t("case.approved_by", { name: message.approved_by === myId.value ? t("common.you") : agentName(message.approved_by) })}</span>}
          {verdict !== undefined && message.approved_by === null && <span class="verdict-label">{labelOf(verdict, message)}</span>}
          {letter !== null && <LetterFacts message={message} letter={letter} shown={shown} by={authorOf(message, item)} />}
          <Hour at={message.created_at} />
          {splits && side === "customer" && <MessageMenu item={item} message={message} />}
        </div>
      )}
      {letter !== null && shown.open.has("details") && <LetterDetails letter={letter} />}
      <div class={shown.open.has("formatted") ? "bubble wide" : "bubble"}>
        {letter !== null ? <LetterWords message={message} letter={letter} shown={shown} /> : message.text !== "" && <Words text={message.text} />}
        {message.choices !== null && <Choices choices={message.choices} chosen={message.chosen_entry_id} label={t("case.choices")} />}
        {message.follow_ups !== null && <Choices choices={message.follow_ups} chosen={message.chosen_entry_id} label={t("case.follow_ups")} quiet />}
        {files.length > 0 && <Attachments attachments={files} />}
      </div>
      <Foot message={message} verdict={verdict} last={last}>
        {letter !== null && <LetterButtons message={message} letter={letter} shown={shown} />}
        {side !== "customer" && letter !== null && <Delivery message={message} letter={letter} item={item} stated={stated} />}
        {side !== "customer" && letter === null && (stated || message.status === "failed") && <State message={message} item={item} />}
      </Foot>
    </li>
  );
}

function authorOf(message: Message, item: Case): string {
  if (message.author.kind === "customer") return message.author_name ?? nameOf(item);
  if (message.author.kind === "robot") return t("case.robot");
  if (message.author.kind === "agent") {
    return message.author.id === myId.value ? t("common.you") : (message.author_name ?? agentName(message.author.id));
  }
  return t("line.actor.system");
}

function labelOf(verdict: Verdict, message: Message): string {
  if (verdict.kind === "ask") return t("case.verdict.ask", { count: message.choices?.length ?? 0 });
  if (verdict.kind === "answer" && verdict.entry_id === null) return t("case.verdict.courtesy");
  return t(`case.verdict.${verdict.kind}`);
}

interface FootProps {
  message: Message;
  verdict: Verdict | undefined;
  last: boolean;
  children: ComponentChildren;
}

/** What is known of a message after it was said: seen, found helpful, and why the robot said it. */
function Foot({ message, verdict, last, children }: FootProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  useCommand("why", () => setOpen((now) => !now), last);
  return (
    <>
      <div class="said-foot">
        {verdict !== undefined && (
          <button type="button" class="link why-button" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
            {t("why.ask")}
            <ChevronDown size={12} aria-hidden="true" class={open ? "turned" : ""} />
          </button>
        )}
        {message.feedback !== null && <Feedback value={message.feedback} />}
        {children}
      </div>
      {open && verdict !== undefined && <WhyPanel verdict={verdict} id={id} />}
    </>
  );
}

interface ChoicesProps {
  choices: readonly Choice[];
  chosen: number | null;
  label: string;
  /** Offered beside an answer, not in place of one. */
  quiet?: boolean;
}

function Choices({ choices, chosen, label, quiet }: ChoicesProps) {
  return (
    <ul class={quiet === true ? "choices quiet" : "choices"} aria-label={label}>
      {choices.map(({ entry_id, title }) => (
        <li class={entry_id === chosen ? "chosen" : ""}>
          {entry_id === chosen && <Check size={14} aria-hidden="true" />}
          {title}
          {entry_id === chosen && <span class="unseen"> ({t("case.chosen")})</span>}
        </li>
      ))}
    </ul>
  );
}

function Attachments({ attachments }: { attachments: Attachment[] }) {
  return (
    <ul class="attachments">
      {attachments.map((file) => {
        const address = file.url ?? `/api/attachments/${file.id}`;
        const picture = isPicture(file);
        return (
          <li>
            <a href={address} target="_blank" rel="noopener" class={picture ? "picture" : "file"}>
              {picture ? (
                <img src={address} alt={file.name} width={file.width ?? undefined} height={file.height ?? undefined} loading="lazy" />
              ) : (
                <>
                  <FileText size={16} aria-hidden="true" />
                  <span class="cut">{file.name}</span>
                  <span class="figures">{fileSize(file.size)}</span>
                  <Download size={14} aria-hidden="true" />
                </>
              )}
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Feedback({ value }: { value: "up" | "down" }) {
  const Icon = value === "up" ? ThumbsUp : ThumbsDown;
  return (
    <p class={`feedback ${value}`}>
      <Icon size={12} aria-hidden="true" />
      {t(`case.feedback.${value}`)}
    </p>
  );
}

function State({ message, item }: { message: Message; item: Case }) {
  if (message.status === "failed") {
    return (
      <p class="state bad">
        <CircleAlert size={12} aria-hidden="true" />
        {message.failure === null ? t("case.state.failed") : t("case.state.failed_because", { reason: message.failure })}
      </p>
    );
  }
  const seen = item.customer_read_id >= message.id || message.status === "read";
  return <p class="state">{t(seen ? "case.state.seen" : `case.state.${message.status}`)}</p>;
}
