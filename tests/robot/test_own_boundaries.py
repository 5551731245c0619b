"""The shop's own boundaries: its words and phrases, however they are written, and nothing besides them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.cast import facts
from tugi.robot.boundaries import check_boundaries, first_touched
from tugi.robot.decide import decide
from tugi.robot.facts import BOUNDARIES, Answer, Facts, HandOver, Verdict
from tugi.robot.model import Model
from tugi.robot.phrases import find_phrase, has_stray_star, words_of
from tugi.robot.reading import read_turn
from tugi.robot.sentences import say_why
from tugi.robot.text import plain

Robot = Callable[[Facts], Verdict]

OWN = ("gift card*", "kinkekaar*", "hulgimüü*", "lahjakor*", "karta podarunkowa", "wypożycz*", "Järelmaks", "C++ (pro)")
TOUCHED = [
    ("en", "Do you sell gift cards?", "gift cards"),
    ("en", "GIFT-CARD please", "gift-card"),
    ("en", "i lost my gift\n\n  card", "gift card"),
    ("en", "is your C++: pro course open", "c++: pro"),
    ("et", "kas kinkekaardiga saab maksta", "kinkekaardiga"),
    ("et", "Huvitaks hulgimüük", "hulgimuuk"),
    ("et", "huvitaks hulgimuuk", "hulgimuuk"),
    ("et", "kas teil jarelmaks on", "jarelmaks"),
    ("fi", "Voiko LAHJAKORTILLA maksaa?", "lahjakortilla"),
    ("pl", "czy jest karta podarunkowa", "karta podarunkowa"),
    ("pl", "Czy można u was wypożyczyć namiot", "wypozyczyc"),
    ("pl", "czy mozna u was wypozyczyc namiot", "wypozyczyc"),
]
UNTOUCHED = [
    "regift cardboard",
    "a card as a gift",
    "gift for my card",
    "mis on järelmaksu intress",
    "kas järelmaksuga saab",
    "superkinkekaart",
    "karty podarunkowe",
    "c plus plus pro",
    "gift",
]


def touched(text: str, own: tuple[str, ...] = OWN) -> tuple[str, str]:
    """The boundary that decides, and its cue."""
    found = first_touched(check_boundaries(read_turn((text,)), own))
    return (found.name, found.cue) if found else ("", "")


@pytest.mark.parametrize(("language", "text", "cue"), TOUCHED)
def test_a_message_with_the_shops_words_goes_to_a_person(ask_robot: Robot, language: str, text: str, cue: str) -> None:
    verdict = ask_robot(facts(text, own_boundaries=OWN, language_hint=language))
    assert isinstance(verdict, HandOver)
    assert (verdict.reason, verdict.why.sentence) == ("own", "own")
    assert [(one.name, one.cue) for one in verdict.why.boundaries if one.touched] == [("own", cue)]
    assert verdict.text
    for code in ("en", "et", "fi", "pl"):
        assert cue in say_why(verdict.why, code)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_words_do_not(text: str) -> None:
    assert touched(text) == ("", "")


def test_what_the_robot_answers_is_handed_over_once_the_shop_says_so(ask_robot: Robot) -> None:
    asked = "how long is delivery?"
    assert isinstance(ask_robot(facts(asked)), Answer)
    for by_letter in (False, True):
        verdict = ask_robot(facts(asked, own_boundaries=("deliver*",), by_letter=by_letter))
        assert isinstance(verdict, HandOver)
        assert verdict.reason == "own"


def test_two_questions_with_the_shops_words_are_not_answered_together(engine: Any, model: Model) -> None:
    text = "Where is my parcel? And how long does delivery take?"
    known = facts(text, own_boundaries=("delivery",))
    parts = engine.embed_now(["Where is my parcel", "how long does delivery take"])
    verdict = decide(known, model, engine.embed_now([text])[0], parts)
    assert isinstance(verdict, HandOver)
    assert verdict.reason == "own"


def test_a_clicked_choice_is_the_shops_own_words_and_what_stands_beside_it_is_not(ask_robot: Robot) -> None:
    clicked = facts("Where is my parcel?", chosen_entry="tracking", own_boundaries=("parcel",))
    assert isinstance(ask_robot(clicked), Answer)
    beside = facts("Where is my parcel? It is a gift card", chosen_entry="tracking", own_boundaries=OWN)
    assert isinstance(ask_robot(beside), HandOver)


def test_the_boundaries_in_code_come_first_and_cannot_be_taken_away() -> None:
    assert touched("my lawyer wants a gift card")[0] == "legal"
    assert touched("this is a scam", ()) == ("complaint", "scam")
    checked = check_boundaries(read_turn(("gift card",)), OWN)
    assert tuple(boundary.name for boundary in checked) == BOUNDARIES


def test_a_phrase_is_found_across_two_messages_that_nobody_has_answered() -> None:
    found = first_touched(check_boundaries(read_turn(("i have a gift", "card of yours")), OWN))
    assert found is not None
    assert found.cue == "gift card"


@pytest.mark.parametrize(
    "phrase", ["a.c", "(abc", "[a-z]", "abc|def", "ab{2}", "\\babc\\b", "^abc$", "a?bc", "(?i)abc"]
)
def test_signs_of_patterns_are_plain(phrase: str) -> None:
    assert find_phrase((phrase,), "xbcx aac abbb ad z zz") == ""
    assert find_phrase((phrase,), " ".join(words_of(phrase))) == " ".join(words_of(phrase))


def test_what_nobody_sees_in_a_phrase_that_was_copied_hides_it_from_no_message() -> None:
    assert touched("a giftcard please", ("gift\u00adcard\u200b",)) == ("own", "giftcard")


@pytest.mark.parametrize(
    ("phrase", "stray"),
    [("refund*", False), ("gift* card*", False), ("re*fund", True), ("*fund", True), ("gift *", True), ("a**", True)],
)
def test_a_star_stands_at_the_end_of_a_word(phrase: str, stray: bool) -> None:
    assert has_stray_star(phrase) is stray


WORDS = st.text("abcä", min_size=1, max_size=4)
PHRASES = st.lists(st.lists(st.tuples(WORDS, st.booleans()), min_size=1, max_size=3), max_size=5)


@given(PHRASES, st.lists(WORDS, max_size=12), st.sampled_from([" ", "\n", ", ", " -- ", "_", "...\n "]))
def test_found_are_whole_words_in_a_row_and_nothing_else(
    phrases: list[list[tuple[str, bool]]], said: list[str], between: str
) -> None:
    """Against the plainest reading of the same rule."""

    def stands(phrase: list[tuple[str, bool]], words: list[str]) -> bool:
        return len(phrase) == len(words) and all(
            word.startswith(plain(wanted)) if is_open else word == plain(wanted)
            for (wanted, is_open), word in zip(phrase, words, strict=True)
        )

    words = [plain(word) for word in said]
    expected = any(
        stands(phrase, words[start : start + len(phrase)]) for phrase in phrases for start in range(len(words))
    )
    written = tuple(" ".join(word + "*" * is_open for word, is_open in phrase) for phrase in phrases)
    assert bool(find_phrase(written, between.join(words))) is expected


def work(phrases: tuple[str, ...], text: str) -> int:
    """How many lines of our code it takes."""
    count = 0

    def tell(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return tell

    find_phrase(phrases, "")
    find_phrase(phrases, "warm")
    before = sys.gettrace()
    sys.settrace(tell)
    try:
        assert find_phrase(phrases, text) == ""
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("text", ["a ", "stem0 word ", "aaaa", "!", "a!!!!!!!!!"])
def test_a_hundred_phrases_take_work_in_the_measure_of_the_text(text: str) -> None:
    phrases = tuple(f"stem{n}* word{n} a* a* b" for n in range(50)) + tuple(f"word{n} a a a" for n in range(50))
    short, long = work(phrases, (text * 5_000)[:5_000]), work(phrases, (text * 20_000)[:20_000])
    assert long <= 4.1 * short + 50
    assert long <= 20 * 20_000
