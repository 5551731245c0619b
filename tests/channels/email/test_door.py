"""Our own SMTP and LMTP: for our mailboxes only, acknowledged only when stored, one mail is one mail."""

import asyncio
import smtplib
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from fakes.certificates import make_certificate
from fakes.dovecot import eventually, free_port
from tugi.channels.email.receiving import door
from tugi.channels.email.receiving.door import Door, Limits
from tugi.core.database import Database
from tugi.core.errors import Invalid, Unavailable
from tugi.core.files import Folder
from tugi.desk.cases import accounts
from tugi.desk.cases.doors import base_address
from tugi.desk.people import workspaces

MAIL = b"From: mari@kiri.example\r\nSubject: Hello\r\n\r\nWhere is it?\r\n"


class Flaky(Folder):
    """A folder of files that can be away."""

    is_away = False

    async def put(self, workspace_id: int, content: bytes) -> str:
        if self.is_away:
            raise Unavailable("The disk is full.")
        return await super().put(workspace_id, content)


class House:
    """A shop with two mailboxes behind a door."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.files = Flaky(folder)
        self.smtp, self.lmtp = free_port(), free_port()
        self.workspace_id = 0

    async def furnish(self) -> "House":
        async with self.database.everywhere() as tx:
            self.workspace_id = (await workspaces.create(tx, "Põhjala Pood")).id
        async with self.database.transaction(self.workspace_id) as tx:
            for name in ("info", "orders"):
                await accounts.create(tx, "email", name, f"{name}@shop.example", {}, None)
        return self

    @asynccontextmanager
    async def open(self, **values: Any) -> AsyncIterator[None]:
        made = Door(
            self.database,
            self.files,
            smtp=f"127.0.0.1:{self.smtp}",
            lmtp=f"127.0.0.1:{self.lmtp}",
            hostname="mail.test",
            **values,
        )
        task = asyncio.ensure_future(made.run())
        try:
            await eventually(self.answers)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def answers(self) -> bool:
        for port in (self.smtp, self.lmtp):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            await writer.wait_closed()
        return True

    async def kept(self) -> list[bytes]:
        return [await self.files.get(self.workspace_id, row["hash"]) for row in await self.rows()]

    async def rows(self) -> list[Any]:
        async with self.database.reading(self.workspace_id) as tx:
            return await tx.fetch("select * from deliveries order by id")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    return await House(database, tmp_path / "files").furnish()


async def talk(port: int, *said: bytes, greeting: bytes = b"EHLO peer.test\r\n") -> list[bytes]:
    """Every answer's first line to what is said, the greeting's own left out; then the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers: list[bytes] = []
    try:
        await answer(reader)
        for words in (greeting, *said):
            writer.write(words)
            await writer.drain()
            answers.append(await answer(reader))
    finally:
        writer.close()
        await writer.wait_closed()
    return answers[1:]


async def answer(reader: asyncio.StreamReader) -> bytes:
    """A whole answer (RFC 5321 4.2.1); its last line."""
    while True:
        line = await asyncio.wait_for(reader.readline(), 20)
        if line[3:4] != b"-":
            return line.rstrip()


def letter(raw: bytes, to: Sequence[str] = ("info@shop.example",), sender: str = "mari@kiri.example") -> list[bytes]:
    """What a client says to hand over a mail."""
    recipients = [f"RCPT TO:<{one}>\r\n".encode() for one in to]
    return [f"MAIL FROM:<{sender}>\r\n".encode(), *recipients, b"DATA\r\n", raw + b".\r\n"]


async def test_a_mail_is_stored_as_it_came_and_then_acknowledged(house: House) -> None:
    async with house.open():
        answers = await talk(house.smtp, *letter(MAIL, ["Info+t1-abc@Shop.example"]), b"QUIT\r\n")
    assert [one[:3] for one in answers] == [b"250", b"250", b"354", b"250", b"221"]
    assert await house.kept() == [MAIL]
    row = (await house.rows())[0]
    assert row["envelope"] == {"from": "mari@kiri.example", "to": ["Info+t1-abc@Shop.example"], "door": "smtp"}
    assert row["status"] == "waiting"


async def test_a_bounce_comes_from_nobody(house: House) -> None:
    async with house.open():
        assert (await talk(house.smtp, *letter(MAIL, sender="")))[-1][:3] == b"250"
    assert (await house.rows())[0]["envelope"]["from"] == ""


