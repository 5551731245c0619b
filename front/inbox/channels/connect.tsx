/** Connecting a mailbox: its address, its key, a test in plain words, and how its letters look. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ExternalLink } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import type { Workspace } from "../../shared/types";
import { tell } from "../notices";
import { useFocus } from "../parts/focus";
import { go } from "../router";
import { Field, mayLead, NoPermission, Page, Refused, Section } from "../settings/form";
import { refusalOf, useSaving, type Refusal } from "../settings/saving";
import { session } from "../store";
import { Back } from "./bits";
import { EMPTY_SETTINGS, type Found, type Settings } from "./facts";
import { LetterSettings, ReadingSettings } from "./letter-settings";
import { connect, discover, settingsFor, useTrial, type Wish } from "./setting-up";
import { Servers } from "./servers";
import { SignInWith } from "./sign-in-with";
import { type Trial, TrialSteps, waysGood } from "./trial";

export function Connect() {
  const shop = session.value?.workspace;
  if (shop === undefined) return null;
  return (
    <Page title={t("channels.connect")} about={t("channels.connect_about")} actions={<Back>{t("channels.to_all")}</Back>}>
      {mayLead() ? <Steps shop={shop} /> : <NoPermission text={t("channels.locked")} />}
    </Page>
  );
}

function Steps({ shop }: { shop: Workspace }) {
  const [email, setEmail] = useState(new URLSearchParams(location.search).get("email") ?? "");
  const [found, setFound] = useState<Found | null>(null);
  const [settings, setSettings] = useState<Settings>(EMPTY_SETTINGS);
  const forget = (address: string) => {
    setEmail(address);
    setFound(null);
  };
  const settle = (answer: Found) => {
    setFound(answer);
    setSettings(settingsFor(answer, shop, EMPTY_SETTINGS));
  };
  return (
    <>
      <CameBack />
      <AddressStep email={email} change={forget} found={found} settle={settle} />
      {found !== null && <KeyStep key={email} email={email} found={found} settings={settings} change={setSettings} shop={shop} />}
    </>
  );
}

/** The provider sent us back without a permission: why, and that one can try again. */
function CameBack() {
  const why = new URLSearchParams(location.search).get("sign_in");
  if (why === null) return null;
  return <p class="caution key-hint" role="alert">{t(has(`channels.came_back.${why}`) ? `channels.came_back.${why}` : "channels.came_back.other")}</p>;
}

/** One field; everything else is found out. */
function AddressStep({ email, change, found, settle }: { email: string; change: (email: string) => void; found: Found | null; settle: (found: Found) => void }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const asked = useRef(0);
  const field = useFocus(found === null);
  const look = async () => {
    const mine = (asked.current += 1);
    setBusy(true);
    setRefusal(null);
    try {
      const answer = await discover(email.trim());
      if (mine === asked.current) settle(answer);
    } catch (error) {
      if (mine === asked.current) setRefusal(refusalOf(error));
    } finally {
      if (mine === asked.current) setBusy(false);
    }
  };
  const typed = (value: string) => {
    asked.current += 1;
    setBusy(false);
    setRefusal(null);
    change(value);
  };
  return (
    <Section title={t("channels.address")} about={t("channels.address_about")}>
      <form class="with-save" onSubmit={(event) => { event.preventDefault(); void look(); }}>
        <Field label={t("channels.address_field")} problem={refusal === null ? undefined : "email" in refusal.fields ? t("channels.address_wrong") : refusal.text}>
          <input ref={field} type="email" required value={email} autocomplete="email" autocapitalize="off" spellcheck={false} placeholder="shop@example.com" onInput={(event) => typed(event.currentTarget.value)} />
        </Field>
        <button type="submit" class={found === null ? "button primary" : "button"} disabled={busy || email.trim() === ""}>{t(busy ? "channels.looking" : found === null ? "channels.go_on" : "channels.look_again")}</button>
      </form>
      {busy && <p class="quiet" role="status">{t("channels.looking_about")}</p>}
    </Section>
  );
}

interface KeyProps {
  email: string;
  found: Found;
  settings: Settings;
  change: (settings: Settings) => void;
  shop: Workspace;
}

