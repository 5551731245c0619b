/** Teams: groups that cases can be given to. */
import { useState } from "preact/hooks";
import { Plus, Trash2 } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Team } from "../../shared/types";
import { Initials } from "../parts/bits";
import { NameField } from "../parts/name-field";
import { mayLead, Problem, Section } from "../settings/form";
import { refusalOf, useSaving } from "../settings/saving";
import { desk, http, take } from "../store";
import { tell } from "../notices";

export function Teams() {
  const [name, setName] = useState("");
  const saving = useSaving();
  const teams = [...(desk.value?.teams.values() ?? [])].sort((one, other) => one.name.localeCompare(other.name));
  const add = () =>
    void saving.run(async () => {
      take({ teams: [await http.post<Team>("/api/teams", { name })] });
      setName("");
    });
  return (
    <Section title={t("team.teams")} about={t("team.teams_about")}>
      {teams.length === 0 && <p class="teach">{t("team.no_teams")}</p>}
      <ul class="teams">{teams.map((team) => <Row key={team.id} team={team} />)}</ul>
      {mayLead() && (
        <form class="add-row" onSubmit={(event) => { event.preventDefault(); add(); }}>
          <input value={name} maxLength={60} aria-label={t("team.team_name")} placeholder={t("team.team_name")} onInput={(event) => setName(event.currentTarget.value)} />
          <button type="submit" class="button" disabled={saving.busy || name.trim() === ""}><Plus size={14} aria-hidden="true" />{t("team.add_team")}</button>
        </form>
      )}
      {saving.refusal !== null && <Problem role="alert">{saving.refusal.fields.name ?? saving.refusal.text}</Problem>}
    </Section>
  );
}

function Row({ team }: { team: Team }) {
  const [renaming, setRenaming] = useState(false);
  const people = team.agent_ids.map((id) => desk.value?.agents.get(id)).filter((one) => one !== undefined);
  const rename = async (wanted: string) => {
    setRenaming(false);
    if (wanted === "" || wanted === team.name) return;
    await attempt(async () => take({ teams: [await http.send<Team>("PATCH", `/api/teams/${team.id}`, { name: wanted })] }));
  };
  const remove = async () => {
    if (!confirm(t("team.delete_sure", { name: team.name }))) return;
    await attempt(async () => {
      await http.send("DELETE", `/api/teams/${team.id}`);
      const known = desk.peek();
      if (known !== null) desk.value = { ...known, teams: new Map([...known.teams].filter(([id]) => id !== team.id)) };
    });
  };
  return (
    <li class="team">
      {renaming ? <NameField name={team.name} label={t("team.team_name")} most={60} keep={rename} leave={() => setRenaming(false)} /> : <strong class="cut">{team.name}</strong>}
      <span class="team-people">
        {people.length === 0 ? <span class="quiet">{t("team.nobody")}</span> : people.map((one) => <span key={one.id} class="member"><Initials name={one.name} /><span class="cut">{one.name}</span></span>)}
      </span>
      {mayLead() && (
        <span class="button-row">
          <button type="button" class="button" onClick={() => setRenaming(true)}>{t("team.rename")}</button>
          <button type="button" class="icon-button" aria-label={t("team.delete", { name: team.name })} title={t("team.delete", { name: team.name })} onClick={() => void remove()}><Trash2 size={14} aria-hidden="true" /></button>
        </span>
      )}
    </li>
  );
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    tell(refusalOf(error).text, { tone: "bad" });
  }
}
