"""What is handed over at our own doors, by SMTP, LMTP or HTTP: whose it is, and kept before it is acknowledged."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.files import Files, digest_of
from tugi.desk.cases import accounts, deliveries
from tugi.desk.cases.participants import bare
from tugi.ports import Account

# A mail larger than this is refused (bytes).
LARGEST = 50_000_000
MOST_RECIPIENTS = 100
# How often it is noted that mail came.
NOTE_SECONDS = 10.0
_CLAIM = re.compile(rb"^(Authentication-Results|ARC-Authentication-Results)(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_BODY = re.compile(rb"\r?\n\r?\n")


def door_key(secret: str, workspace_id: int, turn: int = 0) -> str:
    """What proves that a mail is handed over by HTTP by somebody of this workspace: 128 bits in hex.

    turn: how often a lead has had it made anew (workspaces.get_mail_door).
    """
    said = f"mail door\0{workspace_id}" + (f"\0{turn}" if turn else "")
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:32]


def door_path(secret: str, workspace_id: int, turn: int = 0) -> str:
    """Where a workspace's mail is handed over by HTTP, with its key, for those that cannot sign."""
    return f"/hooks/mail/{workspace_id}.{door_key(secret, workspace_id, turn)}"


def base_address(address: str) -> str:
    """The mailbox's own address as `bare` gives it, also of one in angle brackets; "" for what is no address."""
    found = bare(address.strip().strip("<>"))
    return found if "@" in found else ""


async def account_of(tx: Transaction, channel: str, address: str) -> Account | None:
    """The active account that mail for this address belongs to; across all workspaces the oldest one."""
    plain = address.strip().strip("<>").lower()
    row = await tx.fetchrow(
        "select id, workspace_id, channel, name, address, active, settings from channel_accounts "
        "where channel = $1 and lower(address) = any($2) and active and (workspace_id = $3 or $3 = 0) "
        "order by (lower(address) = $4) desc, id limit 1",
        channel,
        [plain, base_address(plain)],
        tx.workspace_id,
        plain,
    )
    return Account(**dict(row)) if row else None


async def only_account(tx: Transaction, channel: str) -> Account | None:
    """The workspace's active account of a channel, if there is just one with an address."""
    active = [one for one in await accounts.of_channel(tx, channel) if one.address]
    return active[0] if len(active) == 1 else None


def without_claims(raw: bytes, account: Account) -> bytes:
    """The mail, where what its sender says of its own authentication is no longer believed (RFC 8601 5).

    A shop that names its trusted server has one before our door that takes such claims away itself.
    """
    receiving = account.settings.get("receiving")
    if isinstance(receiving, dict) and receiving.get("trusted_server"):
        return raw
    found = _BODY.search(raw)
    end = found.start() if found else len(raw)
    head = raw[:end]
    return raw if _CLAIM.search(head) is None else _CLAIM.sub(rb"X-Claimed-\1", head) + raw[end:]


class Doorstep:
    """Keeps what is handed over. The same bytes for the same recipients are kept once."""

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files
        self._noted: dict[int, float] = {}

    async def keep(
        self, account: Account, raw: bytes, *, source: str, envelope: Mapping[str, object], believed: bool
    ) -> int | None:
        """The delivery's id once it is committed; None: it was kept before. Raises Unavailable: it is not kept.

        believed: a server of the shop's own stands before the door, so what its headers say is true.
        """
        content = raw if believed else without_claims(raw, account)
        digest = await self._files.put(account.workspace_id, content)
        now = clock.monotonic()
        note = now - self._noted.get(account.id, float("-inf")) > NOTE_SECONDS
        async with self._database.transaction(account.workspace_id) as tx:
            delivery_id = await deliveries.store(
                tx, account.id, source=source, hash=digest, size=len(content), envelope=envelope
            )
            if note:
                health = {"last_mail_at": clock.now()}
                await accounts.note_health(tx, account.id, health, tell=False)
        if note:
            self._noted[account.id] = now
        return delivery_id


def source_of(way: str, raw: bytes, recipient: str) -> str:
    """A delivery's source where the other side names none: its bytes, and to whom it was handed over."""
    return f"{way}:{digest_of(raw)}:{recipient.lower()}"
