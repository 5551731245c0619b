/** What proves a topic: its certificate in words, or how much evidence is still wanted. The limits stand beside the figure. */
import { ShieldCheck, ShieldMinus } from "lucide-preact";
import { t } from "../../shared/i18n";
import { tongueName } from "../parts/bits";
import { topicPath } from "./address";
import { Explain } from "./explain";
import type { Certificate, Topic } from "./facts";
import { isInForce, isTogether, judgedFor, percent, progressOf } from "./figures";

/** What the certificate is about: this topic alone, or all topics of its risk, perhaps in one language. */
export function scopeOf(certificate: Pick<Certificate, "scope" | "risk" | "language">): string {
  const language = certificate.language === null ? "" : tongueName(certificate.language);
  return t(`robot.scope.${certificate.scope}`, { risk: t(`robot.risk.${certificate.risk}_of`), language });
}

/** "At most 3.1 % wrong". */
export const boundOf = (certificate: Certificate & { bound: number }): string => t("robot.at_most", { share: percent(certificate.bound, "up") });

/** "95 % sure, from 212 judged answers". */
export const basisOf = (certificate: Certificate): string =>
  t("robot.basis", { count: certificate.answered, confidence: percent(certificate.confidence, "down") });

/** What the certificate does not promise, and when it ends. */
export function Limits() {
  return <p class="limits">{t("robot.limits")}</p>;
}

/** The figure in a list: in force, or what it still takes. */
export function Proof({ topic }: { topic: Topic }) {
  const { certificate } = topic;
  if (topic.policy !== "answer") return <Kept topic={topic} />;
  return isInForce(certificate) && topic.certified ? <Certified topic={topic} certificate={certificate} /> : <Wanting topic={topic} />;
}

/** What is known of the topic itself where its certificate is of a class of topics. */
export function Alone({ topic }: { topic: Topic }) {
  if (topic.certificate === null || topic.certificate.scope === "topic" || topic.judged === 0) return null;
  return <p>{t("robot.alone", { count: topic.judged, right: topic.right })}</p>;
}

/** Says that the figure is of a class of topics, where it is. */
function Together({ certificate }: { certificate: Certificate | null }) {
  if (certificate === null || certificate.scope === "topic") return null;
  return <span class="quiet">{t("robot.together", { risk: t(`robot.risk.${certificate.risk}_of`) })}</span>;
}

function Certified({ topic, certificate }: { topic: Topic; certificate: Certificate & { bound: number } }) {
  const figure = (
    <span class="evidence in-force">
      <span class="proof-figure"><ShieldCheck size={14} aria-hidden="true" />{boundOf(certificate)}</span>
      <span class="quiet">{basisOf(certificate)}</span>
      <Together certificate={certificate} />
    </span>
  );
  return (
    <Explain title={t("robot.certificate")} figure={figure}>
      <p>{t("robot.statement", {
        count: certificate.answered, wrong: t("robot.wrong", { count: certificate.errors }), share: percent(certificate.bound, "up"), confidence: percent(certificate.confidence, "down"),
      })}</p>
      <p>{scopeOf(certificate)}</p>
      <Alone topic={topic} />
      <Limits />
      <p><a href={topicPath(topic.entry_id)}>{t("robot.see_cases")}</a></p>
    </Explain>
  );
}

/** The entry's policy keeps the robot from answering, so nothing is to be certified. */
function Kept({ topic }: { topic: Topic }) {
  return (
    <Explain title={t("robot.kept_from")} figure={<span class="evidence wanting"><span class="proof-figure">{t("robot.kept_from")}</span></span>}>
      <p>{t("robot.kept_from_about")}</p>
      <p><a href={`/knowledge/${topic.entry_id}`}>{t("robot.open_entry")}</a></p>
    </Explain>
  );
}

function Wanting({ topic }: { topic: Topic }) {
  const stuck = topic.needed <= 0;
  const have = judgedFor(topic);
  const figure = (
    <span class="evidence wanting">
      <span class="proof-figure">{stuck ? <><ShieldMinus size={14} aria-hidden="true" />{t("robot.not_certified")}</> : t("robot.needed", { count: topic.needed })}</span>
      {isTogether(topic) && <Together certificate={topic.certificate} />}
      {!stuck && <span class="meter" aria-hidden="true"><span style={{ width: `${Math.round(progressOf(topic) * 100)}%` }} /></span>}
    </span>
  );
  return (
    <Explain title={t("robot.not_yet")} figure={figure}>
      <p>{stuck ? t("robot.not_yet_stuck") : t("robot.not_yet_about", { count: topic.needed, have: t("robot.judged_answers", { count: have }) })}</p>
      <p>{t("robot.how_judged")}</p>
      <p><a href={topicPath(topic.entry_id)}>{t("robot.see_cases")}</a></p>
    </Explain>
  );
}
