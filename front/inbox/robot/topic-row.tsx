/** One topic in the list: what it is, what the robot may do, how often it is asked, and what proves it. */
import { ArrowDownToLine } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Ago } from "../parts/bits";
import { POLICY_ICONS } from "../knowledge/entry-list";
import { mayLead, TONGUES } from "../settings/form";
import { session } from "../store";
import { useLevel } from "./acting";
import { topicPath } from "./address";
import { reasonOf } from "./bits";
import { Dimmer } from "./dimmer";
import type { Topic } from "./facts";
import { lockedLevels } from "./figures";
import { Proof } from "./proof";

export function TopicRow({ topic, take }: { topic: Topic; take: (topic: Topic) => void }) {
  const { shown, change } = useLevel(topic, take);
  return (
    <div class="topic-row" role="row">
      <div role="cell" class="topic-name">
        <a href={topicPath(topic.entry_id)} class="topic-title">{topic.title}</a>
        <Facts topic={topic} />
      </div>
      <div role="cell">
        <Dimmer
          legend={t("robot.level_of", { title: topic.title })} value={shown} change={change} disabled={!mayLead()}
          locked={lockedLevels(topic)} lockedWhy={t("robot.own_needs")}
        />
      </div>
      <div role="cell" class="topic-number figures"><span class="cell-name">{t("robot.column.contacts")}</span>{topic.contacts_30}</div>
      <div role="cell" class="topic-number figures">
        <span class="cell-name">{t("robot.column.judged")}</span>
        {topic.judged === 0 ? <span class="quiet">{t("robot.none_judged")}</span> : t("robot.right_of", { right: topic.right, judged: topic.judged })}
      </div>
      <div role="cell" class="topic-proof"><Proof topic={topic} /></div>
    </div>
  );
}

function Facts({ topic }: { topic: Topic }) {
  const Icon = POLICY_ICONS[topic.policy];
  return (
    <span class="topic-facts">
      <Coverage topic={topic} />
      {topic.risk !== "normal" && <span class={`fact risk-${topic.risk}`}>{t(`robot.risk.${topic.risk}_short`)}</span>}
      {topic.policy !== "answer" && <span class="fact"><Icon size={12} aria-hidden="true" />{t(`knowledge.policy.${topic.policy}_short`)}</span>}
      {topic.demoted_at !== null && (
        <span class="fact demoted"><ArrowDownToLine size={12} aria-hidden="true" /><span>{t("robot.dropped_short")} <Ago at={topic.demoted_at} />: {reasonOf(topic.demoted_why)}</span></span>
      )}
    </span>
  );
}

function Coverage({ topic }: { topic: Topic }) {
  const { languages } = topic;
  if (languages === undefined) return null;
  return (
    <span class="tongues">
      {(session.value?.workspace.languages ?? []).map((code) => {
        const coverage = languages[code] ?? "none";
        return <span key={code} class={`tongue-dot ${coverage}`} title={`${TONGUES[code]}: ${t(`knowledge.coverage.${coverage}`)}`}>{code}<span class="unseen">: {t(`knowledge.coverage.${coverage}`)}</span></span>;
      })}
    </span>
  );
}
