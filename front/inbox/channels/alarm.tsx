/** Tells leads, wherever they are on the desk, that a mailbox has fallen silent, and counts what calls for them. */
import { signal } from "@preact/signals";
import { MailWarning } from "lucide-preact";
import { t } from "../../shared/i18n";
import { place } from "../router";
import { useForLeads } from "../settings/for-leads";
import { changed } from "../store";
import type { Account } from "./facts";

interface Known {
  channels: readonly Account[];
  quarantined: number;
}

const NOTHING: Known = { channels: [], quarantined: 0 };
const known = signal(NOTHING);

const failing = (): Account[] => known.value.channels.filter((one) => one.active && one.alarm !== null);

/** Letters and mailboxes that wait for a lead: the badge beside Channels. */
export const channelsCount = (): number => failing().length + known.value.quarantined;

export function ChannelAlarm() {
  useForLeads<Known>("/api/channels", changed.channels.value, (found) => { known.value = found ?? NOTHING; });
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
