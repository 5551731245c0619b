"""The doctor says which engine there is and whether it works, and the same of the language model."""

from pathlib import Path

import pytest

from fakes.language_model import Mood, fake_model
from fakes.onnx_model import write_folder
from tugi import doctor
from tugi.settings import Settings


async def report(settings: Settings) -> tuple[bool, str]:
    """Whether all is well, and everything that was said."""
    lines: list[str] = []
    return await doctor.examine(settings, lines.append), "\n".join(lines)


async def test_each_engine_is_tried(dsn: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "model")
    async with fake_model() as fake:
        for settings, says in (
            (Settings(engine="ngrams"), "no embedder by choice"),
            (Settings(engine="e5-fast"), "ok   embedder e5-small-row7"),
            (Settings(engine=f"onnx:{folder}"), "works: 24 dimensions"),
            (Settings(engine=fake.address, engine_model="m"), "#m works: 32 dimensions"),
        ):
            _, said = await report(Settings(home=tmp_path, database_url=dsn, **_engine(settings)))
            assert says in said


def _engine(settings: Settings) -> dict[str, str]:
    return {"engine": settings.engine, "engine_model": settings.engine_model}


@pytest.mark.parametrize("broken", ["http", "folder", "name"])
async def test_an_engine_that_does_not_work_is_bad(dsn: str, tmp_path: Path, broken: str) -> None:
    wrong = {"http": "http://127.0.0.1:9/v1", "folder": f"onnx:{tmp_path}", "name": "gpt"}[broken]
    well, said = await report(Settings(home=tmp_path, database_url=dsn, engine=wrong, engine_model="m"))
    assert not well
    assert "BAD  The engine does not work" in said


@pytest.mark.parametrize(
    ("mood", "says"), [("well", "ok   language model fake-1"), ("refuse", "401"), ("empty", "BAD")]
)
async def test_the_language_model_is_asked(dsn: str, tmp_path: Path, mood: Mood, says: str) -> None:
    async with fake_model(moods=[mood]) as fake:
        settings = Settings(
            home=tmp_path,
            database_url=dsn,
            engine="ngrams",
            language_model_url=fake.address,
            language_model_name="fake-1",
            language_model_key="the-key",
        )
        _, said = await report(settings)
        assert says in said
        assert "the-key" not in said
