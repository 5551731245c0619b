/** How the chat looks and greets, how to put it on a page, and how the shop vouches for its visitors. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import type { Language, Workspace } from "../../shared/types";
import { session } from "../store";
import { Choice, CopyButton, Field, mayLead, NoPermission, Page, SaveBar, Section, Tick, TONGUES } from "./form";
import { Identity } from "./identity";
import { Preview } from "./preview";
import { useWorkspace, type Editing } from "./workspace";

export default function WidgetSettings() {
  const me = session.value;
  return me == null ? null : <WidgetPage start={me.workspace} />;
}

function WidgetPage({ start }: { start: Workspace }) {
  const editing = useWorkspace(start);
  const [tongue, setTongue] = useState<Language>(start.languages[0] ?? "en");
  const locked = !mayLead();
  return (
    <Page title={t("settings.widget")} about={t("settings.widget_about")} wide>
      <div class="beside">
        <div class="beside-main">
          {locked && <NoPermission text={t("settings.locked")} />}
          <Snippet widgetKey={editing.value.widget.key} />
          <fieldset class="plain" disabled={locked}>
            <legend class="unseen">{t("settings.widget")}</legend>
            <Looks editing={editing} />
            <Greeting editing={editing} tongue={tongue} choose={setTongue} />
            <Origins editing={editing} />
          </fieldset>
          <Identity />
          <SaveBar dirty={editing.dirty} busy={editing.busy} refusal={editing.refusal} save={editing.save} discard={editing.discard} />
        </div>
        <Preview workspace={editing.value} tongue={tongue} />
      </div>
    </Page>
  );
}

function Snippet({ widgetKey }: { widgetKey: string }) {
  const code = `<script src="${location.origin}/widget.js" data-key="${widgetKey}" async></script>`;
  return (
    <Section title={t("settings.snippet")} about={t("settings.snippet_about")}>
      <pre class="code" tabIndex={0} aria-label={t("settings.snippet")}><code>{code}</code></pre>
      <div><CopyButton text={code} label={t("settings.copy")} /></div>
    </Section>
  );
}

function Looks({ editing }: { editing: Editing }) {
  const { widget } = editing.value;
  const set = (change: Partial<Workspace["widget"]>) => editing.set({ widget: { ...widget, ...change } });
  const valid = /^#[0-9a-f]{6}$/i.test(widget.accent);
  return (
    <Section title={t("settings.looks")} about={t("settings.looks_about")}>
      <div class="colour">
        <Field label={t("settings.accent")} hint={t("settings.accent_hint")} problem={valid ? editing.refusal?.fields["widget.accent"] : t("settings.problem.widget.accent")}>
          <input value={widget.accent} maxLength={7} spellcheck={false} onInput={(event) => set({ accent: event.currentTarget.value })} />
        </Field>
        <input type="color" aria-label={t("settings.pick_colour")} value={valid ? widget.accent : "#2f6f5e"} onInput={(event) => set({ accent: event.currentTarget.value })} />
      </div>
      <Choice
        legend={t("settings.position")} look="row" value={widget.position} change={(position) => set({ position })}
        options={[{ value: "right", label: t("settings.position.right") }, { value: "left", label: t("settings.position.left") }]}
      />
      <Choice
        legend={t("settings.dark")} look="row" value={widget.dark} change={(dark) => set({ dark })}
        options={[{ value: "auto", label: t("settings.dark.auto") }, { value: "light", label: t("settings.dark.light") }, { value: "dark", label: t("settings.dark.dark") }]}
      />
      <Field label={t("settings.assistant_name")} hint={t("settings.assistant_name_hint")} problem={editing.refusal?.fields["widget.assistant_name"]}>
        <input value={widget.assistant_name ?? ""} maxLength={40} onInput={(event) => set({ assistant_name: event.currentTarget.value || null })} />
      </Field>
      <Tick label={t("settings.ask_email")} hint={t("settings.ask_email_hint")} checked={widget.ask_email} change={(ask_email) => set({ ask_email })} />
    </Section>
  );
}

function Greeting({ editing, tongue, choose }: { editing: Editing; tongue: Language; choose: (code: Language) => void }) {
  const { widget, languages } = editing.value;
  const write = (code: Language, text: string) => editing.set({ widget: { ...widget, greeting: { ...widget.greeting, [code]: text } } });
  return (
    <Section title={t("settings.greeting")} about={t("settings.greeting_about")}>
      {languages.map((code) => (
        <Field key={code} label={TONGUES[code]} problem={editing.refusal?.fields[`widget.greeting.${code}`]}>
          <textarea
            lang={code} rows={2} maxLength={300} value={widget.greeting[code] ?? ""} placeholder={t("settings.greeting_default")}
            onFocus={() => choose(code)} data-shown={tongue === code} onInput={(event) => write(code, event.currentTarget.value)}
          />
        </Field>
      ))}
    </Section>
  );
}

function Origins({ editing }: { editing: Editing }) {
  const { widget } = editing.value;
  const [text, setText] = useState(widget.allowed_origins.join("\n"));
  useEffect(() => {
    // Discarded or saved by the server in another form: show what holds now.
    if (text.split("\n").map((line) => line.trim()).filter(Boolean).join() !== widget.allowed_origins.join()) setText(widget.allowed_origins.join("\n"));
  }, [widget.allowed_origins]);
  const write = (value: string) => {
    setText(value);
    editing.set({ widget: { ...widget, allowed_origins: value.split("\n").map((line) => line.trim()).filter(Boolean) } });
  };
  return (
    <Section title={t("settings.origins")} about={t("settings.origins_about")}>
      <Field label={t("settings.origins_label")} hint={t("settings.origins_hint")} problem={editing.refusal?.fields["widget.allowed_origins"]}>
        <textarea class="mono" rows={3} spellcheck={false} value={text} placeholder="https://shop.example" onInput={(event) => write(event.currentTarget.value)} />
      </Field>
    </Section>
  );
}
