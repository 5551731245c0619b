"""Identities: one address of a customer on one channel, with how strongly it was verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tugi.core import clock
from tugi.core.database import Transaction

VerifiedBy = Literal["nothing", "typed", "signed"]


@dataclass(frozen=True, slots=True)
class Identity:
    """`verified_by`: "signed" by the shop's server, "typed" by the visitor (proves nothing), or "nothing"."""

    id: int
    channel: str
    address: str
    verified_by: VerifiedBy


async def find_owner(tx: Transaction, channel: str, address: str) -> int | None:
    """The customer whom this address is known to belong to. A typed address belongs to nobody."""
    return await tx.fetchval(
        "select customer_id from identities where workspace_id = $1 and channel = $2 and address = $3 "
        "and (verified_by = 'signed' or channel = 'widget')",
        tx.workspace_id,
        channel,
        address,
    )


async def link(tx: Transaction, customer_id: int, channel: str, address: str, verified_by: VerifiedBy) -> bool:
    """Add an identity to a customer; False when this customer had it already or its owner is known."""
    known = await tx.fetchval(
        "select id from identities where workspace_id = $1 and channel = $2 and address = $3 "
        "and (customer_id = $4 or verified_by = 'signed' or channel = 'widget')",
        tx.workspace_id,
        channel,
        address,
        customer_id,
    )
    if known:
        return False
    identity_id = await tx.fetchval(
        "insert into identities (workspace_id, customer_id, channel, address, verified_by, created_at) "
        "values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id",
        tx.workspace_id,
        customer_id,
        channel,
        address,
        verified_by,
        clock.now(),
    )
    if identity_id is None:
        return False
    tx.happened("CustomerRecognised", customer_id=customer_id, identity_id=identity_id, verified_by=verified_by)
    return True


async def of_customers(tx: Transaction, customer_ids: Sequence[int]) -> dict[int, list[Identity]]:
    """The identities of each customer, oldest first."""
    rows = await tx.fetch(
        "select customer_id, id, channel, address, verified_by from identities "
        "where workspace_id = $1 and customer_id = any($2::bigint[]) order by id",
        tx.workspace_id,
        list(customer_ids),
    )
    found: dict[int, list[Identity]] = {customer_id: [] for customer_id in customer_ids}
    for row in rows:
        found[row["customer_id"]].append(Identity(row["id"], row["channel"], row["address"], row["verified_by"]))
    return found
