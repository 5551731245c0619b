/** Pick a knowledge entry: the likely ones by number, any other by its words. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { Search } from "lucide-preact";
import { language, t } from "../../shared/i18n";
import { useKnowledge } from "../case/knowledge-picker";
import { percent } from "./figures";

export interface Choosable {
  entry_id: number;
  title: string;
  /** How likely the robot held it, where it was a candidate. */
  probability: number | null;
}

const MOST = 6;

/** What can be picked now: the given ones until something is searched for; null while that is on its way. */
export function useChoices(query: string, given: readonly { entry_id: number; title: string; probability?: number }[]): readonly Choosable[] | null {
  const { results } = useKnowledge(query.trim() === "" ? null : query.trim(), language());
  if (query.trim() === "") return given.slice(0, MOST).map((one) => ({ entry_id: one.entry_id, title: one.title, probability: one.probability ?? null }));
  return results?.slice(0, MOST).map((one) => ({ entry_id: one.entry_id, title: one.title, probability: null })) ?? null;
}

interface Props {
  query: string;
  search: (query: string) => void;
  choices: readonly Choosable[] | null;
  pick: (entry: Choosable) => void;
  leave: () => void;
  none?: { label: string; run: () => void };
}

export function EntryPicker({ query, search, choices, pick, leave, none }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    // The button that opened this is gone. With nothing to choose from, one can only search.
    if (choices === null || choices.length === 0) field.current?.focus();
    else list.current?.querySelector("button")?.focus({ preventScroll: true });
  }, []);
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "Enter" && choices?.[0] !== undefined && query.trim() !== "") {
      event.preventDefault();
      pick(choices[0]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (query === "") leave();
      else search("");
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      list.current?.querySelector("button")?.focus();
    }
  };
  return (
    <div class="entry-picker">
      <ol ref={list}>
        {choices?.map((one, index) => (
          <li key={one.entry_id}>
            <button type="button" class="pick-row" aria-keyshortcuts={String(index + 1)} onClick={() => pick(one)}>
              <kbd aria-hidden="true">{index + 1}</kbd>
              <span class="pick-title">{one.title}</span>
              {one.probability !== null && <span class="figures quiet">{percent(one.probability)}</span>}
            </button>
          </li>
        ))}
        {none !== undefined && (
          <li><button type="button" class="pick-row none" aria-keyshortcuts="0" onClick={none.run}><kbd aria-hidden="true">0</kbd><span class="pick-title">{none.label}</span></button></li>
        )}
      </ol>
      {choices?.length === 0 && query.trim() !== "" && <p class="quiet" role="status">{t("review.search_nothing")}</p>}
      <div class="pick-foot">
        <label class="entry-search">
          <Search size={14} aria-hidden="true" />
          <span class="unseen">{t("review.search")}</span>
          <input ref={field} type="search" value={query} placeholder={t("review.search")} autocomplete="off" onInput={(event) => search(event.currentTarget.value)} onKeyDown={keyed} />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <button type="button" class="link" onClick={leave}>{t("review.pick_leave")}<kbd aria-hidden="true">Esc</kbd></button>
      </div>
    </div>
  );
}
