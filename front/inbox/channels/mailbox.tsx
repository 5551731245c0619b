/** One mailbox: how it is, and everything that can be changed about it. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import type { Workspace } from "../../shared/types";
import { tell } from "../notices";
import { Field, mayLead, NoPermission, Page, Refused, SaveBar, Section } from "../settings/form";
import { same, useSaveKey, useSaving, useUnsaved } from "../settings/saving";
import { session } from "../store";
import { useTitle } from "../title";
import { Back, Bones, Failed, HealthLine } from "./bits";
import type { Account, Settings } from "./facts";
import { HistoryChoice, LetterSettings, ReadingSettings } from "./letter-settings";
import { History, useChannels } from "./overview";
import { changeMailbox, readBack, useTrial } from "./setting-up";
import { Servers } from "./servers";
import { SignInWith } from "./sign-in-with";
import { TrialSteps } from "./trial";

export function MailboxPage({ id }: { id: number }) {
  const read = useChannels();
  const shop = session.value?.workspace;
  if (read.state === "loading" || shop === undefined) return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const account = read.value.channels.find((one) => one.id === id && one.channel === "email");
  if (account === undefined) return <Failed failure="gone" again={read.again} />;
  return <Editing key={id} account={account} shop={shop} again={read.again} />;
}

interface Kept {
  name: string;
  settings: Settings;
}

interface Props {
  account: Account;
  shop: Workspace;
  again: () => void;
}

function Editing({ account, shop, again }: Props) {
  const start: Kept = { name: account.name, settings: account.settings };
  const [kept, setKept] = useState(start);
  const [value, setValue] = useState(start);
  const [folders, setFolders] = useState<readonly string[]>([]);
  const saving = useSaving();
  const dirty = !same(kept, value);
  useTitle(account.address ?? account.name);
  useEffect(() => {
    // What others change comes in while nothing is unsaved here.
    if (dirty || same(start, kept)) return;
    setKept(start);
    setValue(start);
  }, [account]);
  const save = () => {
    if (!dirty) return;
    void saving.run(async () => {
      await changeMailbox(account.id, { name: value.name, settings: value.settings });
      setKept(value);
      again();
    });
  };
  useUnsaved(dirty);
  useSaveKey(save, dirty);
  const set = (settings: Settings) => setValue((now) => ({ ...now, settings }));
  const locked = !mayLead();
  return (
    <Page title={account.address ?? account.name} actions={<Back>{t("channels.to_all")}</Back>}>
      {locked && <NoPermission text={t("channels.locked")} />}
      <div class="mailbox-state">
        <HealthLine account={account} full />
        <History account={account} />
      </div>
      {!account.active && !locked && signedIn() && <AlmostDone account={account} again={again} />}
      <fieldset class="plain" disabled={locked}>
        <legend class="unseen">{account.address}</legend>
        <Key account={account} settings={value.settings} change={set} again={again} found={setFolders} />
        <LetterSettings shop={shop} name={value.name} setName={(name) => setValue((now) => ({ ...now, name }))} settings={value.settings} change={set} />
        {value.settings.receiving.imap !== null && <ReadingSettings settings={value.settings} change={set} folders={folders} sent={value.settings.receiving.sent_folder ?? account.health.sent_folder ?? null} />}
        {value.settings.receiving.imap !== null && <ReadBack account={account} again={again} />}
        <Off account={account} again={again} />
      </fieldset>
      <SaveBar dirty={dirty} busy={saving.busy} refusal={saving.refusal} save={save} discard={() => { saving.forget(); setValue(kept); }} />
    </Page>
  );
}

/** The provider has just sent its owner back here. */
const signedIn = (): boolean => new URLSearchParams(location.search).get("sign_in") === "ok";

/** Signed in with its provider: one click and letters come in. */
function AlmostDone({ account, again }: { account: Account; again: () => void }) {
  const saving = useSaving();
  const on = () => void saving.run(async () => { await changeMailbox(account.id, { active: true }); again(); });
  return (
    <div class="almost">
      <p>{t("channels.signed_in")}</p>
      <button type="button" class="button primary" disabled={saving.busy} onClick={on}>{t("channels.on")}</button>
      <Refused refusal={saving.refusal} />
    </div>
  );
}

