/** Other ways for mail to come in: handed over by a mail server (SMTP, LMTP) or by a provider (HTTP). */
import { t } from "../../shared/i18n";
import { CopyButton, Refused, Section } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http } from "../store";

export interface DoorFacts {
  /** Host and port of our own listener; null: the operator has not opened it. */
  smtp: string | null;
  lmtp: string | null;
  /** The address for providers of incoming mail, with its key in it. */
  http: string | null;
}

const KINDS = ["smtp", "lmtp", "http"] as const;

export function Doors({ doors, take }: { doors: DoorFacts; take: (doors: DoorFacts) => void }) {
  return (
    <Section title={t("channels.doors")} about={t("channels.doors_about")}>
      <dl class="doors">
        {KINDS.map((kind) => (
          <div key={kind}>
            <dt>{t(`channels.door.${kind}`)}</dt>
            <dd>
              <p class="quiet">{t(`channels.door.${kind}_about`)}</p>
              {doors[kind] === null ? <p class="quiet">{t("channels.door.closed", { setting: SETTINGS[kind] })}</p> : <Copied text={doors[kind]} label={t("channels.copy_address")} />}
              {kind === "http" && doors.http !== null && <NewKey made={take} />}
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
      <Refused refusal={saving.refusal} />
    </>
  );
}

const SETTINGS = { smtp: "TUGI_SMTP_LISTEN", lmtp: "TUGI_LMTP_LISTEN", http: "TUGI_PUBLIC_URL" } as const;

function Copied({ text, label }: { text: string; label: string }) {
  return (
    <div class="copied">
      <code class="mono cut" tabIndex={0}>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
