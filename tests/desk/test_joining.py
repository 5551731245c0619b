"""Joining and splitting: one click, and undone as if it had never been."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.mailroom import Mailroom, open_mailroom, written
from tugi.core.database import Database
from tugi.core.errors import Conflict, NotFound
from tugi.core.events import Actor
from tugi.desk.cases import cases, joining, messages, notes
from tugi.desk.cases.moves import Said, standing_after, thread_from
from tugi.desk.cases.states import ACTIVE, Standing

MARI, JAAN = "Mari <mari@kiri.example>", "Jaan <jaan@kiri.example>"
START = datetime(2026, 5, 4, tzinfo=UTC)


@st.composite
def conversations(draw: st.DrawFn) -> list[Said]:
    """Letters that answer earlier ones or none, and messages that are no letters."""
    said: list[Said] = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        earlier = [one.letter_id for one in said if one.letter_id]
        is_letter = draw(st.booleans())
        said.append(
            Said(
                id=number,
                contact_id=1,
                account_id=draw(st.integers(1, 2)),
                author=draw(st.sampled_from(("customer", "agent", "robot"))),
                text=str(number),
                language=None,
                at=START + timedelta(minutes=number),
                letter_id=f"{number}@k" if is_letter else None,
                refers_to=frozenset(draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else ()),
                automatic=draw(st.booleans()),
            )
        )
    return said


@given(conversations(), st.data())
def test_a_thread_holds_its_first_message_and_later_ones_that_lead_back_to_it(
    said: list[Said], data: st.DataObject
) -> None:
    start = data.draw(st.sampled_from(said))
    moved = thread_from(said, start.id)
    assert start.id in moved
    assert min(moved) == start.id
    by_letter = {one.letter_id: one.id for one in said if one.letter_id}
    for one in said:
        if start.letter_id is None:
            assert (one.id in moved) == (one.id >= start.id and one.account_id == start.account_id)
        elif one.id > start.id:
            answered = {by_letter[reference] for reference in one.refers_to}
            assert (one.id in moved) == bool(answered & moved)


@given(conversations(), st.sampled_from(("new", "open", "waiting_customer", "snoozed", "resolved")))
def test_somebody_waits_exactly_while_the_customer_has_the_last_word(said: list[Said], status: cases.Status) -> None:
    after = standing_after(Standing(status, "robot", active_at=START), said)
    people = [one for one in said if not one.automatic]
    if not people:
        return
    assert after.active_at == people[-1].at
    assert after.handler == "queue"
    waits = after.status in ACTIVE and people[-1].author == "customer"
    assert (after.waiting_since is not None) == waits
    if status not in ACTIVE:
        assert after.status == status
    elif people[-1].author == "customer":
        assert after.status in ("new", "open")


TABLES = {
    "messages": "id, case_id, contact_id, text, status",
    "contacts": "id, case_id, opened_at, first_answer_at",
    "notes": "id, case_id, text",
    "participants": "case_id, address, name",
    "letters": "message_id, letter_id, joined_by",
    "cases": "id, status, handler, assignee_id, preview, preview_from, waiting_since, active_at, snoozed_until, "
    "merged_into, customer_id, subject",
}


async def picture(room: Mailroom, but: set[int]) -> dict[str, list[dict[str, Any]]]:
    """All that a move may touch, of all cases but some."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, columns in TABLES.items():
        rows = await room.rows(f"select {columns} from {table} where workspace_id = $1 order by 1, 2")
        place = "id" if table == "cases" else "case_id"
        found[table] = [row for row in rows if row.get(place) not in but]
    return found


async def talk(room: Mailroom, dice: random.Random) -> None:
    """Two customers, several threads, answers, notes, chats and moved cases."""
    known: list[str] = []
    for number in range(dice.randint(5, 12)):
        sender = dice.choice((MARI, JAAN))
        answers = [dice.choice(known)] if known and dice.random() < 0.6 else []
        letter_id = f"{room.workspace_id}.{number}@k.example"
        case = await room.case_of(
            await room.deliver(written(sender, f"Asi {number}", message_id=letter_id, answers=answers))
        )
        known.append(letter_id)
        act = dice.random()
        if act < 0.4:
            known.append((await room.answer(case.id)).letter_id)
        elif act < 0.6:
            async with room.database.transaction(room.workspace_id) as tx:
                await notes.write(tx, case.id, room.shop.kadri, f"agent:1:{number:08}", "helistas")
        elif act < 0.75 and case.status != "resolved":
            await room.set_status(case.id, dice.choice(("resolved", "waiting_internal")))


