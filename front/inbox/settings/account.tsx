/** The viewer's own name, language and password. */
import { useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { LANGUAGES, type Language, type Me } from "../../shared/types";
import { SHORTEST_PASSWORD } from "../entrance/frame";
import { tell } from "../notices";
import { http, session } from "../store";
import { Field, Refused, Section, TONGUES } from "./form";
import { useSaving } from "./saving";

async function change(body: Record<string, unknown>): Promise<void> {
  session.value = await http.send<Me>("PATCH", "/api/me", body);
}

export function Account() {
  const agent = session.value?.agent;
  const [name, setName] = useState(agent?.name ?? "");
  const saving = useSaving();
  if (agent === undefined) return null;
  const saveName = () => void saving.run(async () => change({ name })).then((done) => done && tell(t("settings.saved")));
  const speak = (code: Language) => void saving.run(async () => change({ language: code }));
  return (
    <Section title={t("settings.you")} about={agent.email}>
      <div class="with-save">
        <Field label={t("settings.your_name")} hint={t("settings.your_name_hint")} problem={saving.refusal?.fields.name}>
          <input value={name} maxLength={80} autocomplete="name" onInput={(event) => setName(event.currentTarget.value)} />
        </Field>
        {name !== agent.name && <button type="button" class="button" disabled={saving.busy || name.trim() === ""} onClick={saveName}>{t("settings.save")}</button>}
      </div>
      <Field label={t("settings.your_language")}>
        <select value={agent.language} onChange={(event) => speak(event.currentTarget.value as Language)}>
          {LANGUAGES.map((code) => <option key={code} value={code}>{TONGUES[code]}</option>)}
        </select>
      </Field>
      <Refused refusal={saving.refusal} />
      <PasswordForm />
    </Section>
  );
}

function PasswordForm() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const saving = useSaving();
  const save = () =>
    void saving.run(() => change({ password: { old, new: fresh } })).then((done) => {
      if (!done) return;
      setOld("");
      setFresh("");
      tell(t("settings.password_changed"));
    });
  const fields = saving.refusal?.fields ?? {};
  return (
    <details class="more">
      <summary>{t("settings.change_password")}</summary>
      <form onSubmit={(event) => { event.preventDefault(); save(); }}>
        <Field label={t("settings.old_password")} problem={fields["password.old"]}>
          <input type="password" autocomplete="current-password" value={old} onInput={(event) => setOld(event.currentTarget.value)} />
        </Field>
        <Field label={t("settings.new_password")} hint={t("entrance.password_hint", { count: SHORTEST_PASSWORD })} problem={fields["password.new"]}>
          <input type="password" autocomplete="new-password" value={fresh} onInput={(event) => setFresh(event.currentTarget.value)} />
        </Field>
        {Object.keys(fields).length === 0 && <Refused refusal={saving.refusal} />}
        <button type="submit" class="button" disabled={saving.busy || old === "" || fresh.length < SHORTEST_PASSWORD}>{t("settings.change_password")}</button>
      </form>
    </details>
  );
}
