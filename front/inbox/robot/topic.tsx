import { t } from "../../shared/i18n";
import { Page } from "../settings/form";

export default function Topic({ id }: { id: number }) {
  return <Page title={t("robot.tab.topics")}>{id}</Page>;
}
