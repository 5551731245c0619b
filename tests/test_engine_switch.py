"""Changing the engine: the old one goes on serving until the new one's model is ready, and nobody hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cast import open_shop
from fakes.language_model import fake_model
from fakes.onnx_model import SENTENCES, write_folder
from tugi import wiring
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.desk.answering import training
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft, EntryText
from tugi.engines import openai_compatible
from tugi.engines.choice import OpenedEmbedders, open_engine
from tugi.engines.e5 import find_e5
from tugi.ports import EngineFailed
from tugi.robot import facts as robot
from tugi.settings import Settings

TITLES = ("Where is my parcel?", "Delivery time", "Returns", "Payment")


async def teach(database: Database, workspace_id: int) -> None:
    """Four entries with a few examples each."""
    async with database.transaction(workspace_id) as tx:
        for number, title in enumerate(TITLES):
            pair = SENTENCES[2 * number : 2 * number + 2]
            examples = {
                "en": [pair[0], f"{pair[0]} please", f"hello {pair[0]}"],
                "et": [pair[1], f"tere {pair[1]}", f"{pair[1]} palun"],
            }
            texts = {"en": EntryText(title, f"Answer {number}."), "et": EntryText(title, f"Vastus {number}.")}
            await entries.create(tx, Draft(key=f"k{number}", texts=texts, examples=examples))


@asynccontextmanager
async def working(installation: wiring.Installation) -> AsyncIterator[None]:
    """With a worker, and what a start orders."""
    worker = installation.worker()
    running = asyncio.ensure_future(worker.run())
    await installation.warm()
    try:
        yield
    finally:
        worker.stop()
        await running


async def trained_by(installation: wiring.Installation, workspace_id: int) -> training.Model:
    """The state once the model of this installation's engine is ready."""
    async with asyncio.timeout(90):
        while True:
            async with installation.database.reading(workspace_id) as tx:
                state = await training.state(tx)
            if state.status == "ready" and state.engine == installation.engine:
                return state
            assert state.status != "failed", state.failure
            await asyncio.sleep(0.05)


def asked(text: str) -> robot.Facts:
    """A customer's question."""
    return robot.Facts(burst=(text,), today=clock.now().date(), shop_name="Põhjala Pood", languages=("en", "et"))


async def test_the_old_engine_serves_until_the_new_one_is_ready(database: Database, dsn: str, tmp_path: Path) -> None:
    shop = await open_shop(database)
    folder = write_folder(tmp_path / "own-model")
    async with fake_model() as fake:
        old = Settings(home=tmp_path, database_url=dsn, engine=fake.address, engine_model="embed-1", engine_key="k")
        async with wiring.opened(old) as installation:
            await teach(installation.database, shop.workspace_id)
            async with working(installation):
                await trained_by(installation, shop.workspace_id)
        new = Settings(home=tmp_path, database_url=dsn, engine=f"onnx:{folder}", engine_key="k")
        async with wiring.opened(new) as installation:
            fake.asked.clear()
            fake.keys.clear()
            before = await installation.answering.decide(shop.workspace_id, asked("where is my parcel now"))
            assert before.variant == f"{fake.address}#embed-1"
            assert before.vector is not None
            assert (len(fake.asked), fake.keys) == (1, ["Bearer k"])
            async with working(installation):
                state = await trained_by(installation, shop.workspace_id)
            assert (state.progress, state.engine) == (1.0, installation.engine)
            fake.asked.clear()
            after = await installation.answering.decide(shop.workspace_id, asked("where is my parcel now"))
            assert after.variant == installation.engine
            assert after.vector is not None
            assert fake.asked == []


async def test_an_engine_that_hangs_means_a_person(
    database: Database, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await open_shop(database)
    async with fake_model() as fake:
        settings = Settings(home=tmp_path, database_url=dsn, engine=fake.address, engine_model="embed-1")
        async with wiring.opened(settings) as installation:
            await teach(installation.database, shop.workspace_id)
            async with working(installation):
                await trained_by(installation, shop.workspace_id)
            monkeypatch.setattr(openai_compatible, "QUESTION_SECONDS", 0.3)
            fake.moods = ["hang"]
            decision = await installation.answering.decide(shop.workspace_id, asked("how long does delivery take then"))
            assert isinstance(decision.verdict, robot.HandOver)
            assert decision.verdict.reason == "error"


async def test_the_key_is_for_one_address_only() -> None:
    async with fake_model() as fake, fake_model() as other:
        ours = f"{fake.address}#m"
        for name, expected in ((ours, ""), (f"{other.address}#n", "Bearer k"), ("e5", "Bearer k")):
            await _embed_by(OpenedEmbedders(None, name, "k"), f"{other.address}#m")
            assert other.keys[-1] == expected, name


async def _embed_by(embedders: OpenedEmbedders, variant: str) -> None:
    found = await embedders.find(variant)
    assert found is not None
    await found.embed(["tere"])


async def test_what_cannot_be_opened_any_more_is_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "own-model")
    variant = open_engine(f"onnx:{folder}").variant
    assert (await OpenedEmbedders(None).find(variant)) is not None
    write_folder(tmp_path / "own-model", seed=2)
    for gone in (variant, "e5-small-q4a4-000000000000", "onnx:/nowhere#123", "gpt"):
        assert await OpenedEmbedders(None).find(gone) is None


def test_each_e5_is_found_by_the_name_of_its_variant() -> None:
    for arithmetic in ("q4a4", "row7", "fp32"):
        found = find_e5(1, arithmetic)
        assert found is not None
        assert open_engine(found.variant).variant == found.variant
    assert open_engine("e5").variant != open_engine("e5-fast").variant
    with pytest.raises(EngineFailed):
        open_engine("gpt")


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        ("gpt", "TUGI_ENGINE must be"),
        ("onnx:/nowhere", "no file model.onnx"),
        ("https://models.example/v1", "TUGI_ENGINE_MODEL"),
        ("https://user:secret@models.example/v1", "no name, password"),
    ],
)
def test_a_wrong_setting_is_said_at_the_start(engine: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        wiring.engine_of(Settings(engine=engine, engine_model="" if engine[8:] == "models.example/v1" else "m"))


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(Settings(engine_key="secret", language_model_key="secret"))
