/** Files on their way, with how much has left and what went wrong. */
import { RotateCw, X } from "./icons";
import { fileSize, t } from "../../shared/i18n";
import { attachAgain } from "../acts";
import { removeUpload, uploads, type Upload } from "../store";

export function Uploads() {
  if (uploads.value.length === 0) return null;
  return (
    <ul class="uploads" aria-label={t("file.list")}>
      {uploads.value.map((upload) => (
        <Row upload={upload} key={upload.id} />
      ))}
    </ul>
  );
}

function Row({ upload }: { upload: Upload }) {
  const { file, part, attachment, failure } = upload;
  return (
    <li class={failure === null ? "" : "bad"}>
      {attachment?.width != null && <img src={attachment.url} alt="" />}
      <div>
        <span class="words">{file.name}</span>
        {failure !== null ? (
          <span role="alert">{failure}</span>
        ) : attachment === null ? (
          <progress value={part} max={1} aria-label={t("file.progress", { name: file.name })} />
        ) : (
          <span class="size">{fileSize(file.size)}</span>
        )}
      </div>
      {failure === t("file.failed") && (
        <button type="button" class="plain" aria-label={t("file.again", { name: file.name })} onClick={() => attachAgain(upload)}>
          <RotateCw size={16} />
        </button>
      )}
      <button type="button" class="plain" aria-label={t("file.remove", { name: file.name })} onClick={() => removeUpload(upload.id)}>
        <X size={16} />
      </button>
    </li>
  );
}
