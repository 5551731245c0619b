"""What comes back of our letters, what was written elsewhere, and history: none of it is a customer who waits."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from desk.mailroom import ADDRESS, open_mailroom, written
from tugi.core.database import Database
from tugi.desk.cases import outbox, transcript
from tugi.desk.people import identities

MARI = "Mari Maasikas <mari@kiri.example>"
LONG_AGO = datetime(2024, 3, 1, 9, tzinfo=UTC)


async def test_our_own_letter_that_comes_back_is_nobodys_message(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    ours = await room.answer(case.id)
    count = len(await room.messages())
    back = await room.deliver(written(f"Abi <{ADDRESS}>", message_id=ours.letter_id, to="mari@kiri.example"))
    assert (back.outcome, back.message_id) == ("own", ours.message_id)
    assert len(await room.messages()) == count
    sent = await room.deliver(written(f"Abi <{ADDRESS}>", message_id=ours.letter_id), sent_by_us=True)
    # Stored before by another door: it is noted, and now it is certain that it left.
    assert sent.outcome == "own"
    async with database.reading(room.workspace_id) as tx:
        item = await outbox.find_by_letter_id(tx, ours.letter_id)
        message = (await transcript.of_ids(tx, [ours.message_id]))[0]
    assert item is not None
    assert (item.state, message.status) == ("sent", "sent")


async def test_a_bounce_marks_the_very_message_and_the_address_and_a_forged_one_nothing(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    first, second = await room.answer(case.id, "Esimene"), await room.answer(case.id, "Teine")
    forged = f"{case.id}.{first.message_id}.aaaaaaaaaaaaaaaa@pohjala.example"
    for letter_id, outcome in ((forged, "discarded"), ("keegi@muu.example", "discarded")):
        lost = await room.deliver(written("<>", X_Bounce=f"{letter_id} mari@kiri.example permanent"))
        assert (lost.status, lost.outcome, lost.failure) == (
            outcome,
            "bounce",
            "This bounce is about no letter of ours.",
        )
    late = await room.deliver(written("<>", X_Bounce=f"{second.letter_id} mari@kiri.example late"))
    assert (late.outcome, late.message_id) == ("bounce", second.message_id)
    assert {one["status"] for one in await room.messages()} == {"delivered", "queued"}
    # Somebody else's address is not ours to doubt on the word of a stranger's bounce.
    async with database.transaction(room.workspace_id) as tx:
        await identities.add(tx, case.customer_id, "email", "jaan@kiri.example", "typed")
    await room.deliver(written("<>", X_Bounce=f"{second.letter_id} jaan@kiri.example permanent"))
    bounced = await room.deliver(written("<>", X_Bounce=f"{second.letter_id} mari@kiri.example permanent"))
    assert (bounced.status, bounced.outcome) == ("taken", "bounce")
    states = {one["id"]: (one["status"], one["failure"]) for one in await room.messages()}
    assert states[first.message_id][0] == "queued"
    assert states[second.message_id] == ("failed", "No such mailbox (5.1.1)")
    async with database.reading(room.workspace_id) as tx:
        known = {one.address: one for one in (await identities.of_customers(tx, [case.customer_id]))[case.customer_id]}
    assert known["mari@kiri.example"].undeliverable_why == "No such mailbox (5.1.1)"
    assert known["jaan@kiri.example"].undeliverable_since is None
    assert (await room.cases())[0].status == "open"
    assert len(await room.messages()) == 3
    # Whoever writes again can be written to again.
    await room.deliver(written(MARI, to=room.token(case.id)))
    async with database.reading(room.workspace_id) as tx:
        known = {one.address: one for one in (await identities.of_customers(tx, [case.customer_id]))[case.customer_id]}
    assert known["mari@kiri.example"].undeliverable_since is None


async def test_reports_are_noted_at_the_letter_they_are_about(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    ours = await room.answer(case.id)
    noted = await room.deliver(written("fbl@suur.example", answers=[ours.letter_id], X_Report="yes"))
    assert (noted.status, noted.outcome, noted.message_id) == ("taken", "report", ours.message_id)
    foreign = await room.deliver(written("fbl@suur.example", answers=["x@y"], X_Report="yes"))
    assert (foreign.status, foreign.outcome) == ("discarded", "report")
    assert foreign.failure


async def test_an_answer_written_elsewhere_counts_as_ours(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI, message_id="first@kiri.example")))
    answer = written(f"Abi <{ADDRESS}>", "Re: Küsimus", "Homme.", to=MARI, answers=["first@kiri.example"])
    taken = await room.deliver(answer, sent_by_us=True)
    after = await room.case_of(taken)
    assert (after.id, after.status, after.handler, after.waiting_since) == (case.id, "waiting_customer", "queue", None)
    said = (await room.messages())[-1]
    assert (said["author_kind"], said["author_id"], said["status"], said["text"].strip()) == (
        "agent", None, "sent", "Homme.",
    )  # fmt: skip
    kadri = (await room.rows("select email from agents where workspace_id = $1"))[0]["email"]
    again = written(kadri, "Re: Küsimus", "Ja veel.", to=MARI, answers=["first@kiri.example"])
    await room.deliver(again, sent_by_us=True)
    assert (await room.messages())[-1]["author_id"] == room.shop.kadri
    assert (await room.cases())[0].assignee_id == room.shop.kadri
    waits = await room.rows("select first_answer_at from contacts where workspace_id = $1")
    assert waits[0]["first_answer_at"] is not None


async def test_a_letter_we_began_elsewhere_is_found_by_its_answer_and_waits_for_nobody(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    ours = written(f"Abi <{ADDRESS}>", "Pakkumine", to=MARI, message_id="offer@pohjala.example")
    case = await room.case_of(await room.deliver(ours, sent_by_us=True))
    assert (case.status, case.waiting_since) == ("resolved", None)
    back = await room.case_of(await room.deliver(written(MARI, "Re: Pakkumine", answers=["offer@pohjala.example"])))
    assert (back.id, back.status) == (case.id, "open")
    among = await room.deliver(written(f"Abi <{ADDRESS}>", to=ADDRESS), sent_by_us=True)
    assert (among.outcome, among.message_id) == ("own", None)


async def test_history_keeps_its_own_dates_runs_no_clock_and_is_answered_by_nobody(
    database: Database, tmp_path: Path
) -> None:
    room = await open_mailroom(database, tmp_path)
    second_at, third_at = LONG_AGO + timedelta(days=1), LONG_AGO + timedelta(days=20)
    mails = [
        (written(MARI, "Vana", message_id="1@k.example", at=LONG_AGO), False),
        (written(ADDRESS, "Re: Vana", to=MARI, message_id="2@p.example", answers=["1@k.example"], at=second_at), True),
        (written(MARI, "Re: Vana", "Aitäh", message_id="3@k.example", answers=["2@p.example"], at=third_at), False),
    ]
    # Folders are read backwards.
    for raw, ours in reversed(mails):
        await room.deliver(raw, history=True, sent_by_us=ours)
    cases = await room.cases()
    assert len(cases) == 1
    case = cases[0]
    assert (case.status, case.handler, case.waiting_since, case.preview) == ("resolved", "queue", None, "Aitäh")
    assert (case.created_at, case.active_at) == (LONG_AGO, third_at)
    said = await room.rows("select text, created_at from messages where workspace_id = $1 order by created_at")
    assert [one["created_at"] for one in said] == [LONG_AGO, second_at, third_at]
    contacts = await room.rows("select opened_at, first_answer_at from contacts where workspace_id = $1")
    assert all(one["opened_at"].year == 2024 for one in contacts)
    kinds = {one["kind"] for one in await room.rows("select kind from events where workspace_id = $1")}
    assert not kinds & {"MessageReceived", "CaseOpened", "CaseReopened"}
    # A letter of today about it is a new matter that people may join to the old one.
    today = await room.case_of(await room.deliver(written(MARI, "Re: Vana", answers=["3@k.example"])))
    assert today.id != case.id
