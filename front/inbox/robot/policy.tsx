/** What the lead asks of the robot: how few mistakes, how surely, who looks at what, and what a language model may do. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../shared/i18n";
import { Choice, Field, mayLead, NoPermission, Page, SaveBar, Section, Tick } from "../settings/form";
import { same, useSaveKey, useSaving, useUnsaved, type Refusal } from "../settings/saving";
import { http } from "../store";
import { Bones, Failed } from "./bits";
import { LEVELS, RISKS, type RobotPolicy, type Topics, type Versions } from "./facts";
import { changesOf, fromPercent, listOf, toPercent } from "./policy-form";
import { Paused } from "./pause";
import { useRead } from "./reading";

export default function Policy() {
  const read = useRead<RobotPolicy>("/api/robot/policy", "policy");
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  return <PolicyForm stored={read.value} take={read.take} />;
}

interface Editing {
  value: RobotPolicy;
  set: (change: Partial<RobotPolicy>) => void;
  refusal: Refusal | null;
}

function PolicyForm({ stored, take }: { stored: RobotPolicy; take: (policy: RobotPolicy) => void }) {
  const [kept, setKept] = useState(stored);
  const [value, setValue] = useState(stored);
  const saving = useSaving();
  const dirty = !same(kept, value);
  const begin = (policy: RobotPolicy) => {
    setKept(policy);
    setValue(policy);
  };
  useEffect(() => {
    // Somebody else's change comes in by itself while nothing here is unsaved.
    if (!dirty) begin(stored);
  }, [stored]);
  const save = () => {
    if (!dirty) return;
    void saving.run(async () => {
      const fresh = await http.send<RobotPolicy>("PATCH", "/api/robot/policy", changesOf(kept, value));
      begin(fresh);
      take(fresh);
    });
  };
  useUnsaved(dirty);
  useSaveKey(save, dirty);
  const editing: Editing = { value, set: (change) => setValue((now) => ({ ...now, ...change })), refusal: saving.refusal };
  return (
    <Page title={t("robot.tab.policy")} about={t("robot.policy_about")}>
      {!mayLead() && <NoPermission text={t("robot.locked")} />}
      <Paused />
      <fieldset class="plain" disabled={!mayLead()}>
        <legend class="unseen">{t("robot.tab.policy")}</legend>
        <Targets editing={editing} />
        <Start editing={editing} />
        <Boundaries editing={editing} />
        <Audits editing={editing} />
        <Words editing={editing} />
        <Orders editing={editing} />
        <Worth editing={editing} />
      </fieldset>
      <SaveBar dirty={dirty} busy={saving.busy} refusal={saving.refusal} save={save} discard={() => { saving.forget(); setValue(kept); }} />
      <Engine />
    </Page>
  );
}

interface ShareProps {
  label: string;
  hint?: string;
  problem?: string | undefined;
  value: number;
  change: (share: number) => void;
  min?: number;
  max?: number;
  step?: number;
}

/** A share of one, written in per cent. */
function Share({ label, hint, problem, value, change, min = 0, max = 100, step = 1 }: ShareProps) {
  return (
    <Field label={`${label}, %`} hint={hint} problem={problem} class="share">
      <input type="number" inputMode="decimal" min={min} max={max} step={step} value={toPercent(value)} onInput={(event) => { const share = fromPercent(event.currentTarget.value); if (share !== null) change(share); }} />
    </Field>
  );
}

const CONFIDENCES = [0.9, 0.95, 0.99];

function Targets({ editing: { value, set, refusal } }: { editing: Editing }) {
  const choices = CONFIDENCES.includes(value.confidence) ? CONFIDENCES : [...CONFIDENCES, value.confidence].sort();
  return (
    <Section title={t("robot.setting.targets")} about={t("robot.targets_about")}>
      <div class="shares">
        {RISKS.map((risk) => (
          <Share
            key={risk} label={t(`robot.risk.${risk}`)} value={value.targets[risk]} min={0.5} max={30} step={0.5} problem={refusal?.fields[`targets.${risk}`]}
            change={(share) => set({ targets: { ...value.targets, [risk]: share } })}
          />
        ))}
      </div>
      <Choice
        legend={t("robot.setting.confidence")} look="row" value={String(value.confidence)} change={(chosen) => set({ confidence: Number(chosen) })}
        options={choices.map((one) => ({ value: String(one), label: `${toPercent(one)}\u00a0%` }))}
      />
      <p class="field-hint">{t("robot.confidence_about")}</p>
    </Section>
  );
}

