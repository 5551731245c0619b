"""One connection to a real Dovecot and to servers no decent one would be, and the pure rules of reading on."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.dovecot import PASSWORD, Dovecot
from fakes.mail_shop import LOCAL, mail
from tugi.channels.email.receiving import folders, imap
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.folders import Cursor
from tugi.channels.email.receiving.imap import Connection, Folder, Secret, context_of
from tugi.channels.email.receiving.line import Line
from tugi.channels.email.receiving.reader import Rhythm, pause_after
from tugi.channels.email.settings import Security, Server
from tugi.core import clock
from tugi.core.safe_addresses import Guard

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    for user in ("info", "many", "odd"):
        server.add(user)
    server.add("spring", "kevadõied")
    server.start()
    yield server
    server.close()


def connection(
    dovecot: Dovecot, user: str = "info", *, security: Security = "tls", password: str = PASSWORD
) -> Connection:
    port = dovecot.tls_port if security == "tls" else dovecot.port
    server = Server("127.0.0.1", port, security, user)
    return Connection(server, Secret(password), LOCAL, context_of(dovecot.certificate.chain))


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_mail_is_read_byte_for_byte_and_stays_unseen(dovecot: Dovecot, security: Security) -> None:
    open_one = connection(dovecot, security=security)
    open_one.open()
    try:
        dovecot.deliver("info", mail(1))
        opened = open_one.select("INBOX")
        uid = opened.next_uid - 1
        assert open_one.bodies([uid]) == {uid: mail(1)}
        assert open_one.sizes([uid, uid + 7]) == {uid: len(mail(1))}
        assert folders.message_id_of(open_one.message_ids([uid])[uid]) == "1@kiri.example"
        assert open_one.has_letter("INBOX", "1@kiri.example")
        assert not open_one.has_letter("INBOX", "2@kiri.example")
        assert set(dovecot.flags("info")) == {""}
    finally:
        open_one.close()


def test_a_big_mail_comes_in_parts(dovecot: Dovecot) -> None:
    open_one = connection(dovecot, "odd")
    open_one.open()
    try:
        for size in (imap.PART - 1, imap.PART, 3 * imap.PART + 7):
            raw = b"Subject: x\r\n\r\n" + b"y" * (size - 14)
            dovecot.deliver("odd", raw)
            uid = open_one.select("INBOX").next_uid - 1
            assert open_one.body_in_parts(uid, 10**8) == raw
        with pytest.raises(ImapFailed, match="larger than 2 MB"):
            open_one.body_in_parts(uid, 2_000_000)
        assert open_one.body_in_parts(uid + 1, 10**8) is None
    finally:
        open_one.close()


def test_ids_of_a_big_folder_come_in_windows(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(25):
        dovecot.deliver("many", mail(number), age_seconds=86_400 * (40 if number < 5 else 1))
    open_one = connection(dovecot, "many")
    open_one.open()
    try:
        open_one.select("INBOX")
        since = clock.now() - timedelta(days=10)
        whole, late = open_one.uids(1, 10**6), open_one.uids(3, 20, since)
        monkeypatch.setattr(imap, "WINDOW", 7)
        assert open_one.uids(1, 10**6) == whole == list(range(1, 26))
        assert open_one.uids(3, 20, since) == late == list(range(6, 21))
        assert open_one.uids(5, 4) == []
    finally:
        open_one.close()


def test_a_password_beyond_ascii(dovecot: Dovecot) -> None:
    open_one = connection(dovecot, "spring", password="kevadõied")
    open_one.open()
    open_one.close()


def test_a_private_address_is_not_called(dovecot: Dovecot) -> None:
    server = Server("127.0.0.1", 993, "tls", "info")
    with pytest.raises(ImapFailed) as refused:
        Connection(server, Secret(PASSWORD), Guard(), ssl.create_default_context()).open()
    assert refused.value.code == "host"


@asynccontextmanager
async def odd_server(answers: dict[bytes, bytes]) -> AsyncIterator[int]:
    """An IMAP server that says these words to commands that hold the key, and OK to the rest."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        try:
            while line := await reader.readline():
                tag = line.split(b" ", 1)[0]
                said = next((words for key, words in answers.items() if key in line.upper()), b"%s OK done\r\n")
                writer.write(said.replace(b"%s", tag))
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\n%s OK done\r\n"
SIZES = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 5)\r\n" % (n, n) for n in (1, 2, 3)) + b"%s OK done\r\n"


