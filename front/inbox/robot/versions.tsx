/** Every version of the robot: named, compared with another, and put back to work in one click. */
import { useRef, useState } from "preact/hooks";
import { GitCompareArrows, History } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { mayLead, NoPermission, Page } from "../settings/form";
import { Bones, Failed } from "./bits";
import { Comparison } from "./comparison";
import type { Version, Versions as Found } from "./facts";
import { useRead } from "./reading";
import { RestoreDialog } from "./restore-dialog";
import { Training } from "./training";
import { VersionRow } from "./version-row";

const PAGE = 50;

export default function Versions() {
  const read = useRead<Found>("/api/robot/versions", ["versions", "entries"]);
  const [picked, setPicked] = useState<readonly number[]>([]);
  const [most, setMost] = useState(PAGE);
  const [restoring, setRestoring] = useState<Version | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  if (read.state === "loading") return <Bones />;
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  const { versions, serving, model } = read.value;
  const take = (version: Version) => read.take({ ...read.value, versions: versions.map((one) => (one.number === version.number ? version : one)) });
  // Two at a time: a third pushes the first out.
  const pick = (number: number, on: boolean) => setPicked(on ? [...picked, number].slice(-2) : picked.filter((one) => one !== number));
  const restore = (version: Version) => {
    setRestoring(version);
    dialog.current?.showModal();
  };
  return (
    <Page wide title={t("robot.tab.versions")} about={t("robot.versions_about")}>
      {!mayLead() && <NoPermission text={t("robot.locked")} />}
      <Training model={model} earlier={versions.length > 0} />
      {versions.length === 0 ? (
        <Blank icon={<History size={20} aria-hidden="true" />} title={t("robot.no_versions")}><p>{t("robot.no_versions_hint")}</p></Blank>
      ) : (
        <>
          {versions.length > 1 && <p class="compare-hint quiet"><GitCompareArrows size={14} aria-hidden="true" />{t("robot.compare_hint")}</p>}
          <Comparison numbers={picked} close={() => setPicked([])} />
          <ul class="versions">
            {versions.slice(0, most).map((version) => (
              <VersionRow key={version.number} version={version} picked={picked.includes(version.number)} pick={pick} take={take} restore={restore} alone={versions.length === 1} />
            ))}
          </ul>
          {versions.length > most && <button type="button" class="button more-rows" onClick={() => setMost(most + PAGE)}>{t("knowledge.more")}</button>}
        </>
      )}
      <RestoreDialog box={dialog} version={restoring} serving={serving} done={() => { setRestoring(null); read.again(); }} />
    </Page>
  );
}
