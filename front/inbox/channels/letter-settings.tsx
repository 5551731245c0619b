/** How a mailbox's letters look, and what of it is read. */
import { t } from "../../shared/i18n";
import type { Workspace } from "../../shared/types";
import { Choice, Field, Section, Tick, TONGUES } from "../settings/form";
import { HISTORY, type Settings } from "./facts";

interface LetterProps {
  shop: Workspace;
  name: string;
  setName: (name: string) => void;
  settings: Settings;
  change: (settings: Settings) => void;
}

/** The sender's name and the signature under every answer, one for each language of the shop. */
export function LetterSettings({ shop, name, setName, settings, change }: LetterProps) {
  const { sending } = settings;
  const set = (by: Partial<Settings["sending"]>) => change({ ...settings, sending: { ...sending, ...by } });
  return (
    <Section title={t("channels.letters")} about={t("channels.letters_about")}>
      <Field label={t("channels.name")} hint={t("channels.name_hint")}>
        <input value={name} maxLength={80} onInput={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field label={t("channels.from_name")} hint={t("channels.from_name_hint")}>
        <input value={sending.from_name} maxLength={120} onInput={(event) => set({ from_name: event.currentTarget.value })} />
      </Field>
      {shop.languages.map((code) => (
        <Field key={code} label={t("channels.signature", { language: TONGUES[code] })}>
          <textarea class="grow" rows={2} lang={code} maxLength={5000} value={sending.signature[code] ?? ""} onInput={(event) => set({ signature: { ...sending.signature, [code]: event.currentTarget.value } })} />
        </Field>
      ))}
      <Tick label={t("channels.quote")} hint={t("channels.quote_hint")} checked={sending.quote} change={(quote) => set({ quote })} />
      <Tick label={t("channels.acknowledge")} hint={t("channels.acknowledge_hint")} checked={settings.acknowledge} change={(acknowledge) => change({ ...settings, acknowledge })} />
    </Section>
  );
}

interface ReadingProps {
  settings: Settings;
  change: (settings: Settings) => void;
  /** All folders of the mailbox; empty while they are not known. */
  folders: readonly string[];
  /** Where our own letters lie: read anyway, so not offered. */
  sent: string | null;
  /** Whether old letters are offered to be read back. */
  history?: boolean;
}

export function ReadingSettings({ settings, change, folders, sent, history }: ReadingProps) {
  const { receiving } = settings;
  const set = (by: Partial<Settings["receiving"]>) => change({ ...settings, receiving: { ...receiving, ...by } });
  const all = [...new Set([...folders, ...receiving.folders])].filter((one) => one !== sent || receiving.folders.includes(one));
  // A mailbox's own order puts what everybody reads anywhere.
  all.sort((a, b) => Number(b === "INBOX") - Number(a === "INBOX") || a.localeCompare(b));
  const turn = (folder: string, on: boolean) => set({ folders: on ? [...receiving.folders, folder] : receiving.folders.filter((one) => one !== folder) });
  const after = (["seen", "nothing", "move"] as const).map((value) => ({ value, label: t(`channels.after.${value}`) }));
  return (
    <Section title={t("channels.reading")} about={t("channels.reading_about")}>
      <fieldset class="ticks folders">
        <legend>{t("channels.folders")}</legend>
        {all.map((folder) => (
          <Tick key={folder} label={folder} checked={receiving.folders.includes(folder)} disabled={receiving.folders.length === 1 && receiving.folders[0] === folder} change={(on) => turn(folder, on)} />
        ))}
        {folders.length === 0 && <p class="field-hint">{t("channels.folders_hint")}</p>}
      </fieldset>
      <Choice legend={t("channels.after")} look="row" options={after} value={receiving.after} change={(value) => set({ after: value })} />
      {receiving.after === "move" && (
        <Field label={t("channels.move_to")}>
          <select value={receiving.move_to ?? ""} onChange={(event) => set({ move_to: event.currentTarget.value || null })}>
            <option value="">{t("channels.choose_folder")}</option>
            {all.filter((one) => !receiving.folders.includes(one)).map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </Field>
      )}
      {history === true && <HistoryChoice days={receiving.history_days} change={(days) => set({ history_days: days })} />}
    </Section>
  );
}

export function HistoryChoice({ days, change }: { days: number; change: (days: number) => void }) {
  const options = [0, ...HISTORY].map((one) => ({ value: String(one), label: one === 0 ? t("channels.history.none") : one === 36_500 ? t("channels.history.all") : t("common.days", { count: one }) }));
  return (
    <>
      <Choice legend={t("channels.history")} look="row" options={options} value={String(days)} change={(value) => change(Number(value))} />
      <p class="field-hint">{t("channels.history_hint")}</p>
    </>
  );
}
