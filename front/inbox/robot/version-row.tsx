/** One version: its name, what made it, what it holds, how it did, and its acts. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Bot, Pencil, RotateCcw } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Ago } from "../parts/bits";
import { NameField } from "../parts/name-field";
import { mayLead } from "../settings/form";
import { refusalOf } from "../settings/saving";
import { http } from "../store";
import { tell } from "../notices";
import type { Version } from "./facts";
import { percent } from "./figures";
import { whoOf } from "./topic-past";

interface Props {
  version: Version;
  picked: boolean;
  /** Nothing to compare it with. */
  alone: boolean;
  pick: (number: number, on: boolean) => void;
  take: (version: Version) => void;
  restore: (version: Version) => void;
}

/** "Version 12" or the name people gave it. */
export const nameOfVersion = (version: Pick<Version, "name" | "number">): string =>
  version.name === "" ? t("robot.version", { number: version.number }) : version.name;

export function VersionRow({ version, picked, alone, pick, take, restore }: Props) {
  const name = nameOfVersion(version);
  return (
    <li class={version.serving ? "version serving" : "version"}>
      {!alone && <input type="checkbox" class="version-pick" checked={picked} aria-label={t("robot.compare_pick", { name })} onChange={(event) => pick(version.number, event.currentTarget.checked)} />}
      <div class="version-what">
        <Name version={version} take={take} />
        <p class="version-facts figures">
          <span>{t(`robot.made_for.${version.made_for}`, { number: version.restored_from })}</span>
          <span><Ago at={version.created_at} />, {whoOf(version.actor)}</span>
          <span>{t("knowledge.learned_entries", { count: version.entries })}, {t("knowledge.learned_questions", { count: version.examples })}</span>
          <span>{version.engine}</span>
        </p>
        {version.replay !== null && version.replay.questions > 0 && <Replayed replay={version.replay} />}
      </div>
      {version.serving && <span class="fact serving-mark"><Bot size={14} aria-hidden="true" />{t("robot.serving")}</span>}
      {!version.serving && mayLead() && (
        <button type="button" class="button" onClick={() => restore(version)}><RotateCcw size={14} aria-hidden="true" />{t("robot.restore")}<span class="unseen"> {name}</span></button>
      )}
    </li>
  );
}

function Replayed({ replay }: { replay: NonNullable<Version["replay"]> }) {
  const judged = replay.right + replay.wrong;
  return (
    <p class="version-facts figures">
      {t("robot.replayed", {
        count: replay.questions, answered: percent(replay.answered / replay.questions),
        right: judged === 0 ? "–" : percent(replay.right / judged, "down"),
      })}
    </p>
  );
}

/** The name, edited in its place. */
function Name({ version, take }: { version: Version; take: (version: Version) => void }) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (!editing && opened.current) button.current?.focus();
    opened.current = editing;
  }, [editing]);
  const save = async (name: string) => {
    setEditing(false);
    if (name === version.name) return;
    take({ ...version, name });
    try {
      await http.send("PATCH", `/api/robot/versions/${version.number}`, { name });
    } catch (error) {
      take(version);
      tell(refusalOf(error).text, { tone: "bad" });
    }
  };
  if (editing) {
    return (
      <NameField
        class="version-name" name={version.name} label={t("robot.version_name")} most={80} placeholder={t("robot.version", { number: version.number })}
        keep={save} leave={() => setEditing(false)}
      />
    );
  }
  return (
    <h2 class="version-name">
      <span>{nameOfVersion(version)}</span>
      {version.name !== "" && <span class="quiet figures">{version.number}</span>}
      {mayLead() && <button ref={button} type="button" class="icon-button" aria-label={t("robot.rename", { name: nameOfVersion(version) })} title={t("robot.rename", { name: nameOfVersion(version) })} onClick={() => setEditing(true)}><Pencil size={14} aria-hidden="true" /></button>}
    </h2>
  );
}
