/** Between the conversation and the composer: the suggestion, other entries that may fit, what is asked next. */
import { useState } from "preact/hooks";
import { CornerDownRight, Plus } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case, Suggestion } from "../../shared/types";
import { useCommand } from "../keys";
import { desk } from "../store";
import { addLine, help, type Nearest, type NextQuestion, offeredTexts, othersOf, takeEntry } from "./help";
import { RightEntry } from "./right-entry";
import { SimilarCases } from "./similar-cases";
import { Offer, openOffer } from "./suggestion-bar";
import { percent } from "./why-panel";

interface Props {
  item: Case;
  /** The similar cases stand here when the customer's pane is not beside the case. */
  withSimilar: boolean;
  retry: () => void;
}

export function HelpBar({ item, withSimilar, retry }: Props) {
  const offer = openOffer(item);
  const held = help.value?.caseId === item.id ? help.value : null;
  const known = held?.value ?? null;
  const waits = item.waiting_since !== null;
  const candidates = waits ? (known?.candidates ?? []).filter((one) => one.entry_id !== offer?.entry_id) : [];
  const next = waits ? (known?.next ?? []) : [];
  const [wrong, setWrong] = useState<number | null>(null);
  const others = offer === null ? [] : othersOf(desk.value?.verdicts.get(offer.verdict_id), offer);
  const asking = offer !== null && offer.id === wrong && others.length > 0;
  return (
    <div class="help-bar">
      {offer !== null && <Offer key={offer.id} item={item} offer={offer} askRight={others.length > 0 ? () => setWrong(offer.id) : null} />}
      {asking && <RightEntry key={offer.id} item={item} offer={offer} others={others} back={() => setWrong(null)} />}
      {!asking && candidates.length > 0 && <Alternatives item={item} offer={offer} candidates={candidates} />}
      {!asking && next.length > 0 && <Next item={item} offer={offer} next={next} />}
      {waits && offer === null && candidates.length === 0 && <Nothing state={held?.state ?? "loading"} empty={known !== null} retry={retry} />}
      {withSimilar && known !== null && known.similar.length > 0 && (
        <details class="help-similar" onToggle={(event) => event.currentTarget.open && event.currentTarget.scrollIntoView({ block: "start" })}>
          <summary>{t("similar.title")} <span class="count figures">{known.similar.length}</span></summary>
          <SimilarCases cases={known.similar} />
        </details>
      )}
    </div>
  );
}

/** Three entries at most, each one click from the reply. */
function Alternatives({ item, offer, candidates }: { item: Case; offer: Suggestion | null; candidates: readonly Nearest[] }) {
  const untouched = offeredTexts(offer, candidates);
  const take = (place: number) => {
    const entry = candidates[place];
    if (entry !== undefined) takeEntry(item, entry, untouched);
  };
  useCommand("alternative_1", () => take(0), candidates.length > 0);
  useCommand("alternative_2", () => take(1), candidates.length > 1);
  useCommand("alternative_3", () => take(2), candidates.length > 2);
  return (
    <div class="alternatives" role="group" aria-label={t("composer.alternatives")}>
      <span class="hint" aria-hidden="true">{t(offer === null ? "composer.may_fit" : "composer.or")}</span>
      <ul tabIndex={-1}>
        {candidates.map((one, place) => (
          <li key={one.entry_id}>
            <button type="button" class="alternative" title={one.text} onClick={() => take(place)}>
              <kbd aria-hidden="true">{place + 1}</kbd>
              <span class="cut" dir="auto">{one.title}</span>
              <span class="figures">{percent(one.probability)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Next({ item, offer, next }: { item: Case; offer: Suggestion | null; next: readonly NextQuestion[] }) {
  const add = (one: NextQuestion | undefined) => one !== undefined && addLine(item, one.line, offer);
  useCommand("add_next", () => add(next[0]));
  return (
    <ul class="next-questions" aria-label={t("composer.next_title")}>
      {next.map((one, place) => (
        <li key={one.entry_id}>
          <CornerDownRight size={14} aria-hidden="true" />
          <span class="next-words" title={one.line}>
            {t("composer.next", { percent: percent(one.share) })} <a href={`/knowledge/${one.entry_id}`} dir="auto">{one.title}</a>
          </span>
          <button type="button" class="link" onClick={() => add(one)} title={place === 0 ? `${t("composer.next_add")} (m)` : undefined}>
            <Plus size={12} aria-hidden="true" />
            {t("composer.next_add")}
            <span class="unseen">: {one.title}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Nothing to offer: still looking, not reached, or no entry is near. */
function Nothing({ state, empty, retry }: { state: "loading" | "ready" | "failed"; empty: boolean; retry: () => void }) {
  if (state === "failed") {
    return (
      <p class="help-line" role="status">
        {t("composer.help_failed")} <button type="button" class="link" onClick={retry}>{t("common.retry")}</button>
      </p>
    );
  }
  if (state === "loading" && !empty) return <p class="help-line" role="status" aria-label={t("composer.looking")}><span class="skeleton bar" style={{ width: "38%" }} /></p>;
  return <p class="help-line">{t("composer.help_none")}</p>;
}
