/** Inviting somebody: who, in which role and language; the answer is a link to hand them. */
import { useState } from "preact/hooks";
import { language, t } from "../../shared/i18n";
import { LANGUAGES, type Agent, type Language } from "../../shared/types";
import { useFocus } from "../parts/focus";
import { Choice, Field, isOwner, Refused, TONGUES } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http, take } from "../store";
import { type Handed, ROLES } from "./team";

interface Props {
  done: (link: Handed) => void;
  cancel: () => void;
}

export function InviteForm({ done, cancel }: Props) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Agent["role"]>("agent");
  const [tongue, setTongue] = useState<Language>(language());
  const saving = useSaving();
  const field = useFocus();
  const fields = saving.refusal?.fields ?? {};
  const submit = () =>
    void saving.run(async () => {
      const made = await http.post<{ agent: Agent; invite_url: string }>("/api/agents", { name, email, role, language: tongue });
      take({ agents: [made.agent] });
      done({ name: made.agent.name, url: made.invite_url });
    });
  const roles = ROLES.filter((one) => one !== "owner" || isOwner()).reverse();
  return (
    <form class="card-form" onSubmit={(event) => { event.preventDefault(); submit(); }} noValidate aria-label={t("team.invite")}>
      <div class="two">
        <Field label={t("team.name")} problem={fields.name}>
          <input ref={field} value={name} maxLength={80} onInput={(event) => setName(event.currentTarget.value)} />
        </Field>
        <Field label={t("entrance.email")} problem={fields.email}>
          <input type="email" value={email} autocomplete="off" onInput={(event) => setEmail(event.currentTarget.value)} />
        </Field>
      </div>
      <Choice
        legend={t("team.role")} look="cards" value={role} change={setRole}
        options={roles.map((value) => ({ value, label: t(`team.role.${value}`), about: t(`team.role.${value}_about`) }))}
      />
      <Field label={t("team.their_language")}>
        <select value={tongue} onChange={(event) => setTongue(event.currentTarget.value as Language)}>
          {LANGUAGES.map((code) => <option key={code} value={code}>{TONGUES[code]}</option>)}
        </select>
      </Field>
      {Object.keys(fields).length === 0 && <Refused refusal={saving.refusal} />}
      <div class="button-row">
        <button type="submit" class="button primary" disabled={saving.busy || name.trim() === "" || !email.includes("@")}>{t("team.make_link")}</button>
        <button type="button" class="button" onClick={cancel}>{t("settings.cancel")}</button>
      </div>
    </form>
  );
}
