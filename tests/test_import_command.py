"""The mails of earlier years: customers, cases and answers, once, in order, and nothing follows from them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fakes.dovecot import Dovecot
from fakes.mail_shop import LOCAL, SEAL, MailShop
from tugi import import_command, mail_files
from tugi.channels.email.channel import EmailChannel
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving.imap import Connection, Secret, context_of
from tugi.channels.email.settings import mailbox_of
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.core.files import Folder
from tugi.desk import reactions
from tugi.desk.cases import careful
from tugi.desk.cases.intake import Intake
from tugi.desk.people import workspaces
from tugi.import_command import Done, Found, Import, account_for, date_of, from_files, from_imap, sender_of
from tugi.ports import Account, Letter

OWN = "info@shop.example"


def mail(number: int, *, sender: str, to: str, day: int, answers: int | None = None, text: str = "") -> bytes:
    """A mail of a talk; number: its own id; answers: another's."""
    lines = [
        f"Message-ID: <{number}@mails.example>",
        f"From: Somebody <{sender}>",
        f"To: {to}",
        f"Date: {day:02d} Mar 2024 10:00:00 +0200",
        f"Subject: {'Re: ' if answers is not None else ''}Parcel {number if answers is None else answers}",
        *([f"In-Reply-To: <{answers}@mails.example>"] if answers is not None else []),
        "",
        text or f"Where is my parcel {number}, please?",
        "",
    ]
    return "\n".join(lines).encode()


def talk(first: int, customer: str = "mari@kiri.example") -> list[bytes]:
    """A question, an answer of the shop's, and thanks."""
    return [
        mail(first, sender=customer, to=OWN, day=1),
        mail(first + 1, sender=OWN, to=customer, day=2, answers=first, text="It comes tomorrow."),
        mail(first + 2, sender=customer, to=OWN, day=3, answers=first + 1, text="Thank you."),
    ]


