/** Acts on topics: shown at once, sent after a short pause, undone from the notice. */
import { useEffect, useRef, useState } from "preact/hooks";
import { HttpError } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Workspace } from "../../shared/types";
import { tell } from "../notices";
import { refusalOf } from "../settings/saving";
import { http, session } from "../store";
import type { Level, Risk, Topic } from "./facts";

/** Arrow keys walk over the steps; only the one that is rested on is sent. */
const REST_MS = 600;

export const sendTopic = (entryId: number, body: { level?: Level | null; channel?: string; risk?: Risk }): Promise<Topic> =>
  http.send<Topic>("PATCH", `/api/robot/topics/${entryId}`, body);

export const actOn = (entryId: number, act: "promote" | "decline" | "keep-evidence"): Promise<Topic> =>
  http.post<Topic>(`/api/robot/topics/${entryId}/${act}`);

/** Says in the viewer's words why it was refused. */
export function tellRefusal(error: unknown, conflict: string): void {
  const refused = error instanceof HttpError && error.status === 409;
  tell(refused ? conflict : refusalOf(error).text, { tone: "bad" });
}

/** Does it, hands on what the topic is now, and tells of a refusal; `conflict` says what a clash with the present state means. */
export async function attempt(act: () => Promise<Topic>, done: (topic: Topic) => void, conflict = t("robot.own_needs")): Promise<boolean> {
  try {
    done(await act());
    return true;
  } catch (error) {
    tellRefusal(error, conflict);
    return false;
  }
}

/** A topic's level on the screen and how to change it: `shown` is the viewer's wish until the server has spoken. */
export function useLevel(topic: Topic, done: (topic: Topic) => void): { shown: Level; change: (level: Level) => void } {
  const [wish, setWish] = useState<Level | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const pending = useRef<(() => void) | null>(null);
  // Leaving the screen must not lose the last choice.
  useEffect(() => () => pending.current?.(), []);
  const change = (level: Level) => {
    clearTimeout(timer.current);
    setWish(level);
    const before = topic.own_level;
    const send = () => {
      clearTimeout(timer.current);
      pending.current = null;
      if (level === topic.level && level === topic.own_level) {
        setWish(null);
        return;
      }
      void attempt(() => sendTopic(topic.entry_id, { level }), done).then((changed) => {
        setWish(null);
        if (changed) tellLevel(topic, level, () => void attempt(() => sendTopic(topic.entry_id, { level: before }), done));
      });
    };
    pending.current = send;
    timer.current = setTimeout(send, REST_MS);
  };
  return { shown: wish ?? topic.level, change };
}

export function tellLevel(topic: Pick<Topic, "entry_id" | "title">, level: Level, undo: () => void): void {
  tell(t("robot.level_changed", { title: topic.title, level: t(`robot.level.${level}_long`) }), {
    about: -topic.entry_id,
    act: { label: t("common.undo"), run: undo },
  });
}

export type Mode = Workspace["robot"]["mode"];
let before: Mode = "suggest";

/** Switches the whole robot; pausing it offers the way back. */
export async function switchRobot(mode: Mode): Promise<void> {
  const me = session.peek();
  if (me == null) return;
  const was = me.workspace.robot.mode;
  if (was !== "off") before = was;
  try {
    const workspace = await http.send<Workspace>("PATCH", "/api/workspace", { robot: { mode } });
    const now = session.peek();
    if (now != null) session.value = { ...now, workspace };
    tell(t(`robot.mode_changed.${mode}`), { act: was === mode ? null : { label: t("common.undo"), run: () => void switchRobot(was) } });
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
  }
}

/** What the robot did before it was paused; suggesting when nobody here saw that. */
export const modeBefore = (): Mode => before;
