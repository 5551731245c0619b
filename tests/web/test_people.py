"""Team screen: who may change whom, the last owner, teams, other workspaces."""

import pytest

from tugi.core.database import Database
from tugi.desk.people import agents, passwords, setup, workspaces
from web.agents_app import app_of, browser, invited_browser, owner_browser


async def test_roles_decide_who_changes_whom(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    lead = await invited_browser(app, owner, "lead", "lauri@pohjala.example")
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    ids = {person["email"].partition("@")[0]: person["id"] for person in (await owner.get("/api/agents")).json()}
    new = {"name": "X", "email": "x@pohjala.example"}
    assert (await agent.post("/api/agents", json=new)).status_code == 403
    assert (await lead.post("/api/agents", json={**new, "role": "owner"})).status_code == 403
    assert (await lead.post("/api/agents", json=new)).status_code == 200
    assert (await lead.post("/api/agents", json={**new, "email": "X@pohjala.EXAMPLE"})).status_code == 409
    assert (await agent.patch(f"/api/agents/{ids['liis']}", json={"role": "owner"})).status_code == 403
    assert (await lead.patch(f"/api/agents/{ids['lauri']}", json={"role": "owner"})).status_code == 403
    assert (await lead.patch(f"/api/agents/{ids['anu']}", json={"active": False})).status_code == 403
    assert (await lead.post(f"/api/agents/{ids['anu']}/invite", json={})).status_code == 403
    raised = await owner.patch(f"/api/agents/{ids['liis']}", json={"role": "lead", "name": "Liis Lepp"})
    assert (raised.json()["role"], raised.json()["name"]) == ("lead", "Liis Lepp")
    assert (await agent.get("/api/me")).json()["agent"]["role"] == "lead"


async def test_last_owner_stays(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    own_id = (await owner.get("/api/me")).json()["agent"]["id"]
    assert (await owner.patch(f"/api/agents/{own_id}", json={"role": "agent"})).status_code == 409
    assert (await owner.patch(f"/api/agents/{own_id}", json={"active": False})).status_code == 422


async def test_teams_and_their_members(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    own_id = (await owner.get("/api/me")).json()["agent"]["id"]
    team = (await owner.post("/api/teams", json={"name": " Returns  desk "})).json()
    assert team["name"] == "Returns desk"
    assert (await owner.post("/api/teams", json={"name": "returns DESK"})).status_code == 409
    other = (await owner.post("/api/teams", json={"name": "Care"})).json()
    assert (await owner.patch(f"/api/teams/{other['id']}", json={"name": "Returns desk"})).status_code == 409
    changed = await owner.patch(f"/api/teams/{team['id']}", json={"agent_ids": [own_id]})
    assert changed.json()["agent_ids"] == [own_id]
    assert (await owner.patch(f"/api/teams/{team['id']}", json={"agent_ids": [9_999]})).status_code == 422
    moved = await owner.patch(f"/api/agents/{own_id}", json={"team_ids": [other["id"]]})
    assert moved.json()["team_ids"] == [other["id"]]
    assert (await owner.delete(f"/api/teams/{other['id']}")).status_code == 200
    me = (await owner.get("/api/me")).json()
    assert [t["name"] for t in me["teams"]] == ["Returns desk"]
    assert me["agent"]["team_ids"] == []


async def test_another_workspace_is_out_of_reach(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    mine = (await owner.post("/api/teams", json={"name": "Returns"})).json()["id"]
    own_id = (await owner.get("/api/me")).json()["agent"]["id"]
    async with database.everywhere() as tx:
        other = (await workspaces.create(tx, "Muu pood")).id
    async with database.transaction(other) as tx:
        password_hash = await passwords.hashed("teise poe parool")
        await agents.create(tx, name="B", email="b@muu.example", role="owner", password_hash=password_hash)
    stranger = browser(app)
    await stranger.post("/api/sign-in", json={"email": "b@muu.example", "password": "teise poe parool"})
    for method, path in (
        ("PATCH", f"/api/teams/{mine}"),
        ("DELETE", f"/api/teams/{mine}"),
        ("PATCH", f"/api/agents/{own_id}"),
        ("POST", f"/api/agents/{own_id}/invite"),
    ):
        answer = await stranger.request(method, path, json={})
        assert answer.status_code == 404, path
    assert [person["email"] for person in (await stranger.get("/api/agents")).json()] == ["b@muu.example"]


@pytest.mark.parametrize("path", ["/api/me", "/api/agents", "/api/teams", "/api/workspace", "/api/knowledge"])
async def test_nothing_without_signing_in(database: Database, path: str) -> None:
    client = browser(app_of(database))
    client.cookies.set("tugi_session", "not a token")
    answer = await client.get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


async def test_operator_lets_somebody_in(database: Database) -> None:
    first = await setup.create_admin(database, email="op@shop.example", password="esimene parool")
    assert first.role == "owner"
    client = browser(app_of(database))
    form = {"email": "op@shop.example", "password": "teine pikk parool"}
    again = await setup.create_admin(database, **form)
    assert again.id == first.id
    assert (await client.post("/api/sign-in", json=form)).status_code == 200
    assert await setup.get_only_workspace_id(database) == 1


async def test_a_sign_of_life_makes_an_agent_online(database: Database) -> None:
    owner = await owner_browser(app_of(database))
    me = (await owner.get("/api/me")).json()
    assert me["agent"]["online"] is False
    async with database.transaction(me["workspace"]["id"]) as tx:
        await agents.saw(tx, me["agent"]["id"])
        await agents.saw(tx, me["agent"]["id"])
    assert (await owner.get("/api/me")).json()["agent"]["online"] is True
