/** Behind an invite link: choose a password and come in. */
import { useEffect, useState } from "preact/hooks";
import { HttpError } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Language, Me } from "../../shared/types";
import { go, place } from "../router";
import { useSaving } from "../settings/saving";
import { enter, http } from "../store";
import { Entrance, Password, SHORTEST_PASSWORD } from "./frame";

interface Invite {
  name: string;
  email: string;
  language: Language;
  shop_name: string;
}

type Found = Invite | "gone" | "failed" | null;

export default function InviteScreen() {
  const token = place.value.screen === "invite" ? place.value.rest : "";
  const path = `/api/invites/${encodeURIComponent(token)}`;
  const [invite, setInvite] = useState<Found>(null);
  const [password, setPassword] = useState("");
  const [tries, setTries] = useState(0);
  const saving = useSaving();
  useEffect(() => {
    document.title = `${t("entrance.invite")} · Tugi`;
    http.get<Invite>(path).then(setInvite, (error: unknown) => setInvite(error instanceof HttpError && error.status === 404 ? "gone" : "failed"));
  }, [path, tries]);

  if (invite === null) return <div class="door" role="status" aria-label={t("common.loading")}><span class="skeleton door-bar" /><span class="skeleton door-bar" /></div>;
  if (invite === "failed") {
    return (
      <div class="door" role="alert">
        <h1>{t("entrance.unreachable")}</h1>
        <button type="button" class="button" onClick={() => setTries(tries + 1)}>{t("common.retry")}</button>
      </div>
    );
  }
  if (invite === "gone") {
    return <div class="door" role="alert"><h1>{t("entrance.invite_gone")}</h1><p class="door-about">{t("entrance.invite_gone_hint")}</p><a class="button" href="/sign-in">{t("entrance.sign_in")}</a></div>;
  }
  const submit = () =>
    void saving.run(async () => {
      enter(await http.post<Me>(path, { password }, { attempts: 1 }));
      go("/", { replace: true });
    });
  return (
    <Entrance title={t("entrance.invite_title", { name: invite.name })} about={t("entrance.invite_about", { shop: invite.shop_name })} refusal={saving.refusal} submit={submit}>
      <input class="unseen" type="email" name="email" value={invite.email} autocomplete="username" readOnly tabIndex={-1} aria-hidden="true" />
      <p class="door-who">{invite.email}</p>
      <Password label={t("entrance.choose_password")} value={password} change={setPassword} fresh problem={saving.refusal?.fields.password} />
      <button type="submit" class="button primary wide" disabled={saving.busy || password.length < SHORTEST_PASSWORD}>{t("entrance.come_in")}</button>
    </Entrance>
  );
}
