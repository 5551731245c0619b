/** Settings of the shop: name, languages, hours, the robot, and the viewer's own account. */
import { t } from "../../shared/i18n";
import { LANGUAGES, type Language, type Workspace } from "../../shared/types";
import { session } from "../store";
import { Account } from "./account";
import { Choice, Field, mayLead, NoPermission, Page, SaveBar, Section, Tick, TONGUES } from "./form";
import { Hours } from "./hours";
import { useWorkspace, type Editing } from "./workspace";

export default function Settings() {
  const me = session.value;
  return me == null ? null : <SettingsPage start={me.workspace} />;
}

function SettingsPage({ start }: { start: Workspace }) {
  const editing = useWorkspace(start);
  const locked = !mayLead();
  return (
    <Page title={t("settings.title")} about={t("settings.about")}>
      {locked && <NoPermission text={t("settings.locked")} />}
      <fieldset class="plain" disabled={locked}>
        <legend class="unseen">{t("settings.title")}</legend>
        <Robot editing={editing} />
        <Shop editing={editing} />
        <Hours editing={editing} />
      </fieldset>
      <SaveBar dirty={editing.dirty} busy={editing.busy} refusal={editing.refusal} save={editing.save} discard={editing.discard} />
      <Channels />
      <Account />
    </Page>
  );
}

function Robot({ editing }: { editing: Editing }) {
  const modes = (["answer", "suggest", "off"] as const).map((value) => ({
    value, label: t(`settings.robot.${value}`), about: t(`settings.robot.${value}_about`),
  }));
  return (
    <Section title={t("settings.robot")} about={t("settings.robot_about")}>
      <Choice legend={t("settings.robot_mode")} look="cards" options={modes} value={editing.value.robot.mode} change={(mode) => editing.set({ robot: { mode } })} />
    </Section>
  );
}

/** On a phone the rail has no room for it. */
function Channels() {
  return (
    <Section title={t("inbox.screen.channels")} about={t("settings.channels_about")}>
      <p class="button-row"><a class="button" href="/channels">{t("settings.channels_open")}</a></p>
    </Section>
  );
}

function zones(current: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes(current) ? known : [current, ...known];
}

function Shop({ editing }: { editing: Editing }) {
  const { value, set } = editing;
  const fields = editing.refusal?.fields ?? {};
  const turn = (code: Language, on: boolean) => set({ languages: on ? [...value.languages, code] : value.languages.filter((one) => one !== code) });
  const makeMain = (code: Language) => set({ languages: [code, ...value.languages.filter((one) => one !== code)] });
  return (
    <Section title={t("settings.shop")} about={t("settings.shop_about")}>
      <Field label={t("settings.shop_name")} problem={fields.name}>
        <input value={value.name} maxLength={80} onInput={(event) => set({ name: event.currentTarget.value })} />
      </Field>
      <Field label={t("settings.timezone")} hint={t("settings.timezone_hint")} problem={fields.timezone}>
        <select value={value.timezone} onChange={(event) => set({ timezone: event.currentTarget.value })}>
          {zones(value.timezone).map((zone) => <option key={zone} value={zone}>{zone.replace(/_/g, " ")}</option>)}
        </select>
      </Field>
      <fieldset class="ticks">
        <legend>{t("settings.languages")}</legend>
        {LANGUAGES.map((code) => (
          <Tick key={code} label={TONGUES[code]} checked={value.languages.includes(code)} disabled={value.languages.length === 1 && value.languages[0] === code} change={(on) => turn(code, on)} />
        ))}
      </fieldset>
      <Field label={t("settings.main_language")} hint={t("settings.main_language_hint")} problem={fields.languages}>
        <select value={value.languages[0]} onChange={(event) => makeMain(event.currentTarget.value as Language)}>
          {value.languages.map((code) => <option key={code} value={code}>{TONGUES[code]}</option>)}
        </select>
      </Field>
    </Section>
  );
}
