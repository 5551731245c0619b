/** How the team works with the suggestions: what is used, what is changed, what time it saves; by topic and by person. */
import type { ComponentChildren } from "preact";
import { MessageSquarePlus } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { go, listPath } from "../router";
import { Page } from "../settings/form";
import { tabPath } from "./address";
import { Bones, Failed } from "./bits";
import { Explain } from "./explain";
import { percent } from "./figures";
import { changedOf, type Measure, type Measures as Found, SPANS, spanOf, type Span, stretch } from "./measured";
import { MeasureTable } from "./measure-table";
import { Mix } from "./mix";
import { useRead } from "./reading";

export default function Measures() {
  const days = spanOf(location.search);
  // Every suggestion that a person settles is a judgement, too.
  const read = useRead<Found>(`/api/robot/assist-measures?days=${days}`, ["review", "topics"]);
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  if (read.state === "loading") return <Bones />;
  const { total, by_topic, by_agent } = read.value;
  return (
    <Page wide title={t("robot.tab.measures")} about={t("robot.measures.about")} actions={<Spans days={days} />}>
      {total.offered === 0 ? <NothingYet /> : (
        <>
          <Totals total={total} days={days} />
          <Mix total={total} />
          <MeasureTable kind="topic" rows={by_topic} />
          <MeasureTable kind="agent" rows={by_agent} />
        </>
      )}
    </Page>
  );
}

function Spans({ days }: { days: Span }) {
  return (
    <div class="chips" role="group" aria-label={t("robot.measures.span")}>
      {SPANS.map((one) => (
        <button key={one} type="button" class="chip" aria-pressed={one === days} onClick={() => go(`${tabPath("measures")}?days=${one}`, { replace: true })}>
          {t("robot.measures.days", { count: one })}
        </button>
      ))}
    </div>
  );
}

function NothingYet() {
  return (
    <Blank icon={<MessageSquarePlus size={20} aria-hidden="true" />} title={t("robot.measures.none")}>
      <p>{t("robot.measures.none_hint")}</p>
      <p class="blank-ways"><a class="button" href={listPath("unassigned")}>{t("robot.measures.to_cases")}</a> <a class="button" href={tabPath("topics")}>{t("robot.measures.to_topics")}</a></p>
    </Blank>
  );
}

function Totals({ total, days }: { total: Measure; days: Span }) {
  const changed = changedOf(total);
  const used = total.sent + total.edited;
  return (
    <div class="totals measure-figures">
      <Figure
        title={t("robot.measures.used")} value={total.acceptance === null ? "–" : percent(total.acceptance)} label={t("robot.measures.used_label")}
        note={t("robot.measures.used_note", { used, offered: total.offered })}
      >
        <p>{t("robot.measures.used_about")}</p>
        {total.acceptance !== null && <How how={`(${total.sent} + ${total.edited}) ÷ ${total.offered} = ${percent(total.acceptance)}`} />}
      </Figure>
      <Figure title={t("robot.measures.changed")} value={changed === null ? "–" : percent(changed)} label={t("robot.measures.changed_label")} note={t("robot.measures.changed_note", { count: total.edited })}>
        <p>{t("robot.measures.changed_about")}</p>
        <p class="figures">{t("robot.measures.from", { what: t("robot.measures.changed_note", { count: total.edited }) })}</p>
      </Figure>
      <Saved total={total} used={used} />
      <Figure title={t("robot.measures.offered")} value={total.offered} label={t("robot.measures.offered_label", { count: total.offered })} note={t("robot.measures.days", { count: days })}>
        <p>{t("robot.measures.offered_about", { days })}</p>
        <How how={`${total.sent} + ${total.edited} + ${total.dismissed} + ${total.unanswered} = ${total.offered}`} />
      </Figure>
    </div>
  );
}

function Saved({ total, used }: { total: Measure; used: number }) {
  const seconds = total.seconds_saved;
  const lost = seconds !== null && seconds < 0;
  const note = seconds === null ? t("robot.measures.saved_few") : lost ? undefined : t("robot.measures.saved_total", { time: stretch(seconds * used) });
  return (
    <Figure title={t("robot.measures.saved")} value={seconds === null ? "–" : stretch(seconds)} label={t(lost ? "robot.measures.lost_label" : "robot.measures.saved_label")} note={note}>
      <p>{t("robot.measures.saved_about")}</p>
      <p>{t("robot.measures.saved_limit")}</p>
      <p class="figures">{t("robot.measures.from", { what: `${t("robot.measures.replies", { count: used })}, ${t("robot.measures.own_words", { count: total.unanswered })}` })}</p>
    </Figure>
  );
}

const How = ({ how }: { how: string }) => <p class="figures">{t("robot.measures.computed", { how })}</p>;

function Figure({ title, value, label, note, children }: { title: string; value: string | number; label: string; note: string | undefined; children: ComponentChildren }) {
  const figure = (
    <>
      <span class="total-value figures">{value}</span>{" "}
      <span class="total-label">{label}</span>
      {note !== undefined && <>{" "}<span class="total-note">{note}</span></>}
    </>
  );
  return <Explain title={title} figure={figure} class="total">{children}</Explain>;
}
