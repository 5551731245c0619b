"""Proof of identity by a one-time code to an address the shop already knows: 6 digits, 5 tries, 10 minutes.

Only this file writes `proof_codes`. What a customer hears never depends on whether the order exists, so that
nobody can find out by asking. The code is derived from the installation's secret, so that the job which mails
it holds nothing but the row's id; the row holds the code's hash.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from tugi.core import clock, secrets
from tugi.core.database import Transaction
from tugi.desk.people import orders

TRIES = 5
LASTS = timedelta(minutes=10)
# How long a proof is remembered in its case.
REMEMBERED = timedelta(minutes=30)
# Codes for one order and from one customer within an hour; and mails to one address, over all its orders.
MOST_AN_HOUR = 3
MOST_MAILS_AN_HOUR = 6

Outcome = Literal["proved", "wrong", "spent", "none"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A code on its way, as the job that mails it needs it."""

    id: int
    case_id: int
    customer_id: int
    email: str
    order_number: str
    created_at: datetime
    expires_at: datetime


def code_of(secret: str, workspace_id: int, pending_id: int, created_at: datetime) -> str:
    """The six digits of one row (HMAC-SHA256, truncated as in RFC 4226)."""
    body = f"proof\0{workspace_id}\0{pending_id}\0{created_at.timestamp():.6f}".encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


async def begin(tx: Transaction, secret: str, case_id: int, customer_id: int, order_number: str) -> bool:
    """Have a code mailed to the order's address, if there is such an order; older codes of the case end.

    False when too many were asked for within the hour: then nothing is sent.
    """
    await tx.execute("select pg_advisory_xact_lock($1, 7215)", tx.workspace_id % 2**31)
    now = clock.now()
    if await _asked_lately(tx, customer_id, order_number):
        return False
    order = await orders.find(tx, order_number)
    email = (order.email if order else None) or ""
    mailed = await tx.fetchval(
        "select count(*) from proof_codes where workspace_id = $1 and lower(email) = lower($2) and created_at > $3",
        tx.workspace_id,
        email,
        now - timedelta(hours=1),
    )
    if mailed >= MOST_MAILS_AN_HOUR:
        # Silently: a refusal would tell that this order has the same buyer as others.
        email = ""
    await _end_open(tx, case_id)
    # Also for an order that does not exist: tries and limits are the same, only no mail leaves.
    pending_id = await tx.fetchval(
        "insert into proof_codes (workspace_id, case_id, customer_id, email, code_hash, order_number, created_at, "
        "expires_at) values ($1, $2, $3, $4, '', $5, $6, $7) returning id",
        tx.workspace_id,
        case_id,
        customer_id,
        email,
        order_number,
        now,
        now + LASTS,
    )
    if email:
        code = code_of(secret, tx.workspace_id, pending_id, now)
        await tx.execute(
            "update proof_codes set code_hash = $3 where workspace_id = $1 and id = $2",
            tx.workspace_id,
            pending_id,
            _hash(tx.workspace_id, pending_id, code),
        )
        tx.happened("ProofWanted", case_id=case_id, proof_id=pending_id)
    return True


async def find_pending(tx: Transaction, case_id: int) -> Pending | None:
    """The code that may still be given in this case."""
    row = await tx.fetchrow(
        "select id, case_id, customer_id, email, order_number, created_at, expires_at from proof_codes "
        "where workspace_id = $1 and case_id = $2 and settled is null and expires_at > $3 order by id desc limit 1",
        tx.workspace_id,
        case_id,
        clock.now(),
    )
    return _pending(row) if row else None


async def find_by_id(tx: Transaction, pending_id: int) -> Pending | None:
    """The code of that id while it may still be given."""
    row = await tx.fetchrow(
        "select id, case_id, customer_id, email, order_number, created_at, expires_at from proof_codes "
        "where workspace_id = $1 and id = $2 and settled is null and expires_at > $3",
        tx.workspace_id,
        pending_id,
        clock.now(),
    )
    return _pending(row) if row else None


async def check(tx: Transaction, case_id: int, customer_id: int, code: str) -> tuple[Outcome, str | None]:
    """Judge a code given in a case: (outcome, e-mail address proved). One try is used up, whatever happens next."""
    row = await tx.fetchrow(
        "update proof_codes set tries = tries + 1 where workspace_id = $1 and id = ("
        "select id from proof_codes where workspace_id = $1 and case_id = $2 and customer_id = $3 "
        "and settled is null and expires_at > $4 order by id desc limit 1 for update) "
        "returning id, email, code_hash, tries",
        tx.workspace_id,
        case_id,
        customer_id,
        clock.now(),
    )
    if row is None:
        return "none", None
    right = bool(row["code_hash"]) and secrets.same(row["code_hash"], _hash(tx.workspace_id, row["id"], code))
    if right and row["tries"] <= TRIES:
        await _settle(tx, row["id"], "proved")
        tx.happened("IdentityProved", case_id=case_id, customer_id=customer_id)
        return "proved", row["email"]
    if row["tries"] >= TRIES:
        await _settle(tx, row["id"], "spent")
        return "spent", None
    return "wrong", None


async def proven_emails(tx: Transaction, case_id: int, customer_id: int) -> list[str]:
    """Addresses this customer has proved in this case, lately."""
    rows = await tx.fetch(
        "select distinct email from proof_codes where workspace_id = $1 and case_id = $2 and customer_id = $3 "
        "and settled = 'proved' and created_at > $4",
        tx.workspace_id,
        case_id,
        customer_id,
        clock.now() - REMEMBERED,
    )
    return [row["email"] for row in rows]


async def _asked_lately(tx: Transaction, customer_id: int, order_number: str) -> bool:
    """Whether too many codes were asked for. Counts do not depend on whether the order exists."""
    asked = await tx.fetchrow(
        "select count(*) filter (where customer_id = $2) as by_customer, "
        "count(*) filter (where lower(order_number) = lower($3)) as for_order "
        "from proof_codes where workspace_id = $1 and created_at > $4",
        tx.workspace_id,
        customer_id,
        order_number,
        clock.now() - timedelta(hours=1),
    )
    return asked is not None and max(asked["by_customer"], asked["for_order"]) >= MOST_AN_HOUR


async def _end_open(tx: Transaction, case_id: int) -> None:
    await tx.execute(
        "update proof_codes set settled = case when expires_at > $3 then 'replaced' else 'expired' end "
        "where workspace_id = $1 and case_id = $2 and settled is null",
        tx.workspace_id,
        case_id,
        clock.now(),
    )


async def _settle(tx: Transaction, pending_id: int, settled: str) -> None:
    await tx.execute(
        "update proof_codes set settled = $3 where workspace_id = $1 and id = $2 and settled is null",
        tx.workspace_id,
        pending_id,
        settled,
    )


def _hash(workspace_id: int, pending_id: int, code: str) -> str:
    return secrets.token_hash(f"{workspace_id}.{pending_id}.{code}")


def _pending(row: Mapping[str, Any]) -> Pending:
    return Pending(**dict(row))
