/** One replay: how far it is, its figures, the curve, topics and languages, and every question side by side. */
import { ArrowLeft, Pause, Play, RotateCcw, Trash2 } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Ago, Channel } from "../parts/bits";
import { go } from "../router";
import { mayLead, Page } from "../settings/form";
import { useTitle } from "../title";
import { tabPath } from "./address";
import { Bones, Failed } from "./bits";
import { Curve } from "./curve";
import type { RobotPolicy } from "./facts";
import { useRead } from "./reading";
import { deleteReplay, isMoving, moveReplay, nameOfReplay, replayPath, usePulse } from "./replay-acts";
import { Figures } from "./replay-figures";
import { Items } from "./replay-items";
import { Bar, DraftFacts, Status } from "./replay-list";
import { Languages, Topics } from "./replay-tables";
import type { Replay } from "./shapes";

export function ReplayDetail({ id }: { id: number }) {
  const read = useRead<Replay>(`/api/robot/replays/${id}`, "replays");
  const policy = useRead<RobotPolicy>("/api/robot/policy", "policy").value;
  const replay = read.value;
  usePulse(replay !== null && isMoving(replay), read.again);
  useTitle(replay === null ? null : `${nameOfReplay(replay)} · ${t("robot.tab.replay")}`);
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  if (replay === null) return <Bones />;
  const { summary } = replay;
  return (
    <Page title={nameOfReplay(replay)} actions={<Acts replay={replay} again={read.again} />} wide>
      <p class="replay-facts">
        <a class="fact" href={tabPath("replay")}><ArrowLeft size={14} aria-hidden="true" />{t("replay.to_all")}</a>
        <Status replay={replay} />
        <span class="fact"><Ago at={replay.created_at} /></span>
        <span class="fact figures">{replay.version === null ? t("replay.version_now") : t("replay.of_version", { number: replay.version })}</span>
        {replay.channel !== null && <Channel channel={replay.channel} />}
        <DraftFacts replay={replay} />
      </p>
      {replay.status !== "done" && <div class="replay-running"><Bar replay={replay} />{replay.status === "cancelled" && <p class="quiet">{t("replay.cancelled_hint")}</p>}</div>}
      {summary !== null && (
        <>
          <Figures replay={replay} summary={summary} minutesEach={policy?.minutes_per_contact ?? null} />
          <section class="replay-part" aria-labelledby="replay-curve">
            <h2 id="replay-curve">{t("replay.curve")}</h2>
            <p class="quiet">{t("replay.curve_about")}</p>
            <Curve points={summary.curve} now={summary.precision === null ? null : { coverage: summary.coverage, risk: 1 - summary.precision }} target={policy?.targets.normal ?? null} tryAt={(cut) => `${tabPath("replay")}?cut=${cut.toFixed(3)}&last=${replay.wanted}`} />
          </section>
          <Topics replay={replay} summary={summary} />
          <Languages replay={replay} summary={summary} />
          <Items replay={replay} summary={summary} />
        </>
      )}
    </Page>
  );
}

function Acts({ replay, again }: { replay: Replay; again: () => void }) {
  if (!mayLead()) return replay.status === "done" ? <CompareWith replay={replay} /> : null;
  return (
    <div class="button-row">
      {replay.status === "done" && <CompareWith replay={replay} />}
      {replay.status === "done" && <a class="button" href={`${tabPath("replay")}?last=${replay.wanted}`}><RotateCcw size={14} aria-hidden="true" />{t("replay.run_again")}</a>}
      {isMoving(replay) && <button type="button" class="button" onClick={() => void moveReplay(replay, "cancel", again)}><Pause size={14} aria-hidden="true" />{t("replay.cancel")}</button>}
      {(replay.status === "cancelled" || replay.status === "failed") && <button type="button" class="button primary" onClick={() => void moveReplay(replay, "resume", again)}><Play size={14} aria-hidden="true" />{t("replay.resume")}</button>}
      {!isMoving(replay) && <button type="button" class="icon-button" title={t("replay.delete")} aria-label={t("replay.delete")} onClick={() => void deleteReplay(replay, () => undefined)}><Trash2 size={16} aria-hidden="true" /></button>}
    </div>
  );
}

/** The other finished replays, to lay beside this one. */
function CompareWith({ replay }: { replay: Replay }) {
  const all = useRead<{ replays: Replay[] }>("/api/robot/replays", "replays").value?.replays ?? [];
  const others = all.filter((one) => one.id !== replay.id && one.status === "done");
  if (others.length === 0) return null;
  return (
    <select class="entry-filter" aria-label={t("replay.compare_with")} value="" onChange={(event) => go(replayPath(replay.id, Number(event.currentTarget.value)))}>
      <option value="" disabled>{t("replay.compare_with")}</option>
      {others.map((one) => <option key={one.id} value={one.id}>{nameOfReplay(one)}{one.version === null ? "" : ` · ${t("replay.of_version", { number: one.version })}`}</option>)}
    </select>
  );
}
