"""A chat continued by mail: what we answered reaches a customer who left, and the reply comes back into the chat."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from desk.post import SECRET, Post, at_work, carrying, mailbox_at, open_post, until
from fakes.smtp_peer import Peer, smtp_peer
from tugi.channels.email.channel import EmailChannel
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import digest_of
from tugi.desk.cases import accounts, deliveries, readings, transcript
from tugi.desk.cases.intake import Intake
from tugi.desk.outreach import continuing
from tugi.desk.people import identities
from tugi.web.visitors import Visitor, shown


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


@pytest.fixture
async def post(database: Database, tmp_path: Path, peer: Peer) -> AsyncIterator[Post]:
    yield await open_post(database, tmp_path, peer)
    clock.set_source(None)


def later(**time: float) -> None:
    """Move the clock on."""
    at = clock.now() + timedelta(**time)
    clock.set_source(lambda: at)


async def chat(post: Post, *words: str, address: str | None = "mari@kiri.example") -> tuple[int, int]:
    """A customer of the widget who asked, left an address and went away; and what an agent answered. Ids of both."""
    customer_id = await post.shop.customer("Mari")
    _, case = await post.shop.say(customer_id, "minu saladus: kus mu pakk on?")
    if address:
        async with post.database.transaction(post.shop.workspace_id) as tx:
            await identities.link(tx, customer_id, "email", address, "typed")
    for text in words or ("Pakk jõuab homme.",):
        await post.answer(case.id, text)
    return case.id, customer_id


async def swept(post: Post) -> int:
    async with post.database.transaction(post.shop.workspace_id) as tx:
        return await continuing.sweep(tx)


async def test_ten_minutes_later_all_unread_answers_leave_in_one_letter_without_the_customers_words(
    post: Post, peer: Peer
) -> None:
    case_id, _ = await chat(post, "Pakk jõuab homme.", "Jälgimiskood on AB1.")
    assert await swept(post) == 0
    later(minutes=11)
    assert await swept(post) == 1
    assert await swept(post) == 0
    async with at_work(post):
        await until(lambda: peer.taken)
    mail = peer.taken[0].mail
    text = mail.get_body(("plain",)).get_content()
    assert peer.taken[0].recipients == ["mari@kiri.example"]
    assert "Pakk jõuab homme." in text
    assert "Jälgimiskood on AB1." in text
    assert "saladus" not in peer.taken[0].content.decode("utf-8", "replace")
    assert "Kadri Mets" in text
    assert mail["Reply-To"].startswith("klienditugi+t")


@pytest.mark.parametrize("what", ["no address", "has read", "undeliverable", "is here"])
async def test_nothing_leaves_where_nothing_is_due(post: Post, what: str) -> None:
    case_id, customer_id = await chat(post, address=None if what == "no address" else "mari@kiri.example")
    async with post.database.transaction(post.shop.workspace_id) as tx:
        newest = (await transcript.of_case(tx, case_id))[-1]
        if what == "has read":
            await readings.note(tx, case_id, readings.CUSTOMER, newest.id)
        if what == "undeliverable":
            await identities.mark_undeliverable(tx, "email", "mari@kiri.example", "gone")
    later(minutes=11)
    if what == "is here":
        async with post.database.everywhere() as tx:
            await tx.execute("update customers set seen_at = $1", clock.now())
    assert await swept(post) == 0


async def test_at_most_every_fifteen_minutes_and_an_address_and_ten_messages(post: Post) -> None:
    case_id, _ = await chat(post, *(f"lause {n}" for n in range(12)))
    other, _ = await chat(post, "teine vestlus")
    later(minutes=11)
    assert await swept(post) == 1
    later(minutes=5)
    assert await swept(post) == 0
    later(minutes=11)
    assert await swept(post) == 1
    later(minutes=16)
    assert await swept(post) == 1
    assert await swept(post) == 0
    async with post.database.everywhere() as tx:
        rows = await tx.fetch("select case_id, message_ids from outgoing order by id")
    assert [(row["case_id"], len(row["message_ids"])) for row in rows if row["case_id"] == case_id] == [
        (case_id, 10),
        (case_id, 2),
    ]
    assert [len(row["message_ids"]) for row in rows if row["case_id"] == other] == [1]


async def test_the_reply_lands_in_the_same_case_and_in_the_widget(post: Post, peer: Peer) -> None:
    case_id, customer_id = await chat(post)
    later(minutes=11)
    await swept(post)
    async with at_work(post):
        await until(lambda: peer.taken)
    sent = peer.taken[0].mail
    reply = EmailMessage()
    reply["From"], reply["To"] = "Mari <mari@kiri.example>", sent["Reply-To"]
    reply["Subject"], reply["Message-ID"] = "Re: " + sent["Subject"], "<answer-1@kiri.example>"
    reply["In-Reply-To"] = sent["Message-ID"]
    reply.set_content("Aitäh, sobib.\n")
    await delivered(post, reply.as_bytes())
    async with post.database.reading(post.shop.workspace_id) as tx:
        said = await transcript.of_case(tx, case_id)
        known = (await identities.of_customers(tx, [customer_id]))[customer_id]
        in_widget = await transcript.of_customer(tx, customer_id)
    assert said[-1].text == "Aitäh, sobib."
    assert said[-1].letter is not None
    assert said[-1].letter.joined_by == "token"
    assert [one.verified_by for one in known if one.channel == "email"] == ["mailbox"]
    assert in_widget[-1].id == said[-1].id
    assert shown(in_widget[-1], Visitor(post.shop.workspace_id, customer_id, "visitor:x"), SECRET).letter is None
    later(minutes=30)
    assert await swept(post) == 0


async def delivered(post: Post, raw: bytes) -> None:
    """A mail comes in through a door and is taken in."""
    digest = await post.files.put(post.shop.workspace_id, raw)
    assert digest == digest_of(raw)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        delivery_id = await deliveries.store(
            tx, post.account_id, source=f"smtp:{digest}", hash=digest, size=len(raw), envelope={}
        )
        secret = await tx.fetchval("select secret from installation")
    plain = carrying(post.database)
    channel = EmailChannel(plain._guard, plain._context, plain._tokens)
    intake = Intake(post.database, post.files, {"email": channel}, secret)
    await intake.take_in({"workspace_id": post.shop.workspace_id, "delivery_id": delivery_id})


async def test_leaving_is_offered_with_letters_nobody_asked_for_and_not_with_answers(post: Post, peer: Peer) -> None:
    where = "https://pohjala.example/off?a=1"
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await accounts.update(tx, post.account_id, settings=mailbox_at(peer.port, unsubscribe=where))
    await chat(post)
    later(minutes=11)
    await swept(post)
    case_id, _ = await post.letter(sender="jyri@kiri.example")
    await post.answer(case_id)
    async with at_work(post):
        await until(lambda: len(peer.taken) == 2)
    found = {one.recipients[0]: one.mail for one in peer.taken}
    assert found["mari@kiri.example"]["List-Unsubscribe"] == f"<{where}>"
    assert found["mari@kiri.example"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["jyri@kiri.example"]["List-Unsubscribe"] is None
