/** The chat as customers will see it, drawn with the colours that are being chosen. */
import { Bot, MessageCircle, Send } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Language, Workspace } from "../../shared/types";
import { accentOf } from "../../shared/ui/accent";
import { isDark } from "../../shared/ui/theme";
import { TONGUES } from "./form";

export function Preview({ workspace, tongue }: { workspace: Workspace; tongue: Language }) {
  const { widget } = workspace;
  const dark = widget.dark === "dark" || (widget.dark === "auto" && isDark());
  const accent = accentOf(widget.accent, dark);
  const greeting = widget.greeting[tongue] ?? "";
  const colours = `--accent:${accent.solid};--on-accent:${accent.onSolid};--accent-text:${accent.text};--accent-surface:${accent.surface};--accent-border:${accent.border}`;
  return (
    <aside class="preview" aria-label={t("settings.preview")}>
      <p class="preview-title">{t("settings.preview")} · {TONGUES[tongue]}</p>
      <div class={`preview-set ${widget.position}`} data-set={dark ? "dark" : "light"} style={colours} aria-hidden="true">
        <div class="preview-frame">
          <div class="preview-head">
            <strong class="cut">{workspace.name}</strong>
            <span class="cut">{t("settings.preview_status")}</span>
          </div>
          <div class="preview-body">
            <p class="preview-greeting" lang={tongue}>{greeting === "" ? t("settings.greeting_default") : greeting}</p>
            <p class="preview-mine">{t("settings.preview_question")}</p>
            <div class="preview-robot">
              <span><Bot size={12} />{widget.assistant_name ?? t("settings.preview_assistant")}</span>
              {t("settings.preview_answer")}
            </div>
          </div>
          <div class="preview-field"><span>{t("settings.preview_field")}</span><Send size={16} /></div>
        </div>
        <span class="preview-launcher"><MessageCircle size={24} /></span>
      </div>
    </aside>
  );
}
