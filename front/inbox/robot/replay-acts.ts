/** What one can do with a replay, and how it is called. */
import { useEffect } from "preact/hooks";
import { t } from "../../shared/i18n";
import { tell } from "../notices";
import { go } from "../router";
import { refusalOf } from "../settings/saving";
import { http } from "../store";
import { tabPath } from "./address";
import type { Replay } from "./shapes";

export const replayPath = (id: number, other: number | null = null): string => `/robot/replay/${id}${other === null ? "" : `?with=${other}`}`;

export const isMoving = (replay: Pick<Replay, "status">): boolean => replay.status === "waiting" || replay.status === "running";

/** The name somebody gave, or what it replays. */
export const nameOfReplay = (replay: Pick<Replay, "name" | "wanted">): string =>
  replay.name === "" ? t("replay.unnamed", { count: replay.wanted }) : replay.name;

const PULSE_MS = 2_000;

/** Asks again while something moves: live events tell of the beginning and the end, not of each step between. */
export function usePulse(moving: boolean, again: () => void): void {
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") again();
    }, PULSE_MS);
    return () => clearInterval(timer);
  }, [moving]);
}

/** Cancels or resumes, then reads anew. */
export async function moveReplay(replay: Replay, act: "cancel" | "resume", again: () => void): Promise<void> {
  try {
    await http.post(`/api/robot/replays/${replay.id}/${act}`);
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
  }
  again();
}

/** Deletes after a question; from its own page one comes back to the list. */
export async function deleteReplay(replay: Replay, again: () => void): Promise<void> {
  if (!confirm(t("replay.delete_sure", { name: nameOfReplay(replay) }))) return;
  try {
    await http.send("DELETE", `/api/robot/replays/${replay.id}`);
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
    return;
  }
  tell(t("replay.deleted", { name: nameOfReplay(replay) }));
  if (location.pathname === replayPath(replay.id)) go(tabPath("replay"), { replace: true });
  again();
}
