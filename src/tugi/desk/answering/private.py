"""Private answers: "where is my order" from the shop's own data, only to whom it belongs.

Proof is the shop's signature on its visitor, or a one-time code to the address given with the order. The robot's
verdict has passed boundaries, levels and certificates before it comes here; this only fills in what the
topic's public answer cannot know. Nothing a customer writes changes whose orders are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from babel.dates import format_date

from tugi.core import i18n
from tugi.core.database import Transaction
from tugi.desk.answering.facts import Question
from tugi.desk.cases.cases import Case
from tugi.desk.people import identities, orders, proofs
from tugi.desk.people.orders import Order
from tugi.robot import facts as robot
from tugi.robot.facts import BOUNDARIES

# The code with a few words around it ("my code is 123 456"), and no other number.
_CODE = re.compile(r"\D{0,40}(\d{3})[ \u00a0-]?(\d{3})\D{0,20}")
_USER = "user:"


@dataclass(frozen=True, slots=True)
class Private:
    """secret: the installation's; may_mail: whether codes can be sent at all."""

    secret: str
    may_mail: bool

    async def settle(self, tx: Transaction, case: Case, question: Question, verdict: robot.Verdict) -> robot.Verdict:
        """The verdict, or the private answer, question or hand-over that takes its place."""
        order_topic = question.order_topic
        if order_topic is None or case.handler != "robot" or case.robot_paused:
            return verdict
        if isinstance(verdict, robot.HandOver) and verdict.reason in BOUNDARIES:
            return verdict
        code = code_in(question.facts.burst)
        pending = await proofs.find_pending(tx, case.id) if code else None
        if pending is not None and code:
            return await self._judge(tx, case, verdict, order_topic, pending, code)
        number = _number_in(verdict)
        meant = isinstance(verdict, robot.Answer) and verdict.entry_id == str(order_topic)
        if not meant and not (number and await _wanted_number(tx, case.id)):
            return verdict
        return await self._answer(tx, case, verdict, order_topic, number)

    async def _judge(
        self,
        tx: Transaction,
        case: Case,
        verdict: robot.Verdict,
        order_topic: int,
        pending: proofs.Pending,
        code: str,
    ) -> robot.Verdict:
        outcome, email = await proofs.check(tx, case.id, case.customer_id, code)
        if outcome == "proved" and email:
            own = await orders.of_owner(tx, [email], [], pending.order_number)
            if own:
                return _told(verdict, order_topic, own[0])
        if outcome == "wrong":
            return _spoken(verdict, "code_wrong", i18n.text(_language(verdict), "order.code_wrong"))
        if outcome == "none":
            return verdict
        return _to_a_person(verdict, pending.order_number)

    async def _answer(
        self, tx: Transaction, case: Case, verdict: robot.Verdict, order_topic: int, number: str | None
    ) -> robot.Verdict:
        emails, refs = await _proven(tx, case)
        own = await orders.of_owner(tx, emails, refs, number) if emails or refs else []
        if own:
            return _told(verdict, order_topic, own[0])
        if not self.may_mail:
            return verdict
        language = _language(verdict)
        if number is None:
            # A proven customer without a recent order, or one who was asked already, gets the public answer.
            if emails or refs or await _wanted_number(tx, case.id):
                return verdict
            return _spoken(verdict, "order_number_wanted", i18n.text(language, "order.number_wanted"))
        if await proofs.begin(tx, self.secret, case.id, case.customer_id, number):
            return _spoken(verdict, "code_sent", i18n.text(language, "order.code_sent", number=number), number=number)
        return _to_a_person(verdict, number)


def code_in(burst: tuple[str, ...]) -> str | None:
    """The six digits a customer wrote, if the turn is little else."""
    found = _CODE.fullmatch(" ".join(burst).strip())
    return found.group(1) + found.group(2) if found else None


def order_text(order: Order, language: str) -> str:
    """What is told of an order: typed facts in the robot's own sentences, nothing else."""
    status = f"order.{order.status}"
    if order.status == "sent" and order.carrier:
        parts = [i18n.text(language, "order.sent_by", number=order.number, carrier=order.carrier)]
    else:
        parts = [i18n.text(language, status, number=order.number)]
    if order.status in ("sent", "ready_for_pickup"):
        if order.expected_on and order.status == "sent":
            day = format_date(order.expected_on, "d MMMM", locale=language)
            parts.append(i18n.text(language, "order.expected", date=day))
        if order.tracking_code:
            parts.append(i18n.text(language, "order.tracking", code=order.tracking_code))
        if order.tracking_url:
            parts.append(i18n.text(language, "order.link", url=order.tracking_url))
    return " ".join(parts)


async def _proven(tx: Transaction, case: Case) -> tuple[list[str], list[str]]:
    """E-mail addresses and shop ids that are certainly this customer's."""
    known = (await identities.of_customers(tx, [case.customer_id]))[case.customer_id]
    signed = [one for one in known if one.verified_by == "signed"]
    emails = [one.address for one in signed if one.channel == "email"]
    emails += await proofs.proven_emails(tx, case.id, case.customer_id)
    refs = [one.address.removeprefix(_USER) for one in signed if one.address.startswith(_USER)]
    return emails, refs


async def _wanted_number(tx: Transaction, case_id: int) -> bool:
    """Whether the robot's last words in this case asked for the order's number."""
    return bool(
        await tx.fetchval(
            "select why->>'sentence' = 'order_number_wanted' from verdicts "
            "where workspace_id = $1 and case_id = $2 order by id desc limit 1",
            tx.workspace_id,
            case_id,
        )
    )


def _number_in(verdict: robot.Verdict) -> str | None:
    numbers: Any = verdict.why.reading.get("orders")
    return cast("list[str]", numbers)[0] if isinstance(numbers, list) and numbers else None


def _language(verdict: robot.Verdict) -> str:
    return verdict.why.language


def _why(verdict: robot.Verdict, sentence: str, **parameters: str) -> robot.Why:
    why = verdict.why
    return robot.Why(
        language=why.language,
        sentence=sentence,
        parameters=parameters,
        reading=why.reading,
        boundaries=why.boundaries,
        candidates=why.candidates,
        model_version=why.model_version,
    )


def _told(verdict: robot.Verdict, order_topic: int, order: Order) -> robot.Answer:
    language = _language(verdict)
    return robot.Answer(
        text=order_text(order, language),
        language=language,
        why=_why(verdict, "private_answered", number=order.number),
        entry_id=str(order_topic),
        probability=verdict.probability if isinstance(verdict, robot.Answer) else 1.0,
        kind="private",
    )


def _spoken(verdict: robot.Verdict, sentence: str, text: str, **parameters: str) -> robot.Answer:
    """Words on the way to an answer; they answer no contact."""
    return robot.Answer(text, _language(verdict), _why(verdict, sentence, **parameters), kind="private")


def _to_a_person(verdict: robot.Verdict, number: str) -> robot.HandOver:
    language = _language(verdict)
    text = i18n.text(language, "order.unproven")
    return robot.HandOver("unproven", text, language, _why(verdict, "unproven", number=number))
