/** A test of a mailbox, step by step: each in plain words, and what to do where it fails. */
import { CircleAlert, CircleCheck, CircleDashed, CircleHelp, LoaderCircle } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import type { Checked, Records, Way } from "./facts";
import { type Direction, todoOf, wayWord } from "./health";

type State = "waiting" | "running" | "good" | "note" | "bad";

export interface Trial {
  /** The two ways in and out, tried first. */
  ways: Checked | null;
  /** The letters to itself, tried when both ways are well. */
  trip: Checked | null;
  running: "ways" | "trip" | null;
}

export const UNTRIED: Trial = { ways: null, trip: null, running: null };

export const waysGood = ({ ways }: Trial): boolean =>
  ways !== null && (ways.receiving?.ok ?? true) && (ways.sending?.ok ?? true) && (ways.receiving !== null || ways.sending !== null);

interface Step {
  key: string;
  state: State;
  title: string;
  words: string | null;
  todo: string | null;
  said: string | null;
}

function wayStep(direction: Direction, way: Way | null | undefined, running: boolean): Step {
  const title = t(`channels.step.${direction}`);
  if (running) return { key: direction, state: "running", title, words: t("channels.step.trying"), todo: null, said: null };
  if (way == null) return { key: direction, state: "waiting", title, words: null, todo: null, said: null };
  const word = wayWord(way);
  if (way.ok) return { key: direction, state: "good", title, words: t(`channels.step.${direction}_ok`), todo: null, said: null };
  return { key: direction, state: "bad", title, words: t(`channels.fault.${word}`), todo: t(`channels.todo.${todoOf(word, direction)}`), said: way.said };
}

function tripSteps({ ways, trip, running }: Trial): Step[] {
  const step = (key: string, state: State, word: string | null, todo: string | null = null): Step =>
    ({ key, state, title: t(`channels.step.${key}`), words: word === null ? null : t(`channels.step.${word}`), todo: todo === null ? null : t(`channels.step.${todo}`), said: null });
  if (running === "trip") return [step("trip", "running", "trip_trying"), step("plus", "running", "trying")];
  if (trip === null) return [step("trip", "waiting", ways === null ? null : "trip_waits"), step("plus", "waiting", null)];
  const came = trip.round_trip;
  return [
    step("trip", came === "came" ? "good" : came === "missing" ? "bad" : "note", `trip_${came}`, came === "came" || came === "not_tried" ? null : `trip_${came}_todo`),
    step("plus", trip.plus === true ? "good" : "note", trip.plus === true ? "plus_ok" : trip.plus === false ? "plus_none" : "plus_unknown"),
  ];
}

/** What the domain says of itself as a sender: advice, nothing that stops anybody. */
function recordStep(records: Records | null | undefined): Step[] {
  if (records == null) return [];
  const lacking = (["spf", "dkim", "dmarc"] as const).filter((name) => ["missing", "several", "not_seen"].includes(records[name]));
  if (lacking.length === 0) return [];
  const words = lacking.map((name) => (has(`channels.record.${name}.${records[name]}`) ? t(`channels.record.${name}.${records[name]}`, { domain: records.domain }) : `${name.toUpperCase()}: ${records[name]}`));
  return [{ key: "records", state: "note", title: t("channels.step.records"), words: words.join(" "), todo: t("channels.step.records_todo"), said: null }];
}

const ICONS = { waiting: CircleDashed, running: LoaderCircle, good: CircleCheck, note: CircleHelp, bad: CircleAlert } as const satisfies Record<State, unknown>;

export function TrialSteps({ trial, receives, sends }: { trial: Trial; receives: boolean; sends: boolean }) {
  const busy = trial.running === "ways";
  const steps = [
    ...(receives ? [wayStep("receiving", trial.ways?.receiving, busy)] : []),
    ...(sends ? [wayStep("sending", trial.ways?.sending, busy)] : []),
    ...(receives && sends ? tripSteps(trial) : []),
    ...recordStep(trial.trip?.records ?? trial.ways?.records),
  ];
  return (
    <ol class="steps" aria-live="polite" aria-busy={trial.running !== null}>
      {steps.map((step) => <StepRow key={step.key} step={step} />)}
    </ol>
  );
}

function StepRow({ step: { state, title, words, todo, said } }: { step: Step }) {
  const Icon = ICONS[state];
  return (
    <li class={`step ${state}`}>
      <Icon size={16} aria-hidden="true" />
      <div>
        <p class="step-title">{title}<span class="unseen"> {t(`channels.state.${state}`)}</span></p>
        {words !== null && <p class="step-words">{words}</p>}
        {todo !== null && <p class="step-todo">{todo}</p>}
        {said !== null && said !== "" && <p class="health-said">{t("channels.server_said", { words: said })}</p>}
      </div>
    </li>
  );
}
