/** Other ways for mail to come in: handed over by a mail server (SMTP, LMTP) or by a provider (HTTP). */
import { useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { CopyButton, Section } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http } from "../store";

export interface DoorFacts {
  /** Host and port of our own listener; null: the operator has not opened it. */
  smtp: string | null;
  lmtp: string | null;
  /** The address for providers of incoming mail, with its key in it. */
  http: string | null;
}

export function Doors({ doors: read }: { doors: DoorFacts }) {
  const [renewed, setRenewed] = useState<DoorFacts | null>(null);
  const doors = renewed ?? read;
  const kinds = (["smtp", "lmtp", "http"] as const).filter((kind) => doors[kind] !== undefined);
  return (
    <Section title={t("channels.doors")} about={t("channels.doors_about")}>
      <dl class="doors">
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>{t(`channels.door.${kind}`)}</dt>
            <dd>
              <p class="quiet">{t(`channels.door.${kind}_about`)}</p>
              {doors[kind] === null ? <p class="quiet">{t("channels.door.closed", { setting: SETTINGS[kind] })}</p> : <Copied text={doors[kind] ?? ""} label={t("channels.copy_address")} />}
              {kind === "http" && doors.http !== null && <NewKey made={setRenewed} />}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** Another key in the address: whoever has the old address can hand nothing over any more. */
function NewKey({ made }: { made: (doors: DoorFacts) => void }) {
  const saving = useSaving();
  const renew = () => {
    if (confirm(t("channels.door.renew_sure"))) void saving.run(async () => made(await http.post<DoorFacts>("/api/channels/door-key")));
  };
  return (
    <>
      <button type="button" class="button" disabled={saving.busy} onClick={renew}>{t("channels.door.renew")}</button>
      {saving.refusal !== null && <p class="field-problem" role="alert">{saving.refusal.text}</p>}
    </>
  );
}

const SETTINGS = { smtp: "TUGI_SMTP_LISTEN", lmtp: "TUGI_LMTP_LISTEN", http: "TUGI_PUBLIC_URL" } as const;

export function Copied({ text, label }: { text: string; label: string }) {
  return (
    <div class="copied">
      <code class="mono cut" tabIndex={0}>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
