/** Reply to the customer or note to colleagues. Enter sends, Shift+Enter breaks the line, `/` finds knowledge. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Lock, Paperclip, SendHorizontal, X } from "lucide-preact";
import { newId } from "../../shared/http";
import { fileSize, t } from "../../shared/i18n";
import type { Case, Customer } from "../../shared/types";
import { sendReply, writeNote } from "../acts";
import { draftOf, keepDraft, type Draft } from "../drafts";
import { useCommand } from "../keys";
import { isLetter, useCorrespondence } from "../mail/mailboxes";
import { Recipients } from "../mail/recipients";
import { SendLater } from "../mail/send-later";
import { tongueName } from "../parts/bits";
import { onceDrawn } from "../parts/focus";
import { desk, myId, session, typing } from "../store";
import { fillIn, type Found, KnowledgePicker, slashQuery, useKnowledge } from "./knowledge-picker";
import { mayRetry, type Uploads, useUploads } from "./uploads";

const MOST_LETTERS = 8_000;

/** The draft of a case and what can be done with it. */
function useDraft(item: Case, field: { current: HTMLTextAreaElement | null }) {
  const draft = draftOf(myId.value, item.id).value;
  const change = (by: Partial<Draft>) => keepDraft(myId.peek(), item.id, by);
  const turn = (to: Draft["tab"]) => {
    change({ tab: to });
    onceDrawn(() => field.current?.focus());
  };
  useCommand("reply", () => turn("reply"));
  useCommand("note", () => turn("note"));
  return { draft, change, turn };
}

/** The customer's language: the case's once it was read, else the page's or what they were known by. */
const tongueOf = (item: Case): string | null => item.language ?? desk.value?.customers.get(item.customer_id)?.language ?? null;

export function Composer({ item }: { item: Case }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { draft, change, turn } = useDraft(item, field);
  const uploads = useUploads(item.id);
  const { tab } = draft;
  const tongue = tongueOf(item);
  const text = tab === "reply" ? draft.reply : draft.note;
  const empty = text.trim() === "" && uploads.ids.length === 0;
  const mail = useCorrespondence(item);
  const byMail = tab === "reply" && isLetter(item, mail);
  const tooLong = text.length > MOST_LETTERS;
  const blocked = empty || uploads.busy || tooLong;
  const send = (sendAt: Date | null = null) => {
    if (blocked || field.current?.form?.reportValidity() === false) return;
    const { suggestionId, entryId, copies } = draft;
    if (tab === "note") writeNote(item, newId(), text.trim());
    else sendReply(item, newId(), { text: text.trim(), attachments: uploads.ids, suggestionId, entryId, copies: byMail ? copies : null, sendAt });
    change(tab === "note" ? { note: "" } : { reply: "", suggestionId: null, entryId: null, copies: null });
    if (tab === "reply") uploads.clear();
    field.current?.focus();
  };
  const drop = (event: DragEvent) => {
    const files = event.dataTransfer?.files;
    if (tab !== "reply" || files === undefined || files.length === 0) return;
    event.preventDefault();
    uploads.add(files);
  };
  return (
    <form
      class={`composer ${tab}${byMail ? " by-mail" : ""}`} aria-label={t(`composer.${tab}`)} onDragOver={(event) => event.preventDefault()} onDrop={drop}
      onSubmit={(event) => { event.preventDefault(); send(); }}
    >
      <Tabs tab={tab} turn={turn} />
      {byMail && mail?.sender != null && <Recipients item={item} mail={mail} copies={draft.copies ?? mail.participants.map((one) => one.email)} change={(copies) => change({ copies })} />}
      <Field key={tab} item={item} field={field} text={text} change={change} tab={tab} byMail={byMail} send={send} paste={uploads.add} />
      {byMail && mail !== null && mail.signature !== "" && <Signature text={mail.signature} />}
      {tab === "reply" && <Files uploads={uploads} />}
      {tooLong && <p class="state bad" role="alert">{t("composer.too_long", { count: text.length - MOST_LETTERS })}</p>}
      <Foot tab={tab} byMail={byMail} tongue={tongue} blocked={blocked} add={uploads.add} sendLater={send} />
    </form>
  );
}

interface FootProps {
  tab: Draft["tab"];
  byMail: boolean;
  tongue: string | null;
  blocked: boolean;
  add: (files: Iterable<File>) => void;
  sendLater: (at: Date) => void;
}

function Foot({ tab, byMail, tongue, blocked, add, sendLater }: FootProps) {
  return (
    <footer class="composer-foot">
      {tab === "reply" ? <Attach add={add} /> : <Lock size={14} aria-hidden="true" />}
      <span class="composer-hint cut">
        {tab === "note" ? t("composer.note_hint") : tongue !== null && t("composer.reply_hint", { language: tongueName(tongue) })}
      </span>
      <span class={byMail ? "send-group" : undefined}>
        <button type="submit" class="button primary" disabled={blocked} title={t(byMail ? "mail.send_keys" : "composer.send_keys")}>
          {t(tab === "note" ? "composer.add_note" : "composer.send")}
          <SendHorizontal size={14} aria-hidden="true" />
        </button>
        {byMail && <SendLater disabled={blocked} send={sendLater} />}
      </span>
    </footer>
  );
}

/** What the shop adds under every answer: said, so that nobody signs twice. */
function Signature({ text }: { text: string }) {
  const [first = "", ...more] = text.split("\n").filter((line) => line.trim() !== "");
  return <p class="signature-line cut" title={text}>{t("mail.signature", { text: more.length === 0 ? first : `${first} · ${more.join(" · ")}` })}</p>;
}

