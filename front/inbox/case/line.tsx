/** What happened between messages, as one thin sentence. */
import { fullTime, has, t, upcomingTime } from "../../shared/i18n";
import type { CaseLine } from "../state";
import { agentName, Hour } from "../parts/bits";
import { toConversation } from "../parts/focus";
import { minute } from "../parts/ticking";
import { casePath } from "../router";
import { desk, myId } from "../store";

/** "you", "the robot", a name: who did it, fit for the middle of a sentence. */
function actorOf({ actor }: CaseLine): string {
  if (actor.kind === "agent") return actor.id === myId.value ? t("line.actor.you") : agentName(actor.id);
  return t(`line.actor.${actor.kind}`);
}

function assigned(line: CaseLine): string {
  const { agent_id: agent, team_id: team } = line.data as { agent_id?: number | null; team_id?: number | null };
  const actor = actorOf(line);
  if (agent != null && line.actor.kind === "agent" && line.actor.id === agent) {
    return agent === myId.value ? t("line.taken_you") : t("line.taken", { actor });
  }
  if (agent != null) return t("line.assigned", { actor, agent: agentName(agent) });
  if (team != null) return t("line.assigned_team", { actor, team: desk.value?.teams.get(team)?.name ?? String(team) });
  return t("line.unassigned", { actor });
}

function statusChanged(line: CaseLine): string {
  const { status, until } = line.data as { status?: string; until?: string | null };
  const params = { actor: actorOf(line), time: until ? upcomingTime(until, minute.value) : "" };
  const key = `line.status.${status ?? "open"}`;
  return has(key) ? t(key, params) : t("line.status.open", params);
}

/** The sentence of a line in the viewer's language. */
export function sayLine(line: CaseLine): string {
  const actor = actorOf(line);
  switch (line.kind) {
    case "CaseHandedOver": {
      const reason = String(line.data.reason ?? "");
      return has(`line.reason.${reason}`) ? t("line.handed_over_because", { reason: t(`line.reason.${reason}`) }) : t("line.handed_over");
    }
    case "CaseAssigned":
      return assigned(line);
    case "CaseStatusChanged":
      return statusChanged(line);
    case "CaseSplit":
    case "SplitOff":
    case "CaseMerged":
    case "CaseJoined":
      return t(`line.${line.kind}`, { actor, number: `T-${String(line.data.number ?? "")}` });
    case "JoinUndone":
      return t(line.data.from_case_id === undefined ? "line.JoinUndone.out" : "line.JoinUndone.in", { actor, number: `T-${String(line.data.number ?? "")}` });
    case "CustomerRecognised":
      return t("line.recognised", { identity: String(line.data.address ?? line.data.identity ?? "") });
    default:
      return t(`line.${line.kind}`, { actor });
  }
}

interface Props {
  line: CaseLine;
  /** Takes the move back; null where there is nothing to take back. */
  undo: (() => void) | null;
}

export function LineRow({ line, undo }: Props) {
  const { number } = line.data as { number?: number };
  return (
    <li class="line" title={fullTime(line.at)}>
      <span>{sayLine(line)}</span>
      {number !== undefined && line.kind !== "CaseJoined" && <a class="link" href={casePath(number)}>{t("mail.open_case")}</a>}
      {undo !== null && <button type="button" class="link" onClick={() => { toConversation(); undo(); }}>{t("common.undo")}</button>}
      <Hour at={line.at} />
    </li>
  );
}
