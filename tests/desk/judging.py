"""A shop whose robot has learned three topics without an engine, and people who judge what it decided."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cast import Shop, open_shop
from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.files import Files, Folder
from tugi.desk.answering import certificates, evidence, training, verdicts
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.certificates import Scope
from tugi.desk.answering.certifying import Certifying
from tugi.desk.answering.evidence import Drawn, Label, Role, Source
from tugi.desk.answering.verdicts import Verdict
from tugi.desk.cases import messages
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft, EntryText
from tugi.desk.people import agents, customers
from tugi.robot import facts as robot
from tugi.trainer import train_now

EXAMPLES = {
    "parcel": ["kus mu pakk on", "millal pakk tuleb", "pakk ei ole saabunud", "kus on minu saadetis", "paki jälgimine"],
    "returns": ["kuidas tagastada", "soovin toote tagastada", "tagastamise vorm", "kas saan tagasi saata", "tagastus"],
    "hours": ["millal te avate", "lahtiolekuajad", "kas olete pühapäeval lahti", "mis kell pood suletakse", "avatud"],
}
ASKED = {"parcel": "kus mu pakk on praegu", "returns": "soovin tagastada", "hours": "mis kell te avate"}
NORMAL = Scope("risk", "normal")


async def learn(
    known: Sequence[robot.Entry], labelled: Sequence[robot.Labelled], previous: bytes | None, _report: Any
) -> bytes | None:
    """A training in this process, by character n-grams."""
    return train_now(known, "", previous, labelled)


@dataclass
class Desk:
    """The shop, its topics by key, and the robot that has learned them."""

    shop: Shop
    files: Files
    entries: Mapping[str, int]
    answering: Answering
    certifying: Certifying

    @property
    def database(self) -> Database:
        """Where all is kept."""
        return self.shop.database

    @property
    def ids(self) -> dict[str, int]:
        """What a job holds."""
        return {"workspace_id": self.shop.workspace_id}

    async def learn(self, engine: str = "ngrams") -> None:
        """Train the robot on the knowledge as it is."""
        await training.train(self.database, self.files, learn, engine, self.shop.workspace_id)

    async def certify(self) -> None:
        """Run the job in a worker that has just started."""
        await Certifying(self.database, self.answering).run(self.ids)

    async def standing(self, scope: Scope = NORMAL) -> certificates.Certificate:
        """The present statement of a scope."""
        async with self.database.reading(self.shop.workspace_id) as tx:
            return (await certificates.current(tx))[scope].certificate

    async def agent(self, name: str) -> int:
        """A further person at the desk."""
        async with self.database.transaction(self.shop.workspace_id) as tx:
            address = f"{uuid.uuid4().hex}@pohjala.example"
            made = await agents.create(tx, name=name, email=address, role="agent", language="et", password_hash="")
        return made.id

    async def decided(
        self,
        count: int,
        key: str = "parcel",
        *,
        role: Role = "certify",
        kind: verdicts.Kind = "suggest",
        probability: float | None = None,
        asked: str | None = None,
        fits: float | None = None,
        language: str = "et",
    ) -> list[int]:
        """So many customers ask about a topic, and the robot decides each question; ids of the verdicts."""
        asked = asked or ASKED[key]
        known = robot.Facts((asked,), clock.now().date(), "Pood", languages=("et",))
        shown = (await self.answering.decide(self.shop.workspace_id, known)).shown
        shown = replace(shown, kind=kind, entry_id=self.entries[key], language=language, created_at=clock.now())
        if probability is not None:
            first = replace(shown.why.candidates[0], probability=probability)
            shown = replace(shown, why=replace(shown.why, candidates=[first]))
        if fits is not None:
            shown = replace(shown, why=replace(shown.why, reading={**shown.why.reading, "fits": fits}))
        async with self.database.transaction(self.shop.workspace_id) as tx:
            return [await self._asked(tx, asked, role, shown) for _ in range(count)]

    async def _asked(self, tx: Transaction, text: str, role: Role, shown: Verdict) -> int:
        customer_id = await customers.create(tx, name="Mari", language="et")
        while evidence.role_of(tx.workspace_id, customer_id) != role:
            customer_id = await customers.create(tx, name="Mari", language="et")
        message, _ = await messages.receive(tx, self.shop.inbound(text), customer_id, True)
        verdict_id = await verdicts.store(tx, message.case_id, message.id, shown, 3.0)
        assert verdict_id is not None
        return verdict_id

    async def judge(
        self,
        verdict_ids: Sequence[int],
        label: Label = "right",
        *,
        truth: str | None = None,
        source: Source = "review",
        drawn: Drawn = "random",
        agent_id: int | None = None,
        weight: float = 1.0,
    ) -> None:
        """Somebody judges these decisions."""
        async with self.database.transaction(self.shop.workspace_id) as tx:
            for verdict_id in verdict_ids:
                decided = await evidence.get_decided(tx, verdict_id)
                await evidence.store(
                    tx,
                    decided,
                    source,
                    label,
                    agent_id or self.shop.kadri,
                    entry_id=decided.entry_id,
                    truth_entry_id=self.entries[truth] if truth else None,
                    weight=weight,
                    drawn=drawn,
                )

    async def change_answer(self, key: str, text: str) -> None:
        """The lead writes another answer, and the robot learns it."""
        async with self.database.transaction(self.shop.workspace_id) as tx:
            old = await entries.get(tx, self.entries[key])
            texts = {"et": EntryText(old.texts["et"].title, text)}
            await entries.update(tx, old.id, old.version, replace(old.draft(), texts=texts))
        await self.learn()


async def open_desk(database: Database, folder: Path) -> Desk:
    """The shop with its trained robot."""
    shop = await open_shop(database)
    known: dict[str, int] = {}
    async with database.transaction(shop.workspace_id) as tx:
        for key, examples in EXAMPLES.items():
            texts = {"et": EntryText(key.title(), f"Vastus küsimusele {key}.")}
            known[key] = (await entries.create(tx, Draft(texts, key=key, examples={"et": examples}))).id
    files = Folder(folder)
    answering = Answering(database, files, None)
    desk = Desk(shop, files, known, answering, Certifying(database, answering))
    await desk.learn()
    return desk


async def events_of(desk: Desk, kind: str) -> int:
    """How many events of this kind there are."""
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        return await tx.fetchval("select count(*) from events where workspace_id = $1 and kind = $2",
                                 desk.shop.workspace_id, kind)  # fmt: skip


async def later(verdict_ids: Sequence[int], desk: Desk, at: datetime) -> None:
    """Move decisions in time."""
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await tx.execute(
            "update verdicts set created_at = $3 where workspace_id = $1 and id = any($2::bigint[])",
            desk.shop.workspace_id,
            list(verdict_ids),
            at,
        )