async def fetched(port: int) -> tuple[dict[int, bytes], dict[int, str]]:
    """What a line gets of mails 1 to 3 in the end, each connection that is lost being opened again."""
    line = Line("odd", 0.05)
    server = Server("127.0.0.1", port, "none", "info")
    wanted, mails, left, is_open = [1, 2, 3], dict[int, bytes](), dict[int, str](), False
    try:
        for _ in range(12):
            try:
                if not is_open:
                    await line.open(Connection(server, Secret(PASSWORD), LOCAL, ssl.create_default_context()))
                    await line.do(line.connection.select, "INBOX")
                    is_open = True
                batch, found = await line.fetch(wanted)
            except ImapFailed:
                await line.hang_up()
                is_open = False
                continue
            mails, left = {**mails, **found.mails}, {**left, **found.left}
            wanted = [uid for uid in wanted if uid not in batch]
            if not wanted:
                return mails, left
        raise AssertionError("it never came to an end")
    finally:
        await line.hang_up()
        line.end()


def body(uid: int, part: str = "") -> bytes:
    return f"* {uid} FETCH (UID {uid} BODY[]{part} {{5}}\r\nhello)\r\n".encode()


async def test_one_mail_that_is_refused_stops_no_other() -> None:
    answers = {
        b"SELECT": SELECTED,
        b"RFC822.SIZE": SIZES,
        b"FETCH 1,2,3": b"%s NO [SERVERBUG] broken\r\n",
        b"FETCH 1 ": body(1, "<0>") + b"%s OK done\r\n",
        b"FETCH 2 ": b"%s NO [SERVERBUG] broken mail\r\n",
        b"FETCH 3 ": body(3, "<0>") + b"%s OK done\r\n",
    }
    async with odd_server(answers) as port:
        mails, left = await fetched(port)
    assert mails == {1: b"hello", 3: b"hello"}
    assert "broken mail" in left[2]


async def test_a_mail_that_ends_the_connection_is_given_up_and_the_rest_read() -> None:
    answers = {
        b"SELECT": SELECTED,
        b"RFC822.SIZE": SIZES,
        b"FETCH 1,2,3": b"* BYE crashed\r\n",
        b"FETCH 1 ": body(1, "<0>") + b"%s OK done\r\n",
        b"FETCH 2 ": b"* BYE crashed\r\n",
        b"FETCH 3 ": body(3, "<0>") + b"%s OK done\r\n",
    }
    async with odd_server(answers) as port:
        mails, left = await fetched(port)
    assert mails == {1: b"hello", 3: b"hello"}
    assert "ended the connection" in left[2]


async def test_a_mail_announced_without_end_is_not_waited_for() -> None:
    answers = {
        b"SELECT": SELECTED,
        b"RFC822.SIZE": SIZES,
        b"BODY.PEEK": b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nhello",
    }
    async with odd_server(answers) as port:
        line = Line("odd")
        server = Server("127.0.0.1", port, "none", "info")
        await line.open(Connection(server, Secret(PASSWORD), LOCAL, ssl.create_default_context()))
        await line.do(line.connection.select, "INBOX")
        with pytest.raises(ImapFailed) as lost:
            await line.fetch([1, 2, 3])
        await line.hang_up()
        line.end()
    assert lost.value.code == "lost"


async def test_what_a_server_says_amiss_is_told_as_its_answer() -> None:
    async with odd_server({b"LOGIN": b"%s NO [UNAVAILABLE] come later\r\n"}) as port:
        server = Server("127.0.0.1", port, "none", "info")
        one = Connection(server, Secret(PASSWORD), LOCAL, ssl.create_default_context())
        with pytest.raises(ImapFailed) as refused:
            await asyncio.to_thread(one.open)
    assert refused.value.code == "answer"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["INBOX", "Sent", "[Gmail]/Sent Mail"], "Sent"),
        (["INBOX", "INBOX.Saadetud kirjad"], "INBOX.Saadetud kirjad"),
        (["INBOX", "Elementy wysłane"], "Elementy wysłane"),
        (["INBOX", "Отправленные"], "Отправленные"),
        (["INBOX", "Lähetetyt", "Unsent"], "Lähetetyt"),
        (["INBOX", "Presented"], None),
    ],
)
def test_the_folder_of_sent_mail_is_found_by_its_name(names: list[str], found: str | None) -> None:
    assert folders.sent_folder([Folder(name, frozenset()) for name in names]) == found


