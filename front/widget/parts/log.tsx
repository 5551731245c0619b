/** The conversation: keeps to its end while the reader is there, and stays put while they read back. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ArrowDown } from "./icons";
import { dayLabel, t } from "../../shared/i18n";
import { loadOlder, markRead } from "../acts";
import { outbox } from "../session";
import { connection, floor, held, history, messages, now, open, robotAnswers, settled, typist, unread } from "../store";
import { lastStored, rows } from "../timeline";
import { Bubble } from "./bubble";
import { EmailCard } from "./email";
import { Welcome } from "./welcome";

const NEAR = 80;
const FIRST_LOAD = 100;
const THINKING = 6_000;

export function Log() {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  const found = rows(messages.value, outbox.pending.value, held.value?.cases ?? new Map(), connection.value !== "offline");
  const stated = lastStored(found)?.key;
  const newest = found.at(-1)?.key;
  const oldest = found[0]?.key;
  const thinking = useThinking();

  useKeptPlace(box, oldest);
  useLayoutEffect(() => {
    const own = found.at(-1);
    if (atEnd.value || (own?.kind === "bubble" && own.message === null)) toEnd(box.current);
  }, [newest, thinking, typist.value, open.value, floor.value]);
  useSignalEffect(() => {
    if (open.value && atEnd.value && unread.value > 0 && document.visibilityState === "visible") markRead();
  });

  const watch = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current as HTMLDivElement;
    atEnd.value = scrollHeight - scrollTop - clientHeight < NEAR;
  };
  return (
    <div class="middle">
      <div class="log" ref={box} onScroll={watch} tabIndex={0} role="log" aria-live={history.value === "loading" ? "off" : "polite"} aria-relevant="additions" aria-label={t("log.title")}>
        <Older />
        {found.length === 0 && <Welcome />}
        <ul>
          {found.map((row) =>
            row.kind === "day" ? (
              <li class="day" key={row.key}>
                <span>{dayLabel(row.at, now.value)}</span>
              </li>
            ) : (
              <Bubble bubble={row} stateShown={row.key === stated} key={row.key} />
            ),
          )}
        </ul>
        {(typist.value !== null || thinking) && <Dots name={typist.value?.name ?? null} />}
        {settled.value && found.length > 0 && <p class="line">{t("log.settled")}</p>}
        <EmailCard />
      </div>
      {!atEnd.value && <ToEnd go={() => toEnd(box.current)} />}
    </div>
  );
}

function Older() {
  if (messages.value.length < FIRST_LOAD || history.value === "complete") return null;
  return (
    <button type="button" class="older" disabled={history.value === "loading"} onClick={() => void loadOlder()}>
      {t(history.value === "loading" ? "log.loading" : "log.older")}
    </button>
  );
}

function ToEnd({ go }: { go: () => void }) {
  return (
    <button type="button" class="down" onClick={go}>
      <ArrowDown size={16} />
      {unread.value > 0 ? t("log.unread", { count: unread.value }) : t("log.end")}
    </button>
  );
}

function Dots({ name }: { name: string | null }) {
  return (
    <p class="dots" role="status">
      <i />
      <i />
      <i />
      <span class="unseen">{name === null ? t("log.typing") : t("log.named_typing", { name })}</span>
    </p>
  );
}

function toEnd(box: HTMLElement | null): void {
  box?.scrollTo({ top: box.scrollHeight });
}

/** When older messages come in above, what is being read stays where it is. */
function useKeptPlace(box: { current: HTMLElement | null }, oldest: string | undefined): void {
  const height = useRef(0);
  const before = useRef(oldest);
  useLayoutEffect(() => {
    if (box.current === null) return;
    if (before.current !== oldest && before.current !== undefined) box.current.scrollTop += box.current.scrollHeight - height.current;
    before.current = oldest;
    height.current = box.current.scrollHeight;
  });
}

/** The robot reads a new message at once; dots say so, and stop when it should have spoken. */
function useThinking(): boolean {
  const thinking = useSignal(false);
  const last = messages.value.at(-1);
  const asked = last?.author.kind === "customer" && floor.value === "robot" && robotAnswers.value ? last.id : null;
  useEffect(() => {
    thinking.value = asked !== null && Date.now() - Date.parse(last?.created_at ?? "") < THINKING;
    if (!thinking.value) return undefined;
    const timer = setTimeout(() => (thinking.value = false), THINKING);
    return () => clearTimeout(timer);
  }, [asked]);
  return thinking.value;
}
