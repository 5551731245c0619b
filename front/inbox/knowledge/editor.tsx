/** One entry in all languages: title, answer, example questions; policy and validity; unsaved work and conflicts. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Archive, ArchiveRestore } from "lucide-preact";
import { language, t } from "../../shared/i18n";
import type { Entry } from "../../shared/types";
import { Ago, Blank } from "../parts/bits";
import { go } from "../router";
import { Choice, Field, mayLead, NoPermission } from "../settings/form";
import { useSaveKey, useSaving, useUnsaved, type Saving } from "../settings/saving";
import { http, session } from "../store";
import { Conflict } from "./conflict";
import { bodyOf, differs, draftOf, emptyDraft, EXAMPLES_NEEDED, POLICIES, questionsOf, titleOf, type Draft } from "./draft";
import { useEntry } from "./entries";
import { Languages } from "./languages";

export function NewEntry() {
  const [draft, setDraft] = useState(emptyDraft);
  const saving = useSaving();
  const [saved, setSaved] = useState<Entry | null>(null);
  const dirty = saved === null && differs(draft, emptyDraft());
  useUnsaved(dirty);
  const save = () => void saving.run(async () => setSaved(await http.post<Entry>("/api/knowledge", bodyOf(draft, 0))));
  useSaveKey(save, dirty);
  useEffect(() => {
    // Only after the guard against leaving unsaved work is gone.
    if (saved !== null) go(`/knowledge/${saved.id}`, { replace: true });
  }, [saved]);
  return (
    <article class="editor" aria-label={t("knowledge.new_entry")}>
      <header class="editor-head">
        <h2>{t("knowledge.new_entry")}</h2>
        <Buttons dirty={dirty} saving={saving} save={save} discard={() => go("/knowledge")} />
      </header>
      <Refused saving={saving} />
      <Form draft={draft} set={setDraft} saving={saving} />
    </article>
  );
}

export function EntryEditor({ id }: { id: number }) {
  const { entry, take, again } = useEntry(id);
  if (entry === "loading") {
    return <div class="editor" role="status" aria-label={t("common.loading")}><span class="skeleton editor-bone" /><span class="skeleton editor-bone tall" /></div>;
  }
  if (entry === "gone") return <Blank title={t("knowledge.gone")}><p>{t("knowledge.gone_hint")}</p></Blank>;
  if (entry === "failed") return <Blank title={t("knowledge.entry_failed")}><button type="button" class="button" onClick={again}>{t("common.retry")}</button></Blank>;
  return <Editor entry={entry} take={take} />;
}

/** The copy that is edited, over the version it was made from. */
function useEditing(entry: Entry, take: (entry: Entry) => void) {
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState(() => draftOf(entry));
  const saving = useSaving();
  const dirty = differs(draft, draftOf(base));
  const overtaken = dirty && entry.version > base.version;
  const begin = (from: Entry) => {
    setBase(from);
    setDraft(draftOf(from));
    saving.forget();
  };
  useEffect(() => {
    // Somebody else's change comes in by itself while nothing here is unsaved.
    if (!dirty && entry.version !== base.version) begin(entry);
  }, [entry]);
  useUnsaved(dirty);
  const save = () =>
    void saving.run(async () => {
      const stored = await http.send<Entry>("PUT", `/api/knowledge/${entry.id}`, bodyOf(draft, base.version));
      take(stored);
      begin(stored);
    }).then((done) => {
      // Refused as outdated: read theirs, so that both can be compared.
      if (!done) http.get<Entry>(`/api/knowledge/${entry.id}`).then(take, () => undefined);
    });
  useSaveKey(save, dirty && !overtaken);
  const archive = () =>
    void saving.run(async () => {
      const stored = await http.post<Entry>(`/api/knowledge/${entry.id}/archive`, { archived: !entry.archived });
      take(stored);
      setBase(stored);
    });
  const keepMine = () => {
    setBase(entry);
    saving.forget();
  };
  return { draft, setDraft, saving, dirty, overtaken, save, archive, keepMine, takeTheirs: () => begin(entry) };
}

type Editing = ReturnType<typeof useEditing>;

