/** One case: who and what, the conversation, the suggestion, the composer. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ArrowLeft, BotOff, Info } from "lucide-preact";
import { HttpError } from "../../shared/http";
import { t, upcomingTime } from "../../shared/i18n";
import type { Case } from "../../shared/types";
import { markRead } from "../acts";
import { draftOf, keepDraft } from "../drafts";
import { runCommand, useCommand } from "../keys";
import { belongs, type ListName } from "../lists";
import { JoinDialog } from "../mail/join-dialog";
import { useJoins } from "../mail/joins";
import { Proposal } from "../mail/proposal";
import { Blank, Channel, FloorMark, nameOf, Tongue, Waiting } from "../parts/bits";
import { minute } from "../parts/ticking";
import { chosen, go, list, listPath, query } from "../router";
import { cases, desk, epoch, isLoaded, loadCase, myId, viewing } from "../store";
import type { Unsent } from "../timeline";
import { CaseActs } from "./case-acts";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { useHelp } from "./help";
import { HelpBar } from "./help-bar";
import { SummaryStrip } from "./summary-strip";

const LIKELY: readonly ListName[] = ["mine", "unassigned", "robot", "snoozed", "resolved"];

type Failure = "missing" | "failed" | null;

function byNumber(number: number): Case | undefined {
  for (const item of cases.value.values()) if (item.number === number) return item;
  return undefined;
}

/** Reads the case unless it is here already; again after the feed had to start anew. */
function useCase(number: number) {
  const [failure, setFailure] = useState<Failure>(null);
  const [tries, setTries] = useState(0);
  const item = byNumber(number);
  const held = useRef<number | null>(null);
  if (item !== undefined && isLoaded(item.id)) held.current = number;
  // While everything is read anew, what is on the screen stays: nobody loses the field they type in.
  const ready = item !== undefined && held.current === number;
  useEffect(() => {
    let current = true;
    setFailure(null);
    if (item !== undefined && isLoaded(item.id)) return undefined;
    loadCase(number).catch((error: unknown) => {
      if (current) setFailure(error instanceof HttpError && (error.status === 404 || error.status === 403) ? "missing" : "failed");
    });
    return () => { current = false; };
  }, [number, tries, epoch.value]);
  return { item, ready, failure, retry: () => setTries(tries + 1) };
}

