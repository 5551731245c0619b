/** A figure that explains itself on click: a button, and a small sheet beside it in the top layer. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { onceDrawn } from "../parts/focus";

const GAP = 6;
const EDGE = 8;

function placeBeside(sheet: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { width, height } = sheet.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight - EDGE;
  sheet.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
  sheet.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - height)}px`;
}

interface Props {
  /** What the sheet is about, its heading. */
  title: string;
  /** What the button shows. */
  figure: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Explain({ title, figure, children, ...rest }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const opening = (event: ToggleEvent) => {
    if (event.newState !== "open") return;
    setOpen(true);
    // What the sheet holds is drawn by the state just set; its place follows.
    onceDrawn(() => {
      if (sheet.current !== null && button.current !== null) placeBeside(sheet.current, button.current);
      sheet.current?.focus({ preventScroll: true });
    });
  };
  const toggle = () => sheet.current?.togglePopover();
  return (
    <>
      <button ref={button} type="button" class={`explained ${rest.class ?? ""}`} aria-haspopup="dialog" aria-expanded={open} aria-controls={open ? id : undefined} onClick={toggle}>
        {figure}
        <span class="unseen">. {t("robot.explain")}</span>
      </button>
      <div ref={sheet} id={id} class="explain" role="dialog" aria-label={title} tabIndex={-1} popover="auto" onBeforeToggle={opening} onToggle={(event) => setOpen(event.newState === "open")}>
        {open && (
          <>
            <h2>{title}</h2>
            {children}
          </>
        )}
      </div>
    </>
  );
}
