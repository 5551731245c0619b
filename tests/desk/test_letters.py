"""Letters: kept beside their message, shown to agents, and never to a visitor."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import open_shop
from desk.mailroom import open_mailroom, written
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import NotFound
from tugi.desk.cases import letters, storable, timeline, transcript
from tugi.desk.cases.participants import bare, first_foreign, others, who_joins
from tugi.ports import Address, Letter
from tugi.web import visitors
from tugi.web.visitors import Visitor

MARI = "Mari <mari@kiri.example>"
ADDRESSES = st.builds(Address, st.sampled_from(["a@x.ee", "b@x.ee", "abi@p.ee", "abi+t1-x@p.ee", "", "m@p.ee"]))


@given(ADDRESSES, st.lists(ADDRESSES, max_size=6), st.lists(ADDRESSES, max_size=6), st.booleans())
def test_we_never_take_part_ourselves_and_copies_only_on_a_vouched_word(
    sender: Address, to: list[Address], cc: list[Address], vouched: bool
) -> None:
    letter = Letter("1@k", sender, "Tere", "tere", to=tuple(to), cc=tuple(cc))
    people = [one.email for one in who_joins(letter, ["abi@p.ee", "m@p.ee"], vouched=vouched)]
    assert "" not in people
    assert len(people) == len(set(people))
    beside = [one for one in people if one != sender.email]
    assert not beside or vouched
    assert not any(bare(one) in ("abi@p.ee", "m@p.ee") for one in beside)
    assert {one.email for one in others(letter, ["abi@p.ee", "m@p.ee"])} >= set(beside)
    foreign = first_foreign((*to, *cc), ["abi@p.ee", "m@p.ee"])
    assert foreign is None or bare(foreign.email) not in ("abi@p.ee", "m@p.ee", "")


@given(st.text(), st.text(), st.lists(st.text(), max_size=4))
def test_any_letter_can_be_stored_and_the_same_one_is_known_by_the_same_id(
    text: str, given_id: str, refers_to: list[str]
) -> None:
    letter = Letter(given_id, Address(text, text), text, text, text, html=text, refers_to=tuple(refers_to))
    kept = storable.storable(letter)
    for one in (kept.letter_id, kept.sender.email, kept.subject, kept.new_text, kept.quoted_text, kept.html or ""):
        assert "\0" not in one
        assert one.encode().decode() == one
    assert storable.storable(kept) == kept
    assert len(kept.letter_id.encode()) <= 250
    assert all(one.strip() for one in kept.refers_to)


async def test_five_thousand_recipients_are_one_letter(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    crowd = ", ".join(f"k{n}@kiri.example" for n in range(5_000))
    taken = await room.deliver(written(MARI, Cc=crowd, X_Trust="dmarc=pass"))
    assert taken.message_id is not None
    case = await room.case_of(taken)
    async with database.reading(room.workspace_id) as tx:
        view = await letters.get_view(tx, taken.message_id)
        assert len(view.copies) == letters.MOST_ADDRESSES
        assert len(await letters.participants_of(tx, case.id)) == 50


async def test_a_visitor_gets_no_letter_and_other_shops_none(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    taken = await room.deliver(written(MARI))
    assert taken.message_id is not None
    async with database.reading(room.workspace_id) as tx:
        message = (await transcript.of_ids(tx, [taken.message_id]))[0]
    assert message.letter is not None
    shown = visitors.shown(message, Visitor(room.workspace_id, 1, "visitor:x"), "secret")
    assert shown.letter is None
    other = await open_shop(database, "Teine Pood")
    async with database.reading(other.workspace_id) as tx:
        with pytest.raises(NotFound):
            await letters.get_view(tx, taken.message_id)


async def test_a_queued_letter_says_when_it_leaves(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    case = await room.case_of(await room.deliver(written(MARI)))
    ours = await room.answer(case.id)
    async with database.reading(room.workspace_id) as tx:
        message = (await transcript.of_ids(tx, [ours.message_id]))[0]
        assert await letters.find_latest(tx, case.id) is not None
    assert message.letter is not None
    assert message.letter.sends_at is not None
    assert message.letter.sends_at > clock.now()


async def test_a_chat_has_no_letter(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    said, case = await room.shop.say(await room.shop.customer(), "tere")
    async with database.reading(room.workspace_id) as tx:
        assert (await transcript.of_ids(tx, [said.id]))[0].letter is None
        assert await letters.find_latest(tx, case.id) is None
        with pytest.raises(NotFound):
            await letters.get_view(tx, said.id)


def test_news_of_letters_and_moves_is_a_line() -> None:
    assert {"CaseSplit", "CaseJoined", "JoinUndone", "LetterBounced"} <= timeline.LINES