/** What stands on the screen has been read, as long as the page itself is looked at. */
function useReading(item: Case | undefined, ready: boolean): void {
  const newest = Math.max(0, ...[...(desk.value?.messages.values() ?? [])].filter((one) => one.case_id === item?.id && one.author.kind === "customer").map((one) => one.id));
  const unread = item?.unread ?? 0;
  useEffect(() => {
    if (!ready || item === undefined || unread === 0 || newest === 0) return undefined;
    const read = () => {
      if (document.visibilityState === "visible") markRead(item.id, newest);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [item?.id, ready, unread, newest]);
}

export function CasePane({ number, onCustomer, customerShown }: { number: number; onCustomer: () => void; customerShown: boolean }) {
  const { item, ready, failure, retry } = useCase(number);
  useReading(item, ready);
  const seek = useHelp(item, ready);
  useEffect(() => {
    // Opened by its address alone: the list beside it is one that holds it.
    if (item !== undefined && !chosen.peek()) list.value = LIKELY.find((name) => belongs(name, item, myId.peek())) ?? "open";
  }, [item?.id]);
  useEffect(() => {
    viewing(item?.id ?? null);
    return () => viewing(null);
  }, [item?.id]);
  const back = () => go(listPath(list.peek(), query.peek()));
  useCommand("back", back);

  if (failure === "missing") {
    return (
      <section class="case-pane" aria-label={`T-${number}`}>
        <Blank title={t("case.missing", { number: `T-${number}` })}>
          <p>{t("case.missing_hint")}</p>
          <button type="button" class="button" onClick={back}>{t("case.to_list")}</button>
        </Blank>
      </section>
    );
  }
  const edit = (unsent: Unsent) => {
    if (item === undefined) return;
    const held = draftOf(myId.peek(), item.id).peek();
    const joined = [unsent.text, unsent.kind === "note" ? held.note : held.reply].filter(Boolean).join("\n");
    keepDraft(myId.peek(), item.id, unsent.kind === "note" ? { tab: "note", note: joined } : { tab: "reply", reply: joined });
    runCommand(unsent.kind === "note" ? "note" : "reply");
  };
  return (
    <section class="case-pane" aria-label={item === undefined ? `T-${number}` : `${nameOf(item)}, T-${number}`}>
      <Head number={number} item={item} back={back} onCustomer={onCustomer} customerShown={customerShown} />
      {failure === "failed" && !ready ? (
        <Blank title={t("case.failed")}><button type="button" class="button" onClick={retry}>{t("common.retry")}</button></Blank>
      ) : item === undefined || !ready ? (
        <ConversationSkeleton />
      ) : (
        <>
          <Talk key={item.id} item={item} edit={edit} />
          <HelpBar item={item} withSimilar={!customerShown} retry={seek} />
          <Composer key={`c${item.id}`} item={item} />
        </>
      )}
    </section>
  );
}

/** The conversation, where else it may belong, and the dialog that puts it there. */
function Talk({ item, edit }: { item: Case; edit: (unsent: Unsent) => void }) {
  const joins = useJoins(item.id);
  return (
    <>
      <Proposal item={item} joins={joins} />
      <SummaryStrip caseId={item.id} />
      <Conversation item={item} joins={joins} onEdit={edit} />
      <JoinDialog />
    </>
  );
}

interface HeadProps {
  number: number;
  item: Case | undefined;
  back: () => void;
  onCustomer: () => void;
  customerShown: boolean;
}

function Head({ number, item, back, onCustomer, customerShown }: HeadProps) {
  useCommand("customer", onCustomer);
  return (
    <header class="case-head">
      <button type="button" class="icon-button back" aria-label={t("case.to_list")} onClick={back}><ArrowLeft size={18} aria-hidden="true" /></button>
      <h1 class="case-title cut">
        {item === undefined ? `T-${number}` : nameOf(item)}
        {item !== undefined && <span class="case-number figures"> T-{item.number}</span>}
        {item !== undefined && item.subject !== "" && <span class="case-subject"> · {item.subject}</span>}
      </h1>
      {item !== undefined && <CaseActs item={item} />}
      <button type="button" class="icon-button customer-toggle" aria-pressed={customerShown} aria-label={t("customer.title")} title={`${t("customer.title")} (c)`} onClick={onCustomer}>
        <Info size={16} aria-hidden="true" />
      </button>
      {item === undefined ? <p class="case-facts"><span class="skeleton bar" style={{ width: "40%" }} /></p> : <Facts item={item} />}
    </header>
  );
}

function Facts({ item }: { item: Case }) {
  return (
    <p class="case-facts">
      <span class={`fact clock${item.waiting_since === null ? "" : " waiting"}`}>{clockSentence(item)}{item.waiting_since !== null && <> <Waiting since={item.waiting_since} /></>}</span>
      <Channel channel={item.channel} />
      <Tongue code={item.language} />
      <FloorMark item={item} />
      {item.robot_paused && item.handler !== "robot" && (
        <span class="fact"><BotOff size={12} aria-hidden="true" />{t("case.robot_paused")}</span>
      )}
    </p>
  );
}

/** The clock in one plain sentence. */
function clockSentence(item: Case): string {
  if (item.status === "snoozed" && item.snoozed_until !== null) {
    return t("case.snoozed_until", { time: upcomingTime(item.snoozed_until, minute.value) });
  }
  if (item.waiting_since !== null) return t("case.customer_waits");
  return t(`case.status.${item.status}`);
}

function ConversationSkeleton() {
  return (
    <div class="conversation-skeleton" role="status" aria-label={t("common.loading")}>
      <span class="skeleton bubble-bar" style={{ width: "46%" }} />
      <span class="skeleton bubble-bar right" style={{ width: "58%" }} />
      <span class="skeleton bubble-bar" style={{ width: "34%" }} />
      <span class="skeleton bubble-bar right" style={{ width: "40%" }} />
    </div>
  );
}
