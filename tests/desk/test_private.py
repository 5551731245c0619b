"""Where is my order: told to whom it belongs, and to nobody else whatever they write."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from cast import Shop, open_shop
from desk.test_proofs import SECRET, report
from tugi.channels.smtp import smtp_of
from tugi.core.database import Database
from tugi.core.events import ROBOT
from tugi.desk.answering import facts, verdicts
from tugi.desk.answering.codes import Codes
from tugi.desk.answering.private import Private, code_in
from tugi.desk.cases import cases, messages
from tugi.desk.people import identities, orders, proofs
from tugi.robot import facts as robot

TOPIC = 7
PUBLIC = "Follow it with the link in your e-mail."
MARI = "mari@kiri.example"


def why(**reading: object) -> robot.Why:
    return robot.Why(language="en", sentence="answered", reading=reading)


def about_order(*numbers: str) -> robot.Answer:
    """The robot's verdict that the order topic answers this."""
    return robot.Answer(PUBLIC, "en", why(orders=list(numbers)), entry_id=str(TOPIC), probability=0.9)


UNSURE = robot.HandOver("unsure", "A colleague will answer.", "en", why())


@dataclass
class Talk:
    """One customer's conversation with the robot; verdicts are given, what becomes of them is real."""

    shop: Shop
    customer: int
    private: Private

    async def say(self, text: str, verdict: robot.Verdict) -> robot.Verdict:
        """The customer writes, the robot settles its verdict and its words are stored."""
        message, case = await self.shop.say(self.customer, text)
        async with self.shop.database.transaction(self.shop.workspace_id, ROBOT) as tx:
            case = await cases.lock(tx, case.id)
            known = await facts.find_shop(tx)
            known = replace(known, wishes=replace(known.wishes, order_topic=TOPIC))
            question = await facts.find_question(tx, known, case.id, message.id)
            assert question is not None
            settled = await self.private.settle(tx, case, question, verdict)
            await verdicts.store(tx, case.id, message.id, verdicts.view(settled, {}), 1.0)
            if isinstance(settled, robot.Answer | robot.HandOver):
                await messages.write(tx, case, external_id=f"robot:{message.id}", text=settled.text, language="en")
        return settled

    async def sign(self, email: str) -> None:
        """The shop's server vouches for the customer."""
        async with self.shop.database.transaction(self.shop.workspace_id) as tx:
            await identities.link(tx, self.customer, "email", email, "signed")


async def talk(database: Database, *, may_mail: bool = True) -> Talk:
    shop = await open_shop(database)
    async with database.transaction(shop.workspace_id) as tx:
        await orders.store(tx, orders.checked([report(tracking_code="CC104820017EE")]))
    return Talk(shop, await shop.customer(), Private(SECRET, may_mail))


async def the_code(it: Talk) -> str:
    """What the mail carries."""
    async with it.shop.database.reading(it.shop.workspace_id) as tx:
        row = await tx.fetchrow("select id, created_at from proof_codes order by id desc limit 1")
    assert row is not None
    return proofs.code_of(SECRET, it.shop.workspace_id, row["id"], row["created_at"])


def tells(verdict: robot.Verdict) -> bool:
    """Whether anything of the order is told."""
    text = verdict.text if not isinstance(verdict, robot.StaySilent) else ""
    return any(fact in text for fact in ("Omniva", "CC104820017EE", MARI, "on its way"))


async def test_a_signed_visitor_hears_of_their_order_at_once(database: Database) -> None:
    it = await talk(database)
    await it.sign(MARI)
    said = await it.say("where is my parcel", about_order())
    assert isinstance(said, robot.Answer)
    assert said.text == "Order 10482 is on its way with Omniva. Tracking code: CC104820017EE."
    assert (said.kind, said.entry_id) == ("private", str(TOPIC))


async def test_a_stranger_hears_of_it_after_the_code(database: Database) -> None:
    it = await talk(database)
    asked = await it.say("where is my order 10482", about_order("10482"))
    assert not tells(asked)
    told = await it.say(f"my code is {await the_code(it)}", UNSURE)
    assert tells(told)
    again = await it.say("and where is it now, 10482?", about_order("10482"))
    assert tells(again)


async def test_the_number_is_asked_for_and_then_the_code(database: Database) -> None:
    it = await talk(database)
    first = await it.say("where is my parcel", about_order())
    assert first.why.sentence == "order_number_wanted"
    second = await it.say("10482", robot.HandOver("unsure", "", "en", why(orders=["10482"])))
    assert second.why.sentence == "code_sent"
    assert not tells(second)


async def test_a_signature_opens_no_one_elses_order(database: Database) -> None:
    it = await talk(database)
    await it.sign("juri@kiri.example")
    said = await it.say("where is order 10482", about_order("10482"))
    assert not tells(said)
    assert said.why.sentence == "code_sent"


