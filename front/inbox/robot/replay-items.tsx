/** The questions of a replay one by one: what the robot would have said beside what a person did say. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Bot, Check, CircleHelp, User, X, type LucideIcon } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import { Words } from "../../shared/ui/text";
import { Ago, Tongue, tongueName } from "../parts/bits";
import { casePath, go, place } from "../router";
import { http } from "../store";
import { percent } from "./figures";
import { filtersOf, itemsPath, KINDS, OUTCOMES, rowsPath, type Filters } from "./replay-filters";
import type { Outcome, Replay, ReplayItem, ReplaySummary, RobotWord } from "./shapes";

const PAGE = 40;

type Paged = { items: readonly ReplayItem[]; next: number | null; state: "loading" | "ready" | "failed" };

/** The rows that pass the filters, a page at a time; the old ones stay while others are read. */
function useItems(id: number, filters: Filters): Paged & { more: () => void; again: () => void } {
  const [paged, setPaged] = useState<Paged>({ items: [], next: null, state: "loading" });
  const [tries, setTries] = useState(0);
  const key = itemsPath(id, filters, null, PAGE);
  const read = (after: number | null, before: readonly ReplayItem[], signal?: AbortSignal) =>
    http.get<{ items: ReplayItem[]; next: number | null }>(itemsPath(id, filters, after, PAGE), signal).then(
      ({ items, next }) => setPaged({ items: [...before, ...items], next, state: "ready" }),
      () => signal?.aborted === true || setPaged((now) => ({ ...now, state: "failed" })),
    );
  useEffect(() => {
    const abort = new AbortController();
    setPaged((now) => ({ ...now, state: "loading" }));
    void read(null, [], abort.signal);
    return () => abort.abort();
  }, [key, tries]);
  const more = () => {
    if (paged.next === null || paged.state === "loading") return;
    setPaged({ ...paged, state: "loading" });
    void read(paged.next, paged.items);
  };
  return { ...paged, more, again: () => setTries(tries + 1) };
}

export function Items({ replay, summary }: { replay: Replay; summary: ReplaySummary }) {
  // Same replay, other address: only the address says that the rows are others.
  void place.value;
  const filters = filtersOf(location.search);
  const paged = useItems(replay.id, filters);
  const section = useRef<HTMLElement>(null);
  const filtered = rowsPath(replay.id, filters);
  const first = useRef(filtered);
  useEffect(() => {
    // A link elsewhere on the page chose these rows: they come into sight. A filter here is in sight already.
    if (filtered === first.current && location.search === "") return;
    if (section.current?.contains(document.activeElement) === false) section.current.scrollIntoView({ block: "start" });
    first.current = "";
  }, [filtered]);
  const choose = (change: Partial<Filters>) => go(rowsPath(replay.id, { ...filters, ...change }), { replace: true });
  return (
    <section ref={section} class="replay-items" aria-labelledby="replay-items">
      <header>
        <h2 id="replay-items">{t("replay.items")}</h2>
        <FilterBar filters={filters} summary={summary} choose={choose} />
      </header>
      {paged.state === "failed" && <p class="list-note" role="alert">{t("replay.items_failed")} <button type="button" class="button small" onClick={paged.again}>{t("common.retry")}</button></p>}
      {paged.state === "loading" && paged.items.length === 0 && <div class="item-bones" role="status" aria-label={t("common.loading")}>{[58, 74, 45].map((width) => <span key={width} class="skeleton bar tall" style={{ width: `${width}%` }} />)}</div>}
      {paged.state === "ready" && paged.items.length === 0 && <p class="quiet list-note">{t("replay.items_none")}</p>}
      <ul aria-busy={paged.state === "loading"}>{paged.items.map((item) => <Item key={item.message_id} item={item} />)}</ul>
      {paged.next !== null && <button type="button" class="button" disabled={paged.state === "loading"} onClick={paged.more}>{t("replay.items_more")}</button>}
    </section>
  );
}

interface FilterProps {
  filters: Filters;
  summary: ReplaySummary;
  choose: (change: Partial<Filters>) => void;
}

