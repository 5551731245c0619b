/** Signing in. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import type { Me } from "../../shared/types";
import { Field } from "../settings/form";
import { useSaving } from "../settings/saving";
import { enter, http } from "../store";
import { Entrance, Password } from "./frame";

export default function SignIn() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const saving = useSaving();
  useEffect(() => {
    document.title = `${t("entrance.sign_in")} · Tugi`;
  });
  // One attempt: a retry of a refused sign-in would count as another failure.
  const submit = () => void saving.run(async () => enter(await http.post<Me>("/api/sign-in", { email, password }, { attempts: 1 })));
  return (
    <Entrance title={t("entrance.sign_in")} about={t("entrance.sign_in_about")} refusal={saving.refusal} submit={submit}>
      <Field label={t("entrance.email")}>
        <input type="email" name="email" value={email} required autocomplete="username" autofocus onInput={(event) => setEmail(event.currentTarget.value)} />
      </Field>
      <Password label={t("entrance.password")} value={password} change={setPassword} fresh={false} />
      <button type="submit" class="button primary wide" disabled={saving.busy || email === "" || password === ""}>
        {t(saving.busy ? "entrance.signing_in" : "entrance.sign_in")}
      </button>
      <p class="door-foot">{t("entrance.forgot")}</p>
    </Entrance>
  );
}
