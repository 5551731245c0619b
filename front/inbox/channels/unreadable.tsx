/** Letters that could not be read: none is lost, each can be tried again, looked at, or put away for good. */
import { useRef, useState } from "preact/hooks";
import { Download, FileCheck, RotateCcw, Trash2 } from "lucide-preact";
import { fileSize, fullTime, has, t } from "../../shared/i18n";
import { tell } from "../notices";
import { Ago, Blank } from "../parts/bits";
import { onceDrawn } from "../parts/focus";
import { mayLead, NoPermission, Page } from "../settings/form";
import { refusalOf } from "../settings/saving";
import { http } from "../store";
import { useRead } from "../robot/reading";
import { Back, Bones, Failed } from "./bits";
import type { Delivery } from "./facts";

const PAGE = 100;

export function Unreadable() {
  const read = useRead<Delivery[]>(`/api/deliveries?status=quarantined&limit=${PAGE}`, "channels");
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const deliveries = read.value;
  const done = (id: number) => {
    read.take(deliveries.filter((one) => one.id !== id));
    // The row that had the focus is gone: on to the next one, or out.
    onceDrawn(() => document.querySelector<HTMLElement>(".delivery button, .delivery a, .back-link")?.focus());
  };
  return (
    <Page title={t("channels.unreadable")} about={t("channels.unreadable_about")} actions={<Back>{t("channels.to_all")}</Back>}>
      {!mayLead() && <NoPermission text={t("channels.locked")} />}
      {deliveries.length === 0 ? (
        <Blank icon={<FileCheck size={20} aria-hidden="true" />} title={t("channels.unreadable_none")}><p>{t("channels.unreadable_none_hint")}</p></Blank>
      ) : (
        <ul class="deliveries" aria-label={t("channels.unreadable")}>
          {deliveries.map((one) => <DeliveryRow key={one.id} delivery={one} done={() => done(one.id)} />)}
        </ul>
      )}
      {deliveries.length >= PAGE && <p class="quiet">{t("channels.unreadable_more", { count: PAGE })}</p>}
    </Page>
  );
}

function whyUnreadable({ failure, failure_code: code }: Delivery): string {
  const key = `channels.unreadable.${code ?? ""}`;
  return has(key) ? t(key) : failure ?? t("channels.unknown_failure");
}

function DeliveryRow({ delivery, done }: { delivery: Delivery; done: () => void }) {
  const [busy, setBusy] = useState<"retry" | "discard" | null>(null);
  const [sure, setSure] = useState(false);
  const acts = useRef<HTMLDivElement>(null);
  // The question begins with what does no harm; its answer leads back to the button that asked.
  const ask = (now: boolean) => {
    setSure(now);
    onceDrawn(() => acts.current?.querySelector<HTMLElement>(now ? "button" : ".icon-button")?.focus());
  };
  const { id, envelope, size, received_at: at, account_name: account } = delivery;
  const from = envelope.from !== undefined && envelope.from !== "" ? envelope.from : t("channels.unknown_sender");
  const act = async (kind: "retry" | "discard") => {
    setBusy(kind);
    try {
      await http.post(`/api/deliveries/${id}/${kind}`);
      if (kind === "retry") tell(t("channels.retrying"));
      done();
    } catch (error) {
      tell(refusalOf(error).text, { tone: "bad" });
      setBusy(null);
    }
  };
  return (
    <li class="delivery">
      <div class="delivery-words">
        <p class="delivery-from">{from}</p>
        <p class="quiet" title={fullTime(at)}><Ago at={at} /> · <span class="figures">{fileSize(size)}</span> · {account}{envelope.folder !== undefined && ` · ${envelope.folder}`}</p>
        <p class="delivery-failure">{whyUnreadable(delivery)}</p>
      </div>
      {sure ? (
        <div ref={acts} class="delivery-acts" role="group" aria-label={t("channels.discard_sure")}>
          <span class="quiet">{t("channels.discard_sure")}</span>
          <button type="button" class="button small" onClick={() => ask(false)}>{t("channels.keep")}</button>
          <button type="button" class="button small danger" disabled={busy !== null} onClick={() => void act("discard")}>{t("channels.discard")}</button>
        </div>
      ) : (
        <div ref={acts} class="delivery-acts">
          {mayLead() && <button type="button" class="button small" disabled={busy !== null} onClick={() => void act("retry")}><RotateCcw size={14} aria-hidden="true" />{t("common.retry")}<span class="unseen">: {from}</span></button>}
          <a class="button small" href={`/api/deliveries/${id}/raw`} download><Download size={14} aria-hidden="true" />{t("mail.original")}<span class="unseen">: {from}</span></a>
          {mayLead() && <button type="button" class="icon-button" disabled={busy !== null} aria-label={`${t("channels.discard")}: ${from}`} title={t("channels.discard")} onClick={() => ask(true)}><Trash2 size={14} aria-hidden="true" /></button>}
        </div>
      )}
    </li>
  );
}