function FilterBar({ filters, summary, choose }: FilterProps) {
  return (
    <div class="replay-filters">
      <Pick label={t("replay.filter_outcome")} value={filters.outcome} options={OUTCOMES.map((one) => [one, t(`replay.outcome.${one}`)])} choose={(outcome) => choose({ outcome: outcome as Outcome | "" })} />
      <Pick label={t("replay.filter_kind")} value={filters.kind} options={KINDS.map((one) => [one, t(`replay.kind.${one}`)])} choose={(kind) => choose({ kind })} />
      <Pick label={t("replay.filter_topic")} value={filters.entry} options={summary.by_topic.map((one) => [String(one.entry_id), one.title])} choose={(entry) => choose({ entry })} />
      <Pick label={t("replay.filter_language")} value={filters.language} options={summary.by_language.filter((one) => one.name !== "").map((one) => [one.name, tongueName(one.name)])} choose={(language) => choose({ language })} />
    </div>
  );
}

function Pick({ label, value, options, choose }: { label: string; value: string; options: (readonly [string, string])[]; choose: (value: string) => void }) {
  return (
    <select class="entry-filter" aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">{label}</option>
      {options.map(([code, name]) => <option key={code} value={code}>{name}</option>)}
    </select>
  );
}

const OUTCOME_ICONS: Record<Outcome, LucideIcon> = { right: Check, wrong: X, unknown: CircleHelp };

export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const Icon = OUTCOME_ICONS[outcome];
  return <span class={`outcome ${outcome}`}><Icon size={14} aria-hidden="true" />{t(`replay.outcome.${outcome}`)}</span>;
}

function Item({ item }: { item: ReplayItem }) {
  return (
    <li class="replay-item">
      <div class="replay-question">
        <blockquote lang={item.language ?? undefined}><Words text={item.question} /></blockquote>
        <p class="review-facts">
          <OutcomeMark outcome={item.outcome} />
          <Tongue code={item.language} />
          <span class="fact"><Ago at={item.asked_at} /></span>
          <a class="fact" href={casePath(item.case_number)}>T-{item.case_number}</a>
        </p>
      </div>
      <div class="replay-sides">
        <Said word={item.robot} language={item.language} />
        <section class="side agent">
          <h3><User size={14} aria-hidden="true" />{t("replay.person")}</h3>
          {item.agent.text === null ? <p class="quiet">{t("replay.nobody")}</p> : <Long text={item.agent.text} language={item.language} />}
          <p class="quiet side-foot">
            {item.truth_entry !== null && <><a href={`/knowledge/${item.truth_entry.entry_id}`}>{item.truth_entry.title}</a> · </>}
            {has(`replay.truth.${item.truth}`) ? t(`replay.truth.${item.truth}`) : item.truth}
          </p>
        </section>
      </div>
    </li>
  );
}

/** What the robot would have done, with the entry and how sure it was. */
export function Said({ word, language }: { word: RobotWord; language: string | null }) {
  const reason = word.reason !== null && has(`why.reason.${word.reason}`) ? t(`why.reason.${word.reason}`) : word.reason;
  return (
    <section class="side robot">
      <h3><Bot size={14} aria-hidden="true" />{t(`replay.did.${word.kind}`)}</h3>
      {word.text !== null && word.text !== "" && <Long text={word.text} language={language} />}
      {word.choices !== null && word.choices.length > 0 && <ul class="review-choices">{word.choices.map((one) => <li key={one.entry_id}>{one.title}</li>)}</ul>}
      {reason !== null && reason !== "" && word.kind !== "answer" && <p>{reason}</p>}
      <p class="quiet side-foot">
        {word.entry_id !== null && <a href={`/knowledge/${word.entry_id}`}>{word.entry_title}</a>}
        {word.entry_id !== null && word.probability !== null && " · "}
        {word.probability !== null && t("replay.certain", { share: percent(word.probability) })}
      </p>
    </section>
  );
}

const LONG = 280;

/** A long text is cut at four lines until it is asked for. */
function Long({ text, language }: { text: string; language: string | null }) {
  const [open, setOpen] = useState(false);
  const long = text.length > LONG || text.split("\n").length > 4;
  return (
    <>
      <blockquote class={long && !open ? "cut-short" : ""} lang={language ?? undefined}><Words text={text} /></blockquote>
      {long && <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? "replay.less" : "replay.whole")}</button>}
    </>
  );
}
