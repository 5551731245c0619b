/** Who the customer is: name, languages, proofs of identity, the page they are on, notes, earlier cases. */
import { useState } from "preact/hooks";
import { BadgeCheck, CircleHelp, ExternalLink, Pencil, X } from "lucide-preact";
import { relativeTime, t } from "../../shared/i18n";
import type { Case, Customer, Identity } from "../../shared/types";
import { Words } from "../../shared/ui/text";
import { SimilarSection } from "../case/similar-cases";
import { nameCustomer, noteCustomer } from "../acts";
import { useCommand } from "../keys";
import { tell } from "../notices";
import { agentName, Ago, channelName, Initials, nameOf, tongueName } from "../parts/bits";
import { NameField } from "../parts/name-field";
import { minute } from "../parts/ticking";
import { casePath } from "../router";
import { cases, desk, online } from "../store";

export function CustomerPane({ number, close, covers }: { number: number; close: () => void; covers: boolean }) {
  const item = [...cases.value.values()].find((one) => one.number === number);
  const customer = item === undefined ? undefined : desk.value?.customers.get(item.customer_id);
  // Where it covers the case, Escape takes the cover away before it leaves the case.
  useCommand("back", close, covers);
  return (
    <aside class="customer-pane" aria-label={t("customer.title")}>
      <button type="button" class="icon-button close" aria-label={t("common.close")} onClick={close}><X size={16} aria-hidden="true" /></button>
      {item === undefined || customer === undefined ? <CustomerSkeleton /> : <Facts key={customer.id} customer={customer} item={item} />}
    </aside>
  );
}

function Facts({ customer, item }: { customer: Customer; item: Case }) {
  const here = online.value.customers.has(customer.id);
  return (
    <>
      <Who customer={customer} named={nameOf(item)} here={here} />
      {customer.page !== null && <PageNow customer={customer} here={here} />}
      <section>
        <h3>{t("customer.identities")}</h3>
        {customer.identities.length === 0 ? (
          <p class="hint">{t("customer.no_identities")}</p>
        ) : (
          <ul class="identities">{customer.identities.map((one) => <Proof key={one.id} identity={one} />)}</ul>
        )}
      </section>
      <SimilarSection caseId={item.id} />
      <Notes customer={customer} />
      <PastCases item={item} />
    </>
  );
}

function Who({ customer, named, here }: { customer: Customer; /** What goes for a name where none is known. */ named: string; here: boolean }) {
  const [editing, setEditing] = useState(false);
  const name = customer.name ?? named;
  return (
    <header class="who">
      <Initials name={name} online={here} large />
      <div class="who-words">
        {editing ? (
          <Rename customer={customer} done={() => setEditing(false)} />
        ) : (
          <h2>
            <span class="cut">{name}</span>
            <button type="button" class="icon-button quiet" aria-label={t("customer.rename")} onClick={() => setEditing(true)}><Pencil size={12} aria-hidden="true" /></button>
          </h2>
        )}
        <p class="hint">
          {here ? t("customer.online_now") : customer.seen_at === null ? t("customer.offline") : t("customer.seen", { time: relativeTime(customer.seen_at, minute.value) })}
          {customer.language !== null && ` · ${tongueName(customer.language)}`}
        </p>
      </div>
    </header>
  );
}

function Rename({ customer, done }: { customer: Customer; done: () => void }) {
  const save = async (name: string) => {
    if (name === "" || name === customer.name) return done();
    try {
      await nameCustomer(customer.id, name);
      done();
    } catch (error) {
      tell(t("customer.not_saved", { reason: error instanceof Error ? error.message : "" }), { tone: "bad" });
    }
  };
  return <NameField name={customer.name ?? ""} label={t("customer.name")} most={120} keep={save} leave={done} />;
}

function PageNow({ customer, here }: { customer: Customer; here: boolean }) {
  const { page } = customer;
  if (page === null) return null;
  const shown = page.title === "" ? page.url : page.title;
  const web = /^https?:\/\//i.test(page.url);
  return (
    <section>
      <h3>{t(here ? "customer.page_now" : "customer.page_last")}</h3>
      {web ? (
        <a class="visited" href={page.url} target="_blank" rel="noopener noreferrer">
          <span class="cut">{shown}</span>
          <ExternalLink size={12} aria-hidden="true" />
        </a>
      ) : (
        <p class="cut">{shown}</p>
      )}
    </section>
  );
}

function Proof({ identity }: { identity: Identity }) {
  const proven = identity.verified_by === "signed" || identity.verified_by === "mailbox";
  const Icon = proven ? BadgeCheck : CircleHelp;
  return (
    <li>
      <span class="identity-address cut" title={identity.address}>{identity.channel === "widget" ? t("customer.browser") : identity.address}</span>
      <span class={`proof ${identity.verified_by}`}>
        <Icon size={12} aria-hidden="true" />
        {identity.channel === "widget" ? channelName(identity.channel) : t(`customer.verified.${identity.verified_by}`)}
      </span>
      {identity.undeliverable_since != null && <span class="state bad">{t("customer.undeliverable")}</span>}
    </li>
  );
}

function Notes({ customer }: { customer: Customer }) {
  const [text, setText] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    if (text.trim() === "") return;
    setFailure(null);
    try {
      await noteCustomer(customer.id, text.trim());
      setText("");
    } catch (error) {
      setFailure(t("customer.not_saved", { reason: error instanceof Error ? error.message : "" }));
    }
  };
  return (
    <section>
      <h3>{t("customer.notes")}</h3>
      <ul class="customer-notes">
        {customer.notes.map((note) => (
          <li key={note.id}>
            <Words text={note.text} />
            <p class="hint">{agentName(note.agent_id)} · <Ago at={note.created_at} /></p>
          </li>
        ))}
      </ul>
      <form class="note-form" onSubmit={(event) => { event.preventDefault(); void save(); }}>
        <textarea
          class="field" rows={1} value={text} placeholder={t("customer.note_placeholder")} aria-label={t("customer.note_placeholder")}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); void save(); } }}
        />
        {text.trim() !== "" && <button type="submit" class="button small">{t("customer.add_note")}</button>}
      </form>
      {failure !== null && <p class="state bad" role="alert">{failure}</p>}
    </section>
  );
}

function PastCases({ item }: { item: Case }) {
  const past = [...cases.value.values()].filter((one) => one.customer_id === item.customer_id && one.id !== item.id);
  past.sort((a, b) => Date.parse(b.active_at) - Date.parse(a.active_at));
  return (
    <section>
      <h3>{t("customer.past_cases")} {past.length > 0 && <span class="count figures">{past.length}</span>}</h3>
      {past.length === 0 ? (
        <p class="hint">{t("customer.first_case")}</p>
      ) : (
        <ul class="past">
          {past.map((one) => (
            <li key={one.id}>
              <a href={casePath(one.number)}>
                <span class="cut">{one.subject === "" ? one.preview : one.subject}</span>
                <span class="hint figures">T-{one.number} · {t(`case.status.${one.status}`)} · <Ago at={one.active_at} /></span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function CustomerSkeleton() {
  return (
    <div class="customer-skeleton" role="status" aria-label={t("common.loading")}>
      <span class="skeleton initials large" />
      <span class="skeleton bar" style={{ width: "70%" }} />
      <span class="skeleton bar" style={{ width: "45%" }} />
      <span class="skeleton bar" style={{ width: "85%" }} />
    </div>
  );
}
