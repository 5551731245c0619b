/** The dimmer of a topic: everywhere, by channel, and how much a mistake would hurt. */
import { t } from "../../shared/i18n";
import { channelName } from "../parts/bits";
import { Choice, Field, mayLead } from "../settings/form";
import { attempt, sendTopic, tellLevel, useLevel } from "./acting";
import { Dimmer } from "./dimmer";
import { LEVELS, RISKS, type Level, type Topic, type Topics } from "./facts";
import { lockedLevels } from "./figures";
import { useRead } from "./reading";

interface Props {
  topic: Topic;
  take: (topic: Topic) => void;
}

export function Levels({ topic, take }: Props) {
  const { shown, change } = useLevel(topic, take);
  const locked = !mayLead();
  const byDefault = topic.own_level === null;
  const reset = () =>
    void attempt(() => sendTopic(topic.entry_id, { level: null }), (after) => {
      take(after);
      const before = topic.own_level;
      if (before !== null) tellLevel(topic, after.level, () => void attempt(() => sendTopic(topic.entry_id, { level: before }), take));
    });
  return (
    <>
      <div class="level-now">
        <Dimmer legend={t("robot.level_of", { title: topic.title })} value={shown} change={change} disabled={locked} locked={lockedLevels(topic)} lockedWhy={t("robot.own_needs")} />
        <p>{t(`robot.level.${shown}_about`)}</p>
        <p class="quiet">
          {byDefault ? t("robot.by_default") : t("robot.own_choice")}
          {!byDefault && !locked && <> <button type="button" class="link" onClick={reset}>{t("robot.to_default")}</button></>}
        </p>
        {topic.policy !== "answer" && <p class="quiet">{t(`robot.policy_says.${topic.policy}`)} <a href={`/knowledge/${topic.entry_id}`}>{t("robot.open_entry")}</a></p>}
      </div>
      <Channels topic={topic} take={take} />
      <Choice
        legend={t("robot.risk")} look="cards" disabled={locked} value={topic.risk}
        options={RISKS.map((risk) => ({ value: risk, label: t(`robot.risk.${risk}`), about: t(`robot.risk.${risk}_about`) }))}
        change={(risk) => void attempt(() => sendTopic(topic.entry_id, { risk }), take)}
      />
    </>
  );
}

const EVERYWHERE = "";

function Channels({ topic, take }: Props) {
  const read = useRead<Topics>("/api/robot/topics", "policy");
  const channels = [...new Set([...(read.value?.channels ?? []), ...Object.keys(topic.channel_levels)])];
  if (channels.length === 0) return null;
  const pick = (channel: string, chosen: string) => {
    const level = LEVELS.find((one) => one === chosen) ?? null;
    void attempt(() => sendTopic(topic.entry_id, { channel, level }), take);
  };
  return (
    <fieldset class="plain channels" disabled={!mayLead()}>
      <legend>{t("robot.by_channel")}</legend>
      {channels.map((channel) => {
        const own: Level | undefined = topic.channel_levels[channel];
        return (
          <Field key={channel} label={channelName(channel)}>
            <select value={own ?? EVERYWHERE} onChange={(event) => pick(channel, event.currentTarget.value)}>
              <option value={EVERYWHERE}>{t("robot.as_everywhere", { level: t(`robot.level.${topic.level}`) })}</option>
              {LEVELS.map((level) => <option key={level} value={level} disabled={level !== own && lockedLevels(topic).includes(level)}>{t(`robot.level.${level}`)}</option>)}
            </select>
          </Field>
        );
      })}
    </fieldset>
  );
}
