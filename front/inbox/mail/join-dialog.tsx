/** Chooses the case into which this one goes: by its number, or by what is known of it. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Search, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { Ago, nameOf } from "../parts/bits";
import { cases, http } from "../store";
import { join } from "./acts";

/** The case for which the dialog is open. */
const joining = signal<Case | null>(null);

export function askJoin(item: Case): void {
  joining.value = item;
}

const PAUSE_MS = 200;
const MOST = 8;

/** First the customer's own other cases, as they are likely; what is typed is asked of the server. */
function useFound(item: Case, query: string): { found: Case[]; failed: boolean } {
  const [answer, setAnswer] = useState<{ query: string; cases: Case[]; failed: boolean }>({ query: "", cases: [], failed: false });
  const wanted = query.trim();
  useEffect(() => {
    if (wanted === "") return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const params = new URLSearchParams({ list: "open", limit: String(MOST + 1), q: wanted });
      http.get<{ cases: Case[] }>(`/api/cases?${params}`, abort.signal).then(
        (page) => setAnswer({ query: wanted, cases: page.cases, failed: false }),
        () => !abort.signal.aborted && setAnswer({ query: wanted, cases: [], failed: true }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted]);
  const own = [...cases.value.values()].filter((one) => one.customer_id === item.customer_id);
  own.sort((a, b) => Date.parse(b.active_at) - Date.parse(a.active_at));
  const listed = wanted === "" ? own : answer.cases;
  const found = listed.filter((one) => one.id !== item.id && one.status !== "merged").slice(0, MOST);
  return { found, failed: wanted !== "" && answer.failed };
}

export function JoinDialog() {
  const item = joining.value;
  return item === null ? null : <Dialog key={item.id} item={item} />;
}

function Dialog({ item }: { item: Case }) {
  const box = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const { found, failed } = useFound(item, query);
  useLayoutEffect(() => box.current?.showModal(), []);
  const choose = (target: Case | undefined) => {
    if (target === undefined) return;
    box.current?.close();
    join(item, target.number);
  };
  const keyed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === "Enter") choose(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={box} class="dialog palette join-dialog" aria-labelledby="join-title" onClose={() => { joining.value = null; }} onClick={(event) => event.target === box.current && box.current?.close()}>
      <header class="join-head">
        <div>
          <h2 id="join-title">{t("mail.join_title", { number: `T-${item.number}` })}</h2>
          <p class="hint">{t("mail.join_about")}</p>
        </div>
        <button type="button" class="icon-button" aria-label={t("common.close")} onClick={() => box.current?.close()}><X size={16} aria-hidden="true" /></button>
      </header>
      <div class="palette-field">
        <Search size={16} aria-hidden="true" />
        <input
          role="combobox" aria-expanded={found.length > 0} aria-controls="join-list" aria-activedescendant={found[at] === undefined ? undefined : `join-${at}`} autofocus
          aria-label={t("mail.join_search")} placeholder={t("mail.join_search")} value={query} autocomplete="off"
          onInput={(event) => { setQuery(event.currentTarget.value); setAt(0); }} onKeyDown={keyed}
        />
      </div>
      {found.length > 0 && <Found found={found} at={at} setAt={setAt} choose={choose} />}
      {found.length === 0 && <p class="picker-none" role="status">{t(failed ? "mail.join_failed" : query.trim() === "" ? "mail.join_none_yet" : "key.nothing")}</p>}
    </dialog>
  );
}

function Found({ found, at, setAt, choose }: { found: readonly Case[]; at: number; setAt: (at: number) => void; choose: (target: Case) => void }) {
  return (
    <ul id="join-list" role="listbox" aria-label={t("mail.join_search")}>
      {found.map((one, index) => (
        <li key={one.id} id={`join-${index}`} role="option" aria-selected={index === at} onClick={() => choose(one)} onMouseMove={() => setAt(index)}>
          <span class="join-words">
            <span class="cut">{nameOf(one)} · {one.subject === "" ? one.preview : one.subject}</span>
            <span class="hint figures">T-{one.number} · {t(`case.status.${one.status}`)} · <Ago at={one.active_at} /></span>
          </span>
        </li>
      ))}
    </ul>
  );
}
