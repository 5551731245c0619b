/** A dialog with a field over a list: what is typed narrows it, arrows move, Enter or a click chooses. Open while it is drawn. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Search } from "lucide-preact";

interface Props<T> {
  title: string;
  /** The field's and the list's name. */
  label: string;
  placeholder: string;
  query: string;
  search: (query: string) => void;
  found: readonly T[];
  keyOf: (one: T) => string | number;
  row: (one: T) => ComponentChildren;
  choose: (one: T) => void;
  /** What is said when nothing is found. */
  none: string;
  closed: () => void;
  head?: (close: () => void) => ComponentChildren;
  class?: string;
}

export function Palette<T>({ title, label, placeholder, query, search, found, keyOf, row, choose, none, closed, head, ...rest }: Props<T>) {
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [held, setAt] = useState(0);
  const at = Math.min(held, found.length - 1);
  useLayoutEffect(() => box.current?.showModal(), []);
  useLayoutEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  const close = () => box.current?.close();
  const take = (one: T | undefined) => {
    if (one === undefined) return;
    // The dialog gives the focus back first; what is chosen may then put it where it belongs.
    close();
    choose(one);
  };
  const keyed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === "Enter") take(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={box} class={`dialog palette ${rest.class ?? ""}`} aria-label={title} onClose={closed} onClick={(event) => event.target === box.current && close()}>
      {head?.(close)}
      <div class="palette-field">
        <Search size={16} aria-hidden="true" />
        <input
          role="combobox" aria-expanded={found.length > 0} aria-controls={`${id}-list`} aria-activedescendant={at < 0 ? undefined : `${id}-${at}`} autofocus
          aria-label={label} placeholder={placeholder} value={query} autocomplete="off"
          onInput={(event) => { search(event.currentTarget.value); setAt(0); }} onKeyDown={keyed}
        />
      </div>
      {found.length > 0 && (
        <ul ref={list} id={`${id}-list`} role="listbox" aria-label={label}>
          {found.map((one, index) => (
            <li key={keyOf(one)} id={`${id}-${index}`} role="option" aria-selected={index === at} onClick={() => take(one)} onMouseMove={() => setAt(index)}>{row(one)}</li>
          ))}
        </ul>
      )}
      {found.length === 0 && <p class="picker-none" role="status">{none}</p>}
    </dialog>
  );
}
