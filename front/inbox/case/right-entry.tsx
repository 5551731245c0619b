/** After "wrong answer": which of the nearest entries would have been right. One key passes it over. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../shared/i18n";
import type { Case, Suggestion } from "../../shared/types";
import { dismiss } from "../acts";
import { type Other, rightOf } from "./help";
import { openOffer } from "./suggestion-bar";

interface Props {
  item: Case;
  offer: Suggestion;
  others: readonly Other[];
  /** The suggestion stays on offer after all. */
  back: () => void;
}

export function RightEntry({ item, offer, others, back }: Props) {
  const none = useRef<HTMLButtonElement>(null);
  const answered = useRef(false);
  useLayoutEffect(() => none.current?.focus(), []);
  const settle = (entryId: number | null) => {
    answered.current = true;
    dismiss(item, offer, "wrong_entry", entryId);
  };
  useEffect(() => () => {
    // Whoever goes on to another case has said that it was wrong, and does not know the right one.
    if (!answered.current && openOffer(item)?.id === offer.id) dismiss(item, offer, "wrong_entry");
  }, [offer.id]);
  const keyed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = rightOf(event.key, others);
    if (event.key === "Escape") {
      answered.current = true;
      back();
      document.querySelector<HTMLElement>(".offer header button")?.focus();
    } else if (chosen !== undefined) settle(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="alternatives right-entry" role="group" aria-label={t("composer.which_right_label")} onKeyDown={keyed}>
      <span class="hint" aria-hidden="true">{t("composer.which_right")}</span>
      <ul tabIndex={-1}>
        {others.map((one, place) => (
          <li key={one.entry_id}>
            <button type="button" class="alternative" title={one.title} onClick={() => settle(one.entry_id)}>
              <kbd aria-hidden="true">{place + 1}</kbd>
              <span class="cut" dir="auto">{one.title}</span>
            </button>
          </li>
        ))}
        <li>
          <button ref={none} type="button" class="alternative" onClick={() => settle(null)}>
            <kbd aria-hidden="true">0</kbd>
            <span class="cut">{t("composer.which_none")}</span>
          </button>
        </li>
      </ul>
    </div>
  );
}
