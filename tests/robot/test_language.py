from __future__ import annotations

import pytest

from tugi.robot.language import read_language

FOUR = ("en", "et", "fi", "pl")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("kus mu pakk on?", "et"),
        ("kaua tarne aega votab", "et"),
        ("saan ma järelmaksuga osta", "et"),
        ("mis mun paketti on", "fi"),
        ("missa paketti", "fi"),
        ("kuinka palautan tuotteen", "fi"),
        ("gdzie jest moja paczka", "pl"),
        ("kiedy dostane przesylke", "pl"),
        ("where is it", "en"),
        ("do you ship to finland", "en"),
        ("tere", "et"),
        ("moi", "fi"),
        ("cześć", "pl"),
        ("TAHAN RAHA TAGASI", "et"),
    ],
)
def test_short_messages_are_told_apart(text: str, language: str) -> None:
    assert read_language(text, FOUR).code == language


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("Привет, где мой заказ", "ru"), ("Wo ist mein Paket?", "de"), ("Sveiki, kur ir mana paciņa", "lv")],
)
def test_other_languages_are_noticed(text: str, foreign: str) -> None:
    tongue = read_language(text, FOUR, hint="fi")
    assert (tongue.foreign, tongue.code) == (foreign, "fi")


def test_without_letters_the_page_decides_and_then_the_history() -> None:
    assert read_language("12345", FOUR, hint="pl").code == "pl"
    assert read_language("12345", FOUR, history=["kus mu pakk on", "ootan vastust"]).code == "et"
    assert read_language("12345", FOUR).code == "en"
    assert not read_language("12345", FOUR).sure


def test_a_language_outside_the_workspace_is_never_answered_in() -> None:
    assert read_language("missä mun paketti on", ("en", "pl")).code in ("en", "pl")


def test_the_hint_does_not_overrule_clear_text() -> None:
    assert read_language("where is my parcel and when does it arrive", FOUR, hint="et").code == "en"
