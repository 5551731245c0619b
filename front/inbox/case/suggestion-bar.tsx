/** The robot's suggestion above the composer: send as it is, let the robot say it, edit first, or put away with a reason. */
import { useId, useState } from "preact/hooks";
import { ChevronDown, Sparkles, X } from "lucide-preact";
import { newId } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Case, Suggestion } from "../../shared/types";
import { approve, dismiss, sendReply, type DismissReason } from "../acts";
import { draftOf, keepDraft } from "../drafts";
import { runCommand, useCommand } from "../keys";
import { outgoing } from "../outgoing";
import { tongueName } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { offerOf } from "../state";
import { desk, myId } from "../store";
import { help, offeredTexts, withAnswer } from "./help";
import { percent, WhyPanel } from "./why-panel";

const REASONS: DismissReason[] = ["wrong_entry", "incomplete", "wrong_tone", "should_hand_over", "not_now"];

/** What is on offer in this case and not settled by an act that is under way. */
export function openOffer(item: Case): Suggestion | null {
  const offer = desk.value === null ? null : offerOf(desk.value, item.id);
  const settled = outgoing.value.some(({ body, failure }) => failure === null && body.suggestion_id === offer?.id);
  return settled ? null : offer;
}

interface Props {
  item: Case;
  offer: Suggestion;
  /** Asks which entry would have been right, where there are others to choose from. */
  askRight: (() => void) | null;
}

export function Offer({ item, offer, askRight }: Props) {
  const [reasons, setReasons] = useState(false);
  const id = useId();
  const verdict = desk.value?.verdicts.get(offer.verdict_id);
  const send = () => sendReply(item, newId(), { text: offer.text, attachments: [], suggestionId: offer.id, entryId: offer.entry_id });
  const say = offer.awaits_click && !item.robot_paused ? () => approve(item, offer) : send;
  const edit = () => {
    const held = draftOf(myId.peek(), item.id).peek();
    const untouched = offeredTexts(offer, help.peek()?.value?.candidates ?? []);
    keepDraft(myId.peek(), item.id, { tab: "reply", reply: withAnswer(held, offer.text, untouched), suggestionId: offer.id, entryId: offer.entry_id });
    runCommand("reply");
  };
  useCommand("use_suggestion", edit);
  useCommand("send_suggestion", say);
  const dismissals = (): MenuItem[] => [
    { kind: "title", key: "title", label: t("composer.dismiss_why") },
    ...REASONS.map((reason): MenuItem => ({ kind: "act", key: reason, label: t(`composer.dismiss.${reason}`), run: () => (reason === "wrong_entry" && askRight !== null ? askRight() : dismiss(item, offer, reason)) })),
  ];
  return (
    <section class="offer" aria-label={t("composer.suggestion")}>
      <header>
        <Sparkles size={14} aria-hidden="true" />
        <span class="offer-title">
          <span class="unseen-narrow">{t("composer.suggested")} </span>
          <Sources offer={offer} />
        </span>
        <span class="offer-facts figures">
          {tongueName(offer.language)}
          {offer.probability !== null && ` · ${t("composer.likely", { percent: percent(offer.probability) })}`}
        </span>
        <Menu label={t("composer.dismiss_suggestion")} command="dismiss_suggestion" class="icon-button" items={dismissals} align="end"><X size={14} aria-hidden="true" /></Menu>
      </header>
      <p class="offer-text words" dir="auto" lang={offer.language} tabIndex={0}>{offer.text}</p>
      {offer.drafted_by !== null && <p class="hint offer-drafted">{t("composer.drafted_by", { name: offer.drafted_by })}</p>}
      <div class="offer-acts">
        <button type="button" class="button small robot" onClick={say} title={`${t("key.send_suggestion")} (Ctrl+Enter)`}>
          {t(say === send ? "composer.send" : "composer.approve")}
        </button>
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

/** The entries that the words come from, each open to its page. */
function Sources({ offer }: { offer: Suggestion }) {
  return (
    <>
      {offer.sources.map(({ entry_id, title }, place) => (
        <>
          {place > 0 && " · "}
          <a key={entry_id} href={`/knowledge/${entry_id}`}>{title === "" ? t("composer.entry", { number: entry_id }) : title}</a>
        </>
      ))}
    </>
  );
}
