/** Two replays beside each other: what got better, what got worse, and which questions changed. */
import { ArrowLeft } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Words } from "../../shared/ui/text";
import { casePath } from "../router";
import { Page } from "../settings/form";
import { useTitle } from "../title";
import { Bones, Failed } from "./bits";
import { percent } from "./figures";
import { useRead } from "./reading";
import { nameOfReplay, replayPath } from "./replay-acts";
import { OutcomeMark, Said } from "./replay-items";
import { DraftFacts } from "./replay-list";
import { Scrolled } from "./replay-tables";
import type { Comparison, Replay, ReplaySummary } from "./shapes";

export function Comparing({ id, other }: { id: number; other: number }) {
  const read = useRead<Comparison>(`/api/robot/replays/${id}/compare/${other}`, "replays");
  useTitle(read.value === null ? null : `${t("replay.compare")} · ${t("robot.tab.replay")}`);
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  if (read.state === "loading") return <Bones />;
  const { a, b, changed, better, worse, shared } = read.value;
  return (
    <Page title={t("replay.compare")} wide>
      <p class="replay-facts"><a class="fact" href={replayPath(id)}><ArrowLeft size={14} aria-hidden="true" />{nameOfReplay(a)}</a></p>
      <p class="compare-sum">
        <strong class="outcome right">{t("replay.better", { count: better })}</strong>
        <strong class="outcome wrong">{t("replay.worse", { count: worse })}</strong>
        <span class="quiet">{t("replay.changed", { count: changed.length })} {t("replay.shared", { count: shared })}</span>
      </p>
      {a.summary !== null && b.summary !== null && <Sides a={a} b={b} one={a.summary} two={b.summary} />}
      <section class="replay-items" aria-labelledby="replay-changed">
        <h2 id="replay-changed">{t("replay.changed_items")}</h2>
        {changed.length === 0 && <p class="quiet list-note">{t("replay.changed_none")}</p>}
        <ul>
          {changed.map((item) => (
            <li key={item.message_id} class="replay-item">
              <div class="replay-question">
                <blockquote><Words text={item.question} /></blockquote>
                <p class="review-facts"><a class="fact" href={casePath(item.case_number)}>T-{item.case_number}</a></p>
              </div>
              <div class="replay-sides">
                <div><p class="side-name"><span class="side-letter">A</span><OutcomeMark outcome={item.a.outcome} /></p><Said word={item.a} language={null} /></div>
                <div><p class="side-name"><span class="side-letter">B</span><OutcomeMark outcome={item.b.outcome} /></p><Said word={item.b} language={null} /></div>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </Page>
  );
}

const share = (value: number | null): string => (value === null ? "–" : percent(value, "down"));

const LINES: readonly [string, (summary: ReplaySummary) => string][] = [
  ["questions", (one) => String(one.questions)],
  ["precision", (one) => share(one.precision)],
  ["precision_low", (one) => share(one.precision_low)],
  ["coverage", (one) => percent(one.coverage)],
  ["right", (one) => String(one.right)],
  ["wrong", (one) => String(one.wrong)],
  ["asked", (one) => `${one.asked} (${one.asked_right})`],
];

function Sides({ a, b, one, two }: { a: Replay; b: Replay; one: ReplaySummary; two: ReplaySummary }) {
  const head = (letter: string, replay: Replay) => (
    <th scope="col"><span class="side-letter">{letter}</span> <a href={replayPath(replay.id)}>{nameOfReplay(replay)}</a><span class="replay-facts"><DraftFacts replay={replay} /></span></th>
  );
  return (
    <Scrolled label={t("replay.compare")}>
      <table class="compare">
        <thead><tr><td />{head("A", a)}{head("B", b)}</tr></thead>
        <tbody>
          {LINES.map(([name, read]) => (
            <tr key={name}><th scope="row">{t(`replay.line.${name}`)}</th><td class="figures">{read(one)}</td><td class="figures">{read(two) === read(one) ? <span class="quiet">{read(two)}</span> : <strong>{read(two)}</strong>}</td></tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
