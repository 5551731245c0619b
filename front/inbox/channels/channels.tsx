/** Channels: the mailboxes with their health, connecting one, what could not be read, other ways in. */
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { Guard } from "../parts/guard";
import { go, place } from "../router";
import { useTitle } from "../title";
import { Connect } from "./connect";
import { MailboxPage } from "./mailbox";
import { Overview } from "./overview";
import { Unreadable } from "./unreadable";

const MAILBOX = /^\d{1,15}$/;

export default function Channels() {
  const now = place.value;
  const rest = now.screen === "channels" ? now.rest : "";
  // A mailbox names itself.
  useTitle(MAILBOX.test(rest) ? null : t(rest === "unreadable" ? "channels.unreadable" : rest === "new" ? "channels.connect" : "inbox.screen.channels"));
  return <Guard key={rest}><Part rest={rest} /></Guard>;
}

function Part({ rest }: { rest: string }) {
  if (rest === "") return <Overview />;
  if (rest === "new") return <Connect />;
  if (rest === "unreadable") return <Unreadable />;
  if (MAILBOX.test(rest)) return <MailboxPage id={Number(rest)} />;
  return (
    <>
      <h1 class="unseen">{t("inbox.screen.channels")}</h1>
      <Blank title={t("inbox.nowhere")}>
        <p>{t("inbox.nowhere_hint")}</p>
        <button type="button" class="button" onClick={() => go("/channels")}>{t("channels.to_all")}</button>
      </Blank>
    </>
  );
}
