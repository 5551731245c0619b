/** The lead's main screen: every topic with what the robot may do, and on what evidence. */
import { useMemo, useRef, useState } from "preact/hooks";
import { ArrowDown, BotMessageSquare, Search, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { useCommand } from "../keys";
import { Blank } from "../parts/bits";
import { go } from "../router";
import { mayLead, NoPermission, Page } from "../settings/form";
import { tabPath } from "./address";
import { Bones, Failed } from "./bits";
import type { Topic, Topics as Found } from "./facts";
import { arrange, countAll, FILTERS, SORTS, type Filter, type Sort } from "./figures";
import { Head } from "./head";
import { Paused, PauseButton } from "./pause";
import { Proposals } from "./proposals";
import { useRead } from "./reading";
import { TopicRow } from "./topic-row";

/** Rows drawn at once; more on request, so that a shop of thousands of entries opens as fast. */
const PAGE = 100;

export default function Topics() {
  const read = useRead<Found>("/api/robot/topics", ["topics", "policy", "review", "entries"]);
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const found = read.value;
  const take = (topic: Topic) => {
    read.take({ ...found, topics: found.topics.map((one) => (one.entry_id === topic.entry_id ? topic : one)) });
    // Totals and certificates may have moved with it.
    read.again();
  };
  return (
    <Page wide title={t("robot.tab.topics")} about={t("robot.topics_about")} actions={mayLead() ? <PauseButton /> : undefined}>
      {!mayLead() && <NoPermission text={t("robot.locked")} />}
      <Paused />
      {found.topics.length === 0 ? <NoTopics /> : (
        <>
          <Head found={found} />
          <Proposals topics={found.topics} take={take} />
          <List topics={found.topics} take={take} />
        </>
      )}
    </Page>
  );
}

function NoTopics() {
  return (
    <Blank icon={<BotMessageSquare size={20} aria-hidden="true" />} title={t("robot.no_topics")}>
      <p>{t("robot.no_topics_hint")}</p>
      {mayLead() && <a class="button primary" href="/knowledge/new">{t("knowledge.first_entry")}</a>}
    </Blank>
  );
}

const shownFilter = (): Filter => {
  const asked = new URLSearchParams(location.search).get("show");
  return FILTERS.find((one) => one === asked) ?? "all";
};

function List({ topics, take }: { topics: readonly Topic[]; take: (topic: Topic) => void }) {
  const filter = shownFilter();
  const [sort, setSort] = useState<Sort>("contacts");
  const [text, setText] = useState("");
  const [most, setMost] = useState(PAGE);
  const rows = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => arrange(topics, { filter, sort, text }), [topics, filter, sort, text]);
  const step = (by: number) => {
    const links = Array.from(rows.current?.querySelectorAll<HTMLElement>(".topic-title") ?? []);
    const at = links.findIndex((link) => link.closest("[role=row]")?.contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  useCommand("next", () => step(1));
  useCommand("previous", () => step(-1));
  return (
    <div class="topics">
      <Bar topics={topics} filter={filter} text={text} setText={setText} sort={sort} setSort={setSort} />
      <p class="unseen" role="status">{t("robot.topics_count", { count: shown.length })}</p>
      {shown.length === 0 ? <p class="list-note quiet">{t(text === "" ? `robot.none.${filter}` : "robot.none_found")}</p> : (
        <div ref={rows} class="topic-table" role="table" aria-label={t("robot.tab.topics")} aria-rowcount={shown.length + 1}>
          <HeadRow sort={sort} setSort={setSort} />
          {shown.slice(0, most).map((topic) => <TopicRow key={topic.entry_id} topic={topic} take={take} />)}
        </div>
      )}
      {shown.length > most && <button type="button" class="button more-rows" onClick={() => setMost(most + PAGE)}>{t("knowledge.more")}</button>}
    </div>
  );
}

const COLUMNS: readonly Sort[] = ["title", "level", "contacts", "judged", "proof"];

function HeadRow({ sort, setSort }: { sort: Sort; setSort: (sort: Sort) => void }) {
  return (
    <div class="topic-row topic-head" role="row">
      {COLUMNS.map((column) => (
        <div key={column} role="columnheader" aria-sort={sort === column ? (column === "title" || column === "proof" ? "ascending" : "descending") : "none"} class={`column-${column}`}>
          <button type="button" onClick={() => setSort(column)}>
            {t(`robot.column.${column}`)}{sort === column && <ArrowDown size={12} aria-hidden="true" />}
          </button>
        </div>
      ))}
    </div>
  );
}

interface BarProps {
  topics: readonly Topic[];
  filter: Filter;
  text: string;
  setText: (text: string) => void;
  sort: Sort;
  setSort: (sort: Sort) => void;
}

function Bar({ topics, filter, text, setText, sort, setSort }: BarProps) {
  const field = useRef<HTMLInputElement>(null);
  const counts = useMemo(() => countAll(topics), [topics]);
  useCommand("search", () => field.current?.focus());
  const pick = (chosen: Filter) => go(chosen === "all" ? tabPath("topics") : `${tabPath("topics")}?show=${chosen}`, { replace: true });
  return (
    <div class="topic-bar">
      <div class="entry-search">
        <Search size={14} aria-hidden="true" />
        <input ref={field} type="search" value={text} aria-label={t("robot.search")} placeholder={t("robot.search")} onInput={(event) => setText(event.currentTarget.value)} />
        {text !== "" && <button type="button" class="icon-button" aria-label={t("inbox.search_clear")} onClick={() => { setText(""); field.current?.focus(); }}><X size={14} aria-hidden="true" /></button>}
      </div>
      <div class="chips" role="group" aria-label={t("knowledge.filter")}>
        {FILTERS.filter((one) => one === "all" || one === filter || counts[one] > 0).map((one) => (
          <button key={one} type="button" class="chip" aria-pressed={one === filter} onClick={() => pick(one)}>
            {t(`robot.filter.${one}`)} <span class="figures">{counts[one]}</span>
          </button>
        ))}
      </div>
      <select class="entry-filter topic-sort" aria-label={t("robot.sort")} value={sort} onChange={(event) => setSort(event.currentTarget.value as Sort)}>
        {SORTS.map((one) => <option key={one} value={one}>{t(`robot.sort.${one}`)}</option>)}
      </select>
    </div>
  );
}
