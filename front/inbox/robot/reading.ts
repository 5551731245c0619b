/** Reading what a screen shows, and reading it again when a live event says that it changed. */
import { useEffect, useState } from "preact/hooks";
import { HttpError } from "../../shared/http";
import type { RobotPart } from "../../shared/types";
import { changed, epoch, http } from "../store";

/** Why nothing can be shown: not for this viewer, not there, or it may work in a moment. */
export type Failure = "forbidden" | "gone" | "passing";

export type Read<T> = (
  | { state: "loading"; value: null; failure: null }
  | { state: "ready"; value: T; failure: null }
  | { state: "failed"; value: null; failure: Failure }
) & {
  /** Ask again, after a failure or an act of one's own. */
  again: () => void;
  /** Put a fresher value in its place, e.g. the answer to one's own act. */
  take: (value: T) => void;
};

type Held<T> = { path: string; value: T | null; failure: Failure | null };

export function failureOf(error: unknown): Failure {
  if (!(error instanceof HttpError)) return "passing";
  if (error.status === 403) return "forbidden";
  return error.status === 404 || error.status === 422 ? "gone" : "passing";
}

/** What a live event may say that it changed. */
export type Changing = RobotPart | "entries" | "channels";

const roundOf = (part: Changing): number => (part === "entries" || part === "channels" ? changed[part] : changed.robot[part]).value;

/**
 * What `GET path` answers. It is read again when a live event carries `objects.robot` = one of `parts` ("entries":
 * when knowledge or the training moves; "channels": when a mailbox does), and when everything was loaded anew. While it is read again, and when
 * that fails, the last value stays on the screen.
 */
export function useRead<T>(path: string, parts: Changing | readonly Changing[]): Read<T> {
  const [held, setHeld] = useState<Held<T>>({ path, value: null, failure: null });
  const [tries, setTries] = useState(0);
  const round = epoch.value + (typeof parts === "string" ? [parts] : parts).reduce((sum, part) => sum + roundOf(part), 0);
  useEffect(() => {
    const abort = new AbortController();
    http.get<T>(path, abort.signal).then(
      (value) => setHeld({ path, value, failure: null }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const failure = failureOf(error);
        setHeld((before) => {
          const known = before.path === path ? before.value : null;
          return known !== null && failure === "passing" ? before : { path, value: null, failure };
        });
      },
    );
    return () => abort.abort();
  }, [path, round, tries]);
  const again = () => {
    setHeld((before) => ({ ...before, failure: null }));
    setTries((count) => count + 1);
  };
  const take = (value: T) => setHeld({ path, value, failure: null });
  const now: Held<T> = held.path === path ? held : { path, value: null, failure: null };
  if (now.failure !== null) return { state: "failed", value: null, failure: now.failure, again, take };
  if (now.value === null) return { state: "loading", value: null, failure: null, again, take };
  return { state: "ready", value: now.value, failure: null, again, take };
}
