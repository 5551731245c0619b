"""Identities: one address of a customer on one channel, with how strongly it was verified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tugi.core import clock
from tugi.core.database import Transaction

VerifiedBy = Literal["nothing", "typed", "received", "mailbox", "signed"]


@dataclass(frozen=True, slots=True)
class Identity:
    """`verified_by`: "signed" by the shop's server, "typed" by the visitor (proves nothing), "received" (a letter came
    from it), "mailbox" (its domain vouched for the letter, or a secret of ours came back from it), or "nothing".

    undeliverable_since: mail to it comes back for good.
    """

    id: int
    channel: str
    address: str
    verified_by: VerifiedBy
    undeliverable_since: datetime | None = None
    undeliverable_why: str | None = None


async def find_owner(tx: Transaction, channel: str, address: str) -> int | None:
    """The customer whom this address is known to belong to. A typed address belongs to nobody."""
    return await tx.fetchval(
        "select customer_id from identities where workspace_id = $1 and channel = $2 and address = $3 "
        "and (verified_by in ('received', 'mailbox', 'signed') or channel = 'widget')",
        tx.workspace_id,
        channel,
        address,
    )


async def link(tx: Transaction, customer_id: int, channel: str, address: str, verified_by: VerifiedBy) -> bool:
    """Add an identity to a customer; False when this customer had it already or its owner is known."""
    known = await tx.fetchval(
        "select id from identities where workspace_id = $1 and channel = $2 and address = $3 "
        "and (customer_id = $4 or verified_by in ('received', 'mailbox', 'signed') or channel = 'widget')",
        tx.workspace_id,
        channel,
        address,
        customer_id,
    )
    return not known and await add(tx, customer_id, channel, address, verified_by)


async def add(tx: Transaction, customer_id: int, channel: str, address: str, verified_by: VerifiedBy) -> bool:
    """Add an identity that this customer has not; False when somebody else owns the address."""
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


async def strengthen(tx: Transaction, customer_id: int, channel: str, address: str) -> None:
    """The address proved to be this customer's own mailbox, where they have it and nobody else owns it."""
    row = await tx.fetchrow(
        "update identities i set verified_by = 'mailbox' where i.workspace_id = $1 and i.customer_id = $2 "
        "and i.channel = $3 and i.address = $4 and i.verified_by in ('nothing', 'typed', 'received') "
        "and not exists (select from identities o where o.workspace_id = $1 and o.channel = $3 and o.address = $4 "
        "and o.id <> i.id and o.verified_by in ('received', 'mailbox', 'signed')) returning i.id",
        tx.workspace_id,
        customer_id,
        channel,
        address,
    )
    if row is not None:
        tx.happened("CustomerRecognised", customer_id=customer_id, identity_id=row["id"], verified_by="mailbox")


async def mark_undeliverable(tx: Transaction, channel: str, address: str, why: str) -> None:
    """Mail to this address comes back for good, whoever gave it as theirs."""
    for row in await tx.fetch(
        "update identities set undeliverable_since = $4, undeliverable_why = $5 where workspace_id = $1 "
        "and channel = $2 and address = $3 and undeliverable_since is null returning customer_id",
        tx.workspace_id,
        channel,
        address,
        clock.now(),
        why[:500],
    ):
        tx.happened("IdentityUndeliverable", customer_id=row["customer_id"])


async def mark_deliverable(tx: Transaction, channel: str, address: str) -> None:
    """Somebody writes from it again."""
    for row in await tx.fetch(
        "update identities set undeliverable_since = null, undeliverable_why = null where workspace_id = $1 "
        "and channel = $2 and address = $3 and undeliverable_since is not null returning customer_id",
        tx.workspace_id,
        channel,
        address,
    ):
        tx.happened("IdentityDeliverable", customer_id=row["customer_id"])


async def of_customers(tx: Transaction, customer_ids: Sequence[int]) -> dict[int, list[Identity]]:
    """The identities of each customer, oldest first."""
    rows = await tx.fetch(
        "select customer_id, id, channel, address, verified_by, undeliverable_since, undeliverable_why from identities "
        "where workspace_id = $1 and customer_id = any($2::bigint[]) order by id",
        tx.workspace_id,
        list(customer_ids),
    )
    found: dict[int, list[Identity]] = {customer_id: [] for customer_id in customer_ids}
    for row in rows:
        found[row["customer_id"]].append(
            Identity(
                id=row["id"],
                channel=row["channel"],
                address=row["address"],
                verified_by=row["verified_by"],
                undeliverable_since=row["undeliverable_since"],
                undeliverable_why=row["undeliverable_why"],
            )
        )
    return found
