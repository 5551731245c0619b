/** The headline figures of a replay; each says how it is counted and leads to the rows it counts. */
import type { ComponentChildren } from "preact";
import { language, has, t } from "../../shared/i18n";
import { Explain } from "./explain";
import { percent } from "./figures";
import { rowsPath, type Filters } from "./replay-filters";
import type { Replay, ReplaySummary } from "./shapes";

const NO_BREAK = "\u00a0";

interface Props {
  replay: Replay;
  summary: ReplaySummary;
  minutesEach: number | null;
}

export function Figures({ replay, summary, minutesEach }: Props) {
  const handed = Object.values(summary.handed_over).reduce((sum, count) => sum + count, 0);
  const known = summary.right + summary.wrong;
  const rows = (filters: Partial<Filters>, label: string) => <Rows href={rowsPath(replay.id, filters)}>{label}</Rows>;
  return (
    <div class="totals replay-figures">
      <Figure
        title={t("replay.figure.precision")} value={summary.precision === null ? "–" : percent(summary.precision, "down")}
        label={t("replay.figure.precision_label")}
        note={summary.precision_low === null ? t("replay.figure.precision_none") : t("replay.figure.precision_note", { low: percent(summary.precision_low, "down"), count: known })}
      >
        <p>{t("replay.figure.precision_about", { right: summary.right, wrong: summary.wrong, unknown: summary.unknown })}</p>
        {summary.freely_answered > 0 && <p>{t("replay.figure.freely", { count: summary.freely_answered })}</p>}
        <p>{t("replay.figure.precision_limit")}</p>
        {rows({ outcome: "wrong" }, t("replay.rows_wrong", { count: summary.wrong }))}
        {rows({ outcome: "right" }, t("replay.rows_right", { count: summary.right }))}
      </Figure>
      <Figure
        title={t("replay.figure.coverage")} value={percent(summary.coverage)} label={t("replay.figure.coverage_label")}
        note={t("replay.figure.coverage_note", { answered: summary.answered, count: summary.questions })}
      >
        <p>{t("replay.figure.coverage_about", { greeted: summary.greeted })}</p>
        {rows({ kind: "answer" }, t("replay.rows_answered", { count: summary.answered + summary.greeted }))}
      </Figure>
      <Figure
        title={t("replay.figure.asked")} value={summary.asked} label={t("replay.figure.asked_label", { count: summary.asked })}
        note={t("replay.figure.asked_note", { count: summary.asked_right })}
      >
        <p>{t("replay.figure.asked_about")}</p>
        {rows({ kind: "ask" }, t("replay.rows_asked", { count: summary.asked }))}
      </Figure>
      <Figure
        title={t("replay.figure.handed")} value={handed} label={t("replay.figure.handed_label", { count: handed })}
        note={t("replay.figure.handed_note", { count: summary.suggested })}
      >
        <p>{t("replay.figure.handed_about")}</p>
        <Reasons reasons={summary.handed_over} />
        {rows({ kind: "hand_over" }, t("replay.rows_handed", { count: handed }))}
      </Figure>
      <Figure
        title={t("replay.figure.minutes")} value={hours(summary.minutes_saved)} label={t("replay.figure.minutes_label")}
        note={minutesEach === null ? undefined : t("replay.figure.minutes_note", { count: minutesEach })}
      >
        <p>{t("replay.figure.minutes_about")}</p>
        <p><a href="/robot/policy">{t("replay.figure.minutes_link")}</a></p>
      </Figure>
    </div>
  );
}

/** "7 h 28 min", "45 min". */
export function hours(minutes: number): string {
  const whole = Math.round(minutes);
  const said = whole < 60 ? new Intl.NumberFormat(language(), { style: "unit", unit: "minute", unitDisplay: "short" }).format(whole) : t("replay.hours", { hours: Math.floor(whole / 60), minutes: whole % 60 });
  return said.replaceAll(" ", NO_BREAK);
}

function Rows({ href, children }: { href: string; children: ComponentChildren }) {
  // The sheet covers the rows that the link shows.
  const leave = (event: MouseEvent) => (event.currentTarget as HTMLElement).closest<HTMLElement>("[popover]")?.hidePopover();
  return <p><a href={href} onClick={leave}>{children}</a></p>;
}

function Figure({ title, value, label, note, children }: { title: string; value: string | number; label: string; note: string | undefined; children: ComponentChildren }) {
  const figure = (
    <>
      <span class="total-value figures">{value}</span>{" "}
      <span class="total-label">{label}</span>
      {note !== undefined && <span class="total-note">{note}</span>}
    </>
  );
  return <Explain title={title} figure={figure} class="total">{children}</Explain>;
}

/** Why questions went to people, most frequent first. */
function Reasons({ reasons }: { reasons: Record<string, number> }) {
  const all = Object.entries(reasons).sort((one, other) => other[1] - one[1]);
  const most = all[0]?.[1] ?? 1;
  return (
    <ul class="reasons">
      {all.map(([reason, count]) => (
        <li key={reason}>
          <span>{has(`why.reason.${reason}`) ? t(`why.reason.${reason}`) : reason}</span>
          <meter min={0} max={most} value={count} aria-hidden="true" />
          <span class="figures">{count}</span>
        </li>
      ))}
    </ul>
  );
}
