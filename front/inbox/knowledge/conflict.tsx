/** Two people changed the same entry: what differs, side by side, and which one stays. */
import { t } from "../../shared/i18n";
import { LANGUAGES } from "../../shared/types";
import { TONGUES } from "../settings/form";
import { differences, POLICIES, type Difference, type Draft } from "./draft";

interface Props {
  mine: Draft;
  theirs: Draft;
  takeTheirs: () => void;
  keepMine: () => void;
}

function nameOf({ part }: Difference): string {
  const [code, piece] = part.split(".");
  const tongue = LANGUAGES.find((one) => one === code);
  return tongue === undefined ? t(`knowledge.${part}`) : `${TONGUES[tongue]}: ${t(piece === "title" ? "knowledge.title_field" : `knowledge.${piece}`)}`;
}

const shown = (text: string): string => (POLICIES.some((one) => one === text) ? t(`knowledge.policy.${text}`) : text === "" ? "–" : text);

export function Conflict({ mine, theirs, takeTheirs, keepMine }: Props) {
  const found = differences(mine, theirs);
  return (
    <div class="caution conflict" role="alert">
      <p><strong>{t("knowledge.conflict")}</strong> {t("knowledge.conflict_hint")}</p>
      <div class="conflict-table" tabIndex={0} role="region" aria-label={t("knowledge.conflict")}>
        <table>
          <thead><tr><th scope="col">{t("knowledge.part")}</th><th scope="col">{t("knowledge.theirs")}</th><th scope="col">{t("knowledge.mine")}</th></tr></thead>
          <tbody>
            {found.map((one) => (
              <tr key={one.part}><th scope="row">{nameOf(one)}</th><td class="words">{shown(one.theirs)}</td><td class="words">{shown(one.mine)}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="button-row">
        <button type="button" class="button" onClick={takeTheirs}>{t("knowledge.take_theirs")}</button>
        <button type="button" class="button" onClick={keepMine}>{t("knowledge.keep_mine")}</button>
      </div>
    </div>
  );
}
