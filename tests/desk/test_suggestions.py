"""Suggestions: no word of one reaches a customer without a stored act of a person."""

import asyncio
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cast import open_shop
from desk.talk import open_talk
from tugi.core.database import Database
from tugi.core.errors import Conflict, TugiError
from tugi.desk.answering import acceptance, suggestions
from tugi.desk.answering.distance import share_changed
from tugi.desk.cases import cases, messages, transcript
from tugi.desk.knowledge import entries

DRAFT = "Teie pakk on teel."


def slow_edits(before: str, after: str) -> int:
    """Levenshtein's distance by its definition."""
    row = list(range(len(after) + 1))
    for at, letter in enumerate(before, 1):
        fresh = [at]
        for to, other in enumerate(after, 1):
            fresh.append(min(row[to] + 1, fresh[-1] + 1, row[to - 1] + (letter != other)))
        row = fresh
    return row[-1]


@given(st.text("abc", min_size=1, max_size=12), st.text("abc", min_size=1, max_size=12))
def test_the_distance_is_levenshteins(before: str, after: str) -> None:
    assert share_changed(before, after) == slow_edits(before, after) / max(len(before), len(after))


def test_the_distance_overlooks_white_space_and_knows_the_ends() -> None:
    assert share_changed("a  b\n", " a b") == 0
    assert share_changed("", "abc") == 1
    assert share_changed("abc", "xyz") == 1


async def test_what_became_of_a_suggestion_is_kept(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    question = await talk.asked(await talk.shop.customer(), "kus mu pakk on")
    offer = await talk.offered(question, "parcel", DRAFT)
    assert offer.sources == [suggestions.Source(talk.entries["parcel"], "Kus on minu pakk?")]
    said = await talk.answered(question.case_id, "Teie pakk on juba teel.", by=talk.agent())
    async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        await acceptance.used(tx, offer, said, talk.shop.kadri)
        row = await tx.fetchrow(
            "select status, agent_id, message_id, distance from suggestions where id = $1", offer.id
        )
    assert row is not None
    assert (row["status"], row["agent_id"], row["message_id"]) == ("edited", talk.shop.kadri, said.id)
    assert row["distance"] == pytest.approx(5 / 23)


async def test_a_dismissal_keeps_its_reason_and_happens_once(database: Database) -> None:
    talk = await open_talk(await open_shop(database))
    offer = await talk.offered(await talk.asked(await talk.shop.customer(), "kus mu pakk on"), "parcel", DRAFT)
    async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        for _ in range(2):
            settled = await acceptance.dismiss(tx, offer.id, talk.shop.kadri, "should_hand_over")
            assert settled.status == "dismissed"
        assert len([fact for fact in tx.facts if fact.kind == "SuggestionSettled"]) == 1
        assert await tx.fetchval("select reason from suggestions where id = $1", offer.id) == "should_hand_over"


async def test_an_approved_answer_is_the_robots_with_the_agents_name_and_the_floor_is_the_robots(
    database: Database,
) -> None:
    talk = await open_talk(await open_shop(database))
    question = await talk.asked(await talk.shop.customer(), "kus mu pakk on")
    offer = await talk.offered(question, "parcel", DRAFT, click=True)

    async def approve() -> int:
        async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
            return (await acceptance.approve(tx, offer.id, talk.shop.kadri)).id

    assert len(set(await asyncio.gather(*(approve() for _ in range(5))))) == 1
    async with database.reading(talk.shop.workspace_id) as tx:
        said = [m for m in await transcript.of_case(tx, question.case_id) if m.author.kind != "customer"]
        case = await cases.get_case(tx, question.case_id)
    assert [(m.author.kind, m.text, m.approved_by, m.entry_id) for m in said] == [
        ("robot", DRAFT, talk.shop.kadri, talk.entries["parcel"])
    ]
    assert (case.handler, case.assignee_id, case.waiting_since) == ("robot", None, None)


@pytest.mark.parametrize("because", ["not for a click", "more was written", "paused", "archived", "dismissed"])
async def test_what_no_longer_fits_cannot_be_approved(database: Database, because: str) -> None:
    talk = await open_talk(await open_shop(database))
    customer_id = await talk.shop.customer()
    question = await talk.asked(customer_id, "kus mu pakk on")
    offer = await talk.offered(question, "parcel", DRAFT, click=because != "not for a click")
    if because == "more was written":
        await talk.asked(customer_id, "aga ma tahan hoopis tagastada")
    async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
        if because == "paused":
            await cases.set_robot(tx, await cases.lock(tx, question.case_id), paused=True)
        elif because == "archived":
            await entries.set_archived(tx, talk.entries["parcel"], True)
        elif because == "dismissed":
            await acceptance.dismiss(tx, offer.id, talk.shop.kadri, "wrong_entry")
    with pytest.raises(Conflict):
        async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
            await acceptance.approve(tx, offer.id, talk.shop.kadri)
    async with database.reading(talk.shop.workspace_id) as tx:
        assert DRAFT not in [m.text for m in await transcript.of_case(tx, question.case_id)]


@pytest.mark.parametrize("seed", range(6))
async def test_no_draft_is_sent_without_a_persons_stored_act(database: Database, seed: int) -> None:
    """Whatever people and customers do in whatever order, at once: each sent draft names who sent it."""
    talk = await open_talk(await open_shop(database))
    chance = random.Random(seed)
    customer_id = await talk.shop.customer()
    question = await talk.asked(customer_id, "kus mu pakk on")
    drafts: dict[str, int] = {}

    async def act(name: str, offer: suggestions.Suggestion) -> None:
        async with database.transaction(talk.shop.workspace_id, talk.agent()) as tx:
            if name == "approve":
                await acceptance.approve(tx, offer.id, talk.shop.kadri)
            elif name == "dismiss":
                await acceptance.dismiss(tx, offer.id, talk.shop.kadri, "not_now")
            elif name == "send":
                case = await cases.lock(tx, question.case_id)
                key = f"agent:{talk.shop.kadri}:{offer.id:08}"
                said = await messages.write(tx, case, external_id=key, text=offer.text, language="et")
                await acceptance.used(tx, await suggestions.get(tx, offer.id), said, talk.shop.kadri)
            else:
                await suggestions.outdate(tx, question.case_id)

    for turn in range(8):
        text = f"{DRAFT} {turn}"
        offer = await talk.offered(question, "parcel", text, click=chance.random() < 0.7)
        drafts[text] = offer.id
        names = chance.choices(["approve", "dismiss", "send", "outdate", "nothing"], k=chance.randint(0, 4))
        done = await asyncio.gather(*(act(name, offer) for name in names), return_exceptions=True)
        assert all(outcome is None or isinstance(outcome, TugiError) for outcome in done), done
        question = await talk.asked(customer_id, f"ja veel {turn}")
    async with database.reading(talk.shop.workspace_id) as tx:
        said = await transcript.of_case(tx, question.case_id)
        rows = {row["id"]: row for row in await tx.fetch("select id, status, agent_id, message_id from suggestions")}
    sent = [message for message in said if message.text in drafts]
    for message in sent:
        row = rows[drafts[message.text]]
        assert (row["status"], row["agent_id"], row["message_id"]) == ("sent", talk.shop.kadri, message.id)
        assert message.author.kind == "agent" or message.approved_by == talk.shop.kadri
    assert len(sent) == len([row for row in rows.values() if row["status"] == "sent"])
