/** Parts of forms: a labelled field with its hint and problem, choices, a bar that saves. */
import type { ComponentChildren, JSX } from "preact";
import { cloneElement, isValidElement } from "preact";
import { useId, useState } from "preact/hooks";
import { Check, CircleAlert, Copy, Lock } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Language } from "../../shared/types";
import { desk, session } from "../store";
import type { Refusal } from "./saving";

export const TONGUES: Record<Language, string> = { en: "English", et: "Eesti", fi: "Suomi", pl: "Polski" };

/** Whether the viewer may change what belongs to the whole shop. */
export const mayLead = (): boolean => session.value?.agent.role !== "agent";
export const isOwner = (): boolean => session.value?.agent.role === "owner";

interface FieldProps {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  /** One control; it gets the ids that tie it to label, hint and problem. */
  children: JSX.Element;
  class?: string;
}

export function Field({ label, hint, problem, children, ...rest }: FieldProps) {
  const id = useId();
  const notes = [hint === undefined ? "" : `${id}-hint`, problem === undefined ? "" : `${id}-problem`].filter(Boolean).join(" ");
  const control = isValidElement(children)
    ? cloneElement(children, { id, "aria-describedby": notes === "" ? undefined : notes, "aria-invalid": problem !== undefined || undefined })
    : children;
  return (
    <div class={`labelled ${rest.class ?? ""}`}>
      <label for={id}>{label}</label>
      {control}
      {hint !== undefined && <p class="field-hint" id={`${id}-hint`}>{hint}</p>}
      {problem !== undefined && <Problem id={`${id}-problem`}>{problem}</Problem>}
    </div>
  );
}

export function Problem({ id, role, children }: { id?: string; role?: "alert"; children: ComponentChildren }) {
  return <p class="field-problem" id={id} role={role}><CircleAlert size={14} aria-hidden="true" /><span>{children}</span></p>;
}

/** Why an act was refused; read out as soon as it stands there. */
export function Refused({ refusal }: { refusal: Refusal | null }) {
  return refusal === null ? null : <Problem role="alert">{refusal.text}</Problem>;
}

/** A part of a settings page with a heading, a word of why, and its fields. */
export function Section({ title, about, children }: { title: string; about?: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="part" aria-labelledby={id}>
      <div class="part-head">
        <h2 id={id}>{title}</h2>
        {about !== undefined && <p>{about}</p>}
      </div>
      <div class="part-body">{children}</div>
    </section>
  );
}

export interface Option<T extends string> {
  value: T;
  label: string;
  about?: string;
}

interface ChoiceProps<T extends string> {
  legend: string;
  options: readonly Option<T>[];
  value: T;
  change: (value: T) => void;
  /** Cards with a sentence each, or a row of short words. */
  look: "cards" | "row";
  disabled?: boolean;
}

/** One of a few, as radio buttons: all are in sight and arrow keys move. */
export function Choice<T extends string>({ legend, options, value, change, look, disabled }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class={`choice as-${look}`} disabled={disabled}>
      <legend>{legend}</legend>
      <div class="choice-options">
        {options.map((option) => (
          <label key={option.value} class={option.value === value ? "chosen" : ""}>
            <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => change(option.value)} />
            <span class="choice-words">
              <span>{option.label}</span>
              {option.about !== undefined && <small>{option.about}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Tick({ label, checked, change, hint, disabled }: { label: string; checked: boolean; change: (on: boolean) => void; hint?: string; disabled?: boolean }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => change(event.currentTarget.checked)} />
      <span>{label}{hint !== undefined && <small>{hint}</small>}</span>
    </label>
  );
}

/** Copies text; says so in words for two seconds. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(true);
        setTimeout(() => setDone(false), 2_000);
      },
      // Without leave to write the clipboard the text beside the button can still be marked and copied.
      () => setDone(false),
    );
  };
  return (
    <button type="button" class="button" onClick={copy}>
      {done ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
      <span aria-live="polite">{done ? t("settings.copied") : label}</span>
    </button>
  );
}

interface SaveBarProps {
  dirty: boolean;
  busy: boolean;
  refusal: Refusal | null;
  save: () => void;
  discard: () => void;
}

/** Stands at the foot of the page while something is unsaved. */
export function SaveBar({ dirty, busy, refusal, save, discard }: SaveBarProps) {
  return (
    <div class="save-bar" role="status" hidden={!dirty && refusal === null}>
      <span class={refusal === null ? "save-words" : "save-words bad"}>{refusal?.text ?? t("settings.unsaved")}</span>
      <button type="button" class="button" onClick={discard} disabled={busy}>{t("settings.discard")}</button>
      <button type="button" class="button primary" onClick={save} disabled={busy || !dirty}>{t(busy ? "settings.saving" : "settings.save")}</button>
    </div>
  );
}

/** Says who can grant what the viewer lacks, by name. */
export function NoPermission({ text }: { text: string }) {
  const people = [...(desk.value?.agents.values() ?? [])].filter((one) => one.active && one.role !== "agent").map((one) => one.name);
  return (
    <p class="caution no-permission"><Lock size={14} aria-hidden="true" /><span>{text} {people.length > 0 && t("settings.ask_them", { names: people.slice(0, 3).join(", ") })}</span></p>
  );
}

const BONES = [62, 48, 71, 55, 66, 43];

/** Stands where a page will be: a calm place-holder with as many rows as it is likely to have. */
export function PageBones({ title, wide, rows = BONES.length }: { title: string; wide?: boolean; rows?: number | undefined }) {
  return (
    <div class={wide === true ? "page wide bones" : "page bones"} role="status" aria-label={t("common.loading")}>
      <h1 class="unseen">{title}</h1>
      <span class="skeleton bar tall" style={{ width: "24%" }} />
      {BONES.slice(0, rows).map((width) => <span key={width} class="skeleton bar" style={{ width: `${width}%` }} />)}
    </div>
  );
}

/** The frame of a screen that is one long page. */
export function Page({ title, about, actions, wide, children }: { title: string; about?: string; actions?: ComponentChildren; wide?: boolean; children: ComponentChildren }) {
  return (
    <div class={wide === true ? "page wide" : "page"} role="region" aria-label={title} tabIndex={0}>
      <header class="page-head">
        <div><h1>{title}</h1>{about !== undefined && <p>{about}</p>}</div>
        {actions}
      </header>
      {children}
    </div>
  );
}
