/** One lesson: what would change, where it comes from, and a person's word on it. */
import { useState } from "preact/hooks";
import { ArrowRight, Check, Pencil, TriangleAlert, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Words } from "../../shared/ui/text";
import { Ago, Tongue } from "../parts/bits";
import { tell } from "../notices";
import { casePath } from "../router";
import { Field, mayLead, Problem, Refused } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http } from "../store";
import { diff } from "./diff";
import { EntryPicker, useChoices } from "./entry-picker";
import { acceptance, draftOf, kept, lackOf, type LessonDraft } from "./lesson-draft";
import type { Lesson } from "./shapes";

interface Props {
  lesson: Lesson;
  again: () => void;
}

type SetDraft = (change: Partial<LessonDraft>) => void;

export function LessonCard({ lesson, again }: Props) {
  const [draft, setDraft] = useState(() => draftOf(lesson));
  const set: SetDraft = (change) => setDraft((now) => ({ ...now, ...change }));
  const open = lesson.status === "open" && mayLead();
  return (
    <li class={`lesson ${lesson.status}`}>
      <header>
        <h3>{lesson.entry_id === null ? lesson.title : <a href={`/knowledge/${lesson.entry_id}`}>{lesson.entry_title ?? lesson.title}</a>}</h3>
        <Counts lesson={lesson} />
      </header>
      {lesson.kind === "example" && <Examples draft={draft} set={set} open={open} lesson={lesson} />}
      {lesson.kind === "wording" && <Wording draft={draft} set={set} open={open} lesson={lesson} />}
      {lesson.kind === "entry" && <NewEntry draft={draft} set={set} open={open} lesson={lesson} />}
      <Narrow lesson={lesson} />
      <Sources lesson={lesson} />
      {open ? <Settle lesson={lesson} draft={draft} again={again} /> : <Settled lesson={lesson} />}
    </li>
  );
}

function Counts({ lesson }: { lesson: Lesson }) {
  return (
    <p class="lesson-counts">
      {Object.keys({ [lesson.language]: 0, ...lesson.content.languages }).map((code) => <Tongue key={code} code={code} />)}
      <span class="fact figures">{t("learning.contacts", { count: lesson.contacts })}</span>
      <span class="fact figures">{t("learning.customers", { count: lesson.customers })}</span>
      {lesson.agents > 0 && <span class="fact figures">{t("learning.agents", { count: lesson.agents })}</span>}
    </p>
  );
}

/** One voice repeated is not many voices. */
function Narrow({ lesson }: { lesson: Lesson }) {
  if (lesson.status !== "open" || lesson.contacts < 2) return null;
  const word = lesson.customers === 1 ? "learning.one_customer" : lesson.agents === 1 && lesson.kind !== "entry" ? "learning.one_agent" : null;
  return word === null ? null : <p class="lesson-narrow"><TriangleAlert size={14} aria-hidden="true" />{t(word)}</p>;
}

interface PartProps {
  lesson: Lesson;
  draft: LessonDraft;
  set: SetDraft;
  open: boolean;
}

