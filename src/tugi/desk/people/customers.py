"""Customers: the people served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Invalid, NotFound, NotSignedIn
from tugi.desk.people import identities
from tugi.desk.people.identities import Identity, VerifiedBy

ONLINE = timedelta(seconds=75)


@dataclass(frozen=True, slots=True)
class CustomerNote:
    """What an agent wrote about the customer, for agents only."""

    id: int
    agent_id: int
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as agents see one. `page`: {"url", "title", "language"} last seen."""

    id: int
    name: str | None
    language: str | None
    page: Mapping[str, str] | None
    seen_at: datetime | None
    online: bool
    created_at: datetime
    identities: list[Identity]
    notes: list[CustomerNote]


def first_name(name: str | None, given_by_customer: bool) -> str | None:
    """The first name, only where the customer gave it: recognition must not startle."""
    if not name or not given_by_customer:
        return None
    first = name.split()[0]
    return first if first.isalpha() and len(first) > 1 else None


async def create(tx: Transaction, *, name: str | None, language: str | None, given_by_customer: bool = False) -> int:
    """A new customer's id."""
    return await tx.fetchval(
        "insert into customers (workspace_id, name, name_given_by_customer, language, created_at) "
        "values ($1, $2, $3, $4, $5) returning id",
        tx.workspace_id,
        name,
        given_by_customer,
        language,
        clock.now(),
    )


async def recognise(
    tx: Transaction,
    channel: str,
    address: str,
    *,
    verified_by: VerifiedBy = "nothing",
    name: str | None = None,
    language: str | None = None,
) -> int:
    """The customer with this address, created when new. Two at once for one address get the same one."""
    if owner := await identities.find_owner(tx, channel, address):
        return owner
    return await meet(tx, channel, address, verified_by=verified_by, name=name, language=language)


async def meet(
    tx: Transaction,
    channel: str,
    address: str,
    *,
    verified_by: VerifiedBy = "nothing",
    name: str | None = None,
    language: str | None = None,
) -> int:
    """The same for an address nobody was known by a moment ago."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, $2))", f"{channel}:{address}", tx.workspace_id)
    if owner := await identities.find_owner(tx, channel, address):
        return owner
    given_by_customer = name is not None and verified_by in ("received", "mailbox", "signed")
    customer_id = await create(tx, name=name, language=language, given_by_customer=given_by_customer)
    await identities.add(tx, customer_id, channel, address, verified_by)
    return customer_id


async def hold(tx: Transaction, customer_id: int) -> None:
    """Keep everybody else from acting for this customer until the commit. Raises NotSignedIn when erased."""
    held = await tx.fetchval(
        "select id from customers where workspace_id = $1 and id = $2 for no key update",
        tx.workspace_id,
        customer_id,
    )
    if held is None:
        raise NotSignedIn("This conversation no longer exists. Start a new one.")


async def find_language(tx: Transaction, customer_id: int) -> str | None:
    """The language of the page on which the customer began."""
    return await tx.fetchval(
        "select language from customers where workspace_id = $1 and id = $2", tx.workspace_id, customer_id
    )


async def seen(tx: Transaction, customer_id: int, page: Mapping[str, str] | None) -> None:
    """Note where the customer is now."""
    tag = await tx.execute(
        "update customers set seen_at = $3, page = coalesce($4::jsonb, page) where workspace_id = $1 and id = $2",
        tx.workspace_id,
        customer_id,
        clock.now(),
        dict(page) if page else None,
    )
    if tag == "UPDATE 1":
        tx.happened("CustomerSeen", customer_id=customer_id)


async def rename(tx: Transaction, customer_id: int, name: str, *, given_by_customer: bool) -> None:
    """Set the name. Raises Invalid for an empty or overlong one, NotFound."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 200:
        raise Invalid("A name has 1 to 200 characters.", fields={"name": "1 to 200 characters"})
    tag = await tx.execute(
        "update customers set name = $3, name_given_by_customer = name_given_by_customer or $4 "
        "where workspace_id = $1 and id = $2",
        tx.workspace_id,
        customer_id,
        name,
        given_by_customer,
    )
    if tag != "UPDATE 1":
        raise NotFound("There is no such customer.")
    tx.happened("CustomerRenamed", customer_id=customer_id)


async def write_note(tx: Transaction, customer_id: int, agent_id: int, text: str) -> Customer:
    """Add a note about the customer. Raises Invalid, NotFound."""
    if not 0 < len(text.strip()) <= 8000:
        raise Invalid("A note has 1 to 8,000 characters.", fields={"text": "1 to 8,000 characters"})
    await get_customer(tx, customer_id)
    await tx.execute(
        "insert into customer_notes (workspace_id, customer_id, agent_id, text, created_at) "
        "values ($1, $2, $3, $4, $5)",
        tx.workspace_id,
        customer_id,
        agent_id,
        text.strip(),
        clock.now(),
    )
    tx.happened("CustomerNoteWritten", customer_id=customer_id)
    return await get_customer(tx, customer_id)


async def get_customer(tx: Transaction, customer_id: int) -> Customer:
    """Raises NotFound."""
    found = await of_ids(tx, [customer_id])
    if not found:
        raise NotFound("There is no such customer.")
    return found[0]


async def of_ids(tx: Transaction, customer_ids: Sequence[int]) -> list[Customer]:
    """The customers with these ids that exist, with identities and notes."""
    ids = sorted(set(customer_ids))
    if not ids:
        return []
    rows = await tx.fetch(
        "select id, name, language, page, seen_at, created_at from customers "
        "where workspace_id = $1 and id = any($2::bigint[]) order by id",
        tx.workspace_id,
        ids,
    )
    addresses = await identities.of_customers(tx, ids)
    notes: dict[int, list[CustomerNote]] = {customer_id: [] for customer_id in ids}
    for note in await tx.fetch(
        "select customer_id, id, agent_id, text, created_at from customer_notes "
        "where workspace_id = $1 and customer_id = any($2::bigint[]) order by id desc limit 200",
        tx.workspace_id,
        ids,
    ):
        notes[note["customer_id"]].append(CustomerNote(note["id"], note["agent_id"], note["text"], note["created_at"]))
    return [_customer(row, addresses[row["id"]], notes[row["id"]]) for row in rows]


def _customer(row: Mapping[str, Any], addresses: list[Identity], notes: list[CustomerNote]) -> Customer:
    online = row["seen_at"] is not None and clock.now() - row["seen_at"] < ONLINE
    return Customer(
        id=row["id"],
        name=row["name"],
        language=row["language"],
        page=row["page"],
        seen_at=row["seen_at"],
        online=online,
        created_at=row["created_at"],
        identities=addresses,
        notes=notes,
    )


async def still_here(tx: Transaction, customer_ids: Sequence[int]) -> None:
    """Note a sign of life of customers with a conversation; others matter to nobody yet."""
    await tx.execute(
        "update customers set seen_at = $3 where workspace_id = $1 and id = any($2::bigint[]) and exists "
        "(select from cases where cases.workspace_id = $1 and cases.customer_id = customers.id)",
        tx.workspace_id,
        list(customer_ids),
        clock.now(),
    )


async def online(tx: Transaction) -> list[int]:
    """The customers who are there now and have a conversation, at most 1,000."""
    rows = await tx.fetch(
        "select distinct k.id from customers k join cases c on c.workspace_id = k.workspace_id "
        "and c.customer_id = k.id where k.workspace_id = $1 and k.seen_at > $2 limit 1000",
        tx.workspace_id,
        clock.now() - ONLINE,
    )
    return [row["id"] for row in rows]