/** How to sign in, the servers on wish, the test, and what comes after it. */
function KeyStep({ email, found, settings, change, shop }: KeyProps) {
  const [password, setPassword] = useState("");
  const [byPassword, setByPassword] = useState(settings.sign_in === "password");
  const [name, setName] = useState(shop.name);
  const { trial, refusal, run, forget } = useTrial();
  const saving = useSaving();
  const sees = (next: Settings) => {
    forget();
    change(next);
  };
  const wish = (): Wish => ({ email: email.trim(), name, settings: { ...settings, sign_in: byPassword ? "password" : settings.sign_in }, ...(byPassword ? { password } : {}) });
  if (found.hint === "no_imap") return <NoWayIn found={found} />;
  const store = (plus: boolean | null) =>
    void saving.run(async () => {
      const asked = wish();
      const made = await connect({ ...asked, settings: { ...asked.settings, sending: { ...asked.settings.sending, plus: plus === true } } });
      tell(t("channels.connected", { address: email.trim() }));
      go(`/channels/${made.id}`, { replace: true });
    });
  return (
    <>
      <Section title={t("channels.key")} about={sourceWords(found)}>
        {found.sign_in !== "password" && <SignInWith provider={found.sign_in} email={email.trim()} />}
        {found.sign_in !== "password" && !byPassword && <button type="button" class="link" onClick={() => setByPassword(true)}>{t("channels.by_password")}</button>}
        {byPassword && (
          <PasswordForm found={found} password={password} trial={trial} change={(typed) => { forget(); setPassword(typed); }} test={() => void run(wish())}>
            <Servers email={email.trim()} settings={settings} change={sees} open={found.imap === null || found.smtp === null} />
          </PasswordForm>
        )}
        <Refused refusal={refusal} />
        {(trial.ways !== null || trial.running !== null) && <TrialSteps trial={trial} receives={settings.receiving.imap !== null} sends={settings.sending.smtp !== null} />}
      </Section>
      {waysGood(trial) && (
        <>
          <LetterSettings shop={shop} name={name} setName={setName} settings={settings} change={change} />
          <ReadingSettings settings={settings} change={change} folders={trial.ways?.folders ?? []} sent={trial.ways?.sent_folder ?? null} history />
          <div class="finish">
            <Refused refusal={saving.refusal} />
            <button type="button" class="button primary" disabled={saving.busy} onClick={() => store(trial.trip?.plus ?? null)}>{t(saving.busy ? "settings.saving" : "channels.finish")}</button>
            <p class="quiet">{t(trial.running === "trip" ? "channels.finish_early" : "channels.finish_about")}</p>
          </div>
        </>
      )}
    </>
  );
}

interface PasswordProps {
  found: Found;
  password: string;
  trial: Trial;
  change: (typed: string) => void;
  test: () => void;
  children: ComponentChildren;
}

function PasswordForm({ found, password, trial, change, test, children }: PasswordProps) {
  return (
    <form class="key-form" onSubmit={(event) => { event.preventDefault(); test(); }}>
      <Hint found={found} />
      <Field label={t(found.hint === "app_password" ? "channels.app_password" : "channels.password")} hint={t("channels.password_hint")}>
        <input type="password" value={password} autocomplete="off" onInput={(event) => change(event.currentTarget.value)} />
      </Field>
      {children}
      <button type="submit" class={waysGood(trial) ? "button" : "button primary"} disabled={trial.running !== null || password === ""}>
        {t(trial.running !== null ? "channels.testing" : trial.ways === null ? "channels.test" : "channels.test_again")}
      </button>
    </form>
  );
}

const sourceWords = ({ source, provider, imap }: Found): string =>
  provider !== null ? t("channels.found.provider", { provider }) : imap === null ? t("channels.found.nothing") : t(has(`channels.found.${source}`) ? `channels.found.${source}` : "channels.found.guess");

/** What the provider wants to be known before one signs in. */
function Hint({ found }: { found: Found }) {
  if (found.hint === null || !has(`channels.hint.${found.hint}`)) return null;
  return (
    <p class="caution key-hint">
      {t(`channels.hint.${found.hint}`, { provider: found.provider ?? "" })}
      {found.help_url !== "" && <> <a href={found.help_url} target="_blank" rel="noopener noreferrer">{t("channels.how")}<ExternalLink size={12} aria-hidden="true" /></a></>}
    </p>
  );
}

function NoWayIn({ found }: { found: Found }) {
  return (
    <Section title={t("channels.key")}>
      <p>{t("channels.hint.no_imap", { provider: found.provider ?? "" })}</p>
      <p class="quiet">{t("channels.no_imap_instead")} <a href="/channels">{t("channels.doors")}</a></p>
    </Section>
  );
}
