/** A replay by topic and by language; topics stand in the order in which switching them on saves most. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { tongueName } from "../parts/bits";
import { topicPath } from "./address";
import { percent } from "./figures";
import { rowsPath } from "./replay-filters";
import { hours } from "./replay-figures";
import type { Replay, ReplayRow, ReplaySummary, TopicRow } from "./shapes";

const FIRST = 12;
/** A topic with an answer known to be wrong in this replay, or with none known to be right, is not ready. */
const isReady = (row: TopicRow): boolean => row.right > 0 && row.wrong === 0 && row.minutes > 0;
const isOn = (row: TopicRow): boolean => row.level_now === "own" || row.level_now === "audit";

export function Topics({ replay, summary }: { replay: Replay; summary: ReplaySummary }) {
  const [all, setAll] = useState(false);
  const rows = all ? summary.by_topic : summary.by_topic.slice(0, FIRST);
  const ready = summary.by_topic.filter(isReady);
  const first = ready.filter((row) => !isOn(row)).slice(0, 3);
  const about = first.length > 0 ? "replay.topics_about" : ready.length > 0 ? "replay.topics_on" : "replay.topics_none";
  if (summary.by_topic.length === 0) return null;
  return (
    <section class="replay-part" aria-labelledby="replay-topics">
      <h2 id="replay-topics">{t("replay.topics")}</h2>
      <p class="quiet">{t(about)}</p>
      <Scrolled label={t("replay.topics")}>
        <table>
          <thead><tr>
            <th scope="col">{t("replay.topic")}</th><th scope="col" class="figure">{t("replay.would_save")}</th><th scope="col">{t("replay.level_now")}</th><Heads />
          </tr></thead>
          <tbody>
            {rows.map((row) => {
              const place = first.indexOf(row);
              return (
                <tr key={row.entry_id}>
                  <th scope="row">
                    <a href={rowsPath(replay.id, { entry: String(row.entry_id) })}>{row.title}</a>
                    {place >= 0 && <span class="badge first">{t(place === 0 ? "replay.switch_first" : "replay.switch_next")}</span>}
                  </th>
                  <td class="figure">{hours(row.minutes)}</td>
                  <td><a href={topicPath(row.entry_id)}>{t(`robot.level.${row.level_now}`)}<span class="unseen"> · {t("replay.change_level", { title: row.title })}</span></a></td>
                  <Cells row={row} />
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrolled>
      {summary.by_topic.length > FIRST && <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>{t(all ? "replay.fewer_topics" : "replay.all_topics", { count: summary.by_topic.length })}</button>}
    </section>
  );
}

export function Languages({ replay, summary }: { replay: Replay; summary: ReplaySummary }) {
  if (summary.by_language.length === 0) return null;
  return (
    <section class="replay-part" aria-labelledby="replay-languages">
      <h2 id="replay-languages">{t("replay.languages")}</h2>
      <Scrolled label={t("replay.languages")}>
        <table>
          <thead><tr><th scope="col">{t("replay.language")}</th><Heads /></tr></thead>
          <tbody>
            {summary.by_language.map((row) => (
              <tr key={row.name}><th scope="row">{row.name === "" ? t("replay.no_language") : <a href={rowsPath(replay.id, { language: row.name })}>{tongueName(row.name)}</a>}</th><Cells row={row} /></tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </section>
  );
}

function Heads() {
  return (
    <>
      {["questions", "answered", "right", "wrong", "asked", "handed_over"].map((name) => <th key={name} scope="col" class="figure">{t(`replay.col.${name}`)}</th>)}
    </>
  );
}

function Cells({ row }: { row: ReplayRow }) {
  const share = row.questions === 0 ? 0 : row.answered / row.questions;
  return (
    <>
      <td class="figure">{row.questions}</td>
      <td class="figure">{row.answered} <span class="quiet">{percent(share)}</span></td>
      <td class="figure">{row.right}</td>
      <td class={row.wrong > 0 ? "figure bad" : "figure"}>{row.wrong}</td>
      <td class="figure">{row.asked}</td>
      <td class="figure">{row.handed_over}</td>
    </>
  );
}

export function Scrolled({ label, children }: { label: string; children: ComponentChildren }) {
  return <div class="scrolled" role="group" aria-label={label} tabIndex={0}>{children}</div>;
}
