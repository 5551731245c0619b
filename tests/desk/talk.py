"""Conversations of a shop with its robot, made as the desk makes them, for tests of what stands beside the composer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from cast import Shop
from tugi.core import clock
from tugi.core.events import ROBOT, Actor
from tugi.desk.answering import suggestions, verdicts
from tugi.desk.answering.suggestions import Suggestion
from tugi.desk.answering.verdicts import Candidate, Verdict, Why
from tugi.desk.cases import cases, messages
from tugi.desk.cases.transcript import Message
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft, EntryText, Policy

TITLES = {
    "parcel": "Kus on minu pakk?",
    "price": "Kui palju maksab tarne?",
    "return": "Kuidas tagastada?",
}


@dataclass(frozen=True)
class Talk:
    """A shop whose knowledge has the entries of TITLES."""

    shop: Shop
    entries: dict[str, int]

    def agent(self) -> Actor:
        """Kadri, at work."""
        return Actor("agent", self.shop.kadri)

    async def asked(self, customer_id: int, text: str) -> Message:
        """The customer's question."""
        return (await self.shop.say(customer_id, text))[0]

    async def judged(self, question: Message, key: str, *others: str, probability: float = 0.7) -> int:
        """The robot's verdict that a person should answer with this entry; its id."""
        ids = [self.entries[one] for one in (key, *others)]
        candidates = [Candidate(entry_id, "", probability / (n + 1)) for n, entry_id in enumerate(ids)]
        why = Why("suggested_mode", {}, "et", {}, [], candidates, "m1")
        verdict = Verdict(0, 0, "suggest", ids[0], None, probability, "et", why, clock.now())
        async with self.shop.database.transaction(self.shop.workspace_id, ROBOT) as tx:
            found = await verdicts.store(tx, question.case_id, question.id, verdict, 3.0)
        assert found is not None
        return found

    async def offered(self, question: Message, key: str, text: str, *others: str, click: bool = False) -> Suggestion:
        """The robot's suggestion for a question."""
        verdict_id = await self.judged(question, key, *others)
        async with self.shop.database.transaction(self.shop.workspace_id, ROBOT) as tx:
            suggestion_id = await suggestions.offer(
                tx,
                question.case_id,
                verdict_id,
                entry_id=self.entries[key],
                text=text,
                language="et",
                awaits_click=click,
            )
            return await suggestions.get(tx, suggestion_id)

    async def answered(self, case_id: int, text: str, key: str | None = None, *, by: Actor = ROBOT) -> Message:
        """What the robot or an agent says, with an entry or without."""
        async with self.shop.database.transaction(self.shop.workspace_id, by) as tx:
            return await messages.write(
                tx,
                await cases.lock(tx, case_id),
                external_id=f"{by.kind}:{uuid.uuid4()}",
                text=text,
                language="et",
                entry_id=self.entries[key] if key else None,
            )


async def open_talk(shop: Shop, policy: Policy = "answer") -> Talk:
    """Write the shop's knowledge."""
    known: dict[str, int] = {}
    async with shop.database.transaction(shop.workspace_id) as tx:
        for key, title in TITLES.items():
            texts = {"et": EntryText(title, f"{title} Vastus on siin. Ja veel üks lause.")}
            known[key] = (await entries.create(tx, Draft(texts, key=key, policy=policy))).id
    return Talk(shop, known)
