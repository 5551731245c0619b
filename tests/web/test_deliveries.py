"""Raw deliveries over HTTP: what nobody could read is listed, saved, tried again, put aside; by whom."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.cases import accounts, deliveries
from web.agents_app import browser, invited_browser, owner_browser
from web.mail_app import app_with, connected


async def test_what_nobody_could_read_is_listed_saved_tried_again_and_put_aside(
    database: Database, tmp_path: Path
) -> None:
    app = app_with(database, files=tmp_path)
    owner = await owner_browser(app)
    made = await connected(owner)
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select workspace_id from channel_accounts where id = $1", made["id"])
    raw = b"Subject: <script>alert(1)</script>\r\n\r\nodd\r\n"
    digest = await app.state.files.put(workspace_id, raw)
    ids: list[int] = []
    for number in range(5):
        async with database.transaction(workspace_id) as tx:
            found = await deliveries.store(tx, made["id"], source=f"imap:{number}", hash=digest, size=len(raw))
            assert found is not None
            await deliveries.quarantine(tx, found, "It has no end.")
            ids.append(found)
    first = (await owner.get("/api/deliveries?limit=3")).json()
    rest = (await owner.get(f"/api/deliveries?limit=3&before={first[-1]['id']}")).json()
    assert [one["id"] for one in [*first, *rest]] == sorted(ids, reverse=True)
    assert first[0]["failure"] == "It has no end."
    assert (await owner.get("/api/channels")).json()["quarantined"] == 5
    saved = await owner.get(f"/api/deliveries/{ids[0]}/raw")
    assert saved.content == raw
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (saved.headers["x-content-type-options"], saved.headers["content-type"]) == (
        "nosniff",
        "application/octet-stream",
    )
    agent = await invited_browser(app, owner, "agent", "agent@pohjala.example")
    assert (await agent.post(f"/api/deliveries/{ids[0]}/retry")).status_code == 403
    assert (await owner.post(f"/api/deliveries/{ids[0]}/retry")).json()["status"] == "waiting"
    assert (await owner.post(f"/api/deliveries/{ids[0]}/retry")).status_code == 409
    assert (await owner.post(f"/api/deliveries/{ids[1]}/discard")).json()["status"] == "discarded"
    assert (await owner.post(f"/api/deliveries/{ids[1]}/discard")).status_code == 409
    counted = (await owner.get("/api/channels")).json()["channels"][0]
    assert (counted["quarantined"], counted["waiting"]) == (3, 1)
    for wrong in ("?status=lost", "?limit=0", "?limit=1000", "?before=x"):
        assert (await owner.get(f"/api/deliveries{wrong}")).status_code == 422


@pytest.mark.parametrize(("act", "status"), [("retry", "waiting"), ("discard", "discarded")])
async def test_of_many_clicks_one_counts(database: Database, tmp_path: Path, act: str, status: str) -> None:
    owner = await owner_browser(app_with(database, files=tmp_path))
    delivery_id = await torn(database, tmp_path, owner)
    clicks = await asyncio.gather(*(owner.post(f"/api/deliveries/{delivery_id}/{act}") for _ in range(4)))
    assert sorted(answer.status_code for answer in clicks) == [200, 409, 409, 409]
    assert [answer.json()["status"] for answer in clicks if answer.status_code == 200] == [status]
    refused = next(answer for answer in clicks if answer.status_code == 409)
    assert refused.json()["error"]["message"].endswith(".")
    async with database.everywhere() as tx:
        jobs = await tx.fetchval("select count(*) from events where kind = 'DeliveryStored'")
    # The one that stored it, and one for trying again.
    assert jobs == (2 if act == "retry" else 1)


async def test_what_was_put_aside_can_still_be_tried_again(database: Database, tmp_path: Path) -> None:
    owner = await owner_browser(app_with(database, files=tmp_path))
    delivery_id = await torn(database, tmp_path, owner)
    await owner.post(f"/api/deliveries/{delivery_id}/discard")
    assert (await owner.post(f"/api/deliveries/{delivery_id}/retry")).json()["status"] == "waiting"


async def test_strangers_see_no_delivery(database: Database, tmp_path: Path) -> None:
    app = app_with(database, files=tmp_path)
    owner = await owner_browser(app)
    delivery_id = await torn(database, tmp_path, owner)
    agent = await invited_browser(app, owner, "agent", "agent@pohjala.example")
    for method, path, for_agents in (
        ("GET", "/api/deliveries", 200),
        ("GET", f"/api/deliveries/{delivery_id}/raw", 200),
        ("POST", f"/api/deliveries/{delivery_id}/discard", 403),
        ("POST", f"/api/deliveries/{delivery_id}/retry", 403),
    ):
        assert (await browser(app).request(method, path)).status_code == 401, path
        assert (await agent.request(method, path)).status_code == for_agents, path
    for path in ("0/raw", "999999/raw", "x/raw"):
        assert (await owner.get(f"/api/deliveries/{path}")).status_code in (404, 422), path
    for act in ("retry", "discard"):
        assert (await owner.post(f"/api/deliveries/999999/{act}")).status_code == 404
    assert [one["status"] for one in (await owner.get("/api/deliveries")).json()] == ["quarantined"]


async def torn(database: Database, files: Path, owner: httpx.AsyncClient) -> int:
    """A delivery in quarantine, of a mailbox that the owner connects."""
    account_id = (await connected(owner))["id"]
    async with database.everywhere() as tx:
        [account] = await accounts.of_channel(tx, "email")
    assert account.id == account_id
    raw = b"Subject: odd\r\n\r\nodd\r\n"
    digest = await Folder(files).put(account.workspace_id, raw)
    async with database.transaction(account.workspace_id) as tx:
        found = await deliveries.store(tx, account_id, source="imap:1", hash=digest, size=len(raw))
        assert found is not None
        await deliveries.quarantine(tx, found, "It has no end.")
    return found
