/** The whole robot in one click: paused, and back to what it did before. */
import { Bot, CirclePause, MessageSquarePlus, Play } from "lucide-preact";
import { t } from "../../shared/i18n";
import { mayLead } from "../settings/form";
import { session } from "../store";
import { modeBefore, switchRobot } from "./acting";

/** Pauses the robot; nothing is shown while it is paused, since the notice above says how to go on. */
export function PauseButton() {
  const mode = session.value?.workspace.robot.mode;
  if (mode === undefined || mode === "off") return null;
  return (
    <div class="pause">
      <span class="fact floor robot">{mode === "answer" ? <Bot size={14} aria-hidden="true" /> : <MessageSquarePlus size={14} aria-hidden="true" />}{t(`robot.mode.${mode}`)}</span>
      <button type="button" class="button" onClick={() => void switchRobot("off")}><CirclePause size={14} aria-hidden="true" />{t("robot.pause")}</button>
    </div>
  );
}

/** Says that the levels below do not hold now, and how to change that. */
export function Paused() {
  const mode = session.value?.workspace.robot.mode;
  if (mode === undefined || mode === "answer") return null;
  const back = mode === "off" ? modeBefore() : "answer";
  return (
    <div class="robot-note warn" role="status">
      <CirclePause size={16} aria-hidden="true" />
      <p><strong>{t(`robot.mode.${mode}`)}.</strong> {t(`robot.mode_about.${mode}`)}</p>
      {mayLead() && <button type="button" class="button" onClick={() => void switchRobot(back)}><Play size={14} aria-hidden="true" />{t(`robot.resume.${back}`)}</button>}
    </div>
  );
}
