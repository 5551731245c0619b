/** A small mark whose words show on hover and on focus, and are read with it. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

interface Props {
  /** The mark's own short name. */
  label: string;
  /** What it means, in a sentence. */
  words: string;
  class?: string;
  children: ComponentChildren;
}

export function Tip({ label, words, children, ...rest }: Props) {
  const id = useId();
  const [hidden, setHidden] = useState(false);
  const show = () => setHidden(false);
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || hidden) return;
    // Only the tip goes away, not the case behind it.
    event.stopPropagation();
    setHidden(true);
  };
  return (
    <span class={`tip ${rest.class ?? ""}${hidden ? " quiet-tip" : ""}`} onMouseEnter={show}>
      <button type="button" class="tip-mark" aria-label={label} aria-describedby={id} onFocus={show} onClick={show} onKeyDown={keyed}>{children}</button>
      <span id={id} role="tooltip" class="tip-words">{words}</span>
    </span>
  );
}
