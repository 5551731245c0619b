/** Whom an answer by mail goes to: the customer always, and those who take part unless the agent leaves them out. */
import { useId, useRef, useState } from "preact/hooks";
import { ChevronDown, MailWarning, Plus, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case, MailAddress } from "../../shared/types";
import { desk } from "../store";
import { fullName, isOurs, parseAddress, shortName } from "./addresses";
import { onceDrawn, useFocus } from "../parts/focus";
import type { Correspondence } from "./mailboxes";

interface Props {
  item: Case;
  mail: Correspondence;
  copies: readonly string[];
  change: (copies: readonly string[]) => void;
}

export function Recipients({ item, mail, copies, change }: Props) {
  const [adding, setAdding] = useState(false);
  // On a phone one line says it, until somebody wants to change it.
  const [folded, setFolded] = useState(() => matchMedia("(max-width: 899px)").matches);
  const all = namedOn(item.id, mail);
  const known = (email: string): MailAddress => all.find((one) => one.email === email) ?? { email, name: null };
  const left = all.filter((one) => !copies.includes(one.email));
  const plus = useRef<HTMLButtonElement>(null);
  // What had the focus is gone by then; the button stands where it was.
  const toPlus = () => onceDrawn(() => plus.current?.focus());
  const add = (email: string) => {
    setAdding(false);
    if (!copies.includes(email)) change([...copies, email]);
  };
  if (folded && mail.to !== null) {
    return (
      <div class="recipients">
        <button type="button" class="recipient-row recipients-folded" aria-expanded={false} onClick={() => setFolded(false)}>
          <span class="recipient-label">{t("mail.to_label")}</span>
          <span class="recipient-to cut">{shortName(mail.to)}</span>
          {copies.length > 0 && <span class="figures" aria-hidden="true">+{copies.length}</span>}
          {copies.length > 0 && <span class="unseen">{t("mail.and_others", { count: copies.length })}</span>}
          <ChevronDown size={12} aria-hidden="true" />
        </button>
        <Undeliverable item={item} to={mail.to} />
      </div>
    );
  }
  return (
    <div class="recipients">
      <p class="recipient-row">
        <span class="recipient-label">{t("mail.to_label")}</span>
        {mail.to === null ? <span class="state bad">{t("mail.to_nobody_known")}</span> : <span class="recipient-to cut" title={fullName(mail.to)}>{shortName(mail.to)}{shortName(mail.to) !== mail.to.email && <span class="quiet"> {mail.to.email}</span>}</span>}
      </p>
      <div class="recipient-row" role="group" aria-label={t("mail.cc")}>
        <span class="recipient-label" aria-hidden="true">{t("mail.cc")}</span>
        {copies.map((email) => (
          <span key={email} class="cc-chip" title={fullName(known(email))}>
            <span class="cut">{shortName(known(email))}</span>
            <button type="button" class="icon-button" aria-label={t("mail.cc_remove", { name: shortName(known(email)) })} onClick={() => { change(copies.filter((one) => one !== email)); toPlus(); }}><X size={12} aria-hidden="true" /></button>
          </span>
        ))}
        {adding ? <AddCopy left={left} mail={mail} add={add} close={() => setAdding(false)} back={toPlus} /> : (
          <button ref={plus} type="button" class="link cc-add" aria-label={t("mail.cc_add")} title={t("mail.cc_add")} onClick={() => setAdding(true)}><Plus size={14} aria-hidden="true" /></button>
        )}
      </div>
      <Undeliverable item={item} to={mail.to} />
    </div>
  );
}

/** Who takes part, then everybody else whom the case's letters name: offered, and only on wish a recipient. */
function namedOn(caseId: number, mail: Correspondence): MailAddress[] {
  const letters = [...(desk.value?.messages.values() ?? [])].flatMap((one) => (one.case_id === caseId && one.letter ? [one.letter] : []));
  const all = [...mail.participants, ...letters.flatMap((one) => [one.sender, ...one.recipients, ...one.copies])];
  const other = all.filter((one) => one.email !== mail.to?.email && !isOurs(one.email, mail.own));
  return [...new Map(other.reverse().map((one) => [one.email, one])).values()].reverse();
}

interface AddProps {
  left: readonly MailAddress[];
  mail: Correspondence;
  add: (email: string) => void;
  close: () => void;
  /** The keys lead back to where they came from. */
  back: () => void;
}

function AddCopy({ left, mail, add, close, back }: AddProps) {
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const field = useFocus();
  // While it stands there no letter leaves: nobody is left out unnoticed.
  const refuse = (why: string | null) => {
    field.current?.setCustomValidity(why ?? "");
    setProblem(why);
  };
  // A field that goes is also left: it must not be taken twice.
  const empty = () => {
    if (field.current !== null) field.current.value = "";
  };
  const take = () => {
    const typed = field.current?.value ?? "";
    const one = parseAddress(typed);
    if (typed.trim() === "") close();
    else if (one === null) refuse(t("mail.cc_invalid"));
    else if (isOurs(one.email, mail.own)) refuse(t("mail.cc_ours"));
    else {
      empty();
      add(one.email);
    }
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      take();
      if (field.current?.validity.valid === true) back();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      empty();
      close();
      back();
    }
  };
  return (
    <span class="cc-field">
      <input
        ref={field} inputMode="email" autocapitalize="off" spellcheck={false} list={`${id}-known`} aria-label={t("mail.cc_add")} placeholder="name@example.com" autocomplete="off"
        aria-invalid={problem !== null || undefined} aria-describedby={problem === null ? undefined : `${id}-problem`}
        onKeyDown={keyed} onInput={() => refuse(null)} onBlur={take}
      />
      <datalist id={`${id}-known`}>{left.map((one) => <option key={one.email} value={one.email}>{one.name ?? ""}</option>)}</datalist>
      {problem !== null && <span id={`${id}-problem`} class="state bad" role="alert">{problem}</span>}
    </span>
  );
}

/** Mail to this address came back for good: said before anything is written to it. */
function Undeliverable({ item, to }: { item: Case; to: MailAddress | null }) {
  const identity = desk.value?.customers.get(item.customer_id)?.identities.find((one) => one.channel === "email" && one.address === to?.email);
  if (identity?.undeliverable_since == null) return null;
  return (
    <p class="state bad">
      <MailWarning size={12} aria-hidden="true" />
      {t("mail.undeliverable", { address: identity.address })}
    </p>
  );
}