async def act(room: Mailroom, what: Any, *values: Any) -> Any:
    """Kadri does it."""
    async with room.database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        return await what(tx, *values)


@pytest.mark.parametrize("seed", range(6))
async def test_a_split_or_join_undone_leaves_every_row_as_it_was(database: Database, tmp_path: Path, seed: int) -> None:
    room = await open_mailroom(database, tmp_path)
    dice = random.Random(seed)
    await talk(room, dice)
    tried = 0
    for _ in range(8):
        known = [case for case in await room.cases() if case.status != "merged"]
        made = {case.id for case in await room.cases()}
        before = await picture(room, set())
        case = dice.choice(known)
        splits = dice.random() < 0.5
        try:
            if splits:
                of_case = [row["id"] for row in before["messages"] if row["case_id"] == case.id]
                moved = await act(room, joining.split, case.id, dice.choice(of_case))
            else:
                moved = await act(room, joining.join, case.id, dice.choice(known).number)
        except Conflict:
            assert await picture(room, set()) == before
            continue
        tried += 1
        assert await picture(room, set()) != before
        async with database.reading(room.workspace_id) as tx:
            newest = (await joining.of_case(tx, moved.id))[0]
        back = await act(room, joining.undo, newest.id)
        assert back.id == case.id
        assert await picture(room, {one.id for one in await room.cases()} - made) == before
        with pytest.raises(Conflict):
            await act(room, joining.undo, newest.id)
    assert tried


async def test_a_split_takes_the_thread_to_a_new_case_and_answers_follow_it(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI, "Tarne", message_id="1@k")))
    other = await room.deliver(written(MARI, "Re: Tarne", "Hoopis arve!", message_id="2@k", answers=["1@k"]))
    ours = await room.answer(case.id, "Arve on lisatud.")
    await room.deliver(written(MARI, "Re: Tarne", "Ja tarne?", message_id="3@k", answers=["1@k"]))
    new = await act(room, joining.split, case.id, other.message_id)
    assert (new.customer_id, new.status, new.subject) == (case.customer_id, "waiting_customer", "Re: Tarne")
    texts = {row["text"].strip(): row["case_id"] for row in await room.messages()}
    assert texts == {
        "Kas tennised on laos?": case.id,
        "Hoopis arve!": new.id,
        "Arve on lisatud.": new.id,
        "Ja tarne?": case.id,
    }
    old = (await room.cases())[0]
    assert (old.status, old.preview) == ("open", "Ja tarne?")
    # Our letter was made for the old case, and its answers go where it is now.
    back = await room.deliver(written(MARI, to=room.token(case.id), answers=["2@k", ours.letter_id]))
    assert (await room.case_of(back)).id == new.id
    with pytest.raises(Conflict):
        await act(room, joining.split, new.id, other.message_id)
    with pytest.raises(NotFound):
        await act(room, joining.split, case.id, other.message_id)


async def test_undoing_a_split_brings_along_what_came_since(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI, "Tarne", message_id="1@k")))
    other = await room.deliver(written(MARI, "Re: Tarne", message_id="2@k", answers=["1@k"]))
    new = await act(room, joining.split, case.id, other.message_id)
    await room.deliver(written(MARI, "Re: Tarne", "Hiljem", answers=["2@k"]))
    async with database.reading(room.workspace_id) as tx:
        made = (await joining.of_case(tx, new.id))[0]
    back = await act(room, joining.undo, made.id)
    assert (back.id, back.preview) == (case.id, "Hiljem")
    assert {row["case_id"] for row in await room.messages()} == {case.id}
    emptied = (await room.cases())[1]
    assert (emptied.status, emptied.merged_into) == ("merged", case.id)
    late = await room.deliver(written(MARI, to=room.token(new.id)))
    assert (await room.case_of(late)).id == case.id


