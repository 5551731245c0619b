"""The outbox: a state machine that nothing doubles or forgets, taking back, sending again, limits of machines' mail."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.post import Post, open_post
from fakes.smtp_peer import Peer, smtp_peer
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Conflict, Invalid, NotFound
from tugi.core.events import ROBOT
from tugi.desk.cases import attachments, cases, leaving, letters, messages, outbox
from tugi.desk.cases.outbox import FROM, MOST_TRIES, TO, Act, Item, State, after, next_try
from tugi.desk.cases.posting import Wish
from tugi.desk.people import identities
from tugi.desk.work import beginning, queue
from tugi.ports import Carried, NotCarried

ACTS = st.sampled_from(get_args(Act))


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


@pytest.fixture
async def post(database: Database, tmp_path: Path, peer: Peer) -> AsyncIterator[Post]:
    yield await open_post(database, tmp_path, peer, undo_seconds=15)
    clock.set_source(None)


@given(st.lists(ACTS, max_size=40))
def test_in_any_order_of_acts_a_letter_leaves_once_and_only_people_or_news_bring_it_back(acts: list[Act]) -> None:
    state: State = "queued"
    hands = 0
    for act in acts:
        then = after(state, act)
        if then is None:
            continue
        if act == "take":
            hands += 1
            assert state == "queued"
        if state == "sending" and act in ("refused", "delayed", "lost", "sent", "bounced"):
            hands -= 1
        if state == "sent":
            assert (act, then) == ("bounced", "failed")
        if state == "failed":
            assert act in ("resend", "sent")
        state = then
        assert hands == (1 if state == "sending" else 0)


def test_every_state_can_be_left_or_is_an_end_people_see() -> None:
    assert set(TO) == set(FROM) == set(get_args(Act))
    for state in get_args(State):
        assert any(after(state, act) for act in get_args(Act))


@given(st.integers(1, 30), st.floats(0, 1), st.floats(0, 100_000) | st.none(), st.integers(0, 80))
def test_pauses_grow_to_four_hours_and_end(tries: int, dice: float, retry_after: float | None, hours: int) -> None:
    now = clock.now()
    first = now - timedelta(hours=hours)
    item = Item(1, 1, 1, "reply", (1,), "x@y", (), (), False, "sending", now, tries, 0, first, first)
    then = next_try(item, retry_after, dice)
    if then is None:
        assert tries >= MOST_TRIES or hours > 40
        return
    pause = (then - now).total_seconds()
    assert tries < MOST_TRIES
    assert 24 <= pause <= 4 * 3600 * 1.2 + 1
    assert then <= first + timedelta(days=2, seconds=1)


async def test_the_letter_waits_fifteen_seconds_and_can_be_taken_back_as_it_was(post: Post) -> None:
    case_id, question_id = await post.letter()
    before = await standing(post, case_id)
    digest = await post.files.put(post.shop.workspace_id, b"1")
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        file = await attachments.add(
            tx, hash=digest, name="a.txt", media_type="text/plain", size=1, dimensions=None,
            uploaded_by=f"agent:{post.shop.kadri}",
        )  # fmt: skip
    message = await post.answer(case_id, "Homme, ausalt.", attachment_ids=[file.id])
    assert message.letter is not None
    assert message.letter.sends_at is not None
    assert 10 < (message.letter.sends_at - clock.now()).total_seconds() <= 15
    assert (await standing(post, case_id))[0] == "waiting_customer"
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        assert await leaving.take(tx, post.account_id, 9) == []
        taken = await leaving.take_back(tx, message.id)
    assert (taken.text, [one.id for one in taken.attachments]) == ("Homme, ausalt.", [file.id])
    now = await standing(post, case_id)
    assert (now[0], now[2]) == (before[0], before[2])
    assert abs(now[1] - before[1]) < timedelta(seconds=1)
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        rows = await tx.fetch("select first_answer_at from contacts where case_id = $1", case_id)
        kinds = await tx.fetch("select kind from events where case_id = $1 order by number desc limit 1", case_id)
        assert await leaving.take(tx, post.account_id, 9) == []
    assert [row["first_answer_at"] for row in rows] == [None]
    assert kinds[0]["kind"] == "MessageTakenBack"
    with pytest.raises(NotFound):
        await take_back(post, message.id)
    again = await post.answer(case_id, "Homme.", attachment_ids=[file.id])
    assert [one.id for one in again.attachments] == [file.id]
    assert question_id < again.id


async def standing(post: Post, case_id: int) -> tuple[str, Any, str]:
    async with post.database.reading(post.shop.workspace_id) as tx:
        case = await cases.get_case(tx, case_id)
    return ("open" if case.status == "new" else case.status), case.waiting_since, case.preview


async def take_back(post: Post, message_id: int) -> None:
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        await leaving.take_back(tx, message_id)


async def test_taking_back_wins_or_loses_whole_against_the_post(post: Post) -> None:
    won = 0
    for n in range(12):
        case_id, _ = await post.letter(sender=f"c{n}@kiri.example")
        message = await post.answer(case_id)
        await post.due_now()

        async def carry() -> int:
            async with post.database.transaction(post.shop.workspace_id) as tx:
                return len(await leaving.take(tx, post.account_id, 9))

        # Each of both begins first in turn.
        acts = [take_back(post, message.id), carry()]
        outcome = await asyncio.gather(*(acts if n % 2 else acts[::-1]), return_exceptions=True)
        by_agent, by_post = outcome if n % 2 else outcome[::-1]
        gone = not isinstance(by_agent, BaseException)
        assert gone or isinstance(by_agent, Conflict)
        assert by_post == (0 if gone else 1)
        async with post.database.reading(post.shop.workspace_id) as tx:
            left = await tx.fetchval("select count(*) from messages where id = $1", message.id)
            assert left == (0 if gone else 1)
            if not gone:
                item = await outbox.find_of_message(tx, message.id)
                assert item is not None
                assert item.state == "sending"
        won += gone
    assert 0 <= won <= 12


async def test_many_takers_never_get_the_same_letter(post: Post) -> None:
    for n in range(20):
        await post.answer((await post.letter(sender=f"c{n}@kiri.example"))[0])
    await post.due_now()

    async def take() -> list[int]:
        async with post.database.transaction(post.shop.workspace_id) as tx:
            return [item.id for item in await leaving.take(tx, post.account_id, 3)]

    got = [one for some in await asyncio.gather(*(take() for _ in range(10))) for one in some]
    assert len(got) == len(set(got)) == 20


async def test_a_letter_is_sent_later_when_it_was_asked_for(post: Post) -> None:
    case_id, _ = await post.letter()
    at = clock.now() + timedelta(days=30)
    message = await post.answer(case_id, wish=Wish(send_at=at))
    item = await post.item(message.id)
    assert item is not None
    assert item.not_before == at
    for wrong in (clock.now() - timedelta(hours=1), clock.now() + timedelta(days=400), at.replace(tzinfo=None)):
        with pytest.raises(Invalid) as refused:
            await post.answer(case_id, wish=Wish(send_at=wrong))
        assert refused.value.fields == {"send_at": "within a year"}


async def test_whom_it_goes_to(post: Post) -> None:
    from_elsewhere = {"reply_to": [leaving.Address("kuri@mujal.example")]}
    trick, _ = await post.letter(
        sender="a@kiri.example", **from_elsewhere, trust=letters.Trust(warnings=("reply_to_elsewhere",))
    )
    honest, _ = await post.letter(sender="b@kiri.example", reply_to=[leaving.Address("b.teine@kiri.example")])
    for case_id, to in ((trick, "a@kiri.example"), (honest, "b.teine@kiri.example")):
        message = await post.answer(
            case_id, wish=Wish(copies=["Juhan@kiri.example", to, "klienditugi+t1@pohjala.example"])
        )
        item = await post.item(message.id)
        assert item is not None
        assert [one.email for one in item.to] == [to]
        assert [one.email for one in item.cc] == ["juhan@kiri.example"]
    with pytest.raises(Invalid) as refused:
        await post.answer(honest, wish=Wish(copies=["a@b\r\nBcc: x@y.example"]))
    assert refused.value.fields == {"copies": "form"}


async def test_the_same_client_id_queues_one_letter(post: Post) -> None:
    case_id, _ = await post.letter()
    for _ in range(3):
        async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
            case = await cases.lock(tx, case_id)
            await messages.write(tx, case, external_id="agent:1:same-one", text="Homme.", language=None)
    async with post.database.everywhere() as tx:
        assert await tx.fetchval("select count(*) from outgoing") == 1


async def test_a_failed_letter_is_sent_again_with_its_own_id(post: Post) -> None:
    case_id, _ = await post.letter()
    message = await post.answer(case_id)
    await post.due_now()
    with pytest.raises(Conflict):
        await resend(post, message.id)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        [item] = await leaving.take(tx, post.account_id, 1)
        await leaving.not_sent(tx, item, NotCarried("No such address. Check it.", permanent=True), 0.5)
    shown = await post.message(message.id)
    assert (shown.status, shown.failure) == ("failed", "No such address. Check it.")
    assert (await standing(post, case_id))[0] == "open"
    await resend(post, message.id)
    again = await post.item(message.id)
    assert again is not None
    assert (again.state, again.letter_id, again.attempts) == ("queued", item.letter_id, 0)
    assert (await post.message(message.id)).failure is None
    assert (await standing(post, case_id))[0] == "waiting_customer"


async def resend(post: Post, message_id: int) -> None:
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        await leaving.resend(tx, message_id)


async def test_news_of_an_old_try_changes_nothing_but_that_it_left(post: Post) -> None:
    case_id, _ = await post.letter()
    message = await post.answer(case_id)
    await post.due_now()
    async with post.database.transaction(post.shop.workspace_id) as tx:
        [old] = await leaving.take(tx, post.account_id, 1)
        await leaving.not_sent(tx, old, NotCarried("busy"), 0.5)
    await post.due_now()
    async with post.database.transaction(post.shop.workspace_id) as tx:
        [_] = await leaving.take(tx, post.account_id, 1)
        await leaving.not_sent(tx, old, NotCarried("no", permanent=True), 0.5)
    assert (await post.message(message.id)).status == "sending"
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await leaving.sent(tx, old, Carried("250"))
    assert (await post.message(message.id)).status == "sent"


async def test_a_machine_mails_an_address_once_a_day_and_never_machines_bounces_or_ourselves(post: Post) -> None:
    case_id, _ = await post.letter()
    assert await claims(post, "Mari@kiri.example", case_id) == [True, False, False]
    later = clock.now() + timedelta(hours=25)
    clock.set_source(lambda: later)
    assert await claims(post, "mari@kiri.example", case_id) == [True, False, False]
    assert await claims(post, "klienditugi@pohjala.example", case_id) == [False] * 3
    other, _ = await post.letter(sender="gone@kiri.example")
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await identities.mark_undeliverable(tx, "email", "gone@kiri.example", "bounced")
    assert await claims(post, "gone@kiri.example", other) == [False] * 3
    machine, _ = await post.letter(sender="bot@kiri.example", automatic="auto_submitted")
    assert await claims(post, "bot@kiri.example", machine) == [False] * 3


async def claims(post: Post, address: str, case_id: int) -> list[bool]:
    """What becomes of three tries at once."""

    async def claim() -> bool:
        async with post.database.transaction(post.shop.workspace_id, ROBOT) as tx:
            return await outbox.claim_automatic(tx, address, case_id)

    return sorted(await asyncio.gather(*(claim() for _ in range(3))), reverse=True)


async def test_a_loop_of_two_machines_ends_after_two_letters(post: Post) -> None:
    case_id, _ = await post.letter(sender="loop@kiri.example")
    sent = 0
    for day in range(6):
        at = clock.now() + timedelta(days=1, minutes=1)
        clock.set_source(lambda at=at: at)
        if (await claims(post, "loop@kiri.example", case_id))[0]:
            await post.answer(case_id, f"vastus {day}", Wish(automatic=True), by=ROBOT)
            sent += 1
        await post.letter(sender="loop@kiri.example", case_id=case_id)
    assert sent == 2
    await post.answer(case_id, "Inimene siin.")
    at = clock.now() + timedelta(days=1, minutes=1)
    clock.set_source(lambda: at)
    assert (await claims(post, "loop@kiri.example", case_id))[0]


async def test_an_agent_begins_a_case_by_writing_once(post: Post) -> None:
    async def begin(to: str, subject: str = "Teie tellimus") -> cases.Case:
        async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
            return await beginning.write_to(
                tx, post.account_id, to, subject, "Tere. Kas aadress on õige?", "agent:1:begin-001", post.shop.kadri
            )

    case, again = await begin("Uus@kiri.example"), await begin("Uus@kiri.example")
    assert case.id == again.id
    assert (case.handler, case.assignee_id, case.subject, case.channel) == (
        "agent",
        post.shop.kadri,
        "Teie tellimus",
        "email",
    )
    async with post.database.everywhere() as tx:
        rows = await tx.fetch("select recipients from outgoing")
        people = await tx.fetch("select address from participants where case_id = $1", case.id)
    assert [row["recipients"]["to"][0]["email"] for row in rows] == ["uus@kiri.example"]
    assert [row["address"] for row in people] == ["uus@kiri.example"]
    for to, subject in (("nowhere", "x"), ("a@b.example", " ")):
        with pytest.raises(Invalid):
            await begin(to, subject)


async def test_a_chat_is_no_letter(post: Post) -> None:
    customer_id = await post.shop.customer()
    _, case = await post.shop.say(customer_id, "tere, kus pakk on")
    async with post.database.transaction(post.shop.workspace_id, post.agent) as tx:
        held = await cases.lock(tx, case.id)
        await queue.take(tx, held, post.shop.kadri)
        message = await messages.write(tx, held, external_id="agent:1:chat-0001", text="Homme.", language=None)
    assert (message.status, message.letter) == ("sent", None)
    assert await post.item(message.id) is None
