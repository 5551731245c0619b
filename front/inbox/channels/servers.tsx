/** Where a mailbox is read and where it sends: found by themselves, so shown as one line and opened only on wish. */
import { ChevronDown } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Field } from "../settings/form";
import type { Security, Server, Settings } from "./facts";

const SECURITIES: readonly Security[] = ["tls", "starttls", "none"];
const PORTS = { imap: { tls: 993, starttls: 143, none: 143 }, smtp: { tls: 465, starttls: 587, none: 25 } } as const;

type Kind = "imap" | "smtp";

const emptyServer = (kind: Kind, user: string): Server => ({ host: "", port: PORTS[kind].tls, security: "tls", user });

interface ServersProps {
  email: string;
  settings: Settings;
  change: (settings: Settings) => void;
  open?: boolean;
  /** It is not read: a mail server hands its letters over. */
  handedOver?: boolean;
}

export function Servers({ email, settings, change, open = false, handedOver = false }: ServersProps) {
  const { receiving, sending } = settings;
  return (
    <details class="servers" open={open}>
      <summary>
        <span>{t("channels.servers")}</span>
        <ChevronDown size={12} aria-hidden="true" />
        <span class="quiet cut">{receiving.imap !== null && serverWords(receiving.imap)}</span>
        <span class="quiet cut">{sending.smtp !== null && serverWords(sending.smtp)}</span>
      </summary>
      {!handedOver && <ServerForm kind="imap" server={receiving.imap ?? emptyServer("imap", email)} change={(imap) => change({ ...settings, receiving: { ...receiving, imap } })} />}
      <ServerForm kind="smtp" server={sending.smtp ?? emptyServer("smtp", email)} change={(smtp) => change({ ...settings, sending: { ...sending, smtp } })} />
    </details>
  );
}

interface Props {
  kind: Kind;
  server: Server;
  change: (server: Server) => void;
}

function ServerForm({ kind, server, change }: Props) {
  const secure = (security: Security) => {
    // A port that was the usual one follows the security; one's own stays.
    const usual = (Object.values(PORTS[kind]) as number[]).includes(server.port);
    change({ ...server, security, port: usual ? PORTS[kind][security] : server.port });
  };
  return (
    <fieldset class="plain server-form">
      <legend>{t(`channels.server.${kind}`)}</legend>
      <Field label={t("channels.server.host")} class="server-host">
        <input value={server.host} placeholder={`${kind}.example.com`} autocomplete="off" autocapitalize="off" spellcheck={false} onInput={(event) => change({ ...server, host: event.currentTarget.value })} />
      </Field>
      <Field label={t("channels.server.port")} class="server-port">
        <input type="number" min={1} max={65535} inputMode="numeric" value={server.port} onInput={(event) => change({ ...server, port: Number(event.currentTarget.value) })} />
      </Field>
      <Field label={t("channels.server.security")}>
        <select value={server.security} onChange={(event) => secure(event.currentTarget.value as Security)}>
          {SECURITIES.map((one) => <option key={one} value={one}>{t(`channels.security.${one}`)}</option>)}
        </select>
      </Field>
      <Field label={t("channels.server.user")}>
        <input value={server.user} autocomplete="off" autocapitalize="off" spellcheck={false} onInput={(event) => change({ ...server, user: event.currentTarget.value })} />
      </Field>
    </fieldset>
  );
}

/** "imap.example.com:993 · TLS". */
const serverWords = ({ host, port, security }: Server): string => `${host}:${port} · ${t(`channels.security.${security}`)}`;