def test_a_flag_says_more_than_a_name() -> None:
    listed = [Folder("Sent", frozenset()), Folder("Väljas", frozenset({"\\sent"}))]
    assert folders.sent_folder(listed) == "Väljas"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (b"Message-ID: <a@b>\r\n\r\n", "a@b"),
        (b"Message-Id:\r\n <a@b>\r\n\r\n", "a@b"),
        (b"Message-ID: a@b\r\n\r\n", None),
        (b"Message-ID: <>\r\n\r\n", None),
        (b"\r\n", None),
    ],
)
def test_an_id_is_read_or_there_is_none(header: bytes, found: str | None) -> None:
    assert folders.message_id_of(header) == found


def test_sources_differ_however_long_the_folder() -> None:
    long = Cursor("x" * 600, 7, 0, NOW)
    assert folders.source_of(long, 1) != folders.source_of(long, 2)
    assert len(folders.source_of(long, 2**32)) < 500
    assert folders.source_of(Cursor("INBOX", 7, 0, NOW), 3) == "imap:INBOX:7:3"


def test_pauses_grow_and_end_and_wrong_passwords_wait_longer() -> None:
    rhythm = Rhythm()
    assert [pause_after("lost", n, rhythm) for n in (1, 2, 3, 99)] == [2, 4, 8, 300]
    assert [pause_after("password", n, rhythm) for n in (1, 2, 99)] == [60, 120, 300]


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), max_size=12), st.integers(0, 40))
def test_reading_on_misses_no_mail_whatever_comes_between(steps: list[tuple[int, bool]], before: int) -> None:
    """Mails come, batches are read, now and then the folder is numbered anew: each new mail is read once, in order."""
    validity, names = 1, [f"old {n}" for n in range(before)]
    cursor = folders.matched(None, "INBOX", validity, len(names) + 1, NOW)
    read: list[str] = []
    made = 0
    for count, renumber in steps:
        names += [f"new {made + n}" for n in range(count)]
        made += count
        validity += renumber
        cursor = folders.matched(cursor, "INBOX", validity, len(names) + 1, NOW)
        while cursor.last_uid < len(names):
            uids = list(range(cursor.last_uid + 1, len(names) + 1))
            batch = folders.batch_of(uids, dict.fromkeys(uids, 1000))
            for uid in batch:
                name = names[uid - 1]
                renumbered = uid <= cursor.anew_uid
                # What Harvest asks the database: known letters, and what is older than the folder's first reading.
                if not (renumbered and (name in read or name.startswith("old"))):
                    read.append(name)
            cursor = folders.looked_through(cursor, batch)
    assert read == [f"new {n}" for n in range(made)]


@given(st.integers(0, 300), st.integers(1, 400), st.integers(1, 50))
def test_history_is_read_downwards_to_its_end(count: int, days: int, gone: int) -> None:
    cursor = folders.reaching_back(folders.first_seen("INBOX", 1, count + 1, NOW), days)
    uids, read = [uid for uid in range(1, count + 1) if uid % (gone + 1)], list[int]()
    while cursor.backfill_uid is not None:
        left = [uid for uid in uids if uid < cursor.backfill_uid]
        batch = folders.batch_of(left[: -folders.BATCH_MAILS - 1 : -1], dict.fromkeys(left, 10**6))
        cursor = folders.history_read(cursor, batch, len(left) - len(batch), len(batch))
        read += batch
    assert read == uids[::-1]
    assert (cursor.backfill_done, cursor.backfill_left) == (len(uids), 0)
    assert folders.reaching_back(cursor, days) == cursor
    assert folders.reaching_back(cursor, days + 1).backfill_uid == count + 1


@given(st.lists(st.integers(0, 30_000_000), max_size=120))
def test_a_batch_is_never_empty_and_never_too_much(sizes: list[int]) -> None:
    uids = list(range(1, len(sizes) + 1))
    batch = folders.batch_of(uids, dict(zip(uids, sizes, strict=True)))
    assert batch == uids[: len(batch)]
    assert len(batch) <= folders.BATCH_MAILS
    assert bool(batch) == bool(uids)
    assert len(batch) <= 1 or sum(sizes[uid - 1] for uid in batch) <= folders.BATCH_BYTES


def test_what_is_left_behind_is_remembered_until_it_comes() -> None:
    cursor = Cursor("INBOX", 1, 9, NOW)
    for _ in range(3):
        cursor = folders.leaving(cursor, 5, "broken")
    cursor = folders.leaving(cursor, 6, "broken too", history=True)
    assert [(one.uid, one.tries, one.history) for one in cursor.left_behind] == [(5, 3, False), (6, 1, True)]
    assert folders.fetched_after_all(cursor, [5]).left_behind == (folders.Left(6, "broken too", 1, True),)
