/** What can be done with one message of the customer's. */
import { Ellipsis, Split } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Case, Message } from "../../shared/types";
import { toConversation } from "../parts/focus";
import { Menu, type MenuItem } from "../parts/menu";
import { split } from "./acts";

export function MessageMenu({ item, message }: { item: Case; message: Message }) {
  const items = (): MenuItem[] => [
    { kind: "act", key: "split", label: t("mail.split"), icon: <Split size={14} />, run: () => { toConversation(); split(item, message.id); } },
  ];
  return (
    <Menu label={t("mail.message_menu")} items={items} class="icon-button message-menu" align="end">
      <Ellipsis size={14} aria-hidden="true" />
    </Menu>
  );
}
