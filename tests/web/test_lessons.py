"""Lessons and versions over HTTP: leads read and decide, agents do not."""

from pathlib import Path

from cast import Shop
from desk.rehearsal import asks, rehearse, replies, teach
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.answering import versions as kept
from tugi.desk.answering.learning import Learning
from tugi.desk.cases import accounts
from tugi.web.agent_api import lessons, versions
from web.agents_app import app_of, invited_browser, owner_browser


async def test_a_lead_accepts_a_lesson_and_puts_the_version_before_back(database: Database, tmp_path: Path) -> None:
    app, files = app_of(database), Folder(tmp_path)
    app.state.files = files
    app.include_router(lessons.router)
    app.include_router(versions.router)
    owner = await owner_browser(app)
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select id from workspaces")
        owner_id = await tx.fetchval("select min(id) from agents")
    async with database.transaction(workspace_id) as tx:
        account_id = await accounts.ensure_account(tx, "widget", "Widget")
    shop = Shop(database, workspace_id, account_id, owner_id)
    ids = await teach(shop, files)
    await kept.make(database, files, workspace_id, "training")
    asked = await asks(shop, "stuff i bought is nowhere to be seen")
    await replies(shop, asked, "Look.", entry_id=ids["tracking"])
    assert (await owner.post("/api/robot/lessons/find")).json()["counts"]["example"] == 0
    await Learning(database, files, rehearse).run({"workspace_id": workspace_id})
    listed = (await owner.get("/api/robot/lessons", params={"kind": "example"})).json()
    assert listed["counts"] == {"example": 1, "wording": 0, "entry": 0}
    (lesson,) = listed["lessons"]
    assert lesson["entry_title"] == "Where is my parcel?"
    assert [source["text"] for source in lesson["sources"]] == ["stuff i bought is nowhere to be seen"]
    path = f"/api/robot/lessons/{lesson['id']}"
    for method, address in (
        ("GET", "/api/robot/lessons"), ("POST", "/api/robot/lessons/find"), ("POST", f"{path}/accept"),
        ("POST", f"{path}/reject"), ("GET", "/api/robot/versions"), ("PATCH", "/api/robot/versions/1"),
        ("POST", "/api/robot/versions/1/restore"), ("GET", "/api/robot/versions/1/compare/1"),
    ):  # fmt: skip
        assert (await agent.request(method, address, json={"name": "x"})).status_code == 403, address
    accepted = await owner.post(f"{path}/accept", json={"examples": ["my stuff is nowhere to be seen"]})
    assert accepted.json()["status"] == "accepted"
    assert (await owner.post(f"{path}/reject")).status_code == 409
    named = await owner.patch("/api/robot/versions/1", json={"name": "Before"})
    assert (named.json()["name"], named.json()["serving"]) == ("Before", True)
    restored = (await owner.post("/api/robot/versions/1/restore")).json()
    assert (restored["number"], restored["restored_from"], restored["made_for"]) == (2, 1, "restore")
    entry = await owner.get(f"/api/knowledge/{ids['tracking']}")
    assert "my stuff is nowhere to be seen" not in entry.json()["examples"]["en"]
    same = (await owner.get("/api/robot/versions/1/compare/2")).json()
    parts = ("entries_added", "entries_removed", "entries_changed", "policy_changed", "cuts_changed")
    assert same == {part: [] for part in parts}
    assert (await owner.get("/api/robot/versions")).json()["serving"] == 2
