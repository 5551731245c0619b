/** Says what restoring a version will do before it is done. */
import { useState } from "preact/hooks";
import { RotateCcw } from "lucide-preact";
import { t } from "../../shared/i18n";
import { tell } from "../notices";
import { refusalOf } from "../settings/saving";
import { http } from "../store";
import { Differences } from "./comparison";
import type { Version } from "./facts";
import { nameOfVersion } from "./version-row";

interface Props {
  box: { current: HTMLDialogElement | null };
  version: Version | null;
  serving: number | null;
  done: () => void;
}

export function RestoreDialog({ box, version, serving, done }: Props) {
  const [busy, setBusy] = useState(false);
  const close = () => box.current?.close();
  const restore = async () => {
    if (version === null) return;
    setBusy(true);
    try {
      await http.post<Version>(`/api/robot/versions/${version.number}/restore`);
      tell(t("robot.restored", { name: nameOfVersion(version) }));
    } catch (error) {
      tell(refusalOf(error).text, { tone: "bad" });
    }
    setBusy(false);
    close();
  };
  return (
    <dialog ref={box} class="dialog restore" aria-labelledby="restore-title" onClose={done} onClick={(event) => { if (event.target === box.current) close(); }}>
      {version !== null && (
        <div class="restore-body">
          <h2 id="restore-title">{t("robot.restore_title", { name: nameOfVersion(version) })}</h2>
          <p>{t("robot.restore_about")}</p>
          {serving !== null && (
            <>
              <h3>{t("robot.restore_changes")}</h3>
              <Differences from={serving} to={version.number} />
            </>
          )}
          <p class="quiet">{t("robot.restore_kept")}</p>
          <div class="button-row">
            <button type="button" class="button primary" disabled={busy} onClick={() => void restore()}><RotateCcw size={14} aria-hidden="true" />{t(busy ? "robot.restoring" : "robot.restore")}</button>
            <button type="button" class="button" disabled={busy} onClick={close}>{t("settings.cancel")}</button>
          </div>
        </div>
      )}
    </dialog>
  );
}
