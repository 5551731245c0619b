/** Start a replay: how many questions, of which version, and what should differ from the robot as it is. */
import { useState } from "preact/hooks";
import { Play, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { channelName } from "../parts/bits";
import { go } from "../router";
import { Field, Refused, Tick } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http } from "../store";
import { EntryPicker, useChoices } from "./entry-picker";
import { LEVELS, type Level, type RobotPolicy, type Topics, type Versions } from "./facts";
import { useRead } from "./reading";
import { replayPath } from "./replay-acts";
import { PLAIN, requestOf, type Problem, type Wish } from "./replay-wish";
import type { Replay } from "./shapes";

export { wishOf } from "./replay-wish";

interface FormProps {
  wish: Wish | null;
  cancel: (() => void) | null;
}

type Set = (change: Partial<Wish>) => void;

export function ReplayForm({ wish: start, cancel }: FormProps) {
  const [wish, setWish] = useState<Wish>(start ?? PLAIN);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const saving = useSaving();
  const set: Set = (change) => setWish((now) => ({ ...now, ...change }));
  const begin = (event: Event) => {
    event.preventDefault();
    const request = requestOf(wish);
    setProblems("problems" in request ? request.problems : []);
    if ("problems" in request) return;
    void saving.run(async () => go(replayPath((await http.post<Replay>("/api/robot/replays", request.body)).id)));
  };
  const problem = (name: Problem) => (problems.includes(name) ? t(`replay.problem.${name}`) : undefined);
  return (
    <form class="replay-form" onSubmit={begin} aria-label={t("replay.new")}>
      <div class="replay-fields">
        <Field label={t("replay.last")} hint={t("replay.last_hint")} problem={problem("last")}>
          <input inputMode="numeric" value={wish.last} onInput={(event) => set({ last: event.currentTarget.value })} />
        </Field>
        <WhichVersion wish={wish} set={set} />
        <WhichChannel wish={wish} set={set} />
        <Field label={t("replay.name")} hint={t("replay.name_hint")}>
          <input value={wish.name} maxLength={80} onInput={(event) => set({ name: event.currentTarget.value })} />
        </Field>
      </div>
      <Change wish={wish} set={set} problem={problem} refused={saving.refusal?.fields["draft.own_boundaries"]} open={start !== null && start.answerCut !== ""} />
      <Refused refusal={saving.refusal} />
      <div class="button-row">
        <button type="submit" class="button primary" disabled={saving.busy}><Play size={14} aria-hidden="true" />{t("replay.start")}</button>
        {cancel !== null && <button type="button" class="button" onClick={cancel}>{t("settings.cancel")}</button>}
        <span class="field-hint">{t("replay.nothing_sent")}</span>
      </div>
    </form>
  );
}

interface ChangeProps {
  wish: Wish;
  set: Set;
  problem: (name: Problem) => string | undefined;
  /** What is wrong with the own boundaries. */
  refused: string | undefined;
  open: boolean;
}

/** What should differ in this replay from the robot as it is. */
function Change({ wish, set, problem, refused, open }: ChangeProps) {
  return (
    <details class="replay-draft" open={open}>
      <summary>{t("replay.draft")}</summary>
      <p class="field-hint">{t("replay.draft_about")}</p>
      <div class="replay-fields">
        <Field label={t("replay.answer_cut")} hint={t("replay.answer_cut_hint")} problem={problem("answerCut")}>
          <input inputMode="decimal" placeholder={t("replay.as_now")} value={wish.answerCut} onInput={(event) => set({ answerCut: event.currentTarget.value })} />
        </Field>
        <Field label={t("replay.ask_cut")} hint={t("replay.ask_cut_hint")} problem={problem("askCut")}>
          <input inputMode="decimal" placeholder={t("replay.as_now")} value={wish.askCut} onInput={(event) => set({ askCut: event.currentTarget.value })} />
        </Field>
        <Field label={t("replay.default_level")} hint={t("replay.default_level_hint")}>
          <select value={wish.level} onChange={(event) => set({ level: event.currentTarget.value as Level | "" })}>
            <option value="">{t("replay.level_free")}</option>
            {LEVELS.map((level) => <option key={level} value={level}>{t(`robot.level.${level}_long`)}</option>)}
          </select>
        </Field>
      </div>
      <Entries wish={wish} set={set} />
      <Boundaries wish={wish} set={set} problem={refused} />
    </details>
  );
}

