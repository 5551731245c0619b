/** What was written and is not stored yet, with its honest state; a refused one offers retry, copy and removal. */
import { CircleAlert } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Words } from "../../shared/ui/text";
import { discard, retry } from "../acts";
import { Hour } from "../parts/bits";
import type { Unsent } from "../timeline";

interface Props {
  unsent: Unsent;
  /** Puts the words back into the composer. */
  onEdit: (unsent: Unsent) => void;
}

export function UnsentRow({ unsent, onEdit }: Props) {
  const edit = () => {
    discard(unsent.client_id);
    onEdit(unsent);
  };
  return (
    <li class={`said ${unsent.kind === "note" ? "note" : "agent"} unsent`}>
      <p class="said-by">
        <span class="said-name">{t("common.you")}</span>
        <Hour at={unsent.created_at} />
      </p>
      <div class="bubble">
        {unsent.text !== "" && <Words text={unsent.text} />}
        {unsent.attachments > 0 && <p class="state">{t("case.files", { count: unsent.attachments })}</p>}
      </div>
      {unsent.state === "failed" ? (
        <p class="state bad" role="alert">
          <CircleAlert size={12} aria-hidden="true" />
          {unsent.failure === null || unsent.failure === "" ? t("case.state.failed") : t("case.state.failed_because", { reason: unsent.failure })}
          <button type="button" class="link" onClick={() => retry(unsent.client_id)}>{t("common.retry")}</button>
          <button type="button" class="link" onClick={edit}>{t("common.edit")}</button>
          <button type="button" class="link" onClick={() => discard(unsent.client_id)}>{t("common.remove")}</button>
        </p>
      ) : (
        <p class="state">{t(`case.state.${unsent.state}`)}</p>
      )}
    </li>
  );
}
