"""What the robot may do with a topic: off, suggest, click, audit, own; with and without a certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from robot.cast import DELIVERY, TODAY, facts
from tugi.engines.e5 import E5
from tugi.robot.decide import decide
from tugi.robot.facts import (
    LEVELS,
    MOST_TURNS,
    Answer,
    Ask,
    Facts,
    HandOver,
    Level,
    Permit,
    StaySilent,
    Suggest,
    Verdict,
    verdict_from_json,
)
from tugi.robot.model import Model
from tugi.robot.reading import question_text
from tugi.robot.sentences import say_why

QUESTION = "kaua tarne aega võtab?"
PROVEN = Permit("own", threshold=0.2, certificate_id=7, cases=412, errors=3, bound=0.032)
Decide = Callable[..., Verdict]


@pytest.fixture(scope="session")
def under(engine: E5, model: Model) -> Decide:
    """The verdict on a question under a permit; `cuts` (answer, ask) put the model into doubt."""

    def judge(text: str, permit: Permit, cuts: tuple[float, float] | None = None, **other: Any) -> Verdict:
        asked = facts(text, default_permit=permit, **other)
        judged = replace(model, answer_cut=cuts[0], ask_cut=cuts[1]) if cuts else model
        return decide(asked, judged, engine.embed_now([question_text(asked)])[0])

    return judge


def test_a_topic_that_is_off_is_neither_answered_nor_suggested(under: Decide) -> None:
    verdict = under(QUESTION, Permit("off"))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "topic_off"
    assert isinstance(under(QUESTION, Permit("off"), handler="queue"), StaySilent)
    chosen = under("x", Permit("off"), chosen_entry=DELIVERY.id)
    assert isinstance(chosen, HandOver)
    assert chosen.reason == "topic_off"
    doubtful = under(QUESTION, Permit("off"), (1.0, 0.0))
    assert isinstance(doubtful, HandOver)


def test_suggest_offers_the_answer_to_a_person(under: Decide) -> None:
    verdict = under(QUESTION, Permit("suggest"))
    assert isinstance(verdict, Suggest)
    assert (verdict.entry_id, verdict.awaits_click) == (DELIVERY.id, False)
    assert verdict.why.sentence == "suggested_level"


def test_click_waits_for_an_agent_and_says_so(under: Decide) -> None:
    for verdict in (
        under(QUESTION, Permit("click")),
        under("Kui kaua tarne aega võtab?", Permit("click"), chosen_entry=DELIVERY.id),
    ):
        assert isinstance(verdict, Suggest)
        assert verdict.awaits_click
        assert verdict.customer_text.startswith("Vastus on valmis. Kolleeg vaatab selle enne üle")
    beside = under(QUESTION, Permit("click"), handler="agent")
    assert isinstance(beside, Suggest)
    assert (beside.awaits_click, beside.customer_text) == (False, "")
    doubtful = under(QUESTION, Permit("click"), (1.0, 0.0))
    assert isinstance(doubtful, Suggest)
    assert (doubtful.awaits_click, doubtful.why.sentence) == (False, "suggested_unsure")
    # What a certificate lets the robot say by itself, it may all the more say at a click.
    certified = under(QUESTION, replace(PROVEN, level="click"), (1.0, 0.0))
    assert isinstance(certified, Suggest)
    assert certified.awaits_click


def test_audit_answers_by_estimate_or_by_certificate(under: Decide) -> None:
    estimated = under(QUESTION, Permit("audit"))
    assert isinstance(estimated, Answer)
    assert (estimated.level, estimated.why.sentence) == ("audit", "answered")
    certified = under(QUESTION, replace(PROVEN, level="audit"), (1.0, 1.0))
    assert isinstance(certified, Answer)
    assert (certified.level, certified.why.sentence) == ("audit", "answered_certified")
    below = under(QUESTION, replace(PROVEN, level="audit", threshold=0.9999), (0.0, 0.0))
    assert isinstance(below, Ask)


def test_own_answers_only_with_a_certificate(under: Decide) -> None:
    unproven = under(QUESTION, Permit("own"))
    assert isinstance(unproven, Suggest)
    assert unproven.why.sentence == "suggested_unproven"
    proven = under(QUESTION, PROVEN)
    assert isinstance(proven, Answer)
    assert (proven.level, proven.why.sentence) == ("own", "answered_certified")
    assert isinstance(under(QUESTION, replace(PROVEN, threshold=0.9999), (0.0, 0.0)), Ask)


def test_the_certificate_is_named_in_the_why_and_said_in_four_languages(under: Decide) -> None:
    verdict = under(QUESTION, PROVEN)
    named = dict(verdict.why.parameters)
    assert (named["certificate"], named["cases"], named["errors"], named["bound"]) == ("7", "412", "3", "0.0320")
    assert "96.8 % certain at least, from 412 judged answers" in say_why(verdict.why, "en")
    for language, certain in (("et", "vähemalt 96,8 %"), ("fi", "vähintään 96,8 %"), ("pl", "co najmniej 96,8 %")):
        assert certain in say_why(verdict.why, language)
    assert "by estimate" in say_why(under(QUESTION, Permit("audit")).why, "en")
    assert verdict_from_json(verdict.to_json()) == verdict


def test_in_a_language_held_back_the_robot_only_suggests(under: Decide) -> None:
    for permit in (PROVEN, Permit("audit")):
        held = under(QUESTION, replace(permit, only_suggests_in=("fi", "et")))
        assert isinstance(held, Suggest)
        assert held.why.sentence == "suggested_tongue"
        assert isinstance(under(QUESTION, replace(permit, only_suggests_in=("fi",))), Answer)
        doubtful = under(QUESTION, replace(permit, only_suggests_in=("et",), threshold=None), (1.0, 0.0))
        assert isinstance(doubtful, Suggest)
    clicked = under(QUESTION, Permit("click", only_suggests_in=("et",)))
    assert isinstance(clicked, Suggest)
    assert clicked.awaits_click


@pytest.mark.parametrize("level", LEVELS)
def test_suggestion_mode_never_speaks_whatever_the_level(under: Decide, level: Level) -> None:
    verdict = under(QUESTION, replace(PROVEN, level=level), may_answer=False)
    assert isinstance(verdict, Suggest | HandOver)
    assert not (isinstance(verdict, Suggest) and verdict.awaits_click)


def test_only_topics_the_robot_may_answer_are_offered_as_choices(under: Decide, model: Model) -> None:
    text, doubt = "when will my package arrive", (1.0, 0.0)
    asked = under(text, Permit("audit"), doubt)
    assert isinstance(asked, Ask)
    offered = [choice.entry_id for choice in asked.choices]
    for level in ("off", "suggest", "click", "own"):
        kept = under(text, Permit("audit"), doubt, permits={offered[-1]: Permit(level)})
        assert not isinstance(kept, Ask) or offered[-1] not in {choice.entry_id for choice in kept.choices}
        first_barred = under(text, Permit("audit"), doubt, permits={offered[0]: Permit(level)})
        assert isinstance(first_barred, Suggest | HandOver)
    assert isinstance(under(text, Permit("suggest"), doubt, permits={offered[0]: Permit("audit")}), Suggest)
    policies = {entry.id: entry.policy for entry in model.entries}
    assert {policies[entry_id] for entry_id in offered} == {"answer"}


def test_an_entry_outside_its_dates_is_neither_answered_nor_offered(engine: E5, model: Model) -> None:
    for change in ({"valid_until": TODAY - timedelta(days=1)}, {"valid_from": TODAY + timedelta(days=1)}):
        entries = tuple(replace(e, **change) if e.id == DELIVERY.id else e for e in model.entries)
        for text in (QUESTION, "when will my package arrive", "how long does it take"):
            asked = facts(text)
            for cuts in ((model.answer_cut, model.ask_cut), (1.0, 0.0), (0.0, 0.0)):
                past = replace(model, entries=entries, answer_cut=cuts[0], ask_cut=cuts[1], ranked={})
                verdict = decide(asked, past, engine.embed_now([question_text(asked)])[0])
                assert not isinstance(verdict, Answer) or verdict.entry_id != DELIVERY.id
                assert not isinstance(verdict, Ask) or DELIVERY.id not in {c.entry_id for c in verdict.choices}


def test_two_machines_do_not_talk_for_ever(ask_robot: Callable[[Facts], Verdict]) -> None:
    for text in (QUESTION, "tere", "aitäh"):
        verdict = ask_robot(facts(text, robot_turns=MOST_TURNS))
        assert isinstance(verdict, HandOver)
        assert (verdict.reason, verdict.why.sentence) == ("no_progress", "too_many_turns")
    assert isinstance(ask_robot(facts(QUESTION, robot_turns=MOST_TURNS - 1)), Answer)
