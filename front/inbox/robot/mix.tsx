/** What became of the suggestions: one bar, and under it every part with its sign, word, count and share. */
import { Check, CircleSlash, type LucideIcon, Pencil, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Explain } from "./explain";
import { percent } from "./figures";
import { type Measure, type Part, PARTS } from "./measured";

const ICONS: Record<Part, LucideIcon> = { sent: Check, edited: Pencil, dismissed: X, unanswered: CircleSlash };

/** The parts beside each other, as wide as their shares; its words stand next to it. */
export function Bar({ row }: { row: Measure }) {
  return (
    <span class="mix-bar" aria-hidden="true">
      {PARTS.map((part) => row[part] > 0 && <span key={part} class={`mix-${part}`} style={{ flexGrow: row[part] }} />)}
    </span>
  );
}

export function Mix({ total }: { total: Measure }) {
  return (
    <section class="mix" aria-labelledby="measures-mix">
      <h2 id="measures-mix">{t("robot.measures.mix")}</h2>
      <Bar row={total} />
      <ul class="mix-parts">
        {PARTS.map((part) => {
          const Icon = ICONS[part];
          return (
            <li key={part}>
              <Explain
                title={t(`robot.measures.part.${part}`)} class="mix-part"
                figure={<><span class={`mix-sign mix-${part}`}><Icon size={12} aria-hidden="true" /></span><span>{t(`robot.measures.part.${part}`)}</span> <span class="figures"><strong>{total[part]}</strong> · {percent(total[part] / total.offered)}</span></>}
              >
                <p>{t(`robot.measures.part_about.${part}`)}</p>
                <p class="figures">{t("robot.measures.computed", { how: `${total[part]} ÷ ${total.offered} = ${percent(total[part] / total.offered)}` })}</p>
              </Explain>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
