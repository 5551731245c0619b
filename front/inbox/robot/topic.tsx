/** One topic: what the robot may do with it, what proves that, where it was wrong, and how it came to this. */
import type { ComponentChildren } from "preact";
import { ArrowDownToLine, ArrowLeft, BookOpen } from "lucide-preact";
import { t } from "../../shared/i18n";
import { useCommand } from "../keys";
import { Ago } from "../parts/bits";
import { go } from "../router";
import { mayLead, NoPermission, Section } from "../settings/form";
import { useTitle } from "../title";
import { actOn, attempt } from "./acting";
import { tabPath } from "./address";
import { Bones, Failed, reasonOf } from "./bits";
import type { Topic as Subject, TopicView } from "./facts";
import { percent } from "./figures";
import { Paused } from "./pause";
import { Proposal } from "./proposals";
import { useRead } from "./reading";
import { Levels } from "./topic-levels";
import { History, Judged } from "./topic-past";
import { TopicProof } from "./topic-proof";

export default function Topic({ id }: { id: number }) {
  const read = useRead<TopicView>(`/api/robot/topics/${id}`, ["topics", "policy", "review", "entries"]);
  useCommand("back", () => go(tabPath("topics")));
  useTitle(read.value === null ? null : `${read.value.topic.title} · ${t("inbox.screen.robot")}`);
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const view = read.value;
  const take = (topic: Subject) => {
    read.take({ ...view, topic });
    // The act is part of the history now.
    read.again();
  };
  return <Whole view={view} take={take} />;
}

function Whole({ view, take }: { view: TopicView; take: (topic: Subject) => void }) {
  const { topic } = view;
  return (
    <div class="page topic-page" role="region" aria-label={topic.title} tabIndex={0}>
      <a class="back-link" href={tabPath("topics")}><ArrowLeft size={14} aria-hidden="true" />{t("robot.all_topics")}</a>
      <header class="page-head topic-page-head">
        <div><h1>{topic.title}</h1><Facts topic={topic} /></div>
        <a class="button" href={`/knowledge/${topic.entry_id}`}><BookOpen size={14} aria-hidden="true" />{t("robot.open_entry")}</a>
      </header>
      {!mayLead() && <NoPermission text={t("robot.locked")} />}
      <Paused />
      {topic.proposed !== null && <div class="proposals"><Proposal topic={topic} take={take} bare /></div>}
      <Dropped topic={topic} take={take} />
      <Section title={t("robot.may_do")} about={t("robot.may_do_about")}><Levels topic={topic} take={take} /></Section>
      <Section title={t("robot.proof")} about={t("robot.proof_about")}><TopicProof topic={topic} /></Section>
      <Section title={t("robot.mistakes", { count: view.mistakes.length })} about={t("robot.mistakes_about")}>
        <div id="mistakes"><Judged items={view.mistakes} none={t("robot.no_mistakes")} /></div>
      </Section>
      <Section title={t("robot.judgements")} about={t("robot.judgements_about")}><Judged items={view.judgements} none={t("robot.no_judgements")} /></Section>
      <Section title={t("robot.history")} about={t("robot.history_about")}><History view={view} /></Section>
    </div>
  );
}

function Facts({ topic }: { topic: Subject }) {
  return (
    <p class="topic-figures figures">
      <Part>{t("robot.asked", { count: topic.contacts_30 })}</Part>
      <Part>{t("robot.answered_itself", { count: topic.answered_30 })}</Part>
      <Part>{topic.judged === 0 ? t("robot.none_judged") : t("robot.right_share", { share: percent(topic.right / topic.judged, "down"), count: topic.judged })}</Part>
      <Part>{t("robot.examples", { count: topic.examples })}</Part>
    </p>
  );
}

const Part = ({ children }: { children: ComponentChildren }) => <span>{children}</span>;

/** What happened when the topic was taken back, and the one question the robot cannot answer: is the answer still the same? */
function Dropped({ topic, take }: { topic: Subject; take: (topic: Subject) => void }) {
  if (topic.demoted_at === null && topic.set_aside === 0) return null;
  const keep = () => void attempt(() => actOn(topic.entry_id, "keep-evidence"), take);
  return (
    <div class="robot-note warn">
      <ArrowDownToLine size={16} aria-hidden="true" />
      <p>
        {topic.demoted_at !== null && <><strong>{t("robot.dropped")}</strong> <Ago at={topic.demoted_at} />: {reasonOf(topic.demoted_why)}. </>}
        {topic.set_aside > 0 && t("robot.set_aside_about", { count: topic.set_aside })}
      </p>
      {topic.set_aside > 0 && mayLead() && <button type="button" class="button" onClick={keep}>{t("robot.keep_evidence")}</button>}
    </div>
  );
}
