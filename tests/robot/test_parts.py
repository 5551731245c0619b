"""Two questions in one message, and questions that lean on the one before, in four languages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from robot.cast import TODAY, facts
from tugi.engines.e5 import E5
from tugi.robot.decide import decide
from tugi.robot.facts import MOST_TURNS, Answer, Facts, HandOver, Permit, Turn, Verdict
from tugi.robot.model import Model
from tugi.robot.reading import leans, question_parts, question_text
from tugi.robot.sentences import say_why
from tugi.robot.speech import ASK

BOTH = "Where is my parcel? And how long does delivery take?"
AskParts = Callable[..., Verdict]


@pytest.fixture(scope="session")
def ask_parts(engine: E5, model: Model) -> AskParts:
    """The verdict on a message whose questions are embedded one by one as well."""

    def ask(text: str, model: Model = model, **other: Any) -> Verdict:
        asked = facts(text, **other)
        vectors = engine.embed_now([question_text(asked), *question_parts(asked)])
        return decide(asked, model, vectors[0], vectors[1:])

    return ask


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Where is my parcel? How do I return it?", ("Where is my parcel?", "How do I return it?")),
        ("where is my parcel and how do i cancel it", ("where is my parcel", "how do i cancel it")),
        ("Ostsin lambi. Kuidas tagastada saan? Kui pikk on garantii?",
         ("Ostsin lambi. Kuidas tagastada saan?", "Kui pikk on garantii?")),
        ("Kus mu pakk on ja kuidas ma tellimust tühistan", ("Kus mu pakk on", "kuidas ma tellimust tühistan")),
        ("Missä pakettini on? Paljonko palautus maksaa?", ("Missä pakettini on?", "Paljonko palautus maksaa?")),
        ("Gdzie jest moja paczka i ile kosztuje zwrot?", ("Gdzie jest moja paczka", "ile kosztuje zwrot?")),
        ("Hello! Where is order T-1042? And can I pay later?", ("Where is order ?", "And can I pay later?")),
        ("where is my parcel", ()),
        ("I have two questions: where is my parcel? and do you ship abroad?", ()),
        ("Where is my parcel? How do I return it? I am in a hurry because of a wedding.", ()),
    ],
)  # fmt: skip
def test_a_message_is_split_into_its_questions(text: str, parts: tuple[str, ...]) -> None:
    assert question_parts(facts(text)) == parts


def test_both_questions_are_answered_in_two_paragraphs(ask_parts: AskParts) -> None:
    verdict = ask_parts(BOTH, first_name="Mari")
    assert isinstance(verdict, Answer)
    assert (verdict.entry_id, verdict.also) == ("tracking", ("delivery_time",))
    assert verdict.text == "Hello Mari. Follow it with the link in your e-mail.\n\nDelivery takes 2 days, Mari."
    assert [candidate.entry_id for candidate in verdict.why.candidates] == ["tracking", "delivery_time"]
    assert not any(boundary.touched for boundary in verdict.why.boundaries)
    assert "Where is my parcel?" in say_why(verdict.why, "en")
    for language in ("en", "et", "fi", "pl"):
        assert "{" not in say_why(verdict.why, language)


def test_both_are_answered_in_estonian(ask_parts: AskParts) -> None:
    verdict = ask_parts("Kus mu pakk on? Ja kui kaua tarne aega võtab?")
    assert isinstance(verdict, Answer)
    assert verdict.text == "Jälgige pakki e-kirjas oleva lingiga.\n\nTarne võtab aega 2 tööpäeva."


def test_the_same_answer_is_given_once(ask_parts: AskParts) -> None:
    verdict = ask_parts("Where is my parcel? How can I track my order?")
    assert isinstance(verdict, Answer)
    assert (verdict.entry_id, verdict.also) == ("tracking", ())
    assert verdict.text == "Follow it with the link in your e-mail."


@pytest.mark.parametrize(
    ("change", "permits"),
    [
        ({}, {"delivery_time": Permit("suggest")}),
        ({}, {"tracking": Permit("off")}),
        ({}, {"delivery_time": Permit("own")}),
        ({}, {"delivery_time": Permit("click")}),
        ({}, {"delivery_time": Permit("own", threshold=0.9999)}),
        ({"may_answer": False}, {}),
        ({"turns_without_progress": 3}, {}),
        ({"robot_turns": MOST_TURNS}, {}),
    ],
)
def test_a_person_gets_both_when_one_may_not_be_answered(
    ask_parts: AskParts, change: dict[str, Any], permits: dict[str, Permit]
) -> None:
    verdict = ask_parts(BOTH, permits=permits, **change)
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "several_questions"


@pytest.mark.parametrize(
    "text",
    [
        "Where is my parcel? And what is the capital of Mongolia?",
        "Where is my parcel? And how do I get my money back?",
        "Where is my parcel? I do not want to cancel it, can I cancel only a mug?",
        "Where is my parcel? How long does delivery take? Can I cancel my order?",
    ],
)
def test_what_cannot_be_answered_whole_goes_to_a_person(ask_parts: AskParts, text: str) -> None:
    assert isinstance(ask_parts(text), HandOver)


def test_certificates_of_both_are_named(ask_parts: AskParts) -> None:
    proven = Permit("own", threshold=0.1, certificate_id=7, cases=412, errors=3, bound=0.03)
    verdict = ask_parts(BOTH, default_permit=proven, permits={"tracking": replace(proven, certificate_id=9)})
    assert isinstance(verdict, Answer)
    assert (verdict.level, verdict.why.parameters["certificate"]) == ("own", "9,7")


def test_without_vectors_of_the_parts_a_person_takes_over(engine: E5, model: Model) -> None:
    asked = facts(BOTH)
    verdict = decide(asked, model, engine.embed_now([question_text(asked)])[0])
    assert isinstance(verdict, HandOver)


ANSWERED = {
    "en": ("how much does delivery cost?", "Delivery costs 5 euros."),
    "et": ("palju saatmine maksab?", "Saatmine maksab 5 eurot."),
    "fi": ("paljonko toimitus maksaa?", "Toimitus maksaa 5 euroa."),
    "pl": ("ile kosztuje dostawa?", "Dostawa kosztuje 20 zł."),
}
LEANING = {
    "en": ("and to Finland?", "what about Finland?", "how about by courier?", "and for Latvia please"),
    "et": ("aga Soome?", "ja Lätti?", "aga kulleriga?", "ja kui Lätti?"),
    "fi": ("entä Suomeen?", "entäs kuriirilla?", "ja Latviaan?", "entä jos Viroon?"),
    "pl": ("a do Finlandii?", "a co z Finlandią?", "i do Niemiec?", "a kurierem?"),
}
STANDING = {
    "en": ("where is my parcel?", "and where is my parcel?", "can I pay later?", "returns?", "and can I cancel?",
           "but the lamp I ordered from you last week is broken"),
    "et": ("kus mu pakk on?", "aga kus mu pakk on?", "kas saab järelmaksuga?", "tagastamine?", "ja kuidas tagastada?"),
    "fi": ("missä pakettini on?", "entä missä pakettini on?", "voiko maksaa osissa?", "palautus?"),
    "pl": ("gdzie jest paczka?", "a gdzie jest paczka?", "czy można na raty?", "zwrot?", "a jak zwrócić towar?"),
}  # fmt: skip


def after_an_answer(language: str, text: str) -> Facts:
    """A customer who writes this after the robot has answered a question about delivery costs."""
    question, answer = ANSWERED[language]
    history = (Turn("customer", question), Turn("robot", answer))
    return Facts((text,), TODAY, "Põhjala Pood", history=history, language_hint=language)


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in LEANING.items() for text in texts])
def test_a_leaning_question_is_read_with_the_one_before(language: str, text: str) -> None:
    asked = question_text(after_an_answer(language, text))
    assert asked.startswith(ANSWERED[language][0].rstrip("?"))
    assert text.split()[1].rstrip("?") in asked


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in STANDING.items() for text in texts])
def test_a_question_of_its_own_is_not_joined(language: str, text: str) -> None:
    assert not leans(text)
    assert ANSWERED[language][0].rstrip("?") not in question_text(after_an_answer(language, text))


def test_only_an_answered_question_is_leant_on() -> None:
    question = Turn("customer", "how much does delivery cost?")
    for last in (Turn("robot", ASK["en"]), Turn("customer", "hello?")):
        assert question_text(facts("and to Finland?", history=(question, last))) == "and to Finland?"
    assert question_text(facts("and to Finland?")) == "and to Finland?"


def test_leaning_goes_back_to_the_question_that_stands() -> None:
    history = (
        Turn("customer", "how much does delivery cost?"),
        Turn("robot", "5 euros."),
        Turn("customer", "and to Finland?"),
        Turn("robot", "8 euros."),
    )
    asked = question_text(facts("and to Latvia?", history=history))
    assert asked == "how much does delivery cost? and to Latvia?"


@pytest.mark.parametrize(("language", "text"), [(code, texts[0]) for code, texts in LEANING.items()])
def test_a_leaning_question_reaches_a_delivery_entry(
    ask_demo: Callable[..., list[Verdict]], language: str, text: str
) -> None:
    alone = Facts((text,), TODAY, "Põhjala Pood", language_hint=language)
    joined, single = ask_demo([after_an_answer(language, text), alone])
    assert joined.why.candidates[0].entry_id in ("delivery_cost", "delivery_abroad")
    chances = [verdict.why.candidates[0].probability for verdict in (joined, single)]
    assert chances[0] > chances[1]
