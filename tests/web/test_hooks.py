"""The shop's own reports: taken in when signed on the very bytes, all or none, in any order."""

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from tugi.core.database import Database
from tugi.desk.people import orders, workspaces
from tugi.web import hooks

ORDER = {
    "number": "10482",
    "status": "sent",
    "placed_at": "2026-11-20T10:00:00Z",
    "updated_at": "2026-11-21T10:00:00Z",
    "email": "Mari@kiri.example",
    "tracking_url": "https://track.example/CC1",
}


async def shop_of(database: Database) -> tuple[int, str, str]:
    """(workspace id, widget key, identity secret)"""
    async with database.everywhere() as tx:
        workspace = await workspaces.create(tx, "Põhjala Pood")
    async with database.reading(workspace.id) as tx:
        return workspace.id, workspace.widget.key, await workspaces.get_identity_secret(tx)


async def send(database: Database, key: str, secret: str, body: Any, *, signed: bytes | None = None) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = hmac.new(secret.encode(), raw if signed is None else signed, hashlib.sha256).hexdigest()
    app = Starlette(routes=hooks.routes(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        return await http.post(f"/hooks/orders/{key}", content=raw, headers={"X-Tugi-Signature": signature})


async def test_signed_orders_are_taken_in_once(database: Database) -> None:
    workspace_id, key, secret = await shop_of(database)
    first = await send(database, key, secret, {"orders": [ORDER]})
    assert first.json() == {"received": 1, "changed": 1}
    assert (await send(database, key, secret, {"orders": [ORDER]})).json() == {"received": 1, "changed": 0}
    async with database.reading(workspace_id) as tx:
        found = await orders.find(tx, "10482")
    assert found is not None
    assert found.email == "mari@kiri.example"


async def test_another_signature_is_refused(database: Database) -> None:
    workspace_id, key, secret = await shop_of(database)
    answer = await send(database, key, secret, {"orders": [ORDER]}, signed=b'{"orders":[]}')
    assert answer.status_code == 403
    assert (await send(database, key, "other", {"orders": [ORDER]})).status_code == 403
    assert (await send(database, "nobody", secret, {"orders": [ORDER]})).status_code == 404
    async with database.reading(workspace_id) as tx:
        assert await orders.find(tx, "10482") is None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"status": "lost"}, "orders.1.status"),
        ({"email": "not an address"}, "orders.1.email"),
        ({"tracking_url": "javascript:alert(1)"}, "orders.1.tracking_url"),
        ({"tracking_url": "http://track.example"}, "orders.1.tracking_url"),
        ({"number": ""}, "orders.1.number"),
        ({"placed_at": "2026-11-20T10:00:00"}, "orders.1.placed_at"),
    ],
)
async def test_one_bad_order_keeps_all_out_and_says_which(
    database: Database, changed: dict[str, str], field: str
) -> None:
    workspace_id, key, secret = await shop_of(database)
    answer = await send(database, key, secret, {"orders": [ORDER, {**ORDER, "number": "2", **changed}]})
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"]
    async with database.reading(workspace_id) as tx:
        assert await orders.find(tx, "10482") is None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"orders": 7}', b"\xff\xfe", b'{"orders":' + b"[" * 5000])
async def test_what_is_no_report_is_refused_in_words(database: Database, body: bytes) -> None:
    _, key, secret = await shop_of(database)
    answer = await send(database, key, secret, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
