import { t } from "../../shared/i18n";
import { Page } from "../settings/form";

export default function Versions() {
  return <Page title={t("robot.tab.versions")}>{null}</Page>;
}
