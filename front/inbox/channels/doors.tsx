/** Other ways for mail to come in: handed over by a mail server (SMTP, LMTP) or by a provider (HTTP). */
import { t } from "../../shared/i18n";
import { CopyButton, Section } from "../settings/form";

export interface DoorFacts {
  /** Host and port of our own listener; null: the operator has not opened it. */
  smtp: string | null;
  lmtp: string | null;
  /** The address for providers of incoming mail, with its key in it. */
  http: string | null;
}

export function Doors({ doors }: { doors: DoorFacts }) {
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
            </dd>
          </div>
        ))}
      </dl>
    </Section>
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
