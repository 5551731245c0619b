"""The demo shop's orders, reported as a shop's server would, and the topic that is answered from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tugi.core import clock, secrets
from tugi.core.database import Database, Transaction
from tugi.desk.answering import policy
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.people import orders, workspaces
from tugi.desk.people.orders import Report

ORDER_TOPIC = "parcel_tracking"
# The states as the demo's pages name them.
_STATUS = {"packing": "packing", "in_transit": "sent", "delivered": "delivered"}


def buyer_of(number: str) -> str:
    """The shop's own id of who bought an order: the visitor its order page vouches for."""
    return f"buyer-{number}"


async def report(database: Database, workspace_id: int, known: Mapping[str, Any]) -> None:
    """Bring the sample orders up to today, and have the order topic answered from them unless a person chose."""
    now = clock.now()
    reports = [
        Report(
            number=order["number"],
            status=_STATUS[order["status"]],
            placed_at=now - timedelta(days=order["placed_days_ago"]),
            updated_at=now,
            email=f"{buyer_of(order['number'])}@example.com",
            customer_ref=buyer_of(order["number"]),
            carrier=order["carrier"],
            tracking_code=order["tracking"],
            expected_on=(now + timedelta(days=1)).date() if order["status"] == "in_transit" else None,
        )
        for order in known["orders"]
    ]
    async with database.transaction(workspace_id) as tx:
        await orders.store(tx, orders.checked(reports))
        topic = await tx.fetchval(
            "select id from entries where workspace_id = $1 and key = $2", workspace_id, ORDER_TOPIC
        )
        if topic and not (await policy.get(tx)).order_topic:
            await policy.update(tx, PolicyChange(order_topic=topic))


async def sign(tx: Transaction, number: str) -> dict[str, str]:
    """What the demo's order page says of its visitor, signed as a shop's server would."""
    secret = await workspaces.get_identity_secret(tx)
    user_id = buyer_of(number)
    return {"user_id": user_id, "signature": secrets.identity_signature(secret, user_id)}
