import { t } from "../../shared/i18n";
import { Page } from "../settings/form";

export default function Policy() {
  return <Page title={t("robot.tab.policy")}>{null}</Page>;
}
