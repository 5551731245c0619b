/** Review: ten-second judgements of what the robot did, one at a time. */
import { t } from "../../shared/i18n";

export default function Review() {
  return <h2>{t("review.title")}</h2>;
}
