/**
 * The law, checked with the reducer that inbox and widget run: old state + events == fresh state.
 * Reads a list of trials on standard input; prints where one does not hold. Built and run by test_law.py.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { applyAll, collection } from "../../front/shared/reducer";
import type { CaseView, LiveEvent, Suggestion, WidgetState } from "../../front/shared/types";

interface Delivery {
  events: LiveEvent[];
  cursor: number;
}

type Trial = { name: string; deliveries: Delivery[] } & (
  | { side: "visitor"; before: WidgetState; after: WidgetState }
  | { side: "agent"; before: CaseView; after: CaseView }
);

function ofVisitor(state: WidgetState) {
  return { cursor: state.cursor, cases: collection(state.cases), messages: collection(state.messages) };
}

function ofAgent(view: CaseView) {
  const { online: _online, seen_at: _seen, ...customer } = view.customer;
  return {
    cursor: view.cursor,
    cases: collection([view.case]),
    messages: collection(view.messages),
    notes: collection(view.notes),
    lines: collection(view.lines, "number"),
    verdicts: collection(view.verdicts),
    suggestions: collection(view.suggestion ? [view.suggestion] : []),
    customers: collection([customer]),
  };
}

/** What the case's own screen shows of a state that by now holds other cases' objects too. */
function shown(state: ReturnType<typeof ofAgent>, caseId: number, customerId: number) {
  const own = <T extends { case_id: number }>(held: ReadonlyMap<number, T>) =>
    [...held.values()].filter((one) => one.case_id === caseId);
  const offered = own(state.suggestions as ReadonlyMap<number, Suggestion>).filter((one) => one.status === "offered");
  const { online: _online, seen_at: _seen, ...customer } = { online: 0, seen_at: 0, ...state.customers.get(customerId) };
  return {
    case: state.cases.get(caseId),
    messages: own(state.messages),
    notes: own(state.notes),
    lines: [...state.lines.values()].filter((line) => (line as unknown as { case_id: number }).case_id === caseId),
    verdicts: own(state.verdicts),
    suggestion: offered,
    customer,
  };
}

function check(trial: Trial): void {
  const run = <S extends { cursor: number }>(state: S) =>
    trial.deliveries.reduce((now, one) => applyAll(now, one.events, one.cursor), state);
  if (trial.side === "visitor") {
    const fresh = ofVisitor(trial.after);
    assert.deepEqual({ ...run(ofVisitor(trial.before)), cursor: 0 }, { ...fresh, cursor: 0 });
    return;
  }
  const { id, customer_id } = trial.after.case;
  assert.deepEqual(shown(run(ofAgent(trial.before)), id, customer_id), shown(ofAgent(trial.after), id, customer_id));
}

const trials = JSON.parse(readFileSync(0, "utf8")) as Trial[];
let broken = 0;
for (const trial of trials) {
  try {
    check(trial);
  } catch (error) {
    broken += 1;
    if (broken <= 5) console.error(`${trial.name}: ${(error as Error).message}\n`);
  }
}
console.log(JSON.stringify({ trials: trials.length, broken }));
process.exitCode = broken ? 1 : 0;
