/** The first run of an installation: three questions. */
import { useEffect, useState } from "preact/hooks";
import { language, t } from "../../shared/i18n";
import type { Me } from "../../shared/types";
import { Field } from "../settings/form";
import { useSaving } from "../settings/saving";
import { enter, http } from "../store";
import { Entrance, Password, SHORTEST_PASSWORD } from "./frame";

export default function Setup() {
  const [shop, setShop] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const saving = useSaving();
  useEffect(() => {
    document.title = `${t("entrance.setup")} · Tugi`;
  });
  const submit = () =>
    void saving.run(async () => {
      enter(await http.post<Me>("/api/setup", { shop_name: shop, email, password, language: language() }, { attempts: 1 }));
    });
  const fields = saving.refusal?.fields ?? {};
  const ready = shop.trim() !== "" && email.includes("@") && password.length >= SHORTEST_PASSWORD;
  return (
    <Entrance title={t("entrance.setup")} about={t("entrance.setup_about")} refusal={saving.refusal} submit={submit}>
      <Field label={t("entrance.shop_name")} hint={t("entrance.shop_name_hint")} problem={fields.shop_name}>
        <input name="shop" value={shop} required maxLength={80} autocomplete="organization" autofocus onInput={(event) => setShop(event.currentTarget.value)} />
      </Field>
      <Field label={t("entrance.your_email")} problem={fields.email}>
        <input type="email" name="email" value={email} required autocomplete="username" onInput={(event) => setEmail(event.currentTarget.value)} />
      </Field>
      <Password label={t("entrance.choose_password")} value={password} change={setPassword} fresh problem={fields.password} />
      <button type="submit" class="button primary wide" disabled={saving.busy || !ready}>{t(saving.busy ? "entrance.setting_up" : "entrance.begin")}</button>
      <p class="door-foot">{t("entrance.setup_foot")}</p>
    </Entrance>
  );
}
