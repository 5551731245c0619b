/** The first screen: a greeting, who answers, and the questions most often asked. */
import { t } from "../../shared/i18n";
import { say } from "../acts";
import { held } from "../store";

export function Welcome() {
  const shop = held.value?.shop;
  if (shop === undefined) return null;
  return (
    <section class="welcome">
      <h2>{shop.greeting ?? t("welcome.greeting")}</h2>
      <p>{t("welcome.robot")}</p>
      {shop.starters.length > 0 && (
        <div class="choices" role="group" aria-label={t("welcome.starters")}>
          <p class="hint">{t("welcome.starters")}</p>
          {shop.starters.map((starter) => (
            <button type="button" class="choice" key={starter.entry_id} onClick={() => say(starter.title)}>
              {starter.title}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}