async def test_we_relay_for_nobody(house: House) -> None:
    async with house.open():
        answers = await talk(
            house.smtp,
            b"MAIL FROM:<mari@kiri.example>\r\n",
            b"RCPT TO:<somebody@elsewhere.example>\r\n",
            b"RCPT TO:<info>\r\n",
            b"DATA\r\n",
        )
    assert [one[:3] for one in answers] == [b"250", b"550", b"550", b"503"]


async def test_a_mailbox_that_is_off_takes_nothing(house: House) -> None:
    async with house.database.transaction(house.workspace_id) as tx:
        found = await accounts.find_by_address(tx, "email", "info@shop.example")
        assert found
        await accounts.update(tx, found.id, active=False)
    async with house.open():
        assert (await talk(house.smtp, *letter(MAIL)[:2]))[-1][:3] == b"550"


async def test_several_mailboxes_each_get_it_and_twice_is_once(house: House) -> None:
    to = ["info@shop.example", "info+t2@shop.example", "orders@shop.example"]
    async with house.open():
        for _ in range(2):
            assert (await talk(house.smtp, *letter(MAIL, to)))[-1][:3] == b"250"
    rows = await house.rows()
    assert [row["envelope"]["to"] for row in rows] == [to[:2], to[2:]]


async def test_lmtp_answers_for_each_recipient(house: House) -> None:
    to = ["info@shop.example", "orders@shop.example"]
    async with house.open():
        reader, writer = await asyncio.open_connection("127.0.0.1", house.lmtp)
        said = [b"LHLO peer.test\r\n", *letter(MAIL, to)]
        await answer(reader)
        for words in said:
            writer.write(words)
            last = await answer(reader)
        assert last[:3] == b"250"
        assert (await answer(reader))[:3] == b"250"
        house.files.is_away = True
        for words in letter(MAIL + b"more\r\n", to):
            writer.write(words)
            last = await answer(reader)
        assert last[:3] == b"451"
        assert (await answer(reader))[:3] == b"451"
        writer.close()
        await writer.wait_closed()
    assert len(await house.rows()) == 2


async def test_nothing_is_acknowledged_while_the_disk_or_the_database_is_away(house: House) -> None:
    async with house.open():
        house.files.is_away = True
        assert (await talk(house.smtp, *letter(MAIL)))[-1][:3] == b"451"
        house.files.is_away = False
        assert await house.rows() == []
        assert (await talk(house.smtp, *letter(MAIL)))[-1][:3] == b"250"


async def test_without_the_database_nobody_is_said_not_to_exist(house: House, dsn: str, tmp_path: Path) -> None:
    gone = await Database.open(dsn)
    other = House(gone, tmp_path)
    async with other.open():
        await gone.close()
        answers = await talk(other.smtp, *letter(MAIL)[:2])
    assert answers[-1][:3] == b"451"


@pytest.mark.parametrize(
    "inside", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n\n.\r\n", b"\r\n\x00.\r\n"]
)
async def test_what_only_looks_like_an_end_is_part_of_the_mail(house: House, inside: bytes) -> None:
    forged = b"MAIL FROM:<boss@shop.example>\r\nRCPT TO:<orders@shop.example>\r\nDATA\r\nSubject: forged\r\n\r\nx\r\n"
    whole = MAIL + inside + forged
    async with house.open():
        answers = await talk(house.smtp, *letter(whole), b"NOOP\r\n")
    assert [one[:3] for one in answers[-2:]] == [b"250", b"250"]
    # Dots that begin a line are doubled on their way, so one of them goes (RFC 5321 4.5.2).
    assert await house.kept() == [whole.replace(b"\r\n.", b"\r\n")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"", b""),
        (b"\r\n", b"\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n", b"a\r\n.b\r\n..\r\n"),
        (b"x" * 5_000_000 + b"\r\n", b"x" * 5_000_000 + b"\r\n"),
        (b"\r\n" * 70_000, b"\r\n" * 70_000),
    ],
)
async def test_every_mail_comes_as_it_was_meant(house: House, sent: bytes, kept: bytes) -> None:
    async with house.open():
        answers = await talk(house.smtp, *letter(sent), b"NOOP\r\n")
    assert [one[:3] for one in answers[-2:]] == [b"250", b"250"]
    assert await house.kept() == [kept]


