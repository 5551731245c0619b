/** Where two people judged one decision differently: both side by side, with what they judged. */
import { Scale } from "lucide-preact";
import { t } from "../../shared/i18n";
import { agentName, Blank, Initials } from "../parts/bits";
import { casePath } from "../router";
import { desk } from "../store";
import { ReviewCard } from "./review-card";
import type { Disagreement } from "./shapes";

export function Disagreements({ all }: { all: readonly Disagreement[] }) {
  if (all.length === 0) {
    return <Blank icon={<Scale size={20} aria-hidden="true" />} title={t("review.no_disagreements")}><p>{t("review.no_disagreements_hint")}</p></Blank>;
  }
  return (
    <>
      <p class="quiet review-note">{t("review.disagreements_about")}</p>
      <ul class="disagreements">{all.map((one) => <Apart key={one.item.id} one={one} />)}</ul>
    </>
  );
}

function Apart({ one: { item, judgements } }: { one: Disagreement }) {
  const titleOf = (id: number): string => {
    const known = item.candidates.find((candidate) => candidate.entry_id === id)?.title ?? (item.entry?.id === id ? item.entry.title : null);
    return known ?? t("review.other_entry");
  };
  return (
    <li>
      <ReviewCard item={item} />
      <ul class="opinions">
        {judgements.map((one) => (
          <li key={one.agent_id}>
            <Initials name={desk.value?.agents.get(one.agent_id)?.name ?? agentName(one.agent_id)} />
            <span>
              <strong>{agentName(one.agent_id)}</strong>
              <span class={`opinion ${one.label}`}>{t(`review.answer.${item.kind}.${one.label}`)}</span>
              {one.truth_entry_id !== null && <a href={`/knowledge/${one.truth_entry_id}`}>{titleOf(one.truth_entry_id)}</a>}
            </span>
          </li>
        ))}
      </ul>
      <p><a class="button small" href={casePath(item.case_number)}>{t("review.talk_it_over")}</a></p>
    </li>
  );
}
