/** People and teams: who works here, in which role, and links by which new people come in. */
import { useState } from "preact/hooks";
import { Ellipsis, UserPlus } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Agent } from "../../shared/types";
import { Initials } from "../parts/bits";
import { Menu, type MenuItem } from "../parts/menu";
import { CopyButton, isOwner, mayLead, NoPermission, Page, Section } from "../settings/form";
import { refusalOf } from "../settings/saving";
import { desk, http, online, session, take } from "../store";
import { tell } from "../notices";
import { InviteForm } from "./invite-form";
import { Teams } from "./teams";

export const ROLES = ["owner", "lead", "agent"] as const;

/** A link that lets somebody in, to be handed to them. */
export interface Handed {
  name: string;
  url: string;
}

const byName = (one: { name: string }, other: { name: string }): number => one.name.localeCompare(other.name);

/** Sends a change of a person; the screen shows what the server made of it. */
export async function changeAgent(id: number, body: Record<string, unknown>): Promise<void> {
  try {
    take({ agents: [await http.send<Agent>("PATCH", `/api/agents/${id}`, body)] });
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
  }
}

export default function Team() {
  const [inviting, setInviting] = useState(false);
  const [handed, setHanded] = useState<Handed | null>(null);
  const people = [...(desk.value?.agents.values() ?? [])].sort(byName);
  const working = people.filter((one) => one.active);
  const gone = people.filter((one) => !one.active);
  const invite = (
    <button type="button" class="button primary" aria-expanded={inviting} onClick={() => { setInviting(!inviting); setHanded(null); }}>
      <UserPlus size={14} aria-hidden="true" />{t("team.invite")}
    </button>
  );
  return (
    <Page title={t("team.title")} about={t("team.about")} actions={mayLead() ? invite : undefined}>
      {!mayLead() && <NoPermission text={t("team.locked")} />}
      {inviting && <InviteForm done={(link) => { setHanded(link); setInviting(false); }} cancel={() => setInviting(false)} />}
      {handed !== null && <Link handed={handed} close={() => setHanded(null)} />}
      <Section title={t("team.people", { count: working.length })} about={t("team.people_about")}>
        {working.length === 1 && mayLead() && <p class="teach">{t("team.alone")}</p>}
        <ul class="people">{working.map((one) => <Person key={one.id} agent={one} hand={setHanded} />)}</ul>
        {gone.length > 0 && (
          <details class="more">
            <summary>{t("team.switched_off", { count: gone.length })}</summary>
            <ul class="people">{gone.map((one) => <Person key={one.id} agent={one} hand={setHanded} />)}</ul>
          </details>
        )}
      </Section>
      <Teams />
    </Page>
  );
}

function Link({ handed, close }: { handed: Handed; close: () => void }) {
  const url = new URL(handed.url, location.origin).href;
  return (
    <div class="handed" role="status">
      <p><strong>{t("team.link_for", { name: handed.name })}</strong> {t("team.link_about")}</p>
      <pre class="code" tabIndex={0} aria-label={t("team.link_for", { name: handed.name })}><code>{url}</code></pre>
      <div class="button-row">
        <CopyButton text={url} label={t("team.copy_link")} />
        <button type="button" class="button" onClick={close}>{t("common.close")}</button>
      </div>
    </div>
  );
}

/** Leads look after agents and leads; owners after everybody. */
const mayChange = (agent: Agent): boolean => mayLead() && (isOwner() || agent.role !== "owner");

function Person({ agent, hand }: { agent: Agent; hand: (link: Handed) => void }) {
  const here = agent.id === session.value?.agent.id || online.value.agents.has(agent.id);
  const teams = agent.team_ids.map((id) => desk.value?.teams.get(id)?.name).filter(Boolean).join(", ");
  return (
    <li class={agent.active ? "person" : "person off"}>
      <Initials name={agent.name} online={here} />
      <div class="person-who">
        <strong class="cut">{agent.name}{agent.id === session.value?.agent.id && <span class="quiet"> · {t("common.you")}</span>}</strong>
        <span class="cut quiet">{agent.email}</span>
      </div>
      <div class="person-facts">
        <span class="fact">{t(`team.role.${agent.role}`)}</span>
        <span class="fact">{here ? t("common.online") : agent.available ? t("team.offline") : t("team.away")}</span>
        {teams !== "" && <span class="fact cut">{teams}</span>}
      </div>
      {mayChange(agent) && (
        <Menu label={t("team.change", { name: agent.name })} items={() => actsFor(agent, hand)} class="icon-button" align="end"><Ellipsis size={16} aria-hidden="true" /></Menu>
      )}
    </li>
  );
}

function actsFor(agent: Agent, hand: (link: Handed) => void): MenuItem[] {
  const mine = agent.id === session.peek()?.agent.id;
  const items: MenuItem[] = [];
  const roles = ROLES.filter((role) => role !== "owner" || isOwner());
  if (!mine || isOwner()) {
    items.push({ kind: "title", key: "roles", label: t("team.role") });
    for (const role of roles) {
      items.push({ kind: "act", key: role, label: t(`team.role.${role}`), hint: t(`team.role.${role}_short`), checked: agent.role === role, run: () => void changeAgent(agent.id, { role }) });
    }
  }
  items.push(...teamActs(agent));
  items.push({ kind: "title", key: "entry", label: t("team.entry") });
  if (agent.active) items.push({ kind: "act", key: "invite", label: t("team.new_link"), run: () => void newLink(agent, hand) });
  if (!mine) items.push({ kind: "act", key: "active", label: t(agent.active ? "team.switch_off" : "team.switch_on"), run: () => void switchPerson(agent) });
  return items;
}

function teamActs(agent: Agent): MenuItem[] {
  const teams = [...(desk.peek()?.teams.values() ?? [])].sort(byName);
  if (teams.length === 0) return [];
  const acts = teams.map((team): MenuItem => {
    const member = agent.team_ids.includes(team.id);
    const team_ids = member ? agent.team_ids.filter((id) => id !== team.id) : [...agent.team_ids, team.id];
    return { kind: "act", key: `team${team.id}`, label: team.name, checked: member, run: () => void changeAgent(agent.id, { team_ids }) };
  });
  return [{ kind: "title", key: "teams", label: t("team.teams") }, ...acts];
}

async function newLink(agent: Agent, hand: (link: Handed) => void): Promise<void> {
  try {
    const { invite_url } = await http.post<{ invite_url: string }>(`/api/agents/${agent.id}/invite`);
    hand({ name: agent.name, url: invite_url });
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
  }
}

async function switchPerson(agent: Agent): Promise<void> {
  if (agent.active && !confirm(t("team.switch_off_sure", { name: agent.name }))) return;
  await changeAgent(agent.id, { active: !agent.active });
}
