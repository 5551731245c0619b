/** What waits for a person: topics that have proved themselves, and topics that were taken back. */
import { useState } from "preact/hooks";
import { ArrowUpFromLine } from "lucide-preact";
import { t } from "../../shared/i18n";
import { mayLead } from "../settings/form";
import { actOn, attempt, sendTopic, tellLevel } from "./acting";
import { topicPath } from "./address";
import type { Topic } from "./facts";
import { isInForce, percent } from "./figures";
import { basisOf, boundOf } from "./proof";

const FIRST = 3;

export function Proposals({ topics, take }: { topics: readonly Topic[]; take: (topic: Topic) => void }) {
  const [all, setAll] = useState(false);
  const ready = topics.filter((topic) => topic.proposed !== null).sort((one, other) => other.contacts_30 - one.contacts_30);
  if (ready.length === 0) return null;
  return (
    <section class="proposals" aria-label={t("robot.proposals")}>
      <ul>
        {(all ? ready : ready.slice(0, FIRST)).map((topic) => <Proposal key={topic.entry_id} topic={topic} take={take} />)}
      </ul>
      {!all && ready.length > FIRST && <button type="button" class="link" onClick={() => setAll(true)}>{t("robot.proposals_more", { count: ready.length - FIRST })}</button>}
    </section>
  );
}

/** What speaks for it: the certificate, or for a mere click how the judged suggestions did. */
function evidenceOf(topic: Topic): string {
  const { certificate, judged, right } = topic;
  if (topic.certified && isInForce(certificate)) return `${boundOf(certificate)}, ${basisOf(certificate)}`;
  return judged === 0 ? t("robot.none_judged") : t("robot.right_share", { share: percent(right / judged, "down"), count: judged });
}

/** A proposal with its evidence; nothing changes before a lead confirms it. */
export function Proposal({ topic, take, bare = false }: { topic: Topic; take: (topic: Topic) => void; bare?: boolean }) {
  const [busy, setBusy] = useState(false);
  const { proposed } = topic;
  if (proposed === null) return null;
  const act = (name: "promote" | "decline") => {
    setBusy(true);
    const before = topic.own_level;
    void attempt(() => actOn(topic.entry_id, name), take, t("robot.nothing_proposed")).then((done) => {
      setBusy(false);
      if (done && name === "promote") tellLevel(topic, proposed, () => void attempt(() => sendTopic(topic.entry_id, { level: before }), take));
    });
  };
  const Frame = bare ? "div" : "li";
  return (
    <Frame class="proposal">
      <ArrowUpFromLine size={16} aria-hidden="true" />
      <div class="proposal-words">
        <p><span>{t(`robot.ready.${proposed}`)}:</span> {bare ? <strong>{topic.title}</strong> : <a href={topicPath(topic.entry_id)}>{topic.title}</a>}</p>
        <p class="quiet">{evidenceOf(topic)}. {t("robot.asked", { count: topic.contacts_30 })}.</p>
      </div>
      {mayLead() && (
        <div class="button-row">
          <button type="button" class="button primary" disabled={busy} onClick={() => act("promote")}>{t("robot.confirm")}<span class="unseen"> {topic.title}</span></button>
          <button type="button" class="button" disabled={busy} onClick={() => act("decline")}>{t("robot.not_now")}<span class="unseen"> {topic.title}</span></button>
        </div>
      )}
    </Frame>
  );
}
