/** Opening hours by weekday and holidays. */
import { useState } from "preact/hooks";
import { Plus, X } from "lucide-preact";
import { language, t } from "../../shared/i18n";
import type { Workspace } from "../../shared/types";
import { Problem, Section, Tick } from "./form";
import type { Editing } from "./workspace";

type Hours = Workspace["hours"];
type Span = [string, string];
const DAYS = ["0", "1", "2", "3", "4", "5", "6"] as const;
const OFFICE: Span = ["09:00", "17:00"];

/** The weekday's name in the viewer's language; 5 January 2026 is a Monday. */
const dayName = (day: string): string =>
  new Intl.DateTimeFormat(language(), { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2026, 0, 5 + Number(day))));

export function Hours({ editing }: { editing: Editing }) {
  const { hours } = editing.value;
  const set = (change: Partial<Hours>) => editing.set({ hours: { ...hours, ...change } });
  const setDay = (day: string, spans: Span[]) => {
    const { [day]: _old, ...others } = hours.days;
    set({ days: spans.length === 0 ? others : { ...others, [day]: spans } });
  };
  const toWeekdays = () => {
    const monday = hours.days["0"] ?? [];
    const weekend = Object.fromEntries(Object.entries(hours.days).filter(([day]) => day === "5" || day === "6"));
    set({ days: monday.length === 0 ? weekend : { ...Object.fromEntries(DAYS.slice(0, 5).map((day) => [day, monday])), ...weekend } });
  };
  return (
    <Section title={t("settings.hours")} about={t("settings.hours_about")}>
      <Tick label={t("settings.always_open")} checked={hours.always_open} change={(always_open) => set({ always_open })} />
      {!hours.always_open && (
        <div class="days">
          {DAYS.map((day) => (
            <Day key={day} day={day} spans={hours.days[day] ?? []} set={(spans) => setDay(day, spans)} problem={editing.refusal?.fields[`hours.days.${day}`]} />
          ))}
          <button type="button" class="link" onClick={toWeekdays}>{t("settings.copy_monday")}</button>
        </div>
      )}
      <Holidays dates={hours.holidays} set={(holidays) => set({ holidays })} problem={editing.refusal?.fields["hours.holidays"]} />
    </Section>
  );
}

function Day({ day, spans, set, problem }: { day: string; spans: readonly Span[]; set: (spans: Span[]) => void; problem: string | undefined }) {
  const name = dayName(day);
  const change = (at: number, end: 0 | 1, time: string) => {
    set(spans.map((span, index) => (index === at ? (end === 0 ? [time, span[1]] : [span[0], time]) : span)));
  };
  const next: Span = spans.length === 0 ? OFFICE : ["18:00", "20:00"];
  return (
    <div class="day" role="group" aria-label={name}>
      <span class="day-name">{name}</span>
      <div class="day-spans">
        {spans.length === 0 && <span class="quiet">{t("settings.closed")}</span>}
        {spans.map((span, index) => (
          <span class="span" key={index}>
            <input type="time" aria-label={`${name}: ${t("settings.opens")}`} value={span[0]} onInput={(event) => change(index, 0, event.currentTarget.value)} />
            <span aria-hidden="true">–</span>
            <input type="time" aria-label={`${name}: ${t("settings.closes")}`} value={span[1] === "24:00" ? "23:59" : span[1]} onInput={(event) => change(index, 1, event.currentTarget.value)} />
            <button type="button" class="icon-button" aria-label={`${name}: ${t("settings.remove_span")}`} title={t("settings.remove_span")} onClick={() => set(spans.filter((_, other) => other !== index))}>
              <X size={14} aria-hidden="true" />
            </button>
          </span>
        ))}
        {problem !== undefined && <Problem>{problem}</Problem>}
      </div>
      <button type="button" class="icon-button" aria-label={`${name}: ${t("settings.add_span")}`} title={t("settings.add_span")} onClick={() => set([...spans, next])}>
        <Plus size={14} aria-hidden="true" />
      </button>
    </div>
  );
}

function Holidays({ dates, set, problem }: { dates: readonly string[]; set: (dates: string[]) => void; problem: string | undefined }) {
  const [date, setDate] = useState("");
  const add = () => {
    if (date !== "") set([...new Set([...dates, date])].sort());
    setDate("");
  };
  const shown = new Intl.DateTimeFormat(language(), { dateStyle: "full", timeZone: "UTC" });
  return (
    <div class="holidays" role="group" aria-label={t("settings.holidays")}>
      <h3>{t("settings.holidays")}</h3>
      {dates.length === 0 ? <p class="quiet">{t("settings.no_holidays")}</p> : (
        <ul>
          {dates.map((one) => (
            <li key={one}>
              <time dateTime={one}>{shown.format(new Date(`${one}T00:00Z`))}</time>
              <button type="button" class="icon-button" aria-label={`${t("common.remove")}: ${one}`} onClick={() => set(dates.filter((other) => other !== one))}><X size={14} aria-hidden="true" /></button>
            </li>
          ))}
        </ul>
      )}
      <div class="add-row">
        <input type="date" value={date} aria-label={t("settings.holiday")} onInput={(event) => setDate(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }} />
        <button type="button" class="button" disabled={date === ""} onClick={add}><Plus size={14} aria-hidden="true" />{t("settings.add_holiday")}</button>
      </div>
      {problem !== undefined && <Problem>{problem}</Problem>}
    </div>
  );
}
