/** The review at work: the queue on the screen runs ahead of the server, which confirms or refuses. */
import { useEffect, useRef, useState } from "preact/hooks";
import { HttpError } from "../../shared/http";
import { t } from "../../shared/i18n";
import { tell } from "../notices";
import { refusalOf } from "../settings/saving";
import { http } from "../store";
import type { Label } from "./facts";
import { useRead, type Failure } from "./reading";
import { arrive, back, EMPTY, FEW, restore, step, type Queue } from "./review-queue";
import type { Disagreement, ReviewState } from "./shapes";

export interface Reviewing {
  /** null until the first answer. */
  queue: Queue | null;
  disagreements: readonly Disagreement[];
  failure: Failure | null;
  again: () => void;
  judge: (label: Label, truth?: number | null) => void;
  skip: () => void;
  undo: () => void;
}

export function useReview(): Reviewing {
  const read = useRead<ReviewState>("/api/robot/review", "review");
  const [queue, setQueue] = useState<Queue | null>(null);
  /** Acts reach the server in the order in which they were done: an undo never overtakes its judgement. */
  const line = useRef<Promise<void>>(Promise.resolve());
  useEffect(() => {
    if (read.value !== null) setQueue((now) => arrive(now ?? EMPTY, read.value));
  }, [read.value]);

  const send = (id: number, act: () => Promise<{ waiting: number }>) => {
    line.current = line.current.then(act).then(
      ({ waiting }) => setQueue((now) => now && { ...now, waiting }),
      (error: unknown) => {
        // Somebody else was quicker, or the case is gone: nothing is left to judge.
        if (error instanceof HttpError && (error.status === 404 || error.status === 409)) return tell(t("review.gone"));
        setQueue((now) => now && restore(now, id));
        tell(t("review.refused", { reason: refusalOf(error).text }), { tone: "bad" });
      },
    );
  };
  const move = (label: Label | null, act: (id: number) => Promise<{ waiting: number }>) => {
    const item = queue?.items[0];
    if (queue == null || item === undefined) return;
    setQueue(step(queue, label));
    send(item.id, () => act(item.id));
    if (queue.items.length < FEW && queue.waiting > queue.items.length) read.again();
  };
  const undo = () => {
    const last = queue?.past.at(-1);
    if (queue == null || last === undefined) return;
    setQueue(back(queue));
    // A skipped one is still there to be judged; only a judgement has to be taken back.
    if (last.label !== null) send(last.item.id, () => http.send("DELETE", `/api/robot/review/${last.item.id}/judgement`));
  };
  return {
    queue,
    disagreements: read.value?.disagreements ?? [],
    failure: queue === null ? read.failure : null,
    again: read.again,
    judge: (label, truth = null) => move(label, (id) => http.post(`/api/robot/review/${id}`, { label, truth_entry_id: truth })),
    skip: () => move(null, (id) => http.post(`/api/robot/review/${id}/skip`)),
    undo,
  };
}