/** The shop's own boundaries, to be tried otherwise: it begins with those that hold now. */
function Boundaries({ wish: { own }, set, problem }: { wish: Wish; set: Set; problem: string | undefined }) {
  const policy = useRead<RobotPolicy>("/api/robot/policy", "policy").value;
  return (
    <div class="replay-entries stack">
      <Tick label={t("replay.own_try")} checked={own !== null} disabled={policy === null} change={(on) => set({ own: on ? (policy?.own_boundaries ?? []).join("\n") : null })} />
      {own !== null && (
        <Field label={t("replay.own")} hint={t("replay.own_hint")} problem={problem}>
          <textarea class="grow" rows={4} spellcheck={false} value={own} onInput={(event) => set({ own: event.currentTarget.value })} />
        </Field>
      )}
    </div>
  );
}

function WhichVersion({ wish, set }: { wish: Wish; set: Set }) {
  const versions = useRead<Versions>("/api/robot/versions", "versions").value?.versions ?? [];
  return (
    <Field label={t("replay.version")}>
      <select value={wish.version} onChange={(event) => set({ version: event.currentTarget.value })}>
        <option value="">{t("replay.version_now")}</option>
        {versions.map((one) => <option key={one.number} value={one.number}>{t("replay.of_version", { number: one.number })}{one.name === "" ? "" : ` · ${one.name}`}</option>)}
      </select>
    </Field>
  );
}

function WhichChannel({ wish, set }: { wish: Wish; set: Set }) {
  const channels = useRead<Topics>("/api/robot/topics", "topics").value?.channels ?? [];
  return (
    <Field label={t("replay.channel")}>
      <select value={wish.channel} onChange={(event) => set({ channel: event.currentTarget.value })}>
        <option value="">{t("replay.channel_all")}</option>
        {channels.map((one) => <option key={one} value={one}>{channelName(one)}</option>)}
      </select>
    </Field>
  );
}

/** Entries whose level differs in the draft, and those left out of it. */
function Entries({ wish, set }: { wish: Wish; set: Set }) {
  const [query, setQuery] = useState("");
  const [picking, setPicking] = useState(false);
  const choices = useChoices(query, []);
  const leave = () => {
    setPicking(false);
    setQuery("");
  };
  const taken = new Map([...wish.left.map((one) => [one.entry_id, "left"] as const), ...wish.levels.map((one) => [one.entry_id, one.level] as const)]);
  const known = [...wish.left, ...wish.levels].sort((one, other) => one.title.localeCompare(other.title));
  const put = (entry: { entry_id: number; title: string }, how: string | null) => set({
    left: [...wish.left.filter((one) => one.entry_id !== entry.entry_id), ...(how === "left" ? [{ entry_id: entry.entry_id, title: entry.title }] : [])],
    levels: [...wish.levels.filter((one) => one.entry_id !== entry.entry_id), ...(how !== null && how !== "left" ? [{ entry_id: entry.entry_id, title: entry.title, level: how as Level }] : [])],
  });
  return (
    <fieldset class="plain replay-entries">
      <legend>{t("replay.entries")}</legend>
      <ul>
        {known.map((entry) => (
          <li key={entry.entry_id}>
            <span class="cut">{entry.title}</span>
            <select class="entry-filter" aria-label={t("replay.entry_how", { title: entry.title })} value={taken.get(entry.entry_id)} onChange={(event) => put(entry, event.currentTarget.value)}>
              <option value="left">{t("replay.entry_left")}</option>
              {LEVELS.map((level) => <option key={level} value={level}>{t(`robot.level.${level}_long`)}</option>)}
            </select>
            <button type="button" class="icon-button" aria-label={t("replay.entry_remove", { title: entry.title })} onClick={() => put(entry, null)}><X size={14} aria-hidden="true" /></button>
          </li>
        ))}
      </ul>
      {picking
        ? <EntryPicker query={query} search={setQuery} choices={choices} pick={(entry) => { put(entry, "left"); leave(); }} leave={leave} />
        : <button type="button" class="button small" onClick={() => setPicking(true)}>{t("replay.entry_add")}</button>}
    </fieldset>
  );
}
