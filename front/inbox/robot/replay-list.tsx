/** All replays, newest first, and how to start one. */
import { useState } from "preact/hooks";
import { History, Pause, Play, Plus, Trash2 } from "lucide-preact";
import { t } from "../../shared/i18n";
import { failureWords } from "../knowledge/failure-words";
import { Ago, Blank } from "../parts/bits";
import { mayLead, Page } from "../settings/form";
import { Bones, Failed } from "./bits";
import { percent } from "./figures";
import { useRead } from "./reading";
import { deleteReplay, isMoving, moveReplay, nameOfReplay, replayPath, usePulse } from "./replay-acts";
import { ReplayForm, wishOf } from "./replay-form";
import type { Replay } from "./shapes";

export function ReplayList() {
  const read = useRead<{ replays: Replay[] }>("/api/robot/replays", "replays");
  const [open, setOpen] = useState(() => wishOf(location.search) !== null);
  usePulse(read.value?.replays.some(isMoving) ?? false, read.again);
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  if (read.state === "loading") return <Bones />;
  const { replays } = read.value;
  const first = replays.length === 0;
  const lead = mayLead();
  const action = lead && !first && !open && (
    <button type="button" class="button primary" onClick={() => setOpen(true)}><Plus size={14} aria-hidden="true" />{t("replay.new")}</button>
  );
  return (
    <Page title={t("replay.title")} about={t("replay.about")} actions={action} wide>
      {first && <Blank icon={<History size={20} aria-hidden="true" />} title={t("replay.empty")}><p>{t(lead ? "replay.empty_hint" : "replay.empty_agent")}</p></Blank>}
      {lead && (first || open) && <ReplayForm wish={wishOf(location.search)} cancel={first ? null : () => setOpen(false)} />}
      {!first && <ul class="replays">{replays.map((replay) => <Row key={replay.id} replay={replay} again={read.again} lead={lead} />)}</ul>}
    </Page>
  );
}

function Row({ replay, again, lead }: { replay: Replay; again: () => void; lead: boolean }) {
  return (
    <li class="replay-row">
      <a class="replay-name" href={replayPath(replay.id)}>{nameOfReplay(replay)}</a>
      <p class="replay-facts">
        <Status replay={replay} />
        <span class="fact"><Ago at={replay.created_at} /></span>
        {replay.version !== null && <span class="fact figures">{t("replay.of_version", { number: replay.version })}</span>}
        <DraftFacts replay={replay} />
      </p>
      <div class="replay-result">{replay.summary === null ? <Bar replay={replay} /> : <Result replay={replay} />}</div>
      {lead && (
        <span class="replay-acts">
          {isMoving(replay) && <button type="button" class="icon-button" title={t("replay.cancel")} aria-label={t("replay.cancel_named", { name: nameOfReplay(replay) })} onClick={() => void moveReplay(replay, "cancel", again)}><Pause size={16} aria-hidden="true" /></button>}
          {(replay.status === "cancelled" || replay.status === "failed") && <button type="button" class="icon-button" title={t("replay.resume")} aria-label={t("replay.resume_named", { name: nameOfReplay(replay) })} onClick={() => void moveReplay(replay, "resume", again)}><Play size={16} aria-hidden="true" /></button>}
          {!isMoving(replay) && <button type="button" class="icon-button" title={t("replay.delete")} aria-label={t("replay.delete_named", { name: nameOfReplay(replay) })} onClick={() => void deleteReplay(replay, again)}><Trash2 size={16} aria-hidden="true" /></button>}
        </span>
      )}
    </li>
  );
}

export function Status({ replay }: { replay: Replay }) {
  return <span class={`badge ${replay.status}`}>{t(`replay.status.${replay.status}`)}</span>;
}

/** How far it has come, in words and as a bar. */
export function Bar({ replay }: { replay: Replay }) {
  if (replay.status === "failed") return <p class="field-problem"><span>{t("replay.failed_because")}{replay.failure !== null && <small>{failureWords(replay.failure)}</small>}</span></p>;
  const total = replay.total || replay.wanted;
  return (
    <p class="replay-bar">
      <progress max={total} value={replay.done} aria-label={t("replay.progress_of", { name: nameOfReplay(replay) })} />
      <span class="figures quiet">{replay.status === "waiting" && replay.done === 0 ? t("replay.waits") : t("replay.progress", { done: replay.done, count: total })}</span>
    </p>
  );
}

function Result({ replay: { summary } }: { replay: Replay }) {
  if (summary === null) return null;
  return (
    <dl class="replay-headline">
      <div><dt>{t("replay.figure.precision")}</dt><dd class="figures">{summary.precision === null ? "–" : percent(summary.precision, "down")}</dd></div>
      <div><dt>{t("replay.figure.coverage")}</dt><dd class="figures">{percent(summary.coverage)}</dd></div>
      <div><dt>{t("replay.wrong")}</dt><dd class="figures">{summary.wrong}</dd></div>
    </dl>
  );
}

/** What differs from the robot as it is, in a few words. */
export function DraftFacts({ replay: { draft } }: { replay: Pick<Replay, "draft"> }) {
  const facts = [
    draft.answer_cut === null ? null : t("replay.draft.answer_cut", { cut: percent(draft.answer_cut) }),
    draft.ask_cut === null ? null : t("replay.draft.ask_cut", { cut: percent(draft.ask_cut) }),
    draft.default_level === null ? null : t("replay.draft.default_level", { level: t(`robot.level.${draft.default_level}`) }),
    Object.keys(draft.levels).length === 0 ? null : t("replay.draft.levels", { count: Object.keys(draft.levels).length }),
    draft.archived.length === 0 ? null : t("replay.draft.archived", { count: draft.archived.length }),
    draft.examples.length === 0 ? null : t("replay.draft.examples", { count: draft.examples.length }),
    draft.own_boundaries === null ? null : t("replay.draft.own_boundaries", { count: draft.own_boundaries.length }),
  ].filter((one) => one !== null);
  return <>{facts.map((one) => <span key={one} class="fact draft">{one}</span>)}</>;
}
