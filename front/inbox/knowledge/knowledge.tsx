/** The knowledge screen: entries on the left, one of them in all languages on the right, and a box to try the robot. */
import { useRef, useState } from "preact/hooks";
import { ArrowLeft, BookOpen } from "lucide-preact";
import { t } from "../../shared/i18n";
import { useCommand } from "../keys";
import { Blank } from "../parts/bits";
import { go, place } from "../router";
import { mayLead } from "../settings/form";
import { EVERYTHING, useEntries, type Wanted } from "./entries";
import { EntryEditor, NewEntry } from "./editor";
import { EntryList } from "./entry-list";
import { ImportDialog } from "./import-dialog";
import { TrainingLine } from "./training-line";
import { TryBox } from "./try-box";

export default function Knowledge() {
  const rest = place.value.screen === "knowledge" ? place.value.rest : "";
  const [wanted, setWanted] = useState<Wanted>(EVERYTHING);
  const listed = useEntries(wanted);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = /^\d{1,15}$/.test(rest) ? Number(rest) : null;
  const move = (step: number) => {
    const at = listed.entries.findIndex((entry) => entry.id === id);
    const next = listed.entries[at + step];
    if (next !== undefined) go(`/knowledge/${next.id}`);
  };
  useCommand("next", () => move(1));
  useCommand("previous", () => move(-1));
  useCommand("back", () => go("/knowledge"));
  return (
    <div class={`knowledge${rest === "" ? "" : " with-entry"}`}>
      <h1 class="unseen">{t("knowledge.title")}</h1>
      <EntryList listed={listed} wanted={wanted} choose={setWanted} current={id} importFile={() => dialog.current?.showModal()} />
      <section class="knowledge-main" aria-label={t("knowledge.title")}>
        <a class="knowledge-back" href="/knowledge"><ArrowLeft size={16} aria-hidden="true" />{t("knowledge.all")}</a>
        <TryBox current={id} />
        {rest === "" && <Nothing empty={listed.state === "ready" && listed.total === 0 && wanted === EVERYTHING} />}
        {rest === "new" && <NewEntry />}
        {id !== null && <EntryEditor key={id} id={id} />}
        <TrainingLine model={listed.model} />
      </section>
      <ImportDialog box={dialog} done={listed.again} />
    </div>
  );
}

function Nothing({ empty }: { empty: boolean }) {
  if (!empty) {
    return <Blank icon={<BookOpen size={20} aria-hidden="true" />} title={t("knowledge.choose")}><p>{t("knowledge.choose_hint")}</p></Blank>;
  }
  return (
    <Blank icon={<BookOpen size={20} aria-hidden="true" />} title={t("knowledge.empty")}>
      <p>{t("knowledge.empty_hint")}</p>
      {mayLead() && <a class="button primary" href="/knowledge/new">{t("knowledge.first_entry")}</a>}
    </Blank>
  );
}
