/** How the robot's learning stands, with a bar while it learns. */
import { t } from "../../shared/i18n";
import { TrainingLine } from "../knowledge/training-line";
import { desk } from "../store";
import type { Versions } from "./facts";

export function Training({ model, earlier }: { model: Versions["model"]; /** Whether a version serves meanwhile. */ earlier: boolean }) {
  const now = { ...model, ...desk.value?.model };
  const progress = now.progress ?? 0;
  return (
    <div class="training-state">
      <TrainingLine model={model} />
      {now.status === "training" && (
        <>
          <progress class="progress" max={1} value={progress > 0 ? progress : undefined} aria-label={t("robot.training_progress")} />
          {earlier && <p class="quiet">{t("robot.training_about")}</p>}
        </>
      )}
    </div>
  );
}
