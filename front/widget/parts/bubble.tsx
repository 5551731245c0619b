/** One message: whose words, what they say, what became of them. */
import { Bot, FileText, ThumbsDown, ThumbsUp } from "./icons";
import { clockTime, fileSize, fullTime, t } from "../../shared/i18n";
import type { Attachment, Choice, Message } from "../../shared/types";
import { Words } from "../../shared/ui/text";
import { choose, judge } from "../acts";
import { outbox } from "../session";
import { held, messages } from "../store";
import type { Bubble as Drawn } from "../timeline";

export function Bubble({ bubble, stateShown }: { bubble: Drawn; stateShown: boolean }) {
  const { side, text, attachments, message } = bubble;
  return (
    <li class={`bubble ${side}${bubble.first ? " first" : ""}${bubble.last ? " last" : ""}`}>
      <Author bubble={bubble} />
      {text !== "" && (
        <div class="said" title={fullTime(bubble.at)}>
          <Words text={text} />
        </div>
      )}
      {attachments.length > 0 && <Files files={attachments} />}
      {message?.choices && message.choices.length > 0 && <Choices message={message} />}
      {message !== null && side === "robot" && message.entry_id !== null && !message.choices?.length && <Judgement message={message} />}
      {message?.follow_ups && message.follow_ups.length > 0 && <FollowUps message={message} choices={message.follow_ups} />}
      <State bubble={bubble} shown={stateShown} />
    </li>
  );
}

function Author({ bubble }: { bubble: Drawn }) {
  const { side, name, first } = bubble;
  const who = side === "own" ? t("author.you") : side === "robot" ? robotName() : (name ?? t("author.agent"));
  if (!first || side === "own") return <span class="unseen">{who}: </span>;
  return (
    <span class="author">
      {side === "robot" && <Bot size={16} />}
      {who}
    </span>
  );
}

/** Whatever the shop calls its robot, the word "assistant" stands beside the name. */
function robotName(): string {
  const name = held.value?.shop.assistant_name;
  return name ? t("author.robot", { name }) : t("author.assistant");
}

function Files({ files }: { files: readonly Attachment[] }) {
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <a href={file.url} target="_blank" rel="noopener" class={file.width === null ? "file" : "image"}>
            {file.width === null ? (
              <>
                <FileText size={16} />
                <span class="words">{file.name}</span>
                <span class="size">{fileSize(file.size)}</span>
              </>
            ) : (
              <img src={file.url} alt={file.name} width={file.width} height={file.height ?? undefined} loading="lazy" decoding="async" />
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Choices({ message }: { message: Message }) {
  return (
    <div class="choices" role="group" aria-label={t("choice.group")}>
      {message.choices?.map((choice) => (
        <button
          type="button"
          class="choice"
          key={choice.entry_id}
          disabled={message.chosen_entry_id !== null}
          aria-pressed={message.chosen_entry_id === choice.entry_id}
          onClick={() => choose(message, choice)}
        >
          {choice.title}
        </button>
      ))}
    </div>
  );
}

/** What is often asked after this answer; gone once the conversation goes on. */
function FollowUps({ message, choices }: { message: Message; choices: readonly Choice[] }) {
  if (!isLast(message)) return null;
  return (
    <div class="follow-ups" role="group" aria-label={t("follow.group")}>
      {choices.map((choice) => (
        <button type="button" class="follow-up" key={choice.entry_id} onClick={() => choose(message, choice)}>
          {choice.title}
        </button>
      ))}
    </div>
  );
}

function Judgement({ message }: { message: Message }) {
  return (
    <div class="judgement" role="group" aria-label={t("feedback.question")}>
      <span>{message.feedback === null ? t("feedback.question") : t("feedback.thanks")}</span>
      <button type="button" class="plain" aria-label={t("feedback.up")} title={t("feedback.up")} aria-pressed={message.feedback === "up"} onClick={() => judge(message, "up")}>
        <ThumbsUp size={16} />
      </button>
      <button type="button" class="plain" aria-label={t("feedback.down")} title={t("feedback.down")} aria-pressed={message.feedback === "down"} onClick={() => judge(message, "down")}>
        <ThumbsDown size={16} />
      </button>
    </div>
  );
}

/** Nothing was said after it, nor is under way. */
function isLast(message: Message): boolean {
  return messages.value.at(-1)?.id === message.id && !outbox.pending.value.some(({ body }) => body.kind === "message");
}

function State({ bubble, shown }: { bubble: Drawn; shown: boolean }) {
  if (bubble.delivery === "refused") {
    return (
      <p class="state bad">
        {t("state.refused")}{" "}
        <button type="button" onClick={() => outbox.retry(bubble.key)}>
          {t("state.again")}
        </button>{" "}
        <button type="button" onClick={() => outbox.discard(bubble.key)}>
          {t("state.remove")}
        </button>
      </p>
    );
  }
  const words = bubble.delivery !== null && (shown || bubble.message === null) ? t(`state.${bubble.delivery}`) : null;
  const byMail = bubble.message?.by_letter === true;
  if (words === null && !byMail && !bubble.last) return null;
  return (
    <p class="state">
      <time dateTime={bubble.at} title={fullTime(bubble.at)}>
        {clockTime(bubble.at)}
      </time>
      {byMail && ` · ${t("state.by_mail")}`}
      {words !== null && ` · ${words}`}
    </p>
  );
}