interface KeyProps {
  account: Account;
  settings: Settings;
  change: (settings: Settings) => void;
  again: () => void;
  /** The folders a test saw. */
  found: (folders: readonly string[]) => void;
}

/** A new password or sign-in, the servers, and the test of both. */
function Key({ account, settings, change, again, found }: KeyProps) {
  const [password, setPassword] = useState("");
  const { trial, refusal, run, forget } = useTrial();
  const saving = useSaving();
  const seen = trial.ways?.folders;
  useEffect(() => {
    if (seen !== undefined) found(seen);
  }, [seen]);
  const { receiving, sending, sign_in: signIn } = settings;
  const email = account.address ?? "";
  const wish = () => ({ account_id: account.id, email, name: account.name, settings, ...(password === "" ? {} : { password }) });
  const keep = () =>
    void saving.run(async () => {
      await changeMailbox(account.id, { password });
      setPassword("");
      tell(t("channels.password_kept"));
      again();
    });
  const edit = (by: Settings) => {
    forget();
    change(by);
  };
  return (
    <Section title={t("channels.key")} about={t("channels.key_about")}>
      {signIn !== "password" ? <SignInWith provider={signIn} email={email} accountId={account.id} /> : (
        <form class="with-save" onSubmit={(event) => { event.preventDefault(); keep(); }}>
          <Field label={t("channels.new_password")} hint={t("channels.password_hint")}>
            <input type="password" value={password} autocomplete="off" placeholder={t("channels.password_stored")} onInput={(event) => { forget(); setPassword(event.currentTarget.value); }} />
          </Field>
          {password !== "" && <button type="submit" class="button" disabled={saving.busy}>{t("settings.save")}</button>}
        </form>
      )}
      <Refused refusal={saving.refusal} />
      <Servers email={email} settings={settings} change={edit} handedOver={receiving.imap === null} />
      <p><button type="button" class="button" disabled={trial.running !== null} onClick={() => void run(wish())}>{t(trial.running === null ? "channels.test_now" : "channels.testing")}</button></p>
      <Refused refusal={refusal} />
      {(trial.ways !== null || trial.running !== null) && <TrialSteps trial={trial} receives={receiving.imap !== null} sends={sending.smtp !== null} />}
    </Section>
  );
}

function ReadBack({ account, again }: { account: Account; again: () => void }) {
  const [days, setDays] = useState(90);
  const saving = useSaving();
  const running = (account.health.backfill?.left ?? 0) > 0;
  const start = () =>
    void saving.run(async () => {
      await readBack(account.id, days);
      tell(t("channels.history.begun"));
      again();
    });
  return (
    <Section title={t("channels.history")} about={t("channels.history_about")}>
      {running ? <HealthLine account={account} /> : (
        <>
          <HistoryChoice days={days} change={setDays} />
          <p><button type="button" class="button" disabled={saving.busy || days === 0 || !account.active} onClick={start}>{t("channels.history.begin")}</button></p>
        </>
      )}
      <Refused refusal={saving.refusal} />
    </Section>
  );
}

/** Letters stop coming in and going out; nothing that is here is lost. */
function Off({ account, again }: { account: Account; again: () => void }) {
  const saving = useSaving();
  const turn = () => {
    if (account.active && !confirm(t("channels.off_sure", { address: account.address ?? account.name }))) return;
    void saving.run(async () => {
      await changeMailbox(account.id, { active: !account.active });
      again();
    });
  };
  return (
    <Section title={t(account.active ? "channels.off" : "channels.on")} about={t(account.active ? "channels.off_about" : "channels.on_about")}>
      <p><button type="button" class="button" disabled={saving.busy} onClick={turn}>{t(account.active ? "channels.off" : "channels.on")}</button></p>
      <Refused refusal={saving.refusal} />
    </Section>
  );
}
