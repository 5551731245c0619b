"""Intake: what a delivery becomes, once, however often and in whatever order it comes."""

import asyncio
import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cast import open_shop
from desk.mailroom import ADDRESS, PlainChannel, open_mailroom, written
from tugi.core.database import Database, Transaction
from tugi.core.errors import Unavailable
from tugi.core.events import Actor
from tugi.desk import reactions
from tugi.desk.cases import accounts, intake, letters, outbox, threads, tokens, transcript
from tugi.desk.people import identities
from tugi.ports import Account, Address, Letter

MARI = "Mari Maasikas <mari@kiri.example>"
LONG_AGO = datetime(2024, 3, 1, 9, tzinfo=UTC)


async def test_a_letter_becomes_a_case_with_a_customer(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    taken = await room.deliver(written(MARI, "Tarne", "Kus mu pakk on?\n> vana jutt", Cc="jaan@kiri.example"))
    assert (taken.status, taken.outcome, taken.failure) == ("taken", "message", None)
    case = await room.case_of(taken)
    assert (case.subject, case.status, case.handler, case.customer_name) == ("Tarne", "new", "robot", "Mari Maasikas")
    assert case.waiting_since is not None
    async with database.reading(room.workspace_id) as tx:
        message = (await transcript.of_case(tx, case.id))[0]
        view = await letters.get_view(tx, message.id)
    assert (message.text, message.status, message.author.kind) == ("Kus mu pakk on?", "delivered", "customer")
    assert message.letter is not None
    assert (message.letter.sender, message.letter.subject) == (Address("mari@kiri.example", "Mari Maasikas"), "Tarne")
    assert message.letter.copies == [Address("jaan@kiri.example")]
    assert (message.letter.joined_by, message.letter.has_quote, message.letter.has_html) == ("new", True, False)
    assert view.quoted_text.strip() == "vana jutt"
    assert view.has_raw


async def test_every_letter_three_times_by_four_deliverers_at_once_is_one_message_each(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    dice = random.Random(4)
    mails = [written(f"K{n % 9} <k{n % 9}@kiri.example>", f"Asi {n}", message_id=f"m{n}@k.example") for n in range(40)]
    # Once by the same name of the delivering side, once by another door.
    three = [(raw, f"{how}:{n}") for n, raw in enumerate(mails) for how in ("imap", "imap", "smtp")]

    async def deliverer() -> None:
        own = dice.sample(three, len(three))
        for raw, source in own:
            if (delivery_id := await room.store(raw, source=source)) is not None:
                await room.take(delivery_id)
                await room.take(delivery_id)

    await asyncio.gather(*(deliverer() for _ in range(4)))
    found = await room.messages()
    assert sorted(one["external_id"] for one in found) == sorted(f"letter:m{n}@k.example" for n in range(40))
    kept = await room.rows("select status, outcome from deliveries where workspace_id = $1")
    assert len(kept) == 80
    assert sorted(one["outcome"] for one in kept) == ["message"] * 40 + ["repeated"] * 40
    assert len(await room.rows("select id from customers where workspace_id = $1")) == 9
    numbers = [case.number for case in await room.cases()]
    assert numbers == list(range(1001, 1041))
    heard = await room.rows("select number from events where workspace_id = $1 and kind = 'MessageReceived'")
    assert len(heard) == 40


async def test_a_letter_takes_few_statements(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await open_mailroom(database, tmp_path)
    counted = 0
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        original = getattr(Transaction, name)

        async def counting(tx: Transaction, sql: str, *values: object, run: Any = original) -> Any:
            nonlocal counted
            counted += 1
            return await run(tx, sql, *values)

        monkeypatch.setattr(Transaction, name, counting)

    async def statements(raw: bytes) -> int:
        """Those between begin and commit, the first of them reading the delivery itself."""
        nonlocal counted
        delivery_id = await room.store(raw)
        counted = 0
        await room.take(delivery_id)
        return counted

    assert await statements(written(MARI, message_id="1@k.example")) <= 12
    assert await statements(written(MARI, "Muu asi")) <= 8
    assert await statements(written(MARI, answers=["1@k.example"])) <= 9


async def test_a_letters_case_is_found_without_reading_all_letters(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    for number in range(40):
        await room.take(await room.store(written(MARI, f"Asi {number}", message_id=f"{number}@k.example")))
    async with database.reading(room.workspace_id) as tx:
        sender, soon = "mari@kiri.example", datetime(2020, 1, 1, tzinfo=UTC)
        plan = await tx.fetchval(
            f"explain (analyze, format json) {threads.CANDIDATES}",
            tx.workspace_id, room.account_id, "email", sender, [], [], [], ["7@k.example"], "99@k.example", None, soon,
        )  # fmt: skip
    text = plan if isinstance(plan, str) else json.dumps(plan)
    rows = [float(number) for number in re.findall(r'"Actual Rows": ([\d.]+)', text)]
    assert '"Relation Name": "messages"' in text
    # A planner that knows nothing of the tables yet would join them whole: 40 times 40 rows.
    loops = [float(number) for number in re.findall(r'"Actual Loops": ([\d.]+)', text)]
    assert sum(count * times for count, times in zip(rows, loops, strict=True)) < 100


async def test_letters_that_come_together_are_taken_in_with_few_commits(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    mails = [written(f"K{n} <k{n}@kiri.example>", f"Asi {n}", message_id=f"m{n}@k.example") for n in range(30)]
    ids = [await room.store(raw) for raw in mails]
    torn = await room.store(written(MARI, **{"X-Unreadable": "This mail is torn."}))
    ours = await room.store(written(MARI, **{"X-Explodes": "yes"}))
    ended = await asyncio.gather(*(room.take(one) for one in [*ids, torn, ours]), return_exceptions=True)
    # A fault of ours is met by the job of its own letter alone.
    assert [type(one) for one in ended] == [type(None)] * 31 + [RuntimeError]
    assert (await room.delivery(torn)).status == "quarantined"
    commits = await room.rows("select distinct xmin::text from cases where workspace_id = $1")
    assert len(await room.cases()) == len(mails)
    # A batch in which one cannot be read is taken in one by one.
    assert len(commits) <= 22


async def test_two_first_letters_at_once_are_two_cases_of_one_customer(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    ids = [await room.store(written(MARI, subject)) for subject in ("Üks", "Kaks", "Kolm")]
    await asyncio.gather(*(room.take(one) for one in ids))
    found = await room.cases()
    assert len(found) == 3
    assert len({case.customer_id for case in found}) == 1


async def test_a_redelivery_is_not_stored_and_the_job_may_run_twice_at_once(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    raw = written(MARI)
    first = await room.store(raw, source="imap:INBOX:7:1")
    assert await room.store(raw, source="imap:INBOX:7:1") is None
    await asyncio.gather(*(room.take(first) for _ in range(6)))
    assert len(await room.messages()) == 1
    await room.take(999_999)


async def test_a_customers_letter_reopens_and_a_machines_does_not(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    await room.answer(case.id)
    await room.set_status(case.id, "resolved")
    before = (await room.cases())[0]
    away = await room.deliver(written(MARI, "Automaatvastus", to=room.token(case.id), Auto_Submitted="auto-replied"))
    assert (away.outcome, (await room.case_of(away)).id) == ("message", case.id)
    after = (await room.cases())[0]
    assert after == before
    assert len(await room.rows("select id from contacts where workspace_id = $1")) == 1
    again = await room.deliver(written(MARI, to=room.token(case.id)))
    reopened = await room.case_of(again)
    assert (reopened.id, reopened.status) == (case.id, "open")
    assert reopened.waiting_since is not None
    assert len(await room.rows("select id from contacts where workspace_id = $1")) == 2
    kinds = [one["kind"] for one in await room.rows("select kind from events where workspace_id = $1 order by number")]
    assert kinds.count("MessageReceived") == 2
    assert kinds.count("LetterFiled") == 1
    assert "LetterFiled" not in reactions.REACTIONS


async def test_a_machines_letter_that_belongs_to_no_case_is_seen_by_people_and_not_by_the_robot(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written("pood@muu.example", Auto_Submitted="auto-generated")))
    assert (case.status, case.handler, case.waiting_since) == ("new", "queue", None)


async def test_the_robot_is_on_as_in_a_chat_and_keeps_out_of_our_own_mailboxes_letters(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    async with database.transaction(room.workspace_id) as tx:
        await accounts.create(tx, "email", "Müük", "myyk@pohjala.example", {}, None)
    ours = await room.case_of(await room.deliver(written("myyk@pohjala.example", X_Trust="dmarc=pass")))
    assert ours.handler == "queue"
    forged = await room.deliver(written(f"Abi <{ADDRESS}>"))
    assert (await room.case_of(forged)).handler == "queue"
    assert await warnings_of(database, room.workspace_id, forged.message_id) == ("claims_to_be_us",)
    await room.rows("select 1 where $1 > 0")
    async with database.transaction(room.workspace_id) as tx:
        await tx.execute("""update workspaces set settings = settings || '{"robot": {"mode": "off"}}'::jsonb""")
    assert (await room.case_of(await room.deliver(written(MARI)))).handler == "queue"


async def warnings_of(database: Database, workspace_id: int, message_id: int | None) -> tuple[str, ...]:
    """What an agent is warned of at a letter."""
    assert message_id is not None
    async with database.reading(workspace_id) as tx:
        return (await letters.get_view(tx, message_id)).trust.warnings


async def test_an_agent_answers_by_mail_only_with_proof_and_an_own_token(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    kadri = (await room.rows("select email from agents where workspace_id = $1"))[0]["email"]
    own = tokens.agent_token(room.secret, room.workspace_id, case.id, room.shop.kadri)
    others = tokens.agent_token(room.secret, room.workspace_id, case.id, room.shop.kadri + 1)
    for token, trust in ((own, "none"), (others, "dmarc=pass"), ("", "dmarc=pass")):
        to = f"abi+{token}@pohjala.example" if token else room.token(case.id)
        taken = await room.deliver(written(kadri, "Re: Küsimus", to=to, X_Trust=trust))
        assert (await room.case_of(taken)).id != case.id
        assert "claims_to_be_us" in await warnings_of(database, room.workspace_id, taken.message_id)
    answer = written(kadri, "Re: Küsimus", "Jah, on.", to=f"abi+{own}@pohjala.example", X_Trust="dmarc=pass")
    taken = await room.deliver(answer)
    assert taken.outcome == "message"
    said = (await room.messages())[-1]
    assert (said["case_id"], said["author_kind"], said["author_id"]) == (case.id, "agent", room.shop.kadri)
    assert (said["text"], said["status"]) == ("Jah, on.", "queued")
    async with database.transaction(room.workspace_id) as tx:
        await tx.execute("update agents set active = false where workspace_id = $1", room.workspace_id)
    gone = await room.deliver(written(kadri, to=f"abi+{own}@pohjala.example", X_Trust="dmarc=pass"))
    assert (await room.case_of(gone)).id != case.id


async def test_what_cannot_be_read_is_quarantined_and_tried_again(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    bad = await room.deliver(written(MARI, X_Unreadable="This mail is torn."))
    assert (bad.status, bad.failure) == ("quarantined", "This mail is torn.")
    good = await room.deliver(written(MARI))
    assert good.status == "taken"
    # A fault of ours is tried a few times and then shown, and a retry after the repair takes it in.
    explodes = await room.store(written(MARI, "Plahvatab", X_Explodes="yes"))
    assert explodes is not None
    with pytest.raises(RuntimeError):
        await room.take(explodes)
    await room.intake.gave_up({"workspace_id": room.workspace_id, "delivery_id": explodes})
    assert (await room.delivery(explodes)).status == "quarantined"
    kinds = [one["kind"] for one in await room.rows("select kind from events where workspace_id = $1")]
    assert kinds.count("DeliveryQuarantined") == 2


async def test_a_lost_file_and_an_unknown_channel_are_said_in_words(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    delivery_id = await room.store(written(MARI))
    assert delivery_id is not None
    row = await room.delivery(delivery_id)
    (tmp_path / str(room.workspace_id) / row.hash[:2] / row.hash).unlink()
    await room.take(delivery_id)
    missing = await room.delivery(delivery_id)
    assert missing.failure == "The raw letter is missing from the file storage."
    assert missing.failure_code == "missing"
    other = await open_shop(database, "Teine")
    async with database.transaction(other.workspace_id) as tx:
        account_id = await accounts.create(tx, "pigeon", "Tuvi", "tuvi@pood.example", {}, None)
    strange = await room.files.put(other.workspace_id, b"x")
    assert strange
    room.shop = other
    lost = await room.deliver(b"x", account_id=account_id)
    assert lost.failure == "Nothing here can read what comes through pigeon."


async def test_a_reader_that_hangs_holds_nobody_up(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await open_mailroom(database, tmp_path)
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()
    read = PlainChannel.read

    def slow(self: PlainChannel, raw: bytes, account: Account, envelope: object) -> Letter:
        asyncio.run_coroutine_threadsafe(enough.wait(), loop).result(10)
        return read(self, raw, account, {})

    monkeypatch.setattr(PlainChannel, "read", slow)
    monkeypatch.setattr(intake, "READING_SECONDS", 0.05)
    hung = await room.deliver(written(MARI))
    assert hung.status == "quarantined"
    assert "longer than" in (hung.failure or "")
    enough.set()


async def test_text_the_database_cannot_hold_and_endless_ids_are_stored_all_the_same(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    endless = "x" * 9_000
    raw = written(MARI, "Tere\x00", "a" * 150_000, message_id=f"{endless}@k.example", answers=[f"{endless}2@k.example"])
    taken = await room.deliver(raw)
    assert taken.outcome == "message"
    assert len((await room.messages())[0]["text"]) == 100_000
    again = await room.deliver(raw)
    assert again.outcome == "repeated"


async def test_a_letter_without_a_sender_is_somebody_new_each_time(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first, second = [await room.case_of(await room.deliver(written(""))) for _ in range(2)]
    assert first.customer_id != second.customer_id


async def test_files_come_with_their_letter(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    raw = written(MARI).replace(b'Content-Type: text/plain; charset="utf-8"', b"Content-Type: text/plain")
    boundary = (
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nTere\n'
        b'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="arve.pdf"\n'
        b"Content-Transfer-Encoding: base64\n\nJVBERi0=\n"
        b'--b\nContent-Type: image/png\nContent-Disposition: attachment; filename="../p.png"\nContent-ID: <pilt@k>\n'
        b"Content-Transfer-Encoding: base64\n\nbm8gcG5n\n--b--\n"
    )
    head = raw.split(b"MIME-Version")[0].split(b"Content-Type")[0]
    taken = await room.deliver(head + boundary)
    assert taken.message_id is not None
    async with database.reading(room.workspace_id) as tx:
        message = (await transcript.of_ids(tx, [taken.message_id]))[0]
        view = await letters.get_view(tx, taken.message_id)
    # What claims to be a picture and is none is only ever saved.
    assert [(one.name, one.media_type, one.size) for one in message.attachments] == [
        ("arve.pdf", "application/pdf", 5),
        ("p.png", "application/octet-stream", 6),
    ]
    assert view.inline == {"pilt@k": message.attachments[1].id}


async def test_a_chats_customer_who_answers_by_mail_stays_in_the_chat(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    customer_id = await room.shop.customer()
    _, case = await room.shop.say(customer_id, "tere")
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        await identities.link(tx, customer_id, "email", "mari@kiri.example", "typed")
        await outbox.queue(
            tx,
            account_id=room.account_id,
            case_id=case.id,
            kind="continued",
            message_ids=[1],
            letter_id=tokens.letter_id(room.secret, room.workspace_id, case.id, 1, "pohjala.example"),
            to=[Address("mari@kiri.example")],
            not_before=LONG_AGO,
        )
    taken = await room.deliver(written(MARI, "Re: Põhjala Pood", to=room.token(case.id)))
    joined = await room.case_of(taken)
    assert (joined.id, joined.channel, joined.customer_id) == (case.id, "widget", customer_id)
    async with database.reading(room.workspace_id) as tx:
        known = (await identities.of_customers(tx, [customer_id]))[customer_id]
        assert [(one.address, one.verified_by) for one in known] == [("mari@kiri.example", "mailbox")]
        # What they mail of their own accord is no business of whoever sits before that browser.
        assert len(await transcript.of_customer(tx, customer_id, channel="widget")) == 2
    apart = await room.case_of(await room.deliver(written(MARI, "Muu asi")))
    assert (apart.channel, apart.customer_id) == ("email", customer_id)
    async with database.reading(room.workspace_id) as tx:
        assert len(await transcript.of_customer(tx, customer_id, channel="widget")) == 2
    _, chat = await room.shop.say(customer_id, "veel midagi")
    assert chat.id == case.id


async def test_while_storage_is_away_the_delivery_waits(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await open_mailroom(database, tmp_path)

    async def away(_workspace_id: int, _digest: str) -> bytes:
        raise Unavailable("The file storage does not answer.")

    delivery_id = await room.store(written(MARI))
    with monkeypatch.context() as patched:
        patched.setattr(room.files, "get", away)
        with pytest.raises(Unavailable):
            await room.take(delivery_id)
    assert delivery_id is not None
    assert (await room.delivery(delivery_id)).status == "waiting"
    await room.work()
    assert (await room.delivery(delivery_id)).status == "taken"
