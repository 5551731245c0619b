"""Verdicts on a small shop with the real embedder and a really trained model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from robot.cast import DELIVERY, SHOP, TODAY, facts
from tugi.robot.decide import decide, give_up
from tugi.robot.facts import (
    Answer,
    Ask,
    Facts,
    HandOver,
    StaySilent,
    Suggest,
    Turn,
    Verdict,
    verdict_from_json,
)
from tugi.robot.model import Model
from tugi.robot.reading import question_text
from tugi.robot.sentences import WHY, say_why

Robot = Callable[[Facts], Verdict]


def sure(model: Model) -> Model:
    """The same model with cuts so low that every candidate is answered."""
    return replace(model, answer_cut=0.0, ask_cut=0.0)


def test_a_clear_question_is_answered_in_its_language(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("kaua tarne aega võtab?"))
    assert isinstance(verdict, Answer)
    assert (verdict.entry_id, verdict.text, verdict.language) == (
        "delivery_time",
        "Tarne võtab aega 2 tööpäeva.",
        "et",
    )


def test_the_name_is_used_only_when_given(ask_robot: Robot) -> None:
    named = ask_robot(facts("how long is delivery?", first_name="Mari"))
    unnamed = ask_robot(facts("how long is delivery?"))
    assert isinstance(named, Answer)
    assert isinstance(unnamed, Answer)
    assert (named.text, unnamed.text) == ("Delivery takes 2 days, Mari.", "Delivery takes 2 days.")


def test_a_name_that_is_no_name_is_left_out(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("how long is delivery?", first_name="<b>{shop}</b> http://evil"))
    assert isinstance(verdict, Answer)
    assert verdict.text == "Delivery takes 2 days."


def test_people_and_suggest_entries_go_to_people(ask_robot: Robot) -> None:
    broken, invoice = ask_robot(facts("it arrived broken")), ask_robot(facts("i need an invoice"))
    assert isinstance(broken, HandOver)
    assert broken.reason == "entry_for_people"
    assert isinstance(invoice, Suggest)
    assert (invoice.entry_id, bool(invoice.customer_text)) == ("invoice", True)


def test_a_foreign_matter_is_handed_over(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("what is the capital of mongolia"))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "unsure"


def test_a_torn_robot_asks_back_and_a_click_is_answered(ask_robot: Robot, engine, model: Model) -> None:
    torn = replace(model, answer_cut=1.0, ask_cut=0.0)
    asked = facts("when will my package arrive")
    verdict = decide(asked, torn, engine.embed_now([question_text(asked)])[0])
    assert isinstance(verdict, Ask)
    assert 2 <= len(verdict.choices) <= 3
    clicked = ask_robot(facts(verdict.choices[0].title, chosen_entry=verdict.choices[0].entry_id))
    assert isinstance(clicked, Answer)
    assert clicked.entry_id == verdict.choices[0].entry_id


def test_a_negated_question_is_asked_back(engine, model: Model) -> None:
    for text, kind in (("i do not want to cancel my order", Ask), ("i want to cancel my order", Answer)):
        asked = facts(text)
        assert isinstance(decide(asked, sure(model), engine.embed_now([question_text(asked)])[0]), kind)


@pytest.mark.parametrize("handler", ["queue", "agent"])
@pytest.mark.parametrize("may_answer", [True, False])
def test_nothing_is_said_to_the_customer_while_a_person_has_the_floor(
    ask_robot: Robot, handler: str, may_answer: bool
) -> None:
    for text in ("kus mu pakk on", "tahan raha tagasi", "tere", "", "what is the capital of mongolia"):
        verdict = ask_robot(facts(text, handler=handler, may_answer=may_answer, turns_without_progress=3))
        assert isinstance(verdict, StaySilent | Suggest)
        assert isinstance(verdict, StaySilent) or verdict.customer_text == ""


def test_beside_a_person_the_robot_suggests(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("kus mu pakk on", handler="agent"))
    assert isinstance(verdict, Suggest)
    assert verdict.entry_id == "tracking"
    assert isinstance(ask_robot(facts("aitäh", handler="agent")), StaySilent)


def test_suggestion_mode_never_answers(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("kus mu pakk on", may_answer=False))
    assert isinstance(verdict, Suggest)
    assert verdict.customer_text


def test_three_turns_without_progress_bring_a_person(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("kus mu pakk on", turns_without_progress=3))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "no_progress"
    assert isinstance(ask_robot(facts("kus mu pakk on", turns_without_progress=2)), Answer)


def test_a_paused_robot_hands_over(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("kus mu pakk on", robot_paused=True))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "paused"


def test_a_burst_is_one_question(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("tere", "mul on küsimus", "kus mu pakk on"))
    assert isinstance(verdict, Answer)
    assert verdict.entry_id == "tracking"


def test_greeting_and_thanks_are_courtesy_and_no_answer(ask_robot: Robot) -> None:
    greeted = ask_robot(facts("Tere!"))
    assert isinstance(greeted, Answer)
    assert (greeted.kind, greeted.entry_id) == ("courtesy", None)
    history = (Turn("customer", "kus mu pakk on"), Turn("robot", "Jälgige pakki."))
    thanked = ask_robot(facts("aitäh", history=history))
    assert isinstance(thanked, Answer)
    assert thanked.kind == "courtesy"
    again = ask_robot(facts("aitäh", history=(*history, Turn("customer", "aitäh"), Turn("robot", thanked.text))))
    assert isinstance(again, StaySilent)


def test_another_language_goes_to_a_person(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("Привет, где мой заказ"))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "other_language"


def test_expired_and_thin_entries_are_not_sent(ask_robot: Robot, model: Model, engine) -> None:
    asked = facts("how long is delivery", chosen_entry="delivery_time")
    vector = engine.embed_now([question_text(asked)])[0]
    for change, kind in (
        ({"valid_until": TODAY - timedelta(days=1)}, HandOver),
        ({"examples": {"en": ("delivery", "how long")}}, Suggest),
        ({"answers": {"et": "Kaks päeva."}}, Suggest),
        ({}, Answer),
    ):
        entries = tuple(replace(e, **change) if e.id == DELIVERY.id else e for e in model.entries)
        assert isinstance(decide(asked, replace(model, entries=entries), vector), kind)


def test_without_model_or_vector_a_person_takes_over(model: Model) -> None:
    untrained, blind = decide(facts("kus pakk on"), None, None), decide(facts("kus pakk on"), model, None)
    assert isinstance(untrained, HandOver)
    assert isinstance(blind, HandOver)
    assert (untrained.reason, blind.reason) == ("no_knowledge", "error")
    assert give_up(facts("kus pakk on"), "timeout").reason == "error"


def test_every_verdict_explains_itself_in_four_languages_and_survives_storage(ask_robot: Robot) -> None:
    texts = ["kus mu pakk on", "tahan raha tagasi", "tere", "aitäh", "", "it arrived broken", "i need an invoice"]
    for text in [*texts, "what is the capital of mongolia", "kus pakk on? kuidas ma maksan?"]:
        verdict = ask_robot(facts(text))
        assert verdict_from_json(verdict.to_json()) == verdict
        for language in ("en", "et", "fi", "pl"):
            said = say_why(verdict.why, language)
            assert said
            assert "{" not in said
            assert verdict.why.sentence in WHY


def test_a_clicked_choice_does_not_open_a_boundary(ask_robot: Robot) -> None:
    verdict = ask_robot(facts("tahan raha tagasi", chosen_entry="delivery_time"))
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "money"


def test_the_shop_of_these_tests_is_known(model: Model) -> None:
    assert {entry.id for entry in model.entries} == {entry.id for entry in SHOP}
