/** A message that came or went as a letter: whom it is from and to, how far that is proven, and its folded parts. */
import { useId } from "preact/hooks";
import { BadgeCheck, Bot, ChevronDown, CircleHelp, Download, Link2, ShieldAlert, TriangleAlert } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import type { LetterBrief, Message } from "../../shared/types";
import { Words } from "../../shared/ui/text";
import { Tip } from "../parts/tip";
import { addressed, fullName, shortName } from "./addresses";
import { Formatted } from "./formatted";
import type { LetterShown, Part } from "./letter-view";
import { ownAddresses } from "./mailboxes";
import { standingOf, warningsOf, type Standing } from "./trust";

interface Props {
  message: Message;
  letter: LetterBrief;
  shown: LetterShown;
}

/** Beside the name: the address, to whom, and marks of trust. */
export function LetterFacts({ message, letter, shown, by }: Props & { /** Who is named as its writer. */ by: string }) {
  const inbound = message.author.kind === "customer";
  const { first, toUs, others } = addressed(letter, ownAddresses.value);
  const to = toUs ? t("mail.to_you") : first === null ? t("mail.to_nobody") : t("mail.to", { name: shortName(first) });
  return (
    <>
      {inbound && by !== letter.sender.email && <span class="letter-address cut" title={letter.sender.email}>{letter.sender.email}</span>}
      <button type="button" class="letter-to" aria-expanded={shown.open.has("details")} onClick={() => shown.toggle("details")}>
        <span class="cut">{to}</span>
        {others > 0 && <span class="figures" aria-hidden="true">+{others}</span>}
        {others > 0 && <span class="unseen">{t("mail.and_others", { count: others })}</span>}
        <ChevronDown size={12} aria-hidden="true" class={shown.open.has("details") ? "turned" : ""} />
      </button>
      {inbound && <TrustMark letter={letter} />}
      {letter.automatic !== null && (
        <span class="verdict-label" title={automaticWords(letter)}><Bot size={12} aria-hidden="true" /> {t("mail.automatic")}</span>
      )}
      {inbound && joinedWords(letter) !== null && (
        <Tip label={t("mail.joined")} words={joinedWords(letter) ?? ""}><Link2 size={12} aria-hidden="true" /></Tip>
      )}
    </>
  );
}

/** By what the letter came to this case; null where it opened it. */
function joinedWords({ joined_by }: LetterBrief): string | null {
  return joined_by !== null && joined_by !== "new" && has(`mail.joined.${joined_by}`) ? t(`mail.joined.${joined_by}`) : null;
}

const automaticWords = ({ automatic }: LetterBrief): string =>
  has(`mail.automatic.${automatic}`) ? t(`mail.automatic.${automatic}`) : t("mail.automatic_because", { reason: automatic });

const MARKS = { verified: BadgeCheck, unproven: CircleHelp, failed: ShieldAlert, warning: TriangleAlert } as const satisfies Record<Standing, unknown>;

/** In plain words what is known of the sender. */
function trustWords(letter: LetterBrief): string {
  const [worst] = warningsOf(letter);
  if (worst === undefined) return t(`mail.trust.${standingOf(letter)}_about`, { domain: letter.sender.email.split("@")[1] ?? "" });
  return warningWords(worst, letter);
}

const warningWords = (warning: string, letter: LetterBrief): string =>
  has(`mail.warning.${warning}`) ? t(`mail.warning.${warning}`, { address: letter.sender.email }) : t("mail.warning.other", { warning });

function TrustMark({ letter }: { letter: LetterBrief }) {
  const standing = standingOf(letter);
  const Icon = MARKS[standing];
  return (
    <Tip class={`trust ${standing}`} label={t(`mail.trust.${standing}`)} words={trustWords(letter)}>
      <Icon size={12} aria-hidden="true" />
      {standing !== "verified" && <span>{t(`mail.trust.${standing}`)}</span>}
    </Tip>
  );
}

