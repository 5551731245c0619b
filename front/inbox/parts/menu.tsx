/** A button with a menu in the top layer: arrow keys, Home, End, first letters, Escape, click outside. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Check } from "lucide-preact";
import { type CommandName, CATALOGUE, useCommand } from "../keys";
import { onceDrawn } from "./focus";

export type MenuItem =
  | { kind: "act"; key: string; label: string; hint?: string; icon?: ComponentChildren; checked?: boolean; run: () => void }
  | { kind: "title"; key: string; label: string }
  | { kind: "date"; key: string; label: string; min: string; /** Also the hour. */ withTime?: boolean; pick: (value: string) => void };

interface Props {
  label: string;
  /** What the button shows; `label` follows it for screen readers. */
  children: ComponentChildren;
  items: () => MenuItem[];
  command?: CommandName;
  class?: string;
  disabled?: boolean;
  align?: "start" | "end";
}

const GAP = 4;
const EDGE = 8;

function placeBeside(menu: HTMLElement, button: HTMLElement, align: "start" | "end"): void {
  const at = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const left = align === "start" ? at.left : at.right - width;
  const below = at.bottom + GAP + height <= innerHeight - EDGE;
  menu.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  menu.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - height)}px`;
}

const choicesIn = (menu: HTMLElement | null): HTMLElement[] =>
  Array.from(menu?.querySelectorAll<HTMLElement>("[data-choice]") ?? []);

function moveFocus(menu: HTMLElement | null, event: KeyboardEvent): boolean {
  const all = choicesIn(menu);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return false;
  all.at(to >= all.length ? 0 : to)?.focus();
  return true;
}

/** First letters typed within a second move to the entry that begins with them. */
function useLetters(menu: () => HTMLElement | null): (event: KeyboardEvent) => void {
  const typed = useRef({ text: "", at: 0 });
  return (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.key === " ") return;
    const text = event.timeStamp - typed.current.at < 1000 ? typed.current.text + event.key : event.key;
    typed.current = { text, at: event.timeStamp };
    const wanted = text.toLocaleLowerCase();
    choicesIn(menu()).find((one) => (one.dataset.label ?? "").toLocaleLowerCase().startsWith(wanted))?.focus();
  };
}

export function Menu({ label, children, items, command, disabled, align = "start", ...rest }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const toLetters = useLetters(() => menu.current);
  const close = () => menu.current?.hidePopover();
  useCommand(command ?? "sheet", () => button.current?.click(), command !== undefined && disabled !== true);

  const opening = (event: ToggleEvent) => {
    if (event.newState !== "open") return;
    setOpen(true);
    // The entries are drawn by the state just set; their place and focus follow.
    onceDrawn(() => {
      if (menu.current === null || button.current === null) return;
      placeBeside(menu.current, button.current, align);
      (menu.current.querySelector<HTMLElement>("[aria-checked=true]") ?? choicesIn(menu.current)[0])?.focus();
    });
  };
  const keyed = (event: KeyboardEvent) => {
    if (moveFocus(menu.current, event)) event.preventDefault();
    else if (event.key === "Tab") close();
    else if ((event.target as HTMLElement).tagName !== "INPUT") toLetters(event);
    event.stopPropagation();
  };
  const name = command === undefined ? label : `${label} (${CATALOGUE[command].keys})`;
  return (
    <>
      <button
        ref={button} type="button" class={rest.class ?? "button"} disabled={disabled} title={name}
        aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined}
        onClick={() => (open ? close() : menu.current?.showPopover())}
      >
        {children}
        <span class="unseen"> {label}</span>
      </button>
      <div ref={menu} id={id} class="menu" role="menu" aria-label={label} popover="auto" onBeforeToggle={opening} onToggle={(event) => setOpen(event.newState === "open")} onKeyDown={keyed}>
        {open && items().map((item) => <Entry key={item.key} item={item} close={close} back={() => button.current?.focus()} />)}
      </div>
    </>
  );
}

function Entry({ item, close, back }: { item: MenuItem; close: () => void; back: () => void }) {
  if (item.kind === "title") return <div class="menu-title" role="presentation">{item.label}</div>;
  if (item.kind === "date") return <DateEntry item={item} close={close} />;
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const run = () => {
    close();
    back();
    item.run();
  };
  return (
    <button type="button" class="menu-item" role={role} aria-checked={item.checked} tabIndex={-1} data-choice data-label={item.label} onClick={run}>
      <span class="menu-icon" aria-hidden="true">{item.icon}</span>
      <span class="cut">{item.label}</span>
      {item.hint !== undefined && <span class="menu-hint">{item.hint}</span>}
      {item.checked === true && <Check size={14} aria-hidden="true" />}
    </button>
  );
}

function DateEntry({ item, close }: { item: Extract<MenuItem, { kind: "date" }>; close: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const pick = () => {
    const value = field.current?.value ?? "";
    if (value === "") return;
    close();
    item.pick(value);
  };
  return (
    <form class="menu-date" role="none" onSubmit={(event) => { event.preventDefault(); pick(); }}>
      <label>
        <span>{item.label}</span>
        <input ref={field} type={item.withTime === true ? "datetime-local" : "date"} min={item.min} data-choice data-label={item.label} />
      </label>
      <button type="submit" class="button small" aria-label={item.label}><Check size={14} aria-hidden="true" /></button>
    </form>
  );
}

