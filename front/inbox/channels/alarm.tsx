/** Tells leads, wherever they are on the desk, that a mailbox has fallen silent, and counts what calls for them. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { MailWarning } from "lucide-preact";
import { t } from "../../shared/i18n";
import { place } from "../router";
import { mayLead } from "../settings/form";
import { changed, epoch, http, session } from "../store";
import type { Account } from "./facts";

interface Known {
  channels: readonly Account[];
  quarantined: number;
}

const known = signal<Known>({ channels: [], quarantined: 0 });

const failing = (): Account[] => known.value.channels.filter((one) => one.active && one.alarm !== null);

/** Letters and mailboxes that wait for a lead: the badge beside Channels. */
export const channelsCount = (): number => failing().length + known.value.quarantined;

/** Reads the mailboxes when something changed about them, for those who can do something about it. */
export function useAlarms(): void {
  const leads = session.value != null && mayLead();
  useEffect(() => {
    if (!leads) return undefined;
    const abort = new AbortController();
    // Offline the connection's own banner says enough.
    http.get<Known>("/api/channels", abort.signal).then((found) => { known.value = found; }, () => undefined);
    return () => abort.abort();
  }, [leads, changed.channels.value, epoch.value]);
}

export function ChannelAlarm() {
  useAlarms();
  const [worst, ...more] = failing();
  if (worst === undefined || place.value.screen === "channels") return null;
  const name = worst.address ?? worst.name;
  return (
    <div class="banner" role="status">
      <MailWarning size={14} aria-hidden="true" />
      <span>{more.length === 0 ? t("mail.alarm_one_mailbox", { address: name }) : t("mail.alarm_mailboxes", { address: name, count: more.length })}</span>
      <a href={more.length === 0 ? `/channels/${worst.id}` : "/channels"}>{t("mail.alarm_look")}</a>
    </div>
  );
}
