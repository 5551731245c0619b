"""What the shop's own server tells Tugi: its orders, signed with the workspace's identity secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tugi.core import secrets
from tugi.core.database import Database
from tugi.core.errors import Forbidden, NotFound
from tugi.desk.people import orders, workspaces
from tugi.desk.people.orders import Report
from tugi.web import wire

SIGNATURE = "x-tugi-signature"
LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Reports:
    """Orders as they are now; any order of arrival and any repetition gives the same result."""

    orders: list[Report]


@dataclass(frozen=True, slots=True)
class Taken:
    """How many orders came, and how many of them told something new."""

    received: int
    changed: int


def routes(database: Database) -> list[BaseRoute]:
    """POST /hooks/orders/{widget key}: raw JSON body, header X-Tugi-Signature = hex HMAC-SHA256 of the body
    with the workspace's identity secret (RFC 2104). All orders are taken in or, with any problem, none."""

    async def take_orders(request: Request) -> Response:
        async with database.everywhere() as tx:
            workspace = await workspaces.find_by_widget_key(tx, request.path_params["key"])
        if workspace is None:
            raise NotFound("There is no shop with this key.")
        body = await wire.body_of(request, LARGEST)
        async with database.reading(workspace.id) as tx:
            secret = await workspaces.get_identity_secret(tx)
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        if not secrets.same(expected.encode(), request.headers.get(SIGNATURE, "").encode("utf-8", "replace")):
            raise Forbidden("The signature does not fit the body. Sign the raw bytes with the identity secret.")
        reports = orders.checked(wire.decoded(body, Reports).orders)
        async with database.transaction(workspace.id) as tx:
            changed = await orders.store(tx, reports)
        return wire.reply(Taken(len(reports), changed))

    return [Route("/hooks/orders/{key}", wire.guarded(take_orders), methods=["POST"])]
