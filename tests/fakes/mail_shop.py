"""A shop with mailboxes on a real IMAP server, and what became of the mails in them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.dovecot import PASSWORD, Dovecot
from tugi.channels.email.oauth import Client, Tokens
from tugi.channels.email.receiving.harvest import Rhythm
from tugi.channels.email.receiving.mailboxes import Mailboxes
from tugi.core.database import Database
from tugi.core.files import Files, Folder
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts
from tugi.desk.people import workspaces

SEAL = Seal("a secret of this installation")
LOCAL = Guard(private_hosts("127.0.0.1"))
# Everything ten times as quick as in life.
QUICK = Rhythm(look=0.5, pause=0.1, longest=0.4, peoples=0.2, again=0.3, database=0.1, limit=0.05)


def mail(number: int, subject: str = "Where is my parcel", size: int = 0) -> bytes:
    """A small mail with a Message-ID of its own."""
    head = f"Message-ID: <{number}@kiri.example>\r\nFrom: mari@kiri.example\r\nSubject: {subject} {number}\r\n\r\n"
    return head.encode() + b"Hello.\r\n" + b"x" * 76 * (size // 76)


@dataclass
class MailShop:
    """One workspace and its mailboxes."""

    database: Database
    files: Files
    workspace_id: int
    dovecot: Dovecot

    @classmethod
    async def open(cls, database: Database, folder: Path, dovecot: Dovecot) -> "MailShop":
        """A new workspace."""
        async with database.everywhere() as tx:
            workspace = await workspaces.create(tx, "Põhjala Pood")
        return cls(database, Folder(folder), workspace.id, dovecot)

    async def connect(self, user: str, *, password: str = PASSWORD, sign_in: str = "password", **settings: Any) -> int:
        """A mailbox of the shop, read from now on. settings: of Receiving; port, security: of the server."""
        port = settings.pop("port", self.dovecot.tls_port)
        security = settings.pop("security", "tls")
        host = settings.pop("host", "127.0.0.1")
        imap = {"host": host, "port": port, "security": security, "user": user}
        receiving = {"imap": imap, "history_days": 0, **settings}
        secrets = {"refresh_token" if sign_in != "password" else "password": password}
        async with self.database.transaction(self.workspace_id) as tx:
            sealed = SEAL.close(accounts.purpose(self.workspace_id), secrets)
            address = f"{user}@shop.example"
            kept = {"sign_in": sign_in, "receiving": receiving}
            return await accounts.create(tx, "email", user, address, kept, sealed)

    def mailboxes(self, clients: Mapping[str, Client] | None = None, **values: Any) -> Mailboxes:
        """A process's readers."""
        tokens = Tokens(self.database, SEAL, clients or {})
        given = {"rhythm": QUICK, "look_seconds": 0.1, "lease_seconds": 3.0, "ca_file": self.dovecot.certificate.chain}
        return Mailboxes(self.database, self.files, SEAL, tokens, LOCAL, **{**given, **values})

    @asynccontextmanager
    async def reading(self, clients: Mapping[str, Client] | None = None, **values: Any) -> AsyncIterator[Mailboxes]:
        """Mailboxes are read meanwhile."""
        made = self.mailboxes(clients, **values)
        task = asyncio.ensure_future(made.run())
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def deliveries(self, account_id: int | None = None) -> list[Mapping[str, Any]]:
        """Everything that came in, oldest first."""
        async with self.database.reading(self.workspace_id) as tx:
            return await tx.fetch(
                "select * from deliveries where channel_account_id = coalesce($1, channel_account_id) order by id",
                account_id,
            )

    async def came(self, count: int, account_id: int | None = None) -> bool:
        """Whether so many came in."""
        return len(await self.deliveries(account_id)) == count

    async def contents(self, account_id: int | None = None) -> list[bytes]:
        """The mails themselves."""
        return [await self.files.get(self.workspace_id, row["hash"]) for row in await self.deliveries(account_id)]

    async def health(self, account_id: int) -> dict[str, Any]:
        """What people see of a mailbox."""
        async with self.database.reading(self.workspace_id) as tx:
            return await accounts.health_of(tx, account_id)

    async def failure(self, account_id: int) -> str | None:
        """The code of what is wrong with a mailbox."""
        return ((await self.health(account_id)).get("failure") or {}).get("code")

    async def is_well(self, account_id: int) -> bool:
        """Whether the mailbox was reached and nothing is wrong."""
        health = await self.health(account_id)
        return "last_connected_at" in health and health.get("failure") is None

    async def told(self) -> int:
        """How often people were told that a mailbox had changed."""
        async with self.database.reading(self.workspace_id) as tx:
            return await tx.fetchval("select count(*) from events where kind = 'ChannelChanged'")
