"""A shop with a mailbox: letters that came, answers that wait to leave, and a post that can be watched."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from cast import Shop, open_shop
from fakes.smtp_peer import Peer
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving.imap import context_of
from tugi.channels.email.sending.carrying import Carrying
from tugi.channels.email.sending.postman import Postman
from tugi.channels.email.settings import Mailbox, Sending, Server
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.core.files import Folder
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts, cases, contacts, letters, messages, outbox, transcript
from tugi.desk.cases.letters import Written
from tugi.desk.cases.posting import PLAIN, Wish
from tugi.desk.cases.transcript import Message
from tugi.desk.people import customers
from tugi.ports import Address, Channel

SECRET = "s" * 43
ADDRESS = "klienditugi@pohjala.example"


@dataclass(frozen=True)
class Post:
    """A shop's mailbox that sends by a peer."""

    shop: Shop
    account_id: int
    files: Folder

    @property
    def database(self) -> Database:
        return self.shop.database

    @property
    def agent(self) -> Actor:
        return Actor("agent", self.shop.kadri)

    async def letter(
        self,
        text: str = "Kus on minu pakk?",
        sender: str = "mari@kiri.example",
        *,
        subject: str = "Pakk",
        account_id: int = 0,
        robot: bool = False,
        case_id: int | None = None,
        **more: Any,
    ) -> tuple[int, int]:
        """A customer's letter, in a case of its own if none is given; the ids of case and message."""
        async with self.database.transaction(self.shop.workspace_id) as tx:
            customer_id = await customers.recognise(tx, "email", sender, verified_by="received", name="Mari Maasikas")
            tx.actor = Actor("customer", customer_id)
            if case_id is None:
                case_id = await cases.open_case(
                    tx,
                    customer_id,
                    channel="email",
                    subject=subject,
                    language="et",
                    handler="robot" if robot else "queue",
                )
            contact_id = await contacts.find_current(tx, case_id) or await contacts.open_contact(tx, case_id, "email")
            letter_id = f"{uuid.uuid4()}@kiri.example"
            message_id = await messages.put(
                tx, case_id, contact_id, account_id or self.account_id, f"letter:{letter_id}", tx.actor, text, "et",
                "delivered", clock.now(),
            )  # fmt: skip
            assert message_id is not None
            person = Address(sender, "Mari Maasikas")
            written = Written(letter_id, person, subject, recipients=[Address(ADDRESS)], **more)
            await letters.store(tx, case_id, message_id, written, [person])
            case = await cases.get_case(tx, case_id)
            await cases.heard(tx, case, text, language="et", handler="robot" if robot else case.handler)
            tx.happened("MessageReceived", case_id=case_id, message_id=message_id)
        return case_id, message_id

    async def answer(
        self,
        case_id: int,
        text: str = "Tere. Pakk jõuab homme.",
        wish: Wish = PLAIN,
        *,
        by: Actor | None = None,
        **more: Any,
    ) -> Message:
        """An agent's (or the robot's) answer; it leaves at once unless `wish` says otherwise."""
        async with self.database.transaction(self.shop.workspace_id, by or self.agent) as tx:
            case = await cases.lock(tx, case_id)
            return await messages.write(
                tx, case, external_id=f"agent:1:{uuid.uuid4()}", text=text, language="et", letter=wish, **more
            )

    async def message(self, message_id: int) -> Message:
        """The message as it stands."""
        async with self.database.reading(self.shop.workspace_id) as tx:
            return (await transcript.of_ids(tx, [message_id]))[0]

    async def item(self, message_id: int) -> outbox.Item | None:
        """Its row in the outbox."""
        async with self.database.reading(self.shop.workspace_id) as tx:
            return await outbox.find_of_message(tx, message_id)

    async def due_now(self, *, dead: bool = False) -> None:
        """Whatever waits for its time waits no longer. dead: whoever held letters is not heard of any more."""
        async with self.database.everywhere() as tx:
            await tx.execute("update outgoing set not_before = $1 where state in ('queued', 'unknown')", clock.now())
            if dead:
                await tx.execute("update outgoing set held_until = $1 where state = 'sending'", clock.now())

    async def become(self, message_id: int, *states: str) -> Message:
        """Wait until the message has one of these states."""
        found: list[Message] = []

        async def there() -> bool:
            found[:] = [await self.message(message_id)]
            return found[0].status in states

        await until(there, lambda: f"{found[0].status}: {found[0].failure}")
        return found[0]


async def until(true: Callable[[], Any], why: Callable[[], str] = lambda: "", seconds: float = 15) -> None:
    """Look again and again until it is true."""
    end = clock.monotonic() + seconds
    while True:
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        assert clock.monotonic() < end, f"it did not come to that: {why()}"
        await asyncio.sleep(0.02)


def mailbox_at(port: int, **sending: Any) -> dict[str, Any]:
    """Settings of a mailbox that sends by a server on this machine, at once."""
    plain = Sending(smtp=Server("127.0.0.1", port, "none"), from_name="Põhjala Pood", plus=True, undo_seconds=0)
    return msgspec.to_builtins(Mailbox(sending=replace(plain, **sending)))


async def open_post(database: Database, folder: Path, peer: Peer, **sending: Any) -> Post:
    """A shop whose mailbox sends by this peer."""
    shop = await open_shop(database)
    async with database.everywhere() as tx:
        await tx.execute("insert into installation (secret) values ($1) on conflict do nothing", SECRET)
    async with database.transaction(shop.workspace_id) as tx:
        account_id = await accounts.create(tx, "email", "Põhjala Pood", ADDRESS, mailbox_at(peer.port, **sending), None)
    return Post(shop, account_id, Folder(folder))


async def add_mailbox(post: Post, address: str, port: int, **sending: Any) -> int:
    """Another mailbox of the shop."""
    async with post.database.transaction(post.shop.workspace_id) as tx:
        return await accounts.create(tx, "email", address, address, mailbox_at(port, **sending), None)


def carrying(database: Database) -> Carrying:
    """The sending half of the channel, which may call this machine."""
    seal = Seal(SECRET)
    return Carrying(Guard(private_hosts("127.0.0.1")), context_of(None), Tokens(database, seal, {}))


def postman(post: Post, channel: Any) -> Postman:
    """A postman of this shop's post."""
    channels: dict[str, Channel] = {"email": channel}
    return Postman(post.database, post.files, Seal(SECRET), channels)


@asynccontextmanager
async def at_work(post: Post, channel: Any = None) -> AsyncIterator[Postman]:
    """A postman that runs meanwhile."""
    own = channel or carrying(post.database)
    one = postman(post, own)
    task = asyncio.ensure_future(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if isinstance(own, Carrying):
            own.close()
