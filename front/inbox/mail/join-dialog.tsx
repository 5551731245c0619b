/** Chooses the case into which this one goes: by its number, or by what is known of it. */
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { X } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { Ago, nameOf } from "../parts/bits";
import { Palette } from "../parts/palette";
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
  const [query, setQuery] = useState("");
  const { found, failed } = useFound(item, query);
  const title = t("mail.join_title", { number: `T-${item.number}` });
  const head = (close: () => void) => (
    <header class="join-head">
      <div>
        <h2>{title}</h2>
        <p class="hint">{t("mail.join_about")}</p>
      </div>
      <button type="button" class="icon-button" aria-label={t("common.close")} onClick={close}><X size={16} aria-hidden="true" /></button>
    </header>
  );
  return (
    <Palette
      class="join-dialog" title={title} head={head} label={t("mail.join_search")} placeholder={t("mail.join_search")} query={query} search={setQuery}
      found={found} keyOf={(one) => one.id} row={caseRow} choose={(target) => join(item, target.number)}
      none={t(failed ? "mail.join_failed" : query.trim() === "" ? "mail.join_none_yet" : "key.nothing")} closed={() => { joining.value = null; }}
    />
  );
}

const caseRow = (one: Case) => (
  <span class="join-words">
    <span class="cut">{nameOf(one)} · {one.subject === "" ? one.preview : one.subject}</span>
    <span class="hint figures">T-{one.number} · {t(`case.status.${one.status}`)} · <Ago at={one.active_at} /></span>
  </span>
);
