/** The list of cases: which list, search, rows, and the states before and without rows. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ChevronDown, Inbox, Search, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { useCommand } from "../keys";
import { LISTS } from "../lists";
import { loadFirst, loadedOf, loadMore, rows } from "../pages";
import { Blank } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { casePath, go, list, listPath, place, query } from "../router";
import { epoch, shownCounts } from "../store";
import { Row } from "./row";
import { scrollFor, visibleSpan } from "./virtual";

const ROW = 84;

export function ListPane() {
  const [name, words] = [list.value, query.value];
  // The page's one first heading is the case, where one is open.
  const Title = place.value.screen === "case" ? "h2" : "h1";
  useEffect(() => {
    if (loadedOf(name, words)?.state !== "ready") void loadFirst(name, words);
  }, [name, words, epoch.value]);
  return (
    <section class="list-pane" aria-label={t(`inbox.list.${name}`)}>
      <header class="pane-head">
        <Title class="list-title">
          <Menu label={t("inbox.choose_list")} class="list-choice" items={listItems}>
            <span class="cut">{t(`inbox.list.${name}`)}</span>
            <span class="count figures">{shownCounts.value[name]}</span>
            <ChevronDown size={14} aria-hidden="true" />
          </Menu>
        </Title>
        <SearchField />
      </header>
      <Rows />
    </section>
  );
}

function listItems(): MenuItem[] {
  return LISTS.map((name) => ({
    kind: "act", key: name, label: t(`inbox.list.${name}`), hint: String(shownCounts.value[name]),
    checked: name === list.value, run: () => go(listPath(name)),
  }));
}

const PAUSE_MS = 200;

function SearchField() {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useCommand("search", () => field.current?.select());
  const look = (value: string) => go(listPath(list.value, value.trim()), { replace: true });
  const typed = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => look(field.current?.value ?? ""), PAUSE_MS);
  };
  const clear = () => {
    if (field.current !== null) field.current.value = "";
    look("");
  };
  useEffect(() => {
    // The address changed elsewhere, e.g. by going back; while typing the field leads.
    if (field.current !== null && field.current !== document.activeElement) field.current.value = query.value;
  }, [query.value]);
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      clear();
      field.current?.blur();
    } else if (event.key === "ArrowDown" || event.key === "Enter") {
      event.preventDefault();
      document.querySelector<HTMLElement>(".rows a[tabindex='0']")?.focus();
    }
  };
  return (
    <div class="search" role="search">
      <Search size={14} aria-hidden="true" />
      <input ref={field} type="search" aria-label={t("inbox.search")} placeholder={t("inbox.search")} autocomplete="off" onInput={typed} onKeyDown={keyed} />
      {query.value !== "" && (
        <button type="button" class="icon-button" aria-label={t("inbox.search_clear")} onClick={clear}><X size={14} aria-hidden="true" /></button>
      )}
    </div>
  );
}

function Rows() {
  const [name, words] = [list.value, query.value];
  const loaded = loadedOf(name, words);
  const shown = rows(name, words);
  if (shown.length > 0) return <VirtualRows shown={shown} />;
  if (loaded === undefined || loaded.state === "loading") return <RowSkeletons />;
  if (loaded.state === "failed") {
    return (
      <Blank title={t("inbox.list_failed")}>
        <button type="button" class="button" onClick={() => void loadFirst(name, words)}>{t("common.retry")}</button>
      </Blank>
    );
  }
  if (words !== "") return <Blank title={t("inbox.nothing_found", { query: words })}>{t("inbox.nothing_found_hint")}</Blank>;
  return <Blank icon={<Inbox size={20} aria-hidden="true" />} title={t(`inbox.empty.${name}`)}>{t(`inbox.empty_hint.${name}`)}</Blank>;
}

function RowSkeletons() {
  return (
    <div class="rows-skeleton" role="status" aria-label={t("common.loading")}>
      {[64, 48, 72, 40, 56, 60].map((width) => (
        <div class="row">
          <span class="initials skeleton" />
          <span class="row-body">
            <span class="skeleton bar" style={{ width: `${width}%` }} />
            <span class="skeleton bar" style={{ width: "92%" }} />
            <span class="skeleton bar thin" style={{ width: "48%" }} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** The row under the keyboard: kept by case, so that rows moving above do not move the choice. */
function useCurrent(shown: Case[], opened: number | null) {
  const [current, setCurrent] = useState<number | null>(null);
  const at = shown.findIndex((item) => item.id === current);
  const openedAt = shown.findIndex((item) => item.number === opened);
  const index = at >= 0 ? at : Math.max(0, openedAt);
  return { index, id: shown[index]?.id ?? null, openedAt, setCurrent };
}

/** Walking with j, k and the arrows: brings the row into sight, and opens it when a case is open already. */
function useWalk(box: { current: HTMLDivElement | null }, shown: Case[]) {
  const opened = place.value.screen === "case" ? place.value.number : null;
  const { index, id, openedAt, setCurrent } = useCurrent(shown, opened);
  const moveTo = (to: number) => {
    const item = shown[to];
    const element = box.current;
    if (item === undefined || element === null) return;
    const scroll = scrollFor(to, element.scrollTop, element.clientHeight, ROW);
    if (scroll !== null) element.scrollTop = scroll;
    setCurrent(item.id);
    if (opened !== null) go(casePath(item.number), { replace: true });
    // A row that was outside the drawn span exists only after the next frame.
    requestAnimationFrame(() => element.querySelector<HTMLElement>(`[data-case="${item.id}"]`)?.focus({ preventScroll: true }));
  };
  // With a case open the keys walk from it, so that what is read and what is marked stay one.
  const from = opened !== null && openedAt >= 0 ? openedAt : index;
  const started = useRef(false);
  const step = (by: number) => {
    const fresh = opened === null && !started.current && document.activeElement?.closest(".rows") == null;
    started.current = true;
    moveTo(fresh ? from : from + by);
  };
  useCommand("next", () => step(1));
  useCommand("previous", () => step(-1));
  useCommand("open", () => shown[index] !== undefined && go(casePath(shown[index].number)));
  const arrows = (event: KeyboardEvent) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    moveTo(Math.max(0, Math.min(to, shown.length - 1)));
  };
  return { index, id, opened, setCurrent, arrows };
}

function VirtualRows({ shown }: { shown: Case[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const { index, id, opened, setCurrent, arrows } = useWalk(box, shown);
  const measure = () => {
    const element = box.current;
    if (element === null) return;
    setView({ top: element.scrollTop, height: element.clientHeight });
    if (element.scrollTop + element.clientHeight * 2 > element.scrollHeight) void loadMore(list.value, query.value);
  };
  useEffect(() => {
    const watcher = new ResizeObserver(measure);
    if (box.current !== null) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, [shown.length]);
  const span = visibleSpan(view.top, view.height, ROW, shown.length);
  // Tab must always find a row, also after the current one was scrolled out of sight.
  const stop = index < span.from || index >= span.to ? shown[span.from]?.id : id;
  return (
    <div ref={box} class="rows" onScroll={measure} onKeyDown={arrows}>
      <ul style={{ height: `${shown.length * ROW}px` }} aria-label={t(`inbox.list.${list.value}`)}>
        {shown.slice(span.from, span.to).map((item, offset) => (
          <Row
            key={item.id} item={item} index={span.from + offset} count={shown.length} top={(span.from + offset) * ROW}
            current={item.id === stop} opened={item.number === opened} onFocus={setCurrent}
          />
        ))}
      </ul>
    </div>
  );
}
