from __future__ import annotations

import pytest

from robot.cast import facts
from tugi.robot.reading import is_negated, question_text, read_turn
from tugi.robot.text import normal, plain, without_diacritics


@pytest.mark.parametrize(
    ("burst", "questions"),
    [
        (("kus mu pakk on?",), 1),
        (("Kus mu pakk on? Kas saan aadressi muuta?",), 2),
        (("tere", "mul on küsimus", "kus mu pakk on?"), 1),
        (("kus mu pakk on", "kuidas ma tagastada saan"), 2),
        (("missä mun paketti on ja paljonko palautus maksaa",), 2),
        (("gdzie jest paczka i ile kosztuje zwrot",), 2),
        (("Hi! How are you? Where's my order?",), 1),
        (("Where is my parcel? Order 12345?",), 1),
        (("thanks a lot",), 0),
        (("my parcel is late. i ordered on monday.",), 0),
        (("kas telk peab vett, kas saab järelmaksuga",), 2),
        (("mul on kaks küsimust: tarne ja arve",), 2),
        (("czy możecie powiedzieć, ile trwa dostawa",), 1),
        (("Öelge palun, kui kaua tarne võtab?",), 1),
        (("what do you sell and how do i pay and where are you",), 3),
    ],
)
def test_questions_are_counted(burst: tuple[str, ...], questions: int) -> None:
    assert read_turn(burst).questions == questions


def test_numbers_addresses_and_amounts_are_found() -> None:
    reading = read_turn(("tellimus #10482 ja T-1042", "mari@naide.ee", "maksin 40,50 € ja 20 zł"))
    assert reading.orders == ("10482", "T-1042")
    assert reading.emails == ("mari@naide.ee",)
    assert reading.amounts == ("40,50 €", "20 zł")


def test_an_amount_is_no_order_number() -> None:
    assert read_turn(("see maksis 1250 eurot",)).orders == ()
    assert read_turn(("see maksis 1250 eurot",)).amounts == ("1250 eurot",)


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("I do NOT want to cancel", True),
        ("i dont want this", True),
        ("ma ei taha tühistada", True),
        ("ära saada", True),
        ("en halua perua", True),
        ("nie chcę anulować", True),
        ("I want to cancel", False),
        ("tahan tühistada", False),
        ("haluan perua", False),
        ("chcę anulować", False),
        ("notebook", False),
        ("unustasin parooli ära", False),
        ("palun ära tühista", True),
        ("älä peru tilausta", True),
        ("promo code doesn't work", False),
        ("pakk pole veel tulnud", False),
        ("kod nie działa", False),
        ("koodi ei toimi", False),
        ("I didn't forget my password", True),
    ],
)
def test_negation_is_read_in_four_languages(text: str, negated: bool) -> None:
    assert is_negated(text) is negated


@pytest.mark.parametrize("text", ["tere", "Hei!", "dzień dobry", "good morning", "Tere hommikust"])
def test_greetings(text: str) -> None:
    reading = read_turn((text,))
    assert reading.greeting
    assert not reading.thanks


@pytest.mark.parametrize("text", ["aitäh", "Suur tänu abi eest", "thanks a lot", "kiitos paljon", "dzięki", "ok"])
def test_thanks(text: str) -> None:
    assert read_turn((text,)).thanks


@pytest.mark.parametrize("text", ["tänan, aga kus pakk on", "thanks but it is still broken", "👍", ""])
def test_what_is_no_thanks(text: str) -> None:
    assert not read_turn((text,)).thanks


@pytest.mark.parametrize("text", ["", "   ", "👍", "\0", "?!"])
def test_nothing_said(text: str) -> None:
    assert read_turn((text,)).empty


def test_the_question_is_freed_of_courtesy_and_addresses() -> None:
    asked = facts("Tere!", "kus mu pakk on", "mari@naide.ee", "aitäh")
    assert question_text(asked) == "kus mu pakk on"


def test_an_order_number_is_not_part_of_the_question() -> None:
    assert question_text(facts("order #10482 where is it")) == "order where is it"
    assert question_text(facts("10482")) == ""


def test_shouting_is_lowered_and_ordinary_capitals_are_kept() -> None:
    assert normal("KUS MU PAKK ON") == "kus mu pakk on"
    assert normal("Omniva pakk Tallinnas") == "Omniva pakk Tallinnas"


def test_text_is_made_safe_and_short() -> None:
    assert normal("a\0b\ud800c \ufdfa" * 3000).isprintable()
    assert len(normal("\ufdfa" * 9000)) <= 2000
    assert plain("Kättetoimetamine ŁÓDŹ") == "kattetoimetamine lodz"
    assert without_diacritics("Põhjala") == "Pohjala"