class Archive:
    """A shop that imports."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.files = Folder(folder)
        self.workspace_id = 0
        self.told: list[str] = []

    async def furnish(self) -> "Archive":
        async with self.database.everywhere() as tx:
            self.workspace_id = (await workspaces.create(tx, "Põhjala Pood")).id
        return self

    def intake(self, database: Database) -> Intake:
        tokens = Tokens(self.database, SEAL, {})
        email = EmailChannel(LOCAL, context_of(None), tokens)
        return Intake(database, self.files, {"email": email}, "installation")

    async def take(self, mails: list[bytes]) -> Done:
        account = await account_for(self.database, self.workspace_id, OWN)
        return await self.run(account, from_files(iter(mails)))

    async def run(self, account: Account, mails: AsyncIterator[Found]) -> Done:
        work = Import(self.database, self.files, self.intake, self.told.append)
        return await work.run(account, mails, frozenset({OWN}))

    async def fetch(self, sql: str) -> list[Mapping[str, Any]]:
        async with self.database.reading(self.workspace_id) as tx:
            return await tx.fetch(sql)


@pytest.fixture
async def archive(dsn: str, tmp_path: Path) -> AsyncIterator[Archive]:
    database = await Database.open(dsn, reactions.REACTIONS)
    yield await Archive(database, tmp_path / "files").furnish()
    await database.close()


async def test_talks_become_cases_with_answers_and_their_own_dates(archive: Archive) -> None:
    # Newest first, as a mailbox is often read: order is by date all the same.
    done = await archive.take([*reversed(talk(10)), *reversed(talk(20, "jaan@kuusk.example"))])
    assert (done.read, done.stored, done.taken) == (6, 6, 6)
    assert done.outcomes == {"message": 6}
    cases = await archive.fetch("select * from cases order by id")
    assert [case["status"] for case in cases] == ["resolved", "resolved"]
    assert all(case["waiting_since"] is None for case in cases)
    assert {case["created_at"].year for case in cases} == {2024}
    messages = await archive.fetch("select case_id, author_kind, created_at from messages order by created_at")
    first = [one for one in messages if one["case_id"] == cases[0]["id"]]
    assert [one["author_kind"] for one in first] == ["customer", "agent", "customer"]
    assert [one["created_at"].day for one in first] == [1, 2, 3]
    assert len(await archive.fetch("select * from customers")) == 2


async def test_twice_is_once_and_nothing_follows(archive: Archive) -> None:
    await archive.take(talk(10))
    again = await archive.take([*talk(10), *talk(30, "peeter@mets.example")])
    assert (again.read, again.stored, again.outcomes) == (6, 3, {"message": 3})
    assert len(await archive.fetch("select * from messages")) == 6
    assert await archive.fetch("select * from pgqueuer") == []
    assert await archive.fetch("select * from outgoing") == []


async def test_the_same_mail_by_another_way_is_not_doubled(archive: Archive) -> None:
    question = talk(10)[0]
    done = await archive.take([question, question.replace(b"\n", b"\r\n"), b"X-Moved: yes\n" + question])
    assert done.outcomes == {"message": 1, "repeated": 2}


async def test_stopped_anywhere_it_goes_on(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(BaseException):
        pass

    batches = 0
    real = Intake.take_in_batch

    async def take_in_batch(self: Intake, workspace_id: int, ids: Sequence[int]) -> bool:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise Stopped
        return await real(self, workspace_id, ids)

    monkeypatch.setattr(Intake, "take_in_batch", take_in_batch)
    monkeypatch.setattr(import_command, "TAKEN_AT_ONCE", 2)
    mails = [*talk(10), *talk(20)]
    with pytest.raises(Stopped):
        await archive.take(mails)
    done = await archive.take(mails)
    assert (done.stored, done.taken) == (0, 4)
    assert len(await archive.fetch("select * from messages")) == 6


async def test_an_odd_mail_is_kept_for_people_and_the_rest_goes_on(archive: Archive) -> None:
    done = await archive.take([b"", b"\x00\xff" * 50, *talk(10)])
    assert sum(done.outcomes.values()) == 5
    assert done.outcomes["message"] >= 3
    assert "mails read" in import_command.summary(done)[0]


async def test_a_mailbox_is_imported_with_its_sent_folder(database: Database, tmp_path: Path) -> None:
    dovecot = Dovecot()
    try:
        dovecot.add("info")
        dovecot.start()
        shop = await MailShop.open(database, tmp_path, dovecot)
        question, answer, thanks = talk(10)
        for raw in (question, thanks):
            dovecot.deliver("info", raw)
        dovecot.deliver("info", answer, "Saadetud")
        await shop.connect("info")
        archive = Archive(database, tmp_path)
        archive.workspace_id = shop.workspace_id
        account = await account_for(database, shop.workspace_id, OWN)

        async def connect(account: Account) -> Connection:
            server = mailbox_of(account).receiving.imap
            assert server
            return Connection(server, Secret("correct horse"), LOCAL, context_of(dovecot.certificate.chain))

        for stored in (3, 0):
            done = await archive.run(account, from_imap(account, connect))
            assert (done.read, done.stored) == (3, stored)
        rows = await archive.fetch("select author_kind, case_id from messages order by created_at")
        assert [row["author_kind"] for row in rows] == ["customer", "agent", "customer"]
        assert len({row["case_id"] for row in rows}) == 1
    finally:
        dovecot.close()


async def test_an_address_never_connected_gets_an_account_that_is_off(archive: Archive) -> None:
    made = await account_for(archive.database, archive.workspace_id, " Info@Shop.example ")
    assert (made.address, made.active) == (OWN, False)
    assert (await account_for(archive.database, archive.workspace_id, OWN)).id == made.id
    with pytest.raises(Invalid, match="--mailbox"):
        await account_for(archive.database, archive.workspace_id, "info")


def split(tmp_path: Path, content: bytes) -> list[bytes]:
    path = tmp_path / "mails.mbox"
    path.write_bytes(content)
    return list(mail_files.mails_of_mbox(path))


def test_an_mbox_is_taken_apart(tmp_path: Path) -> None:
    content = (
        b"From mari@kiri.example Fri Mar  1 10:00:00 2024\nSubject: a\n\nFrom here it is far.\n>From quoted\n"
        b">>From twice\n\nFrom now on, no separator\n\n"
        b"From 1798@xxx Fri Mar 01 10:00:00 +0000 2024\r\nSubject: b\r\n\r\ntext\r\n\r\n"
        b"From - Fri Mar 01 10:00:00 2024\nSubject: c\n\nlast"
    )
    assert split(tmp_path, content) == [
        b"Subject: a\n\nFrom here it is far.\nFrom quoted\n>From twice\n\nFrom now on, no separator\n",
        b"Subject: b\r\n\r\ntext\r\n",
        b"Subject: c\n\nlast",
    ]


@pytest.mark.parametrize("content", [b"", b"Subject: a\n\nx", b"\x00" * 2000])
def test_what_is_no_mbox_is_said_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match="is no mbox file"):
        split(tmp_path, content)


def test_single_mails_and_maildirs_are_found(tmp_path: Path) -> None:
    for name in ("a.eml", "deep/b.EML", "box/cur/c:2,S", "box/new/d", "box/tmp/e", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    assert sorted(mail_files.mails_of_files(tmp_path)) == [b"a.eml", b"box/cur/c:2,S", b"box/new/d", b"deep/b.EML"]
    with pytest.raises(Invalid, match="holds no mails"):
        list(mail_files.mails_of_files(tmp_path / "box" / "tmp"))


@pytest.mark.parametrize(
    ("raw", "sender", "year"),
    [
        (b"From: Mari <Mari+x@Kiri.example>\nDate: Fri, 1 Mar 2024 10:00:00 +0200\n\n", "mari@kiri.example", 2024),
        (b'From: "a@b.example" <info@shop.example>\nDate: 1 Mar 24 10:00 EST\n\n', "info@shop.example", 2024),
        (b"from:\n <info@shop.example>\ndate: nonsense\n\nFrom: x@y.example", "info@shop.example", None),
        (b"Date: Fri, 99 Mar 99999 10:00:00 +9999\n\n", "", None),
        (b"", "", None),
    ],
)
def test_what_is_read_of_a_head_to_put_mails_in_order(raw: bytes, sender: str, year: int | None) -> None:
    found = date_of(raw)
    assert sender_of(raw) == sender
    assert (found.year if found else None) == year


class Deadly(BaseException):
    """As little of the import comes after it as after a death."""


async def test_a_mail_that_ends_the_import_is_put_aside_and_the_next_run_ends(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = EmailChannel.read

    def read(self: EmailChannel, raw: bytes, account: Account, envelope: Mapping[str, object]) -> Letter:
        if b"X-Deadly" in raw:
            raise Deadly
        return original(self, raw, account, envelope)

    monkeypatch.setattr(EmailChannel, "read", read)
    mails = [*talk(10), b"X-Deadly: yes\r\n" + talk(20)[0], *talk(30)]
    deaths = 0
    while True:
        try:
            done = await archive.take(mails)
            break
        except Deadly:
            deaths += 1
        assert deaths <= careful.DEATHS
    assert deaths == careful.DEATHS
    assert done.outcomes["quarantined"] == 1
    (aside,) = await archive.fetch("select failure from deliveries where status = 'quarantined'")
    assert aside["failure"] == careful.ENDED
    assert len(await archive.fetch("select id from messages")) == 6
