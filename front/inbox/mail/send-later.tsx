/** Sends an answer by mail at a time of the agent's choice. */
import { AlarmClock, ChevronDown } from "lucide-preact";
import { t, upcomingTime } from "../../shared/i18n";
import { Menu, type MenuItem } from "../parts/menu";
import { minuteValue, sendOn, snoozeChoices } from "../snooze";

export function SendLater({ disabled, send }: { disabled: boolean; send: (at: Date) => void }) {
  const items = (): MenuItem[] => {
    const now = new Date();
    return [
      { kind: "title", key: "title", label: t("mail.send_later") },
      ...snoozeChoices(now).map(({ name, at }): MenuItem => ({
        kind: "act", key: name, label: t(`case.snooze.${name}`), hint: upcomingTime(at.toISOString(), now), icon: <AlarmClock size={14} />, run: () => send(at),
      })),
      {
        kind: "date", key: "date", label: t("mail.send_at"), min: minuteValue(now), withTime: true,
        pick: (value) => {
          const at = sendOn(value, new Date());
          if (at !== null) send(at);
        },
      },
    ];
  };
  return (
    <Menu label={t("mail.send_later")} items={items} class="button primary send-more" align="end" disabled={disabled}>
      <ChevronDown size={14} aria-hidden="true" />
    </Menu>
  );
}
