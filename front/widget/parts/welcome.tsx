/** The first screen: a greeting, who answers, and the questions most often asked. */
import { t } from "../../shared/i18n";
import { say } from "../acts";
import { held, robotAnswers } from "../store";

export function Welcome() {
  const shop = held.value?.shop;
  if (shop === undefined) return null;
  const [heading, rest] = split(shop.greeting);
  const truth = t(robotAnswers.value ? "welcome.robot" : "welcome.people");
  return (
    <section class="welcome">
      <h2>{heading ?? t("welcome.greeting")}</h2>
      <p>{rest ?? truth}</p>
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
      {rest !== null && <p class="hint">{truth}</p>}
    </section>
  );
}

/** The shop's own greeting: a short first sentence is the heading, the rest stands under it. */
function split(greeting: string | null): [heading: string | null, rest: string | null] {
  if (greeting === null || greeting.trim() === "") return [null, null];
  const [, first = "", rest = ""] = /^(.{1,40}?[.!?])\s+(.+)$/su.exec(greeting) ?? [];
  return first === "" ? [null, greeting] : [first, rest];
}
