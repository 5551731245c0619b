/** The figures above the topics; each explains itself on click and leads to what it counts. */
import type { ComponentChildren } from "preact";
import { t } from "../../shared/i18n";
import { tabPath } from "./address";
import { Explain } from "./explain";
import type { Topics } from "./facts";
import { percent, sumOf } from "./figures";
import { Limits } from "./proof";

export function Head({ found }: { found: Topics }) {
  const { topics, totals } = found;
  const certified = topics.filter((topic) => topic.certified).length;
  const answerable = topics.filter((topic) => topic.policy === "answer").length;
  const { contacts, answered } = sumOf(topics);
  return (
    <>
      <div class="totals">
        <Figure title={t("robot.total.certified")} value={t("robot.of", { part: certified, whole: answerable })} label={t("robot.total.certified_label", { count: answerable })} about={t("robot.total.certified_about")}>
          <Limits />
          <a href={`${tabPath("topics")}?show=certified`}>{t("robot.total.certified_link")}</a>
        </Figure>
        <Figure
          title={t("robot.total.judged")} value={totals.judged} label={t("robot.total.judged_label", { count: totals.judged })}
          note={totals.judged > 0 ? t("robot.total.right", { share: percent(totals.right / totals.judged, "down") }) : undefined} about={t("robot.total.judged_about")}
        >
          <a href={tabPath("review")}>{t("robot.total.review_link")}</a>
        </Figure>
        <Figure title={t("robot.total.review")} value={totals.to_review} label={t("robot.total.review_label", { count: totals.to_review })} about={t("robot.total.review_about")}>
          <a href={tabPath("review")}>{t("robot.total.review_link")}</a>
        </Figure>
        <Figure
          title={t("robot.total.answered")} value={contacts === 0 ? "–" : percent(answered / contacts, "near")} label={t("robot.total.answered_label")}
          about={t("robot.total.answered_about", { count: contacts, answered })}
        >
          <a href="/inbox/robot">{t("robot.total.answered_link")}</a>
        </Figure>
      </div>
      {totals.judged === 0 ? <p class="teach">{t("robot.begin")}</p> : certified > 0 && <div class="totals-limits"><Limits /></div>}
    </>
  );
}

interface FigureProps {
  title: string;
  value: string | number;
  label: string;
  note?: string | undefined;
  about: string;
  children: ComponentChildren;
}

function Figure({ title, value, label, note, about, children }: FigureProps) {
  const figure = (
    <>
      <span class="total-value figures">{value}</span>{" "}
      <span class="total-label">{label}{note !== undefined && <>, {note}</>}</span>
    </>
  );
  return (
    <Explain title={title} figure={figure} class="total">
      <p>{about}</p>
      {children}
    </Explain>
  );
}
