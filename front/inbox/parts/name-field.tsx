/** A name edited in its place: Enter and leaving the field keep it, Escape leaves it as it was. */
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  name: string;
  label: string;
  most: number;
  placeholder?: string;
  class?: string;
  /** Once for each end; a field that is still there afterwards can be kept again. */
  keep: (name: string) => Promise<void>;
  leave: () => void;
}

export function NameField({ name, label, most, placeholder, keep, leave, ...rest }: Props) {
  const field = useRef<HTMLInputElement>(null);
  // A field that goes is also left: what Escape gave up, or Enter has kept, must not be kept by that.
  const ended = useRef(false);
  useLayoutEffect(() => field.current?.select(), []);
  const end = async () => {
    if (ended.current) return;
    ended.current = true;
    await keep(field.current?.value.trim() ?? "");
    ended.current = false;
  };
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    ended.current = true;
    leave();
  };
  return (
    <form class={rest.class} onSubmit={(event) => { event.preventDefault(); void end(); }}>
      <input ref={field} class="field" defaultValue={name} aria-label={label} maxLength={most} placeholder={placeholder} onKeyDown={keyed} onBlur={() => void end()} />
    </form>
  );
}