/** Warnings stand over the words themselves: whoever answers must have seen them. */
function LetterWarnings({ letter }: { letter: LetterBrief }) {
  const warnings = warningsOf(letter);
  if (warnings.length === 0) return null;
  return (
    <div class="caution letter-warning" role="note">
      <TriangleAlert size={14} aria-hidden="true" />
      <div>{warnings.map((one) => <p key={one}>{warningWords(one, letter)}</p>)}</div>
    </div>
  );
}

/** Everybody on the letter, and what was checked. */
export function LetterDetails({ letter }: { letter: LetterBrief }) {
  const people = (list: LetterBrief["recipients"]) => list.map((one) => <span key={one.email}>{fullName(one)}</span>);
  const rows: [string, unknown][] = [
    ["mail.from", fullName(letter.sender)],
    ["mail.to_label", letter.recipients.length === 0 ? t("mail.to_nobody") : people(letter.recipients)],
    ...(letter.copies.length > 0 ? [["mail.cc", people(letter.copies)] as [string, unknown]] : []),
    ["mail.subject", letter.subject === "" ? t("mail.no_subject") : letter.subject],
    ...(letter.joined_by === null ? [] : [["mail.checked", checks(letter)] as [string, unknown]]),
    ...(joinedWords(letter) === null ? [] : [["mail.case_label", joinedWords(letter)] as [string, unknown]]),
    ...(letter.automatic === null ? [] : [["mail.automatic", automaticWords(letter)] as [string, unknown]]),
  ];
  return (
    <dl class="letter-details">
      {rows.map(([label, value]) => <div key={label}><dt>{t(label)}</dt><dd>{value as string}</dd></div>)}
    </dl>
  );
}

const checks = ({ trust }: LetterBrief): string =>
  (["spf", "dkim", "dmarc"] as const).map((name) => `${name.toUpperCase()}: ${t(`mail.result.${trust[name]}`)}`).join(" · ");

/** The new words first, or the whole letter as it was formatted; what it quotes folds out. */
export function LetterWords({ message, letter, shown }: Props) {
  const id = useId();
  const formatted = shown.open.has("formatted");
  const waiting = (formatted || shown.open.has("quote")) && shown.view === null;
  return (
    <>
      <LetterWarnings letter={letter} />
      {formatted && shown.view !== null ? <Formatted message={message} view={shown.view} /> : message.text === "" ? <p class="quiet">{t("mail.no_words")}</p> : <Words text={message.text} />}
      {waiting && (shown.failed ? <LetterFailed again={shown.again} /> : <span class="skeleton bar" role="status" aria-label={t("common.loading")} />)}
      {letter.has_quote && !formatted && (
        <>
          <Fold part="quote" shown={shown} id={id} />
          {shown.open.has("quote") && shown.view !== null && <blockquote id={id} class="quoted"><Words text={shown.view.quoted_text} /></blockquote>}
        </>
      )}
    </>
  );
}

function Fold({ part, shown, id }: { part: Part; shown: LetterShown; id: string }) {
  const open = shown.open.has(part);
  return (
    <button type="button" class="link fold" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => shown.toggle(part)}>
      {t(open ? `mail.hide_${part}` : `mail.show_${part}`)}
      <ChevronDown size={12} aria-hidden="true" class={open ? "turned" : ""} />
    </button>
  );
}

function LetterFailed({ again }: { again: () => void }) {
  return (
    <p class="state bad" role="alert">
      {t("mail.letter_failed")}
      <button type="button" class="link" onClick={again}>{t("common.retry")}</button>
    </p>
  );
}

/** What else can be looked at: the formatted letter, and the raw one as it came. */
export function LetterButtons({ message, letter, shown }: Props) {
  const formatted = shown.open.has("formatted");
  return (
    <>
      {letter.has_html && (
        <button type="button" class="link" aria-pressed={formatted} onClick={() => shown.toggle("formatted")}>
          {t(formatted ? "mail.show_plain" : "mail.show_formatted")}
        </button>
      )}
      {message.author.kind === "customer" && (
        <a class="link" href={`/api/messages/${message.id}/raw`} download title={t("mail.original_hint")}>
          <Download size={12} aria-hidden="true" />
          {t("mail.original")}
        </a>
      )}
    </>
  );
}
