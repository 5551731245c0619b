/** Says to which case this one may belong, and why; joining and putting the thought away are one click each. */
import { Merge } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { outgoing } from "../outgoing";
import { toConversation } from "../parts/focus";
import { casePath } from "../router";
import { dismissJoin, join } from "./acts";
import type { Join } from "./joins";

/** The newest open proposal of the case that is not settled by an act under way. */
function openProposal(item: Case, joins: readonly Join[]): Join | undefined {
  const settling = outgoing.value.some(({ body, failure }) => failure === null && body.case_id === item.id && (body.kind === "join" || body.kind === "join_dismiss"));
  return settling ? undefined : joins.find((one) => one.kind === "proposal" && one.state === "open" && one.from_case_id === item.id);
}

export function Proposal({ item, joins }: { item: Case; joins: readonly Join[] }) {
  const offer = openProposal(item, joins);
  if (offer === undefined) return null;
  const why = has(`mail.proposal.${offer.why}`) ? t(`mail.proposal.${offer.why}`) : offer.why;
  const number = `T-${offer.to_number}`;
  const [before, after = ""] = t("mail.may_belong", { number: "\0" }).split("\0");
  return (
    <aside class="join-offer" aria-label={t("mail.proposal")}>
      <Merge size={14} aria-hidden="true" />
      <p>
        {before}<a href={casePath(offer.to_number)}>{number}</a>{after} <span class="quiet">{why}</span>
      </p>
      <span class="join-offer-acts">
        <button type="button" class="button small" onClick={() => join(item, offer.to_number)}>{t("mail.join")}</button>
        <button type="button" class="button small plain-button" onClick={() => { toConversation(); dismissJoin(item, offer.id); }}>{t("mail.dismiss")}</button>
      </span>
    </aside>
  );
}
