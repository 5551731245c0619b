/** The dimmer: five steps from off to on its own, as one radio group with words. */
import { useId } from "preact/hooks";
import { Lock } from "lucide-preact";
import { t } from "../../shared/i18n";
import { LEVELS, type Level } from "./facts";

interface Props {
  /** What it is for, e.g. the topic's title; read out, not shown. */
  legend: string;
  value: Level;
  change: (level: Level) => void;
  /** Steps that cannot be chosen now, and why in one sentence. */
  locked?: readonly Level[];
  lockedWhy?: string;
  disabled?: boolean;
}

export function Dimmer({ legend, value, change, locked = [], lockedWhy = "", disabled = false }: Props) {
  const name = useId();
  const at = LEVELS.indexOf(value);
  return (
    <fieldset class="dimmer" disabled={disabled}>
      <legend class="unseen">{legend}</legend>
      {LEVELS.map((level, index) => {
        const shut = locked.includes(level);
        return (
          <label key={level} class={index === at ? "chosen" : index < at ? "under" : ""} title={shut ? lockedWhy : t(`robot.level.${level}_about`)}>
            <input type="radio" name={name} value={level} checked={index === at} disabled={shut} onChange={() => change(level)} />
            <span>{t(`robot.level.${level}`)}</span>
            {shut && <Lock size={12} aria-hidden="true" />}
          </label>
        );
      })}
    </fieldset>
  );
}
