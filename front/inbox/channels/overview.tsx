/** All mailboxes, each with its health in one sentence. */
import { FileWarning, Mail, MailPlus, MessageSquare } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { useRead } from "../robot/reading";
import { mayLead, NoPermission, Page } from "../settings/form";
import { Bones, Failed, HealthLine } from "./bits";
import { Doors, type DoorFacts } from "./doors";
import type { Account } from "./facts";

/** As `GET /api/channels` gives it. */
export interface ChannelList {
  channels: Account[];
  quarantined: number;
  doors: DoorFacts;
  /** With whom one can sign in here: "google", "microsoft". */
  providers: string[];
}

export const useChannels = () => useRead<ChannelList>("/api/channels", "channels");

export function Overview() {
  const read = useChannels();
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const { channels, quarantined, doors } = read.value;
  const mailboxes = channels.filter((one) => one.channel === "email");
  return (
    <Page title={t("inbox.screen.channels")} about={t("channels.about")} actions={mayLead() && mailboxes.length > 0 ? <ConnectLink /> : undefined}>
      {!mayLead() && <NoPermission text={t("channels.locked")} />}
      {quarantined > 0 && (
        <a class="caution attention" href="/channels/unreadable">
          <FileWarning size={16} aria-hidden="true" />
          <span>{t("channels.unreadable_count", { count: quarantined })}</span>
          <span class="attention-go">{t("channels.look")}</span>
        </a>
      )}
      {mailboxes.length === 0 ? <NoMailbox /> : (
        <ul class="mailboxes" aria-label={t("channels.mailboxes")}>
          {mailboxes.map((one) => <MailboxRow key={one.id} account={one} />)}
        </ul>
      )}
      <ul class="mailboxes">
        <li class="mailbox">
          <MessageSquare size={18} aria-hidden="true" />
          <div class="mailbox-words">
            <p class="mailbox-name"><a href="/widget-settings">{t("inbox.screen.widget-settings")}</a></p>
            <p class="quiet">{t("channels.widget_about")}</p>
          </div>
        </li>
      </ul>
      {mailboxes.length > 0 && <p class="robot-hint">{t("channels.robot_about")} <a href="/robot">{t("channels.robot_link")}</a></p>}
      {mayLead() && <Doors doors={doors} take={(fresh) => read.take({ ...read.value, doors: fresh })} />}
    </Page>
  );
}

const ConnectLink = () => <a class="button primary" href="/channels/new"><MailPlus size={14} aria-hidden="true" />{t("channels.connect")}</a>;

function NoMailbox() {
  return (
    <div class="no-mailbox">
      <Blank icon={<Mail size={20} aria-hidden="true" />} title={t("channels.none")}>
        <p>{t("channels.none_hint")}</p>
        {mayLead() && <ConnectLink />}
      </Blank>
    </div>
  );
}

function MailboxRow({ account }: { account: Account }) {
  const { address, name } = account;
  return (
    <li class={account.active ? "mailbox" : "mailbox off"}>
      <Mail size={18} aria-hidden="true" />
      <div class="mailbox-words">
        <p class="mailbox-name">
          <a href={`/channels/${account.id}`}>{address ?? name}</a>
          {address !== null && name !== address && <span class="quiet cut">{name}</span>}
        </p>
        <HealthLine account={account} />
        <History account={account} />
      </div>
    </li>
  );
}

/** How much of the old mail has been read back; nothing when there is nothing left. */
export function History({ account }: { account: Account }) {
  const { backfill } = account.health;
  if (backfill == null || backfill.left === 0 || !account.active) return null;
  const all = backfill.done + backfill.left;
  return <progress class="history" value={backfill.done} max={all} aria-label={t("channels.health.history", { count: backfill.done, left: backfill.left })} />;
}
