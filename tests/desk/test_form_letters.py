"""Letters of contact forms: a case of whoever filled the form in, of whom nothing is proven by it."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from desk.mailroom import ADDRESS, DOMAIN, Mailroom, open_mailroom, written
from tugi.channels.email.channel import EmailChannel
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving.imap import context_of
from tugi.core.database import Database
from tugi.core.safe_addresses import Guard
from tugi.core.sealing import Seal
from tugi.desk.answering import by_letter
from tugi.desk.cases import cases, correspondence, letters
from tugi.desk.cases.intake import Intake
from tugi.desk.people import customers

SERVER = f"mx.{DOMAIN}"
FORM = f"WordPress <wordpress@{DOMAIN}>"


def vouched(raw: bytes, sender_domain: str) -> bytes:
    """As our own mail server hands it over: it says that the sender's domain is true."""
    head = f"Authentication-Results: {SERVER}; dmarc=pass header.from={sender_domain}\r\n"
    return head.encode() + f"Received: from a ([192.0.2.1]) by {SERVER} with ESMTPS id 1\r\n".encode() + raw


def form_letter(reply_to: str = "Mari Maasikas <mari@kiri.example>", sender: str = FORM, **more: str) -> bytes:
    """What the shop's web site sends when somebody fills in its form."""
    domain = sender.rstrip(">").rpartition("@")[2]
    return vouched(written(sender, "Sõnum kodulehelt", Reply_To=reply_to, X_Mailer="PHPMailer", **more), domain)


@pytest.fixture
async def room(database: Database, tmp_path: Path) -> AsyncIterator[Mailroom]:
    """The shop with the real understanding of mail."""
    room = await open_mailroom(database, tmp_path)
    with closing(EmailChannel(Guard(()), context_of(None), Tokens(database, Seal(room.secret), {}))) as channel:
        room.intake = Intake(database, room.files, {"email": channel}, room.secret)
        yield room


async def addresses(room: Mailroom) -> list[tuple[int, str, str]]:
    """Who is known by which address, and by what."""
    rows = await room.rows(
        "select customer_id, address, verified_by from identities where workspace_id = $1 and channel = 'email' "
        "order by id"
    )
    return [(row["customer_id"], row["address"], row["verified_by"]) for row in rows]


async def test_a_form_opens_a_case_of_whoever_filled_it_in(room: Mailroom) -> None:
    case = await room.case_of(await room.deliver(form_letter()))
    assert (case.customer_name, case.status, case.handler) == ("Mari Maasikas", "new", "robot")
    assert case.waiting_since is not None
    assert await addresses(room) == [(case.customer_id, "mari@kiri.example", "typed")]
    async with room.database.reading(room.workspace_id) as tx:
        latest = await letters.find_latest(tx, case.id)
        known = await correspondence.of_case(tx, case, "et")
        to = await by_letter.find_address(tx, case, (await correspondence.accounts.list_all(tx))[0].account)
    assert latest is not None
    assert latest.trust.warnings == ("by_form",)
    assert latest.trust.dmarc == "unknown"
    assert known.to is not None
    assert known.to.email == "mari@kiri.example"
    # To the robot it is an address of which nothing is known.
    assert to == by_letter.Address("mari@kiri.example", verified=False)


async def test_a_form_knows_nobody_however_well_the_typed_address_is_known(room: Mailroom) -> None:
    real = await room.deliver(
        vouched(written("Mari <mari@kiri.example>", "Arve", message_id="1@kiri.example"), "kiri.example")
    )
    mari = await room.case_of(real)
    assert await addresses(room) == [(mari.customer_id, "mari@kiri.example", "mailbox")]
    typed = await room.case_of(await room.deliver(form_letter()))
    assert typed.id != mari.id
    assert typed.customer_id != mari.customer_id
    assert (typed.customer_id, "mari@kiri.example", "typed") in await addresses(room)
    assert await room.rows("select id from case_joins where workspace_id = $1") == []
    # With a reference to her case it is no form, and comes from ourselves.
    sly = await room.deliver(form_letter(In_Reply_To="<1@kiri.example>"))
    assert (await room.case_of(sly)).id not in (mari.id, typed.id)


async def test_an_address_that_bounced_is_not_good_again_because_somebody_typed_it(room: Mailroom) -> None:
    case = await room.case_of(await room.deliver(written("mari@kiri.example")))
    async with room.database.transaction(room.workspace_id) as tx:
        await customers.identities.mark_undeliverable(tx, "email", "mari@kiri.example", "No such mailbox")
    await room.deliver(form_letter())
    async with room.database.reading(room.workspace_id) as tx:
        known = await customers.get_customer(tx, case.customer_id)
    assert known.identities[0].undeliverable_since is not None


async def test_the_answer_comes_back_from_the_typed_address_and_proves_it(room: Mailroom) -> None:
    case = await room.case_of(await room.deliver(form_letter()))
    ours = await room.answer(case.id)
    assert [one.email for one in ours.recipients] == ["mari@kiri.example"]
    reply = written("Mari <mari@kiri.example>", "Re: Sõnum kodulehelt", "Aitäh", to=room.token(case.id))
    joined = await room.case_of(await room.deliver(vouched(reply, "kiri.example")))
    assert joined.id == case.id
    assert await addresses(room) == [(case.customer_id, "mari@kiri.example", "mailbox")]


async def test_a_stranger_who_writes_in_our_name_gets_no_case_of_his_choice(room: Mailroom) -> None:
    forged = await room.deliver(written(FORM, "Sõnum", Reply_To="ohver@kiri.example"))
    case = await room.case_of(forged)
    async with room.database.reading(room.workspace_id) as tx:
        latest = await letters.find_latest(tx, case.id)
    assert latest is not None
    assert latest.sender.email == f"wordpress@{DOMAIN}"
    assert "claims_to_be_us" in latest.trust.warnings
    assert "ohver@kiri.example" not in [address for _, address, _ in await addresses(room)]


async def test_a_lead_names_the_sender_of_a_form_that_no_domain_vouches_for(room: Mailroom) -> None:
    settings = {"receiving": {"forms": ["veeb@majutus.example"]}}
    async with room.database.transaction(room.workspace_id) as tx:
        await cases_account_settings(tx, room, settings)
    taken = await room.deliver(written("veeb@majutus.example", "Sõnum", Reply_To="mari@kiri.example"))
    assert taken.outcome == "message"
    assert [address for _, address, _ in await addresses(room)] == ["mari@kiri.example"]


async def cases_account_settings(tx: cases.Transaction, room: Mailroom, settings: dict[str, object]) -> None:
    """What a lead does under Channels."""
    await correspondence.accounts.update(tx, room.account_id, settings=settings)


async def test_what_a_form_wrote_years_ago_is_no_answer_of_ours(room: Mailroom) -> None:
    # An import takes what carries our address for an answer.
    own = form_letter(sender=f"Pood <{ADDRESS}>")
    taken = await room.deliver(own, sent_by_us=True, history=True)
    assert taken.outcome == "message"
    assert (await room.messages())[0]["author_kind"] == "customer"
