/** `/` in the composer: find a knowledge entry by its words and put its answer into the reply. */
import { useEffect, useRef, useState } from "preact/hooks";
import { BookOpen } from "lucide-preact";
import { t } from "../../shared/i18n";
import { http } from "../store";

export interface Found {
  entry_id: number;
  title: string;
  answer: string;
  language: string;
}

/** The words after a slash that begins a word, up to the caret; null when there is none. */
export function slashQuery(text: string, caret: number): { from: number; query: string } | null {
  const match = /(?:^|\s)\/([^/\n]{0,60})$/.exec(text.slice(0, caret));
  if (match === null) return null;
  const query = match[1] ?? "";
  // Two words in a row without a hit are prose ("and/or"), not a search; a leading space is too.
  if (query.startsWith(" ")) return null;
  return { from: caret - query.length - 1, query };
}

/** Fills what an entry leaves open. An unknown first name goes with the comma or space before it. */
export function fillIn(answer: string, firstName: string | null, shop: string): string {
  const named = firstName === null ? answer.replace(/[,\s]*\{first_name\}/g, "") : answer.replaceAll("{first_name}", firstName);
  return named.replaceAll("{shop}", shop);
}

const PAUSE_MS = 120;

/** Results for the words being typed; the old ones stay while new ones are on their way. */
export function useKnowledge(query: string | null, language: string | null) {
  const [results, setResults] = useState<readonly Found[] | null>(null);
  const [at, setAt] = useState(0);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => {
    abort.current?.abort();
    if (query === null) {
      setResults(null);
      return undefined;
    }
    const mine = new AbortController();
    abort.current = mine;
    const look = async () => {
      const params = new URLSearchParams({ q: query, ...(language === null ? {} : { language }) });
      try {
        const answer = await http.get<{ results: Found[] }>(`/api/knowledge/search?${params}`, mine.signal);
        setResults(answer.results);
        setAt(0);
      } catch {
        // Offline or overtaken by the next letter; the list says that nothing was found.
        if (!mine.signal.aborted) setResults([]);
      }
    };
    const timer = setTimeout(() => void look(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      mine.abort();
    };
  }, [query, language]);
  return { results, at, setAt };
}

interface Props {
  id: string;
  results: readonly Found[] | null;
  at: number;
  onPick: (found: Found) => void;
}

export function KnowledgePicker({ id, results, at, onPick }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  return (
    <div class="picker">
      <p class="picker-head">
        <BookOpen size={14} aria-hidden="true" />
        {t("composer.knowledge")}
        <span class="picker-hint">{t("composer.knowledge_keys")}</span>
      </p>
      {results === null && <p class="picker-none">{t("common.loading")}</p>}
      {results?.length === 0 && <p class="picker-none">{t("composer.knowledge_none")}</p>}
      <ul ref={list} id={id} role="listbox" aria-label={t("composer.knowledge")}>
        {results?.map((found, index) => (
          <li
            key={found.entry_id} id={`${id}-${index}`} role="option" aria-selected={index === at}
            onMouseDown={(event) => { event.preventDefault(); onPick(found); }}
          >
            <span class="picker-title cut">{found.title}</span>
            <span class="picker-answer cut">{found.answer}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
