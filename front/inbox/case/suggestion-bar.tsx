/** The robot's suggestion above the composer: send as it is, edit first, or put away with a reason. */
import { useId, useState } from "preact/hooks";
import { ChevronDown, Sparkles, X } from "lucide-preact";
import { newId } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Case, Suggestion } from "../../shared/types";
import { dismiss, sendReply, type DismissReason } from "../acts";
import { keepDraft } from "../drafts";
import { runCommand, useCommand } from "../keys";
import { outgoing } from "../outgoing";
import { tongueName } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { offerOf } from "../state";
import { desk, myId } from "../store";
import { percent, WhyPanel } from "./why-panel";

const REASONS: DismissReason[] = ["wrong_entry", "incomplete", "wrong_tone", "should_hand_over", "not_now"];

export function SuggestionBar({ item }: { item: Case }) {
  const known = desk.value;
  const offer = known === null ? null : offerOf(known, item.id);
  const settled = outgoing.value.some(({ body, failure }) => failure === null && body.suggestion_id === offer?.id);
  return offer === null || settled ? null : <Offer key={offer.id} item={item} offer={offer} />;
}

function Offer({ item, offer }: { item: Case; offer: Suggestion }) {
  const [reasons, setReasons] = useState(false);
  const id = useId();
  const verdict = desk.value?.verdicts.get(offer.verdict_id);
  const send = () => sendReply(item, newId(), { text: offer.text, attachments: [], suggestionId: offer.id, entryId: offer.entry_id });
  const edit = () => {
    keepDraft(myId.peek(), item.id, { tab: "reply", reply: offer.text, suggestionId: offer.id, entryId: offer.entry_id });
    runCommand("reply");
  };
  useCommand("use_suggestion", edit);
  const dismissals = (): MenuItem[] => [
    { kind: "title", key: "title", label: t("composer.dismiss_why") },
    ...REASONS.map((reason): MenuItem => ({ kind: "act", key: reason, label: t(`composer.dismiss.${reason}`), run: () => dismiss(item, offer, reason) })),
  ];
  return (
    <section class="offer" aria-label={t("composer.suggestion")}>
      <header>
        <Sparkles size={14} aria-hidden="true" />
        <span class="offer-title cut">
          {t("composer.suggested")} <a href={`/knowledge/${offer.entry_id}`}>{offer.title}</a>
        </span>
        <span class="offer-facts figures">
          {tongueName(offer.language)}
          {offer.probability !== null && ` · ${t("composer.certain", { percent: percent(offer.probability) })}`}
        </span>
        <Menu label={t("composer.dismiss_suggestion")} class="icon-button" items={dismissals} align="end"><X size={14} aria-hidden="true" /></Menu>
      </header>
      <p class="offer-text words" dir="auto" lang={offer.language} tabIndex={0}>{offer.text}</p>
      <div class="offer-acts">
        <button type="button" class="button small robot" onClick={send}>{t("composer.send")}</button>
        <button type="button" class="button small" onClick={edit} title={`${t("common.edit")} (y)`}>{t("common.edit")}</button>
        {verdict !== undefined && (
          <button type="button" class="link" aria-expanded={reasons} aria-controls={reasons ? id : undefined} onClick={() => setReasons(!reasons)}>
            {t("why.ask")}
            <ChevronDown size={12} aria-hidden="true" class={reasons ? "turned" : ""} />
          </button>
        )}
      </div>
      {reasons && verdict !== undefined && <WhyPanel verdict={verdict} id={id} />}
    </section>
  );
}
