/** Replay: what the robot would have done with past questions, without sending anything. */
import { t } from "../../shared/i18n";

export default function Replay() {
  return <h2>{t("replay.title")}</h2>;
}
