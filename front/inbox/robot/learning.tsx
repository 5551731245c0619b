/** Learning: what the robot could learn from people's answers, accepted or rejected by a person. */
import { t } from "../../shared/i18n";

export default function Learning() {
  return <h2>{t("learning.title")}</h2>;
}