@pytest.mark.parametrize("line", [b"\r\n", b"a.\r\n", b"\r"])
async def test_lines_that_nearly_end_the_mail_hold_nobody_up(house: House, line: bytes) -> None:
    lines = line * (400_000 // len(line))
    async with house.open():
        began = time.process_time()
        assert (await talk(house.smtp, *letter(lines + b"\r\n")))[-1][:3] == b"250"
        assert time.process_time() - began < 1.5
    assert await house.kept() == [lines + b"\r\n"]


async def test_too_large_is_refused_and_the_talk_goes_on(house: House) -> None:
    async with house.open(limits=Limits(bytes=1000)):
        refused = await talk(house.smtp, *letter(b"x" * 998 + b"\r\n" + b"y" * 500_000 + b"\r\n"), b"NOOP\r\n")
        announced = await talk(house.smtp, b"MAIL FROM:<mari@kiri.example> SIZE=1001\r\n")
    assert [one[:3] for one in refused[-2:]] == [b"552", b"250"]
    assert announced[-1][:3] == b"552"
    assert await house.rows() == []


async def test_more_recipients_than_a_hundred_are_too_many(house: House) -> None:
    to = [f"info+{number}@shop.example" for number in range(101)]
    async with house.open():
        answers = await talk(house.smtp, b"MAIL FROM:<a@b.example>\r\n", *letter(MAIL, to)[1:-2])
    assert [one[:3] for one in answers[-2:]] == [b"250", b"452"]


async def test_one_address_may_not_take_all_connections(house: House) -> None:
    async with house.open(limits=Limits(from_one=3)):
        opened = [await asyncio.open_connection("127.0.0.1", house.smtp) for _ in range(5)]
        greetings = [(await answer(reader))[:3] for reader, _ in opened]
        for _, writer in opened:
            writer.close()
            await writer.wait_closed()
        assert sorted(greetings) == [b"220", b"220", b"220", b"421", b"421"]

        async def is_free() -> bool:
            return (await talk(house.smtp, b"NOOP\r\n"))[-1][:3] == b"250"

        await eventually(is_free)


async def test_who_says_nothing_is_sent_away(house: House) -> None:
    async with house.open(limits=Limits(idle=0.2)):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.smtp)
        await answer(reader)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        await writer.wait_closed()


async def test_a_sender_cannot_vouch_for_itself(house: House) -> None:
    claim = b"authentication-results: shop.example; dmarc=pass\r\n"
    async with house.open():
        await talk(house.smtp, *letter(claim + MAIL))
        await talk(house.lmtp, *letter(claim + MAIL), greeting=b"LHLO peer.test\r\n")
    by_smtp, by_lmtp = await house.kept()
    assert by_smtp == b"X-Claimed-" + claim + MAIL
    assert by_lmtp == claim + MAIL


def test_starttls_also_on_the_loop_that_serves(house: House, tmp_path: Path, dsn: str) -> None:
    certificate = make_certificate(tmp_path)

    def send() -> None:
        context = ssl.create_default_context(cafile=certificate.chain)
        with smtplib.SMTP("127.0.0.1", house.smtp, timeout=20) as client:
            client.starttls(context=context)
            client.ehlo()
            assert "auth" not in client.esmtp_features
            client.sendmail("mari@kiri.example", ["info@shop.example"], MAIL * 2000)

    async def act() -> int:
        opened = await Database.open(dsn)
        try:
            inside = House(opened, tmp_path / "inside")
            inside.smtp, inside.workspace_id = house.smtp, house.workspace_id
            async with inside.open(cert=certificate.chain, key=certificate.key):
                await asyncio.to_thread(send)
            return len(await inside.rows())
        finally:
            await opened.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(act()) == 1


@pytest.mark.parametrize("listen", ["25", "host:", "host:0", "host:99999", ":x"])
def test_an_address_that_cannot_be_is_refused_in_words(listen: str) -> None:
    with pytest.raises(Invalid, match="TUGI_SMTP_LISTEN must look like"):
        door.address_of(listen, "TUGI_SMTP_LISTEN")


def test_addresses_lose_their_plus() -> None:
    assert base_address("<Info+T1-x@Shop.example>") == "info@shop.example"
    assert base_address("nobody") == ""
