"""A shop whose robot has learned, with past questions, and robots that rehearse in this process."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache

from cast import Shop, open_shop
from tugi.core.database import Database
from tugi.core.events import ROBOT, Actor
from tugi.core.files import Files
from tugi.desk.answering import replay, training
from tugi.desk.answering.rehearsing import Decide
from tugi.desk.answering.replay import Draft, Replay
from tugi.desk.answering.replaying import Replaying
from tugi.desk.cases import cases, messages
from tugi.desk.cases.transcript import Message
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft as EntryDraft
from tugi.desk.knowledge.entry_checks import EntryText
from tugi.engines.choice import open_engine
from tugi.ports import Embedder
from tugi.robot import facts as robot
from tugi.robot.model import model_from_bytes
from tugi.robot.rehearsal import Asked, Decided, Rehearsal, Stage
from tugi.trainer import train_now

KNOWLEDGE: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "tracking": (
        "Where is my parcel?",
        "You can follow your parcel with the tracking link that we sent to your e-mail address.",
        (
            "where is my parcel", "track my order", "my package has not arrived", "tracking number please",
            "when does the parcel come", "i cannot find my parcel", "the delivery is late, where is it",
        ),
    ),
    "invoice": (
        "Getting an invoice",
        "We e-mail the invoice to you as a PDF file as soon as the order has been paid.",
        (
            "i need an invoice", "where is the invoice", "send me a receipt", "invoice for my company",
            "can you send the bill as pdf", "receipt for accounting", "i did not get an invoice",
        ),
    ),
    "hours": (
        "Opening hours",
        "Our shop in the old town is open from Monday to Friday from ten to six.",
        (
            "when are you open", "opening hours", "are you open on saturday", "what time does the shop close",
            "is the store open today", "until when are you open on friday", "shop hours in old town",
        ),
    ),
}  # fmt: skip


@cache
def engine() -> Embedder:
    """The engine of the tests' process."""
    return open_engine("e5")


async def learn(
    known: Sequence[robot.Entry], labelled: Sequence[robot.Labelled], previous: bytes | None, _report: training.Report
) -> bytes | None:
    """Training in this process."""
    return train_now(known, "e5", previous, labelled)


@asynccontextmanager
async def rehearse(stage: Stage) -> AsyncGenerator[Decide]:
    """A robot in this process."""
    robot_of_stage = Rehearsal(
        stage, model_from_bytes(stage.model) if stage.model else None, engine().embed_now if stage.model else None
    )

    async def decide(asked: Sequence[Asked]) -> list[Decided]:
        return robot_of_stage.decide(asked)

    yield decide


async def taught_shop(database: Database, files: Files) -> tuple[Shop, dict[str, int]]:
    """A shop whose robot has learned KNOWLEDGE; and the entries' ids by key."""
    shop = await open_shop(database)
    return shop, await teach(shop, files)


async def teach(shop: Shop, files: Files) -> dict[str, int]:
    """Have the shop's robot learn KNOWLEDGE; the entries' ids by key."""
    ids: dict[str, int] = {}
    async with shop.database.transaction(shop.workspace_id) as tx:
        for key, (title, answer, examples) in KNOWLEDGE.items():
            draft = EntryDraft({"en": EntryText(title, answer)}, key=key, examples={"en": list(examples)})
            ids[key] = (await entries.create(tx, draft)).id
    await train(shop, files)
    return ids


async def train(shop: Shop, files: Files) -> None:
    """Bring the robot up to the knowledge."""
    assert await training.train(shop.database, files, learn, engine().variant, shop.workspace_id)


async def asks(shop: Shop, text: str, name: str = "Mari") -> Message:
    """A new customer asks."""
    return (await shop.say(await shop.customer(name), text))[0]


async def replies(shop: Shop, asked: Message, text: str, *, by: str = "agent", entry_id: int | None = None) -> Message:
    """A person or the robot replies."""
    actor = ROBOT if by == "robot" else Actor("agent", shop.kadri)
    async with shop.database.transaction(shop.workspace_id, actor) as tx:
        held = await cases.lock(tx, asked.case_id)
        key = f"{by}:reply-{asked.id}"
        return await messages.write(tx, held, external_id=key, text=text, language="en", entry_id=entry_id)


async def asked_for(shop: Shop, last: int = 100, draft: Draft | None = None, version: int | None = None) -> Replay:
    """A replay that waits."""
    async with shop.database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        return await replay.ask(tx, last=last, draft=draft, version=version)


def replaying(shop: Shop, files: Files) -> Replaying:
    """What runs replays, in this process."""
    return Replaying(shop.database, files, rehearse, learn)


async def replayed(shop: Shop, files: Files, last: int = 100, draft: Draft | None = None) -> Replay:
    """A replay from the wish to its end."""
    wish = await asked_for(shop, last, draft)
    await replaying(shop, files).run({"workspace_id": shop.workspace_id, "replay_id": wish.id})
    return await standing(shop, wish.id)


async def standing(shop: Shop, replay_id: int) -> Replay:
    """How a replay stands."""
    async with shop.database.reading(shop.workspace_id) as tx:
        return await replay.get(tx, replay_id)