function Editor({ entry, take }: { entry: Entry; take: (entry: Entry) => void }) {
  const editing = useEditing(entry, take);
  const { draft, setDraft, saving, overtaken } = editing;
  const title = titleOf(entry, [language(), ...(session.value?.workspace.languages ?? [])]);
  return (
    <article class="editor" aria-label={title}>
      <Head entry={entry} title={title} editing={editing} />
      {entry.archived && <p class="caution editor-note">{t("knowledge.archived")}</p>}
      {!mayLead() && <NoPermission text={t("knowledge.locked")} />}
      {overtaken ? <Conflict mine={draft} theirs={draftOf(entry)} takeTheirs={editing.takeTheirs} keepMine={editing.keepMine} /> : <Refused saving={saving} />}
      <fieldset class="plain" disabled={!mayLead()}>
        <legend class="unseen">{title}</legend>
        <Form draft={draft} set={setDraft} saving={saving} />
      </fieldset>
    </article>
  );
}

function Head({ entry, title, editing }: { entry: Entry; title: string; editing: Editing }) {
  const { dirty, saving, save, overtaken, archive, takeTheirs } = editing;
  return (
    <header class="editor-head">
      <div class="editor-name">
        <h2>{title}</h2>
        <p class="quiet"><code>{entry.key}</code> · {t("knowledge.changed")} <Ago at={entry.updated_at} />{entry.answered > 0 && <> · {t("knowledge.answered", { count: entry.answered })}</>}</p>
      </div>
      {mayLead() && (
        <Buttons dirty={dirty} saving={saving} save={save} discard={takeTheirs} blocked={overtaken}>
          <button type="button" class="button" disabled={saving.busy || dirty} onClick={archive}>
            {entry.archived ? <ArchiveRestore size={14} aria-hidden="true" /> : <Archive size={14} aria-hidden="true" />}{t(entry.archived ? "knowledge.restore" : "knowledge.archive")}
          </button>
        </Buttons>
      )}
    </header>
  );
}

interface ButtonsProps {
  dirty: boolean;
  saving: Saving;
  save: () => void;
  discard: () => void;
  blocked?: boolean;
  children?: ComponentChildren;
}

function Buttons({ dirty, saving, save, discard, blocked, children }: ButtonsProps) {
  return (
    <div class="button-row">
      <span class="quiet" role="status">{dirty ? t("knowledge.unsaved") : ""}</span>
      {dirty ? <button type="button" class="button" disabled={saving.busy} onClick={discard}>{t("settings.discard")}</button> : children}
      <button type="button" class="button primary" disabled={!dirty || saving.busy || blocked === true} title="Ctrl S" onClick={save}>{t(saving.busy ? "settings.saving" : "settings.save")}</button>
    </div>
  );
}

function Refused({ saving }: { saving: Saving }) {
  if (saving.refusal === null) return null;
  const { fields, text } = saving.refusal;
  return (
    <div class="caution editor-refusal" role="alert">
      <p>{text}</p>
      {fields.texts !== undefined && <p>{fields.texts}</p>}
    </div>
  );
}

function Form({ draft, set, saving }: { draft: Draft; set: (draft: Draft) => void; saving: Saving }) {
  const count = Object.values(draft.examples).reduce((sum, text) => sum + questionsOf(text).length, 0);
  const fields = saving.refusal?.fields ?? {};
  return (
    <>
      <div class="editor-rules">
        <Choice
          legend={t("knowledge.policy")} look="row" value={draft.policy} change={(policy) => set({ ...draft, policy })}
          options={POLICIES.map((value) => ({ value, label: t(`knowledge.policy.${value}`) }))}
        />
        <Field label={t("knowledge.valid_from")}>
          <input type="date" value={draft.valid_from} max={draft.valid_until || undefined} onInput={(event) => set({ ...draft, valid_from: event.currentTarget.value })} />
        </Field>
        <Field label={t("knowledge.valid_until")} problem={fields.valid_until}>
          <input type="date" value={draft.valid_until} min={draft.valid_from || undefined} onInput={(event) => set({ ...draft, valid_until: event.currentTarget.value })} />
        </Field>
      </div>
      <p class="field-hint">{t(`knowledge.policy.${draft.policy}_about`)}{draft.policy === "answer" && count < EXAMPLES_NEEDED && ` ${t("knowledge.too_few", { count: EXAMPLES_NEEDED })}`}</p>
      <Languages draft={draft} set={set} problems={fields} />
    </>
  );
}