function Tabs({ tab, turn }: { tab: Draft["tab"]; turn: (to: Draft["tab"]) => void }) {
  return (
    <div class="tabs" role="group" aria-label={t("composer.kind")}>
      {(["reply", "note"] as const).map((one) => (
        <button type="button" class="tab" aria-pressed={one === tab} onClick={() => turn(one)} title={`${t(`composer.${one}`)} (${one[0]})`}>
          {t(`composer.${one}`)}
        </button>
      ))}
    </div>
  );
}

interface FieldProps {
  item: Case;
  field: { current: HTMLTextAreaElement | null };
  text: string;
  tab: Draft["tab"];
  byMail: boolean;
  change: (by: Partial<Draft>) => void;
  send: () => void;
  paste: (files: Iterable<File>) => void;
}

function Field({ item, field, text, tab, byMail, change, send, paste }: FieldProps) {
  const id = useId();
  const { slash, setSlash, results, at, pick, keyed } = usePicking(item, field, text, change);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  const typed = (event: Event) => {
    const element = event.currentTarget as HTMLTextAreaElement;
    change(tab === "note" ? { note: element.value } : { reply: element.value });
    setSlash(tab === "reply" ? slashQuery(element.value, element.selectionStart) : null);
    if (tab === "reply" && element.value.trim() !== "") typing(item.id);
  };
  const pasted = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files;
    if (tab !== "reply" || files === undefined || files.length === 0) return;
    event.preventDefault();
    paste(files);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || keyed(event)) return;
    // A letter has paragraphs: there Enter begins one, and Ctrl+Enter sends.
    const sends = byMail ? (event.ctrlKey || event.metaKey) && text.trim() !== "" : !event.shiftKey;
    if (event.key === "Enter" && sends) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") field.current?.blur();
  };
  return (
    <>
      {slash !== null && <KnowledgePicker id={id} results={results} at={at} onPick={pick} />}
      <textarea
        ref={field} rows={byMail && !matchMedia("(max-width: 899px)").matches ? 4 : 2} value={text} dir="auto" aria-label={t(`composer.${tab}`)} placeholder={t(byMail ? "mail.reply_placeholder" : `composer.${tab}_placeholder`)}
        aria-autocomplete={tab === "reply" ? "list" : undefined} aria-controls={slash === null ? undefined : id}
        aria-activedescendant={slash !== null && results !== null && results.length > 0 ? `${id}-${at}` : undefined}
        onInput={typed} onKeyDown={onKey} onPaste={pasted} onBlur={() => setSlash(null)}
      />
    </>
  );
}

/** The knowledge search inside the reply: open while the caret stands after a slash. */
function usePicking(item: Case, field: FieldProps["field"], text: string, change: FieldProps["change"]) {
  const [slash, setSlash] = useState<{ from: number; query: string } | null>(null);
  const { results, at, setAt } = useKnowledge(slash?.query ?? null, tongueOf(item));
  useEffect(() => {
    // Several words without a hit are prose, not a search.
    if (slash !== null && results?.length === 0 && slash.query.includes(" ")) setSlash(null);
  }, [results]);
  const pick = (found: Found) => {
    if (slash === null) return;
    const answer = fillIn(found.answer, firstNameOf(desk.peek()?.customers.get(item.customer_id)), session.peek()?.workspace.name ?? "");
    const caret = slash.from + answer.length;
    change({ reply: text.slice(0, slash.from) + answer + text.slice(slash.from + 1 + slash.query.length), entryId: found.entry_id });
    setSlash(null);
    onceDrawn(() => field.current?.setSelectionRange(caret, caret));
  };
  const keyed = (event: KeyboardEvent): boolean => {
    if (slash === null) return false;
    const count = results?.length ?? 0;
    if (event.key === "Escape") setSlash(null);
    else if (count === 0) return false;
    else if (event.key === "ArrowDown") setAt((at + 1) % count);
    else if (event.key === "ArrowUp") setAt((at + count - 1) % count);
    else if (event.key === "Enter" || event.key === "Tab") results?.[at] !== undefined && pick(results[at]);
    else return false;
    event.preventDefault();
    return true;
  };
  return { slash, setSlash, results, at, pick, keyed };
}

/** First names only where the customer gave one. */
function firstNameOf(customer: Customer | undefined): string | null {
  return customer?.name?.trim().split(/\s+/)[0] || null;
}

function Attach({ add }: { add: (files: Iterable<File>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const picked = () => {
    add(input.current?.files ?? []);
    if (input.current !== null) input.current.value = "";
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden onChange={picked} />
      <button type="button" class="icon-button" aria-label={t("composer.attach")} title={t("composer.attach")} onClick={() => input.current?.click()}>
        <Paperclip size={16} aria-hidden="true" />
      </button>
    </>
  );
}

function Files({ uploads }: { uploads: Uploads }) {
  if (uploads.uploads.length === 0) return null;
  return (
    <ul class="uploads" aria-label={t("composer.files")}>
      {uploads.uploads.map((one) => (
        <li key={one.key} class={one.failure === null ? "" : "bad"}>
          <span class="cut">{one.name}</span>
          {one.failure === null ? (
            one.stored === null ? <progress value={one.part} aria-label={t("composer.uploading", { name: one.name })} /> : <span class="figures">{fileSize(one.size)}</span>
          ) : (
            <span role="alert">{one.failure}</span>
          )}
          {one.failure !== null && mayRetry(one) && <button type="button" class="link" onClick={() => void uploads.retry(one)}>{t("common.retry")}</button>}
          <button type="button" class="icon-button" aria-label={t("composer.remove_file", { name: one.name })} onClick={() => uploads.remove(one.key)}>
            <X size={14} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
