/** Who answers now and how soon. */
import { Bell, BellOff, X } from "./icons";
import { t } from "../../shared/i18n";
import { headline } from "../availability";
import { tell } from "../bridge";
import { sound, toggleSound } from "../sound";
import { floor, held, messages, now, robotAnswers } from "../store";

export function Header() {
  const { shop, availability } = held.value ?? { shop: null, availability: null };
  const name = shop?.name ?? "";
  return (
    <header class="header">
      <span class="mark" aria-hidden="true">
        {name.charAt(0)}
      </span>
      <div class="who">
        <h1>{name}</h1>
        {availability !== null && <p>{headline(floor.value, lastAgent(), robotAnswers.value, availability, now.value)}</p>}
      </div>
      <button type="button" class="plain" aria-pressed={sound.value} aria-label={t("header.sound")} title={t("header.sound")} onClick={toggleSound}>
        {sound.value ? <Bell size={16} /> : <BellOff size={16} />}
      </button>
      <button type="button" class="plain" aria-label={t("header.close")} title={t("header.close")} onClick={() => tell({ tugi: "close" })}>
        <X size={20} />
      </button>
    </header>
  );
}

function lastAgent(): string | null {
  return messages.value.filter((message) => message.author.kind === "agent").at(-1)?.author_name ?? null;
}