async def test_undoing_a_join_leaves_what_came_since_where_it_came(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.case_of(await room.deliver(written(MARI, "Üks", message_id="1@k")))
    second = await room.case_of(await room.deliver(written(JAAN, "Kaks", message_id="2@k")))
    to = await act(room, joining.join, second.id, first.number)
    assert to.id == first.id
    gone = (await room.cases())[1]
    assert (gone.status, gone.merged_into, gone.waiting_since) == ("merged", first.id, None)
    # Jaan's next letter is at home in the joined case, by his id and by his own case's token.
    for how in ({"answers": ["2@k"]}, {"to": room.token(second.id)}):
        assert (await room.case_of(await room.deliver(written(JAAN, **how)))).id == first.id
    async with database.reading(room.workspace_id) as tx:
        made = (await joining.of_case(tx, first.id))[0]
    await act(room, joining.undo, made.id)
    places = [row["case_id"] for row in await room.messages()]
    assert places == [first.id, second.id, first.id, first.id]
    assert (await room.cases())[1].status == "new"


async def test_joins_of_joins_are_undone_the_last_one_first(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first, second, third = [
        await room.case_of(await room.deliver(written(MARI, name))) for name in ("Üks", "Kaks", "Kolm")
    ]
    before = await picture(room, set())
    await act(room, joining.join, first.id, second.number)
    between = await picture(room, set())
    await act(room, joining.join, second.id, third.number)
    after = await picture(room, set())
    early, late = await _newest(database, room, first.id), await _newest(database, room, third.id)
    with pytest.raises(Conflict, match="Undo that first"):
        await act(room, joining.undo, early.id)
    assert await picture(room, set()) == after
    await act(room, joining.undo, late.id)
    assert await picture(room, set()) == between
    await act(room, joining.undo, early.id)
    assert await picture(room, set()) == before


async def test_a_split_is_undone_only_where_its_case_still_is(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.case_of(await room.deliver(written(MARI, "Üks", message_id="1@k")))
    await room.deliver(written(MARI, "Üks", to=room.token(first.id)))
    other = await room.case_of(await room.deliver(written(JAAN, "Kaks")))
    new = await act(room, joining.split, first.id, (await room.messages())[1]["id"])
    made = await _newest(database, room, new.id)
    await act(room, joining.join, first.id, other.number)
    after = await picture(room, set())
    with pytest.raises(Conflict, match="Undo that first"):
        await act(room, joining.undo, made.id)
    assert await picture(room, set()) == after


async def test_a_proposal_is_accepted_by_joining_or_dismissed(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    first = await room.case_of(await room.deliver(written(MARI, "Tarne")))
    second, third = [await room.case_of(await room.deliver(written(MARI, "Re: Tarne"))) for _ in range(2)]
    async with database.reading(room.workspace_id) as tx:
        proposal = (await joining.of_case(tx, third.id))[0]
    assert (proposal.kind, proposal.state, proposal.to_case_id) == ("proposal", "open", second.id)
    await act(room, joining.dismiss, proposal.id)
    await act(room, joining.join, second.id, first.number)
    async with database.reading(room.workspace_id) as tx:
        known = {one.kind: one.state for one in await joining.of_case(tx, first.id)}
        assert known == {"join": "done", "proposal": "done"}
        assert [one.state for one in await joining.of_case(tx, third.id)] == ["dismissed"]
    with pytest.raises(Conflict):
        await act(room, joining.dismiss, (await _newest(database, room, first.id)).id)


async def _newest(database: Database, room: Mailroom, case_id: int) -> joining.Join:
    async with database.reading(room.workspace_id) as tx:
        return (await joining.of_case(tx, case_id))[0]


async def test_what_cannot_be_joined_says_why(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    letter = await room.case_of(await room.deliver(written(MARI)))
    _, chat = await room.shop.say(await room.shop.customer(), "tere")
    with pytest.raises(Conflict, match="chat"):
        await act(room, joining.join, chat.id, letter.number)
    with pytest.raises(Conflict, match="itself"):
        await act(room, joining.join, letter.id, letter.number)
    with pytest.raises(NotFound):
        await act(room, joining.join, letter.id, 999)
    assert (await act(room, joining.join, letter.id, chat.number)).id == chat.id
    with pytest.raises(Conflict, match="already"):
        await act(room, joining.join, letter.id, chat.number)
    # The chat's customer and the letter's are both answered where they wrote last.
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        said = await messages.write(
            tx, await cases.lock(tx, chat.id), external_id="agent:1:00000001", text="Tere", language="et"
        )
    assert said.case_id == chat.id
