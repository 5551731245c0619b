/** The certificate that covers a topic, with all that it rests on and all that would end it. */
import type { ComponentChildren } from "preact";
import { ShieldCheck, ShieldMinus } from "lucide-preact";
import { language, t } from "../../shared/i18n";
import { tabPath } from "./address";
import { reasonOf } from "./bits";
import type { Certificate, Topic } from "./facts";
import { isInForce, judgedFor, percent, progressOf } from "./figures";
import { tongueName } from "../parts/bits";
import { Alone, Limits, scopeOf } from "./proof";

/** What ends a certificate, in the order in which it happens most. */
const ENDS = ["knowledge_changed", "scores_shifted", "audit_errors", "engine_changed"] as const;

export function TopicProof({ topic }: { topic: Topic }) {
  const { certificate } = topic;
  if (topic.policy !== "answer") return <Kept topic={topic} />;
  return topic.certified && isInForce(certificate) ? <InForce topic={topic} certificate={certificate} /> : <NotYet topic={topic} />;
}

function InForce({ topic, certificate }: { topic: Topic; certificate: Certificate & { bound: number } }) {
  return (
    <div class="proof-card in-force">
      <p class="proof-title"><ShieldCheck size={20} aria-hidden="true" /><strong>{t("robot.at_most", { share: percent(certificate.bound, "up") })}</strong></p>
      <p>{t("robot.statement", {
        count: certificate.answered, wrong: t("robot.wrong", { count: certificate.errors }), share: percent(certificate.bound, "up"), confidence: percent(certificate.confidence, "down"),
      })}</p>
      <Alone topic={topic} />
      <Tongues topic={topic} />
      <Basis certificate={certificate} />
      <p class="ends-title">{t("robot.ends_when")}</p>
      <ul class="ends">{ENDS.map((reason) => <li key={reason}>{t(`robot.ends.${reason}`)}</li>)}</ul>
      <Limits />
    </div>
  );
}

function Kept({ topic }: { topic: Topic }) {
  return (
    <div class="proof-card">
      <p class="proof-title"><ShieldMinus size={20} aria-hidden="true" /><strong>{t("robot.kept_from")}</strong></p>
      <p>{t("robot.kept_from_about")} <a href={`/knowledge/${topic.entry_id}`}>{t("robot.open_entry")}</a></p>
    </div>
  );
}

function NotYet({ topic }: { topic: Topic }) {
  const { certificate } = topic;
  const have = judgedFor(topic);
  const stuck = topic.needed <= 0;
  return (
    <div class="proof-card">
      <p class="proof-title"><ShieldMinus size={20} aria-hidden="true" /><strong>{stuck ? t("robot.not_certified") : t("robot.needed", { count: topic.needed })}</strong></p>
      {!stuck && <span class="meter" aria-hidden="true"><span style={{ width: `${Math.round(progressOf(topic) * 100)}%` }} /></span>}
      <p>{stuck ? t("robot.not_yet_stuck") : t("robot.not_yet_about", { count: topic.needed, have: t("robot.judged_answers", { count: have }) })}</p>
      {certificate?.status === "voided" && <p>{t("robot.ended_because", { reason: reasonOf(certificate.void_reason) })}</p>}
      <Tongues topic={topic} />
      {certificate !== null && <Basis certificate={certificate} />}
      <p class="quiet">{t("robot.how_judged")} <a href={tabPath("review")}>{t("robot.total.review_link")}</a></p>
    </div>
  );
}

/** Languages in which the robot only suggests, whatever the level says. */
function Tongues({ topic: { held_languages: held = [] } }: { topic: Topic }) {
  if (held.length === 0) return null;
  const names = new Intl.ListFormat(language(), { type: "conjunction" }).format(held.map(tongueName));
  return <p>{t("robot.held_languages", { languages: names })}</p>;
}

const date = (iso: string): string => new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(new Date(iso));

function Basis({ certificate }: { certificate: Certificate }) {
  const { evidence_from: from, evidence_to: to } = certificate;
  return (
    <dl class="basis figures">
      <Fact name={t("robot.basis.scope")}>{scopeOf(certificate)}</Fact>
      <Fact name={t("robot.basis.cases")}>{t("robot.basis.cases_of", { count: certificate.answered, cases: certificate.cases })}</Fact>
      <Fact name={t("robot.basis.errors")}>{certificate.errors === 0 ? certificate.errors : <a href="#mistakes">{certificate.errors}</a>}</Fact>
      {certificate.bound !== null && <Fact name={t("robot.basis.bound")}>{percent(certificate.bound, "up")}</Fact>}
      <Fact name={t("robot.basis.target")}>{t("robot.basis.target_of", { target: percent(certificate.target), confidence: percent(certificate.confidence) })}</Fact>
      {certificate.threshold !== null && <Fact name={t("robot.basis.threshold")}>{percent(certificate.threshold)}</Fact>}
      {from !== null && to !== null && <Fact name={t("robot.basis.period")}>{date(from)} – {date(to)}</Fact>}
      {certificate.version !== null && <Fact name={t("robot.basis.version")}><a href={tabPath("versions")}>{certificate.version}</a></Fact>}
      <Fact name={t("robot.basis.made")}>{date(certificate.created_at)}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}
