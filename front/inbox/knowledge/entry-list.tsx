/** The list of entries: search, filter, and for each its policy, languages and validity at a glance. */
import { useRef } from "preact/hooks";
import { Bot, MessageSquarePlus, Plus, Search, Upload, User, X, type LucideIcon } from "lucide-preact";
import { language, t } from "../../shared/i18n";
import type { Entry, Language } from "../../shared/types";
import { useCommand } from "../keys";
import { mayLead, TONGUES } from "../settings/form";
import { session } from "../store";
import { coverageOf, POLICIES, titleOf, validityOn, type Policy } from "./draft";
import type { Listed, Wanted } from "./entries";

export const POLICY_ICONS: Record<Policy, LucideIcon> = { answer: Bot, suggest: MessageSquarePlus, people: User };

interface Props {
  listed: Listed & { more: () => void; again: () => void };
  wanted: Wanted;
  choose: (wanted: Wanted) => void;
  current: number | null;
  importFile: () => void;
}

export function EntryList({ listed, wanted, choose, current, importFile }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const rows = useRef<HTMLUListElement>(null);
  useCommand("search", () => field.current?.focus());
  const moved = (event: KeyboardEvent) => {
    const links = Array.from(rows.current?.querySelectorAll<HTMLElement>("a") ?? []);
    const at = links.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined || (at < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (to < 0) field.current?.focus();
    else links[to]?.focus();
  };
  return (
    <section class="entry-list" aria-label={t("knowledge.entries")} onKeyDown={moved}>
      <header>
        <h2>{t("knowledge.title")}</h2>
        <span class="quiet figures" role="status">{listed.state === "ready" ? t("knowledge.count", { count: listed.total }) : ""}</span>
        {mayLead() && (
          <span class="button-row">
            <button type="button" class="icon-button" aria-label={t("knowledge.import")} title={t("knowledge.import")} onClick={importFile}><Upload size={16} aria-hidden="true" /></button>
            <a class="button primary" href="/knowledge/new"><Plus size={14} aria-hidden="true" />{t("knowledge.new")}</a>
          </span>
        )}
      </header>
      <div class="entry-search">
        <Search size={14} aria-hidden="true" />
        <input ref={field} type="search" value={wanted.q} aria-label={t("knowledge.search")} placeholder={t("knowledge.search")} onInput={(event) => choose({ ...wanted, q: event.currentTarget.value })} />
        {wanted.q !== "" && <button type="button" class="icon-button" aria-label={t("inbox.search_clear")} onClick={() => { choose({ ...wanted, q: "" }); field.current?.focus(); }}><X size={14} aria-hidden="true" /></button>}
      </div>
      <Filters wanted={wanted} choose={choose} />
      <Rows listed={listed} current={current} rows={rows} filtered={wanted.q !== "" || wanted.policy !== null || wanted.missing !== null || wanted.archived} />
    </section>
  );
}

function Filters({ wanted, choose }: Pick<Props, "wanted" | "choose">) {
  const value = wanted.archived ? "archived" : wanted.missing !== null ? `missing:${wanted.missing}` : (wanted.policy ?? "");
  const pick = (chosen: string) => {
    const [kind, code] = chosen.split(":");
    choose({
      ...wanted,
      archived: kind === "archived",
      missing: kind === "missing" ? (code as Language) : null,
      policy: POLICIES.find((one) => one === chosen) ?? null,
    });
  };
  return (
    <select class="entry-filter" aria-label={t("knowledge.filter")} value={value} onChange={(event) => pick(event.currentTarget.value)}>
      <option value="">{t("knowledge.filter.all")}</option>
      {POLICIES.map((policy) => <option key={policy} value={policy}>{t(`knowledge.policy.${policy}`)}</option>)}
      {(session.value?.workspace.languages ?? []).map((code) => <option key={code} value={`missing:${code}`}>{t("knowledge.filter.missing", { language: TONGUES[code] })}</option>)}
      <option value="archived">{t("knowledge.filter.archived")}</option>
    </select>
  );
}

function Rows({ listed, current, rows, filtered }: Pick<Props, "listed" | "current"> & { rows: { current: HTMLUListElement | null }; filtered: boolean }) {
  if (listed.state === "failed") {
    return <div class="list-note" role="alert"><p>{t("knowledge.list_failed")}</p><button type="button" class="button" onClick={listed.again}>{t("common.retry")}</button></div>;
  }
  if (listed.state === "loading" && listed.entries.length === 0) {
    return <ul class="entry-rows" aria-label={t("common.loading")}>{[70, 55, 80, 60, 65].map((width, index) => <li key={index} class="entry-bone"><span class="skeleton" style={{ width: `${width}%` }} /></li>)}</ul>;
  }
  if (listed.entries.length === 0) return <p class="list-note quiet">{t(filtered ? "knowledge.nothing_found" : "knowledge.no_entries")}</p>;
  return (
    <ul class="entry-rows" ref={rows}>
      {listed.entries.map((entry) => <Row key={entry.id} entry={entry} current={entry.id === current} />)}
      {listed.entries.length < listed.total && <li><button type="button" class="link" onClick={listed.more}>{t("knowledge.more")}</button></li>}
    </ul>
  );
}

function Row({ entry, current }: { entry: Entry; current: boolean }) {
  const Icon = POLICY_ICONS[entry.policy];
  const languages = session.value?.workspace.languages ?? [];
  const state = validityOn(entry, new Date().toISOString().slice(0, 10));
  return (
    <li>
      <a href={`/knowledge/${entry.id}`} class="entry-row" aria-current={current ? "page" : undefined}>
        <span class="entry-title">{titleOf(entry, [language(), ...languages])}</span>
        <span class="entry-facts">
          <span class={`fact policy-${entry.policy}`}><Icon size={12} aria-hidden="true" />{t(`knowledge.policy.${entry.policy}_short`)}</span>
          <span class="tongues">
            {languages.map((code) => {
              const coverage = coverageOf(entry, code);
              return <span key={code} class={`tongue-dot ${coverage}`} title={`${TONGUES[code]}: ${t(`knowledge.coverage.${coverage}`)}`}>{code}<span class="unseen">: {t(`knowledge.coverage.${coverage}`)}</span></span>;
            })}
          </span>
          {state !== "always" && <span class={`fact valid-${state}`}>{t(`knowledge.valid.${state}`)}</span>}
          {entry.answered > 0 && <span class="fact figures" title={t("knowledge.answered", { count: entry.answered })}>{entry.answered}×<span class="unseen"> {t("knowledge.answered", { count: entry.answered })}</span></span>}
        </span>
      </a>
    </li>
  );
}
