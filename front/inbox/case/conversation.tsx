/** The timeline of a case: scrolls to the newest, keeps its place when older things are shown, tells screen readers. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { ArrowDown } from "lucide-preact";
import { dayLabel, t } from "../../shared/i18n";
import type { Case, Note } from "../../shared/types";
import { Words } from "../../shared/ui/text";
import { undoJoin } from "../mail/acts";
import type { Join } from "../mail/joins";
import { outgoing } from "../outgoing";
import { agentName, Hour, nameOf } from "../parts/bits";
import { minute } from "../parts/ticking";
import { connection, desk, typists } from "../store";
import type { CaseLine } from "../state";
import { type Item, timelineOf, type Unsent } from "../timeline";
import { Bubble } from "./bubble";
import { LineRow } from "./line";
import { UnsentRow } from "./unsent-row";

const FIRST = 80;
/** Closer than this to the end the reader wants to stay at the end. */
const NEAR_PX = 120;

function unsentOf(caseId: number): Unsent[] {
  const away = connection.value === "offline" || connection.value === "connecting";
  return outgoing.value.flatMap(({ client_id, created_at, failure, body: act }) => {
    if (act.case_id !== caseId || (act.kind !== "message" && act.kind !== "note")) return [];
    const state = failure !== null ? "failed" : away ? "waiting" : "sending";
    const files = act.body.attachments;
    return [{ client_id, case_id: caseId, kind: act.kind, created_at, failure, state, text: String(act.body.text), attachments: Array.isArray(files) ? files.length : 0 } satisfies Unsent];
  });
}

/** All of a case in order. */
function useTimeline(caseId: number): Item[] {
  const known = desk.value;
  const unsent = unsentOf(caseId);
  const here = <T extends { case_id: number }>(items: ReadonlyMap<number, T> | undefined): T[] =>
    [...(items?.values() ?? [])].filter((one) => one.case_id === caseId);
  const parts = useMemo(
    () => ({ messages: here(known?.messages), notes: here(known?.notes), lines: here(known?.lines) }),
    [caseId, known?.messages, known?.notes, known?.lines],
  );
  return timelineOf({ ...parts, unsent });
}

interface Props {
  item: Case;
  joins: readonly Join[];
  onEdit: (unsent: Unsent) => void;
}

export function Conversation({ item, joins, onEdit }: Props) {
  const items = useTimeline(item.id);
  const [shown, setShown] = useState(FIRST);
  useEffect(() => setShown(FIRST), [item.id]);
  const { box, away, toEnd, keepPlace } = useEnd(item.id, items.at(-1)?.key ?? "", typists.value.has(`${item.id}:customer`));
  const hidden = Math.max(0, items.length - shown);
  const earlier = () => {
    keepPlace();
    setShown(shown + FIRST);
  };
  return (
    <div class="conversation-place">
      <div ref={box} class="conversation" tabIndex={0} role="region" aria-label={t("case.conversation")}>
        {hidden > 0 && (
          <button type="button" class="button small earlier" onClick={earlier}>{t("case.earlier", { count: Math.min(FIRST, hidden) })}</button>
        )}
        <ol class="timeline">
          <Timeline items={items.slice(hidden)} item={item} joins={joins} onEdit={onEdit} />
        </ol>
        <Typing item={item} />
      </div>
      {away && (
        <button type="button" class="button small to-end" onClick={toEnd}>
          <ArrowDown size={14} aria-hidden="true" />
          {t("case.to_newest")}
        </button>
      )}
    </div>
  );
}

/** How to take a move of messages back, while that is possible. */
function undoOf(line: CaseLine, item: Case, joins: readonly Join[]): (() => void) | null {
  const { from_case_id: from = line.case_id, to_case_id: to = line.case_id } = line.data as { from_case_id?: number; to_case_id?: number };
  if (line.kind === "JoinUndone") return null;
  const done = joins.find((one) => one.from_case_id === from && one.to_case_id === to && one.kind !== "proposal" && one.state === "done");
  return done === undefined ? null : () => undoJoin(item, done.id);
}

function Timeline({ items, item, joins, onEdit }: { items: Item[] } & Props) {
  const messages = items.flatMap((one) => (one.kind === "message" ? [one.message] : []));
  const lastRobot = messages.filter((one) => one.author.kind === "robot" && one.verdict_id !== null).at(-1)?.id;
  const first = messages[0]?.id;
  const lastOurs = messages.filter((one) => one.author.kind !== "customer").at(-1)?.id;
  return (
    <>
      {items.map((one) => {
        switch (one.kind) {
          case "day":
            return <li key={one.key} class="day"><span>{dayLabel(one.at, minute.value)}</span></li>;
          case "message":
            return <Bubble key={one.key} message={one.message} item={item} follows={one.follows} last={one.message.id === lastRobot} stated={one.message.id === lastOurs} subject={one.subject} splits={one.message.id !== first} />;
          case "note":
            return <NoteRow key={one.key} note={one.note} />;
          case "line":
            return <LineRow key={one.key} line={one.line} undo={undoOf(one.line, item, joins)} />;
          case "unsent":
            return <UnsentRow key={one.key} unsent={one.unsent} onEdit={onEdit} />;
        }
      })}
    </>
  );
}

function NoteRow({ note }: { note: Note }) {
  return (
    <li class="said note">
      <p class="said-by">
        <span class="said-name">{agentName(note.agent_id)}</span>
        <span class="verdict-label">{t("case.internal_note")}</span>
        <Hour at={note.created_at} />
      </p>
      <div class="bubble"><Words text={note.text} /></div>
    </li>
  );
}

function Typing({ item }: { item: Case }) {
  const customer = typists.value.get(`${item.id}:customer`);
  const agent = typists.value.get(`${item.id}:agent`);
  return (
    <div class="typing" aria-live="polite">
      {customer !== undefined && (
        <p>
          <span class="dots" aria-hidden="true"><i /><i /><i /></span>
          {t("case.typing", { name: customer.name ?? nameOf(item) })}
        </p>
      )}
      {agent !== undefined && <p class="collision">{t("case.typing_agent", { name: agent.name ?? t("common.somebody") })}</p>}
    </div>
  );
}

/** Keeps the newest in sight unless the reader went up; `keepPlace` holds the view while older things appear above. */
function useEnd(caseId: number, newest: string, typing: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const held = useRef<number | null>(null);
  const [away, setAway] = useState(false);
  const toEnd = () => {
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  };
  useLayoutEffect(() => {
    atEnd.current = true;
    toEnd();
  }, [caseId]);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [newest, typing]);
  useLayoutEffect(() => {
    if (held.current === null || box.current === null) return;
    box.current.scrollTop = box.current.scrollHeight - held.current;
    held.current = null;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const moved = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      setAway(!atEnd.current);
    };
    // The composer growing or a picture arriving must not push the newest words out of sight.
    const watcher = new ResizeObserver(() => atEnd.current && toEnd());
    watcher.observe(element);
    for (const child of element.children) watcher.observe(child);
    element.addEventListener("scroll", moved, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", moved);
    };
  }, []);
  return { box, away, toEnd, keepPlace: () => { held.current = (box.current?.scrollHeight ?? 0) - (box.current?.scrollTop ?? 0); } };
}
