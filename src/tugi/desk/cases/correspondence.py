"""Correspondence: with whom a case is written by letter, and from where. What a composer has to know beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from tugi.core.database import Transaction
from tugi.core.errors import Conflict
from tugi.desk.cases import accounts, letters, posting
from tugi.desk.cases.cases import Case
from tugi.desk.cases.participants import bare
from tugi.ports import Account, Address


@dataclass(frozen=True, slots=True)
class Correspondence:
    """sender: the account an answer leaves from as a letter; None: what is written here is no letter.

    to: whom it goes to, None when no address is known. participants: who else takes part. signature: what is added
    under an answer in the case's language. own: addresses of all our accounts.
    """

    sender: Address | None
    to: Address | None
    participants: list[Address]
    signature: str
    own: list[str]


async def of_case(tx: Transaction, case: Case, default_language: str) -> Correspondence:
    """How an answer in this case would be addressed now."""
    standing = await accounts.list_all(tx)
    own = [one.account.address for one in standing if one.account.address]
    account = await _sending(tx, case)
    if account is None:
        return Correspondence(None, None, [], "", own)
    try:
        to = await posting.recipient_of(tx, case, account, await letters.find_latest(tx, case.id))
    except Conflict:
        # Writing says the same with what to do; a composer only has to know that nobody is there.
        to = None
    known = {bare(one) for one in own} | await _customers_own(tx, case, account) | ({to.email} if to else set[str]())
    people = [
        one
        for one in await letters.participants_of(tx, case.id)
        if one.email not in known and bare(one.email) not in known
    ]
    sender = Address(account.address or "", str(posting.wishes(account).get("from_name") or account.name))
    return Correspondence(sender, to, people, _signature(account, case.language, default_language), own)


async def _customers_own(tx: Transaction, case: Case, account: Account) -> set[str]:
    """Every address of the customer's: whom we answer at one of them gets no copy at the others."""
    rows = await tx.fetch(
        "select address from identities where workspace_id = $1 and customer_id = $2 and channel = $3",
        tx.workspace_id,
        case.customer_id,
        account.channel,
    )
    return {row["address"] for row in rows}


async def _sending(tx: Transaction, case: Case) -> Account | None:
    """The account of the newest message, which is where an answer goes, if it sends letters."""
    account_id = await tx.fetchval(
        "select channel_account_id from messages where workspace_id = $1 and case_id = $2 order by id desc limit 1",
        tx.workspace_id,
        case.id,
    )
    return await posting.find_sending(tx, account_id) if account_id is not None else None


def _signature(account: Account, language: str | None, default: str) -> str:
    found = posting.wishes(account).get("signature")
    texts = cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}
    return str(texts.get(language or default) or next((text for text in texts.values() if text), ""))
