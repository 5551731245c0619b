"""Replays over HTTP: asked for by leads, read page by page beside what people answered, compared."""

from pathlib import Path

import httpx

from cast import Shop
from desk.rehearsal import asks, replaying, replies, teach
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.cases import accounts
from tugi.web.agent_api import replays
from web.agents_app import app_of, invited_browser, owner_browser


async def lead_of(database: Database) -> tuple[httpx.AsyncClient, httpx.AsyncClient, Shop]:
    """The browsers of an owner and of an agent, and their shop."""
    app = app_of(database)
    app.include_router(replays.router)
    owner = await owner_browser(app)
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select id from workspaces")
        agent_id = await tx.fetchval("select min(id) from agents")
    async with database.transaction(workspace_id) as tx:
        account_id = await accounts.ensure_account(tx, "widget", "Widget")
    return owner, agent, Shop(database, workspace_id, account_id, agent_id)


async def test_a_lead_asks_for_a_replay_and_reads_it(database: Database, tmp_path: Path) -> None:
    owner, agent, shop = await lead_of(database)
    files = Folder(tmp_path)
    ids = await teach(shop, files)
    right = await asks(shop, "hello, where is my parcel?")
    await replies(shop, right, "Please use the link.", entry_id=ids["tracking"])
    wrong = await asks(shop, "when are you open on friday?")
    await replies(shop, wrong, "Please use the link.", entry_id=ids["tracking"])
    asked = (await owner.post("/api/robot/replays", json={"last": 100, "name": "First"})).json()
    assert (asked["status"], asked["wanted"], asked["summary"]) == ("waiting", 100, None)
    await replaying(shop, files).run({"workspace_id": shop.workspace_id, "replay_id": asked["id"]})
    path = f"/api/robot/replays/{asked['id']}"
    done = (await owner.get(path)).json()
    assert (done["status"], done["done"], done["summary"]["right"], done["summary"]["wrong"]) == ("done", 2, 1, 1)
    assert (await owner.get("/api/robot/replays")).json()["replays"][0]["id"] == asked["id"]
    first = (await owner.get(f"{path}/items", params={"limit": 1})).json()
    assert first["items"][0]["question"] == "when are you open on friday?"
    assert first["items"][0]["robot"]["entry_title"] == "Opening hours"
    assert "old town" in first["items"][0]["robot"]["text"]
    assert first["items"][0]["agent"]["entry_title"] == "Where is my parcel?"
    assert first["items"][0]["outcome"] == "wrong"
    rest = (await owner.get(f"{path}/items", params={"after": first["next"]})).json()
    assert [item["message_id"] for item in rest["items"]] == [right.id]
    only = (await owner.get(f"{path}/items", params={"outcome": "right"})).json()
    assert [item["message_id"] for item in only["items"]] == [right.id]
    assert (await owner.post(f"{path}/resume")).status_code == 409
    assert (await owner.post(f"{path}/cancel")).json()["status"] == "done"


async def test_a_draft_of_own_boundaries_is_refused_by_field_and_told_with_the_replay(database: Database) -> None:
    owner, _, _ = await lead_of(database)
    refused = await owner.post("/api/robot/replays", json={"last": 5, "draft": {"own_boundaries": ["ab"]}})
    assert refused.status_code == 422
    assert "3 to 60" in refused.json()["error"]["fields"]["draft.own_boundaries"]
    for draft, kept in (({"own_boundaries": ["gift  card "]}, ["gift card"]), ({"own_boundaries": []}, []), ({}, None)):
        asked = await owner.post("/api/robot/replays", json={"last": 5, "draft": draft})
        assert asked.json()["draft"]["own_boundaries"] == kept


async def test_two_replays_are_compared(database: Database, tmp_path: Path) -> None:
    owner, _, shop = await lead_of(database)
    files = Folder(tmp_path)
    ids = await teach(shop, files)
    asked = await asks(shop, "when are you open on friday?")
    await replies(shop, asked, "Please use the link.", entry_id=ids["tracking"])
    await replies(shop, await asks(shop, "where is my parcel?"), "Please use the link.", entry_id=ids["tracking"])
    numbers: list[int] = []
    for draft in ({}, {"levels": {str(ids["hours"]): "suggest", str(ids["tracking"]): "audit"}}):
        made = (await owner.post("/api/robot/replays", json={"last": 10, "draft": draft})).json()
        await replaying(shop, files).run({"workspace_id": shop.workspace_id, "replay_id": made["id"]})
        numbers.append(made["id"])
    found = (await owner.get(f"/api/robot/replays/{numbers[0]}/compare/{numbers[1]}")).json()
    assert (found["better"], found["worse"], found["shared"]) == (1, 0, 2)
    assert [(c["a"]["kind"], c["b"]["kind"]) for c in found["changed"]] == [("answer", "suggest")]
    gone = await owner.delete(f"/api/robot/replays/{numbers[0]}")
    assert [one["id"] for one in gone.json()["replays"]] == [numbers[1]]
    assert (await owner.get(f"/api/robot/replays/{numbers[0]}")).status_code == 404


async def test_agents_do_not_see_replays(database: Database) -> None:
    _, agent, _ = await lead_of(database)
    for method, path in (
        ("GET", ""), ("POST", ""), ("GET", "/1"), ("DELETE", "/1"), ("POST", "/1/cancel"), ("POST", "/1/resume"),
        ("GET", "/1/items"), ("GET", "/1/compare/2"),
    ):  # fmt: skip
        answer = await agent.request(method, f"/api/robot/replays{path}", json={"last": 5})
        assert answer.status_code == 403, (method, path)
