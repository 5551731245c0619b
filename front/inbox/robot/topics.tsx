import { t } from "../../shared/i18n";
import { Page } from "../settings/form";

export default function Topics() {
  return <Page title={t("robot.tab.topics")}>{null}</Page>;
}