function Start({ editing: { value, set } }: { editing: Editing }) {
  return (
    <Section title={t("robot.levels_title")} about={t("robot.levels_about")}>
      <Choice
        legend={t("robot.setting.default_level")} look="cards" value={value.default_level} change={(level) => set({ default_level: level })}
        options={LEVELS.map((level) => ({ value: level, label: t(`robot.level.${level}_name`), about: t(`robot.level.${level}_about`) }))}
      />
      <Tick label={t("robot.setting.automatic_promotion")} hint={t("robot.automatic_about")} checked={value.automatic_promotion} change={(on) => set({ automatic_promotion: on })} />
    </Section>
  );
}

const ALWAYS = ["money", "complaint", "legal", "health", "minor", "several_questions", "wants_person"];

/** What always goes to a person, and the shop's own words that do, too. */
function Boundaries({ editing: { value, set, refusal } }: { editing: Editing }) {
  const names = ALWAYS.map((name) => t(`why.boundary.${name}`)).map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  return (
    <Section title={t("robot.own_title")} about={t("robot.own_about", { names: names.join(", ") })}>
      <Field label={t("robot.setting.own_boundaries")} hint={t("robot.own_hint")} problem={refusal?.fields.own_boundaries}>
        <textarea class="grow" rows={4} spellcheck={false} value={value.own_boundaries.join("\n")} onInput={(event) => set({ own_boundaries: listOf(event.currentTarget.value) })} />
      </Field>
    </Section>
  );
}

function Audits({ editing: { value, set, refusal } }: { editing: Editing }) {
  const fields = refusal?.fields ?? {};
  return (
    <Section title={t("robot.audits_title")} about={t("robot.audits_about")}>
      <div class="shares two-wide">
        <Share label={t("robot.setting.audit_share.audit")} value={value.audit_share.audit} min={1} problem={fields["audit_share.audit"]} change={(share) => set({ audit_share: { ...value.audit_share, audit: share } })} />
        <Share label={t("robot.setting.audit_share.own")} value={value.audit_share.own} min={1} problem={fields["audit_share.own"]} change={(share) => set({ audit_share: { ...value.audit_share, own: share } })} />
        <Share label={t("robot.setting.hand_over_share")} value={value.hand_over_share} problem={fields.hand_over_share} change={(share) => set({ hand_over_share: share })} />
        <Share label={t("robot.setting.second_judge_share")} value={value.second_judge_share} problem={fields.second_judge_share} change={(share) => set({ second_judge_share: share })} />
      </div>
    </Section>
  );
}

function Words({ editing: { value, set } }: { editing: Editing }) {
  const name = value.language_model_name;
  return (
    <Section title={t("robot.setting.language_model")} about={t("robot.language_model_about")}>
      {name === null && <p class="teach">{t("robot.language_model_none")}</p>}
      {name !== null && name !== undefined && <p class="quiet">{t("robot.language_model_name", { name })}</p>}
      <div class="stack">
        {Object.entries(value.language_model).map(([use, on]) => (
          <Tick key={use} label={t(`robot.use.${use}`)} hint={t(`robot.use.${use}_about`)} checked={on && name !== null} disabled={name === null} change={(now) => set({ language_model: { ...value.language_model, [use]: now } })} />
        ))}
      </div>
    </Section>
  );
}

function Orders({ editing: { value, set, refusal } }: { editing: Editing }) {
  const read = useRead<Topics>("/api/robot/topics", "topics");
  const topics = read.value?.topics ?? [];
  return (
    <Section title={t("robot.orders_title")} about={t("robot.orders_about")}>
      <Field label={t("robot.setting.order_topic")} problem={refusal?.fields.order_topic}>
        <select value={String(value.order_topic)} disabled={read.state !== "ready"} onChange={(event) => set({ order_topic: Number(event.currentTarget.value) })}>
          <option value="0">{t("robot.orders_none")}</option>
          {topics.map((topic) => <option key={topic.entry_id} value={String(topic.entry_id)}>{topic.title}</option>)}
        </select>
      </Field>
    </Section>
  );
}

function Worth({ editing: { value, set, refusal } }: { editing: Editing }) {
  return (
    <Section title={t("robot.worth_title")} about={t("robot.worth_about")}>
      <Field label={t("robot.setting.minutes_per_contact")} problem={refusal?.fields.minutes_per_contact} class="share">
        <input type="number" inputMode="decimal" min={0} max={120} step={0.5} value={value.minutes_per_contact} onInput={(event) => { const minutes = event.currentTarget.valueAsNumber; if (!Number.isNaN(minutes)) set({ minutes_per_contact: minutes }); }} />
      </Field>
    </Section>
  );
}

function Engine() {
  const read = useRead<Versions>("/api/robot/versions", "versions");
  const engine = read.value?.model.engine;
  if (engine === undefined || engine === "") return null;
  return <Section title={t("robot.engine_title")} about={t("robot.engine_about")}><p><code>{engine}</code></p></Section>;
}