function Examples({ lesson, draft, set, open }: PartProps) {
  const change = (at: number, part: Partial<LessonDraft["examples"][number]>) => set({ examples: draft.examples.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  if (!open) return <ul class="lesson-quotes">{draft.examples.map((one) => <li key={one.text} lang={lesson.language}>{one.text}</li>)}</ul>;
  return (
    <>
      <ul class="lesson-examples">
        {draft.examples.map((one, index) => (
          <li key={index} class={one.keep ? "" : "left"}>
            <input type="checkbox" checked={one.keep} aria-label={t("learning.keep", { text: one.text })} onChange={(event) => change(index, { keep: event.currentTarget.checked })} />
            <textarea class="field" rows={1} value={one.text} maxLength={500} lang={lesson.language} disabled={!one.keep} aria-label={t("learning.example")} onInput={(event) => change(index, { text: event.currentTarget.value })} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** An entry may answer these questions already; then they become its examples. */
function OtherEntry({ set }: { set: SetDraft }) {
  const [picking, setPicking] = useState(false);
  const [query, setQuery] = useState("");
  const choices = useChoices(query, []);
  if (!picking) return <button type="button" class="link" onClick={() => setPicking(true)}>{t("learning.other_entry")}</button>;
  const leave = () => {
    setPicking(false);
    setQuery("");
  };
  return <EntryPicker query={query} search={setQuery} choices={choices} pick={(entry) => { set({ entry: { id: entry.entry_id, title: entry.title } }); leave(); }} leave={leave} />;
}

function Wording({ lesson, draft, set, open }: PartProps) {
  const [editing, setEditing] = useState(false);
  const pieces = diff(lesson.content.before ?? "", draft.text);
  return (
    <>
      <div class="wording" lang={lesson.language}>
        <section>
          <h4>{t("learning.before")}</h4>
          <p class="words">{pieces.filter((one) => one.kind !== "new").map((one, index) => (one.kind === "gone" ? <del key={index}>{one.text}</del> : one.text))}</p>
        </section>
        <section>
          <h4>{t("learning.after")}</h4>
          {editing
            ? <Field label={t("learning.text")} class="bare"><textarea class="grow" rows={6} value={draft.text} onInput={(event) => set({ text: event.currentTarget.value })} /></Field>
            : <p class="words">{pieces.filter((one) => one.kind !== "gone").map((one, index) => (one.kind === "new" ? <ins key={index}>{one.text}</ins> : one.text))}</p>}
        </section>
      </div>
      {open && <button type="button" class="link" aria-pressed={editing} onClick={() => setEditing(!editing)}><Pencil size={12} aria-hidden="true" />{t(editing ? "learning.see_changes" : "learning.edit")}</button>}
    </>
  );
}

function NewEntry({ lesson, draft, set, open }: PartProps) {
  if (!open) return draft.text === "" ? null : <p class="words lesson-quotes" lang={lesson.language}>{draft.text}</p>;
  const examples = draft.examples.length > 0 && (
    <fieldset class="plain"><legend class="lesson-legend">{t("learning.examples")}</legend><Examples lesson={lesson} draft={draft} set={set} open /></fieldset>
  );
  if (draft.entry !== null) {
    return (
      <div class="lesson-entry" lang={lesson.language}>
        <p>{t("learning.into")} <a href={`/knowledge/${draft.entry.id}`}>{draft.entry.title}</a> <button type="button" class="link" onClick={() => set({ entry: null })}>{t("learning.new_after_all")}</button></p>
        {examples}
      </div>
    );
  }
  return (
    <div class="lesson-entry" lang={lesson.language}>
      <Field label={t("learning.entry_title")} hint={t("learning.entry_title_hint")}>
        <input value={draft.title} maxLength={200} onInput={(event) => set({ title: event.currentTarget.value })} />
      </Field>
      <Field label={t("learning.text")} hint={t("learning.text_hint")}>
        <textarea class="grow" rows={4} maxLength={8000} value={draft.text} onInput={(event) => set({ text: event.currentTarget.value })} />
      </Field>
      {examples}
      {draft.examples.length > 0 && <OtherEntry set={set} />}
    </div>
  );
}

function Sources({ lesson }: { lesson: Lesson }) {
  if (lesson.sources.length === 0) return null;
  return (
    <details class="lesson-sources">
      <summary>{t("learning.sources", { count: lesson.sources.length })}</summary>
      <ul>
        {lesson.sources.map((one) => (
          <li key={one.message_id}><a class="figures" href={casePath(one.case_number)}>T-{one.case_number}</a><span class="clamped"><Words text={one.text} /></span></li>
        ))}
      </ul>
    </details>
  );
}

function Settle({ lesson, draft, again }: { lesson: Lesson; draft: LessonDraft; again: () => void }) {
  const saving = useSaving();
  const [lack, setLack] = useState<string | null>(null);
  const done = (text: string) => {
    tell(text);
    again();
  };
  const accept = async () => {
    const missing = lackOf(lesson, draft);
    setLack(missing);
    if (missing !== null) return;
    const accepted = await saving.run(async () => {
      await http.post(`/api/robot/lessons/${lesson.id}/accept`, acceptance(lesson, draft));
    });
    if (accepted) done(t("learning.accepted"));
  };
  const reject = async () => {
    const rejected = await saving.run(async () => {
      await http.post(`/api/robot/lessons/${lesson.id}/reject`);
    });
    if (rejected) done(t("learning.rejected"));
  };
  const label = lesson.kind === "example" || (lesson.kind === "entry" && draft.entry !== null) ? t("learning.accept_examples", { count: kept(draft).length }) : t(`learning.accept_${lesson.kind}`);
  return (
    <footer>
      {lack !== null && <Problem role="alert">{t(`learning.lack.${lack}`)}</Problem>}
      <Refused refusal={saving.refusal} />
      <div class="button-row">
        <button type="button" class="button primary" disabled={saving.busy} onClick={() => void accept()}><Check size={14} aria-hidden="true" />{label}</button>
        <button type="button" class="button" disabled={saving.busy} onClick={() => void reject()}><X size={14} aria-hidden="true" />{t("learning.reject")}</button>
      </div>
    </footer>
  );
}

/** What an accepted lesson did, measured on past questions. */
function Settled({ lesson }: { lesson: Lesson }) {
  if (lesson.status === "open") return <p class="quiet">{t("learning.lead_settles")}</p>;
  return (
    <footer>
      <p class="lesson-facts">
        <span class={`badge ${lesson.status}`}>{t(`learning.settled.${lesson.status}`)}</span>
        {lesson.settled_at !== null && <span class="fact"><Ago at={lesson.settled_at} /></span>}
      </p>
      {lesson.status === "accepted" && (lesson.effect === null ? <p class="quiet">{t("learning.effect_waits")}</p> : <Effect effect={lesson.effect} />)}
    </footer>
  );
}

/** More right answers are better, more wrong ones worse; asking back more is neither. */
function turnOf(name: string, was: number, is: number): string {
  if (is === was || name === "asked" || name === "answered") return "";
  return (name === "wrong") === is < was ? "better" : "worse";
}

function Effect({ effect: { before, after, questions } }: { effect: NonNullable<Lesson["effect"]> }) {
  const sides = (["answered", "right", "wrong", "asked"] as const).map((name) => [name, before[name], after[name]] as const);
  return (
    <div class="effect">
      <p>{t("learning.effect", { count: questions })}</p>
      <dl>
        {sides.map(([name, was, is]) => (
          <div key={name} class={turnOf(name, was, is)}>
            <dt>{t(`replay.col.${name}`)}</dt>
            <dd class="figures">{was}<ArrowRight size={12} aria-hidden="true" /><span class="unseen"> → </span>{is}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
