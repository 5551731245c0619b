"""What the robot decides of letters: nothing to click, and several questions are a person's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from robot.cast import facts
from tugi.engines.e5 import E5
from tugi.robot.decide import decide
from tugi.robot.facts import Answer, Ask, HandOver, Suggest, Verdict
from tugi.robot.model import Model
from tugi.robot.reading import question_parts, question_text

Decide = Callable[..., Verdict]


@pytest.fixture(scope="session")
def decided(engine: E5, model: Model) -> Decide:
    def say(text: str, **other: Any) -> Verdict:
        known = facts(text, **other)
        vectors = engine.embed_now([question_text(known), *question_parts(known)])
        return decide(known, model, vectors[0], vectors[1:])

    return say


def test_two_questions_are_answered_in_a_chat_and_handed_over_by_letter(decided: Decide) -> None:
    text = "Where is my parcel? And how long does delivery take?"
    assert isinstance(decided(text), Answer)
    verdict = decided(text, by_letter=True)
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "several_questions"


def test_what_is_asked_back_in_a_chat_is_a_draft_by_letter(engine: E5, model: Model) -> None:
    torn = replace(model, answer_cut=1.0, ask_cut=0.0)
    for by_letter, kind in ((False, Ask), (True, Suggest)):
        asked = facts("when will my package arrive", by_letter=by_letter)
        assert isinstance(decide(asked, torn, engine.embed_now([question_text(asked)])[0]), kind)


def test_a_plain_question_is_answered_by_letter_too(decided: Decide) -> None:
    assert isinstance(decided("Where is my parcel?", by_letter=True), Answer)
