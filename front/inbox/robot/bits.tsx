/** Small parts that the robot's screens share: what stands there while loading, and when reading failed. */
import { has, t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { NoPermission, PageBones } from "../settings/form";
import type { Failure } from "./reading";

export const Bones = ({ rows }: { rows?: number }) => <PageBones title={t("inbox.screen.robot")} wide rows={rows} />;

interface FailedProps {
  failure: Failure;
  again: () => void;
}

/** What to do when something could not be read. */
export function Failed({ bare = false, ...what }: FailedProps & { /** Part of a screen that has its heading. */ bare?: boolean }) {
  return (
    <>
      {!bare && <h1 class="unseen">{t("inbox.screen.robot")}</h1>}
      <Why {...what} />
    </>
  );
}

function Why({ failure, again }: FailedProps) {
  if (failure === "forbidden") return <div class="page"><NoPermission text={t("robot.forbidden")} /></div>;
  if (failure === "gone") return <Blank title={t("robot.gone")}><p>{t("robot.gone_hint")}</p></Blank>;
  return (
    <Blank title={t("robot.failed")}>
      <p>{t("robot.failed_hint")}</p>
      <button type="button" class="button" onClick={again}>{t("common.retry")}</button>
    </Blank>
  );
}

/** Why something ended or was taken back, in words; the server's own where it says more than we know. */
export const reasonOf = (why: string | null): string => (why === null ? t("robot.reason.unknown") : has(`robot.reason.${why}`) ? t(`robot.reason.${why}`) : why);
