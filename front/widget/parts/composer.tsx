/** Where the visitor writes. Enter sends; on phones the button does, since Enter there means a new line. */
import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ArrowUp, Paperclip } from "./icons";
import { t } from "../../shared/i18n";
import { attach, LONGEST_TEXT, say } from "../acts";
import { sayTyping, shelf } from "../session";
import { open, uploads } from "../store";
import { Uploads } from "./uploads";

const DRAFT = "tugi-draft";
const touch = matchMedia("(pointer: coarse)");

export function Composer() {
  const text = useSignal(shelf.getItem(DRAFT) ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  const busy = uploads.value.some((upload) => upload.failure === null && upload.attachment === null);
  const tooLong = text.value.trim().length > LONGEST_TEXT;
  const empty = text.value.trim() === "" && !uploads.value.some((upload) => upload.attachment !== null);

  useSignalEffect(() => {
    if (open.value && !touch.matches) field.current?.focus();
  });
  useSignalEffect(() => shelf.setItem(DRAFT, text.value));
  useFit(field, text);

  const submit = (event: Event) => {
    event.preventDefault();
    if (say(text.value)) text.value = "";
    field.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && (!touch.matches || event.ctrlKey || event.metaKey);
    if (sends) submit(event);
  };
  const write = (event: InputEvent) => {
    text.value = (event.currentTarget as HTMLTextAreaElement).value;
    if (text.value !== "") sayTyping();
  };
  return (
    <form class="composer" onSubmit={submit}>
      <Uploads />
      {tooLong && (
        <p class="bad" role="alert">
          {t("composer.too_long", { count: LONGEST_TEXT })}
        </p>
      )}
      <div class="field">
        <Picker />
        <textarea ref={field} rows={1} value={text.value} aria-label={t("composer.field")} placeholder={t("composer.field")} enterkeyhint={touch.matches ? "enter" : "send"} onInput={write} onKeyDown={keys} />
        <button type="submit" class="send" disabled={empty || busy || tooLong} aria-label={t("composer.send")} title={t("composer.send")}>
          <ArrowUp size={20} />
        </button>
      </div>
    </form>
  );
}

function Picker() {
  const picker = useRef<HTMLInputElement>(null);
  const pick = () => {
    attach(picker.current?.files ?? []);
    // The same file can be picked again only from an empty field.
    if (picker.current !== null) picker.current.value = "";
  };
  return (
    <>
      <button type="button" class="plain" aria-label={t("composer.attach")} title={t("composer.attach")} onClick={() => picker.current?.click()}>
        <Paperclip size={20} />
      </button>
      <input ref={picker} type="file" multiple hidden tabIndex={-1} aria-label={t("composer.attach")} onChange={pick} />
    </>
  );
}

/** As tall as its text, also when the window turns; the sheet sets the limit. */
function useFit(field: { current: HTMLTextAreaElement | null }, text: Signal<string>): void {
  const fit = () => {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    requestAnimationFrame(() => (area.style.height = `${area.scrollHeight}px`));
  };
  useSignalEffect(() => {
    // Read here, so that each keystroke measures anew.
    void text.value;
    fit();
  });
  useEffect(() => {
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  }, []);
}
