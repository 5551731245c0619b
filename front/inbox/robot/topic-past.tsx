/** What people judged, case by case, and how the topic came to its level. */
import { useState } from "preact/hooks";
import { Check, X } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import type { Actor } from "../../shared/types";
import { Ago, agentName, channelName } from "../parts/bits";
import { casePath } from "../router";
import { reasonOf } from "./bits";
import type { Certificate, JudgementView, LevelChange, TopicView } from "./facts";
import { percent } from "./figures";

const FIRST = 5;

export function Judged({ items, none }: { items: readonly JudgementView[]; none: string }) {
  const [all, setAll] = useState(false);
  if (items.length === 0) return <p class="quiet">{none}</p>;
  return (
    <>
      <ul class="judged">{(all ? items : items.slice(0, FIRST)).map((item) => <Judgement key={item.id} item={item} />)}</ul>
      {!all && items.length > FIRST && <button type="button" class="link" onClick={() => setAll(true)}>{t("robot.show_all", { count: items.length })}</button>}
    </>
  );
}

function Judgement({ item }: { item: JudgementView }) {
  const right = item.label === "right";
  return (
    <li>
      <p class="judged-question"><a href={casePath(item.case_number)}>{item.question}</a></p>
      {item.answer !== null && <p class="judged-answer quiet">{item.answer}</p>}
      <p class="judged-facts">
        <span class={`fact verdict ${right ? "right" : "wrong"}`}>{right ? <Check size={12} aria-hidden="true" /> : <X size={12} aria-hidden="true" />}{t(`robot.label.${item.label}`)}</span>
        <span class="fact">{t(`robot.source.${item.source}`)}{item.agent_id !== null && <>, {agentName(item.agent_id)}</>}</span>
        <span class="fact"><Ago at={item.created_at} /></span>
        <span class="fact figures">T-{item.case_number}</span>
        {item.set_aside !== null && <span class="fact">{t("robot.set_aside", { reason: reasonOf(item.set_aside) })}</span>}
      </p>
    </li>
  );
}

type Happening = { at: string; change: LevelChange } | { at: string; certificate: Certificate };

/** Level changes and certificates in one line of time, the newest first. */
export function happenings(view: Pick<TopicView, "changes" | "certificates">): Happening[] {
  const all: Happening[] = [
    ...view.changes.map((change) => ({ at: change.at, change })),
    ...view.certificates.map((certificate) => ({ at: certificate.created_at, certificate })),
  ];
  return all.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

export function History({ view }: { view: TopicView }) {
  const [all, setAll] = useState(false);
  const lines = happenings(view);
  if (lines.length === 0) return <p class="quiet">{t("robot.no_history")}</p>;
  return (
    <>
      <ol class="happenings">
        {(all ? lines : lines.slice(0, FIRST * 2)).map((line, index) => (
          <li key={index}><span class="when"><Ago at={line.at} /></span>{"change" in line ? <Changed change={line.change} /> : <Made certificate={line.certificate} />}</li>
        ))}
      </ol>
      {!all && lines.length > FIRST * 2 && <button type="button" class="link" onClick={() => setAll(true)}>{t("robot.show_all", { count: lines.length })}</button>}
    </>
  );
}

export function whoOf(actor: Actor): string {
  if (actor.kind === "agent") return agentName(actor.id);
  return has(`robot.actor.${actor.kind}`) ? t(`robot.actor.${actor.kind}`) : actor.kind;
}

function Changed({ change }: { change: LevelChange }) {
  return (
    <span>
      <strong>{t(`robot.level.${change.from_level}`)} → {t(`robot.level.${change.to_level}`)}</strong>
      {change.channel !== null && <> ({channelName(change.channel)})</>}
      <span class="quiet"> · {whoOf(change.actor)}, {reasonOf(change.why)}</span>
    </span>
  );
}

function Made({ certificate }: { certificate: Certificate }) {
  const about = certificate.bound === null
    ? t("robot.needed", { count: certificate.needed })
    : `${t("robot.at_most", { share: percent(certificate.bound, "up") })}, ${t("robot.basis", { count: certificate.answered, confidence: percent(certificate.confidence, "down") })}`;
  return (
    <span>
      <strong>{t(`robot.standing.${certificate.status}`)}</strong>
      <span class="quiet"> · {about}{certificate.void_reason !== null && <>. {t("robot.ended_because", { reason: reasonOf(certificate.void_reason) })}</>}</span>
    </span>
  );
}
