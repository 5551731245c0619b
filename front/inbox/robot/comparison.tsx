/** What differs between two versions: knowledge, policy and cuts. */
import { X } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Failed } from "./bits";
import type { Difference, Topics } from "./facts";
import { useRead } from "./reading";
import { cutValue, settingName, settingValue } from "./setting-words";

export function Comparison({ numbers, close }: { numbers: readonly number[]; close: () => void }) {
  const [one, other] = [...numbers].sort((a, b) => a - b);
  if (one === undefined || other === undefined) return null;
  return (
    <section class="comparison" aria-label={t("robot.compare_title", { one, other })}>
      <header>
        <h2>{t("robot.compare_title", { one, other })}</h2>
        <button type="button" class="icon-button" aria-label={t("common.close")} onClick={close}><X size={16} aria-hidden="true" /></button>
      </header>
      <Differences from={one} to={other} />
    </section>
  );
}

/** What one gets by going from one version to the other. */
export function Differences({ from, to }: { from: number; to: number }) {
  const read = useRead<Difference>(`/api/robot/versions/${from}/compare/${to}`, []);
  if (read.state === "loading") return <div role="status" aria-label={t("common.loading")}><span class="skeleton bar" style={{ width: "60%" }} /><span class="skeleton bar" style={{ width: "45%" }} /></div>;
  if (read.state === "failed") return <Failed bare failure={read.failure} again={read.again} />;
  const { entries_added: added, entries_removed: removed, entries_changed: changed, policy_changed: policy, cuts_changed: cuts } = read.value;
  if (added.length + removed.length + changed.length + policy.length + cuts.length === 0) return <p>{t("robot.compare_same")}</p>;
  return (
    <dl class="differences">
      <Entries name={t("robot.entries_added", { count: added.length })} entries={added} />
      <Entries name={t("robot.entries_removed", { count: removed.length })} entries={removed} />
      <Entries name={t("robot.entries_changed", { count: changed.length })} entries={changed} />
      {policy.length > 0 && <Settings lines={policy} />}
      {cuts.length > 0 && <Cuts lines={cuts} />}
    </dl>
  );
}

const MOST = 12;

function Entries({ name, entries }: { name: string; entries: Difference["entries_added"] }) {
  if (entries.length === 0) return null;
  return (
    <div>
      <dt>{name}</dt>
      {entries.slice(0, MOST).map((entry) => <dd key={entry.id}><a href={`/knowledge/${entry.id}`}>{entry.title}</a></dd>)}
      {entries.length > MOST && <dd class="quiet">{t("robot.and_more", { count: entries.length - MOST })}</dd>}
    </div>
  );
}

/** What the robot has learned about its own certainty. */
function Cuts({ lines }: { lines: Difference["cuts_changed"] }) {
  return (
    <div>
      <dt>{t("robot.cuts_changed")}</dt>
      {lines.map((line) => (
        <dd key={line.name}>{settingName(line.name, NO_TITLES)}: {cutValue(line.from)}{"\u00a0→ "}<strong>{cutValue(line.to)}</strong></dd>
      ))}
    </div>
  );
}

const NO_TITLES: ReadonlyMap<number, string> = new Map();

function Settings({ lines }: { lines: Difference["policy_changed"] }) {
  // Topics are named there; the comparison has only their numbers.
  const read = useRead<Topics>("/api/robot/topics", []);
  const titles = new Map((read.value?.topics ?? []).map((topic) => [topic.entry_id, topic.title]));
  return (
    <div>
      <dt>{t("robot.policy_changed", { count: lines.length })}</dt>
      {lines.slice(0, MOST).map((line) => (
        <dd key={line.name}>{settingName(line.name, titles)}: {settingValue(line.from)}{"\u00a0→ "}<strong>{settingValue(line.to)}</strong></dd>
      ))}
      {lines.length > MOST && <dd class="quiet">{t("robot.and_more", { count: lines.length - MOST })}</dd>}
    </div>
  );
}
