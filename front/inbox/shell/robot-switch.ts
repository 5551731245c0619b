/** The whole robot paused, and put back to work, from anywhere on the desk. */
import { t } from "../../shared/i18n";
import { tell } from "../notices";
import { session } from "../store";
import { alsoSpeak, ROBOT_WORDS } from "../tongue";

export interface RobotSwitch {
  key: "pause_robot" | "resume_robot";
  run: () => void;
}

/** What may be done with the robot now; null for those who may not switch it. */
export function robotSwitch(): RobotSwitch | null {
  const me = session.value;
  if (me == null || me.agent.role === "agent") return null;
  const paused = me.workspace.robot.mode === "off";
  return { key: paused ? "resume_robot" : "pause_robot", run: () => void act(paused) };
}

/** Says what it did, with the way back, as on the robot's own screen: the words come with that. */
async function act(paused: boolean): Promise<void> {
  try {
    const [{ modeBefore, switchRobot }] = await Promise.all([import("../robot/acting"), alsoSpeak(ROBOT_WORDS)]);
    await switchRobot(paused ? modeBefore() : "off");
  } catch {
    tell(t("inbox.screen_failed"), { tone: "bad" });
  }
}