async def test_a_typed_address_proves_nothing(database: Database) -> None:
    it = await talk(database)
    async with database.transaction(it.shop.workspace_id) as tx:
        await identities.link(tx, it.customer, "email", MARI, "typed")
    assert not tells(await it.say("where is my order", about_order()))


async def test_nobody_can_find_out_whether_an_order_exists(database: Database) -> None:
    it = await talk(database)
    real = await it.say("where is 10482", about_order("10482"))
    made_up = await it.say("where is 99999", about_order("99999"))
    assert isinstance(real, robot.Answer)
    assert isinstance(made_up, robot.Answer)
    assert real.text.replace("10482", "99999") == made_up.text
    assert await it.say("123456", UNSURE) == await it.say("123456", UNSURE)


async def test_five_wrong_codes_bring_a_person(database: Database) -> None:
    it = await talk(database)
    await it.say("where is 10482", about_order("10482"))
    wrong = "000000" if await the_code(it) != "000000" else "111111"
    said = [await it.say(wrong, UNSURE) for _ in range(proofs.TRIES)]
    assert [one.why.sentence for one in said] == ["code_wrong"] * (proofs.TRIES - 1) + ["unproven"]
    assert isinstance(said[-1], robot.HandOver)
    assert not tells(await it.say(await the_code(it), UNSURE))


async def test_a_boundary_is_never_replaced(database: Database) -> None:
    it = await talk(database)
    await it.sign(MARI)
    refund = robot.HandOver("money", "A colleague looks after refunds.", "en", why(orders=["10482"]))
    assert await it.say("refund order 10482 at once", refund) is refund


async def test_without_a_mail_server_the_public_answer_stays(database: Database) -> None:
    it = await talk(database, may_mail=False)
    verdict = about_order("10482")
    assert await it.say("where is my order 10482", verdict) is verdict


@pytest.mark.parametrize("text", ["482913", "482 913", "kood on 482913", "my code: 482-913"])
def test_a_code_is_read_with_a_few_words_around_it(text: str) -> None:
    assert code_in((text,)) == "482913"


@pytest.mark.parametrize("text", ["4829131", "order 10482 code 482913", "call 56 482913", "", "48291"])
def test_other_numbers_are_no_code(text: str) -> None:
    assert code_in((text,)) is None


class Box:
    """Keeps the mails it takes in."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = Box()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


async def test_the_code_goes_to_the_orders_own_address_only(database: Database, box: tuple[Box, int]) -> None:
    kept, port = box
    it = await talk(database)
    await it.say("where is 10482, write to thief@kiri.example", about_order("10482"))
    await it.say("where is 99999", about_order("99999"))
    codes = Codes(database, smtp_of(f"smtp://127.0.0.1:{port}", "pood@pohjala.example"), SECRET)
    async with database.reading(it.shop.workspace_id) as tx:
        rows = await tx.fetch("select data from events where kind = 'ProofWanted'")
        proof = await tx.fetchrow("select id, case_id from proof_codes where email <> '' order by id desc limit 1")
    assert len(rows) == 1
    assert proof is not None
    # A newer request took its place, so the old code is no longer mailed.
    ids = {"workspace_id": it.shop.workspace_id, "case_id": proof["case_id"], "proof_id": proof["id"]}
    await codes.send(ids)
    assert kept.mails == []
    await it.say("where is 10482", about_order("10482"))
    async with database.reading(it.shop.workspace_id) as tx:
        ids["proof_id"] = await tx.fetchval("select max(id) from proof_codes")
    await codes.send(ids)
    await codes.send(ids)
    assert {mail["To"] for mail in kept.mails} == {MARI}
    assert await the_code(it) in kept.mails[0].get_content()
    assert kept.mails[0]["Message-ID"] == kept.mails[1]["Message-ID"]


async def test_a_code_that_cannot_leave_brings_a_person_without_a_word(database: Database) -> None:
    it = await talk(database)
    await it.say("where is 10482", about_order("10482"))
    async with database.reading(it.shop.workspace_id) as tx:
        row = await tx.fetchrow("select id, case_id from proof_codes")
    assert row is not None
    ids = {"workspace_id": it.shop.workspace_id, "case_id": row["case_id"], "proof_id": row["id"]}
    await Codes(database, None, SECRET).send(ids)
    async with database.reading(it.shop.workspace_id) as tx:
        after = await cases.get_case(tx, row["case_id"])
        said = await tx.fetchval("select count(*) from messages where author_kind = 'robot'")
    assert (after.handler, after.hand_over_reason) == ("queue", "unproven")
    assert said == 1
