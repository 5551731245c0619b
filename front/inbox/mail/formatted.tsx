/** A letter as its sender formatted it, in a frame that runs nothing and tells nobody that it was read. */
import { useMemo, useState } from "preact/hooks";
import { ImageOff } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Message } from "../../shared/types";
import { toConversation } from "../parts/focus";
import { frameSource, hasRemote, likelyHeight, shownIds } from "./frame-source";
import { type LetterView, usePictures } from "./letter-view";

export function Formatted({ message, view }: { message: Message; view: LetterView }) {
  const [remote, setRemote] = useState(false);
  const pictures = usePictures(view, message.attachments);
  const html = view.html ?? "";
  const source = useMemo(
    () => (pictures === null ? null : frameSource(html, pictures, { remote, language: message.language })),
    [html, pictures, remote, message.language],
  );
  const height = likelyHeight(`${message.text}\n${view.quoted_text}`, shownIds(html).length);
  return (
    <div class="formatted">
      {!remote && hasRemote(html) && (
        <p class="formatted-note">
          <ImageOff size={14} aria-hidden="true" />
          <span>{t("mail.images_off")}</span>
          <button type="button" class="link" onClick={() => { toConversation(); setRemote(true); }}>{t("mail.load_images")}</button>
        </p>
      )}
      {source === null ? <span class="skeleton formatted-bones" role="status" aria-label={t("common.loading")} style={{ height: `${height}px` }} /> : (
        // The key: another policy takes hold only in another document. What a link opens is a page of its own, not of the sandbox.
        <iframe
          key={String(remote)} class="formatted-frame" data-set="light" title={t("mail.formatted_title", { subject: view.subject })} style={{ height: `${height}px` }}
          sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" srcdoc={source}
        />
      )}
    </div>
  );
}
