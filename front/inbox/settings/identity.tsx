/** The secret by which the shop's own server vouches for a signed-in customer, with code to copy. */
import { useState } from "preact/hooks";
import { Eye } from "lucide-preact";
import { t } from "../../shared/i18n";
import { http } from "../store";
import { Choice, CopyButton, isOwner, NoPermission, Refused, Section } from "./form";
import { useSaving } from "./saving";

type Kind = "node" | "python" | "php";

const SAMPLES: Record<Kind, string> = {
  node: `import { createHmac } from "node:crypto";

const signature = createHmac("sha256", process.env.TUGI_IDENTITY_SECRET)
  .update(user.id)
  .digest("hex");`,
  python: `import hashlib, hmac, os

signature = hmac.new(
    os.environ["TUGI_IDENTITY_SECRET"].encode(), user_id.encode(), hashlib.sha256
).hexdigest()`,
  php: `$signature = hash_hmac("sha256", $userId, getenv("TUGI_IDENTITY_SECRET"));`,
};

const PAGE = `<script>
  window.tugi = {
    identity: { user_id: "…", email: "…", name: "…", signature: "…" },
  };
</script>`;

export function Identity() {
  const [kind, setKind] = useState<Kind>("node");
  return (
    <Section title={t("settings.identity")} about={t("settings.identity_about")}>
      {isOwner() ? <Secret /> : <NoPermission text={t("settings.identity_locked")} />}
      <Choice
        legend={t("settings.identity_server")} look="row" value={kind} change={setKind}
        options={[{ value: "node", label: "Node.js" }, { value: "python", label: "Python" }, { value: "php", label: "PHP" }]}
      />
      <pre class="code" tabIndex={0} aria-label={t("settings.identity_server")}><code>{SAMPLES[kind]}</code></pre>
      <p class="field-hint">{t("settings.identity_page")}</p>
      <pre class="code" tabIndex={0} aria-label={t("settings.identity_page")}><code>{PAGE}</code></pre>
    </Section>
  );
}

function Secret() {
  const [secret, setSecret] = useState<string | null>(null);
  const saving = useSaving();
  const ask = (replace: boolean) =>
    void saving.run(async () => setSecret((await http.post<{ secret: string }>("/api/workspace/identity-secret", { replace })).secret));
  const anew = () => {
    if (confirm(t("settings.identity_replace_sure"))) ask(true);
  };
  return (
    <div class="secret">
      {secret === null ? (
        <button type="button" class="button" disabled={saving.busy} onClick={() => ask(false)}><Eye size={14} aria-hidden="true" />{t("settings.identity_show")}</button>
      ) : (
        <>
          <pre class="code" tabIndex={0} aria-label={t("settings.identity")}><code>{secret}</code></pre>
          <div class="button-row">
            <CopyButton text={secret} label={t("settings.copy")} />
            <button type="button" class="button" disabled={saving.busy} onClick={anew}>{t("settings.identity_replace")}</button>
          </div>
        </>
      )}
      <Refused refusal={saving.refusal} />
    </div>
  );
}
