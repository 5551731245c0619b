"""How well the demo shop's robot understands what is hard: refusals, trouble, near misses, typing.

The sets beside this file were written for this, and the cues were tuned on them; the limits keep what was
reached. Measured 22 November 2026: see each test. On 24 refusals written after the tuning 3 were given (12.5 %),
and of 14 troubles that could be answered 1 was asked back; then what they showed was put right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robot.cast import TODAY
from tugi.robot.facts import Answer, Ask, Facts, Verdict
from tugi.robot.model import Model
from tugi.robot.reading import is_negated

FOLDER = Path(__file__).parent
AskDemo = Callable[..., list[Verdict]]


def rows_of(name: str) -> list[dict[str, Any]]:
    """The set of this name: {language, text, entry} a row; near misses have no entry."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def asked(rows: list[dict[str, Any]]) -> list[Facts]:
    """Each row as a customer's first message on a page in its language."""
    return [
        Facts(burst=(row["text"],), today=TODAY, shop_name="Põhjala Pood", language_hint=row["language"])
        for row in rows
    ]


def given(verdict: Verdict) -> str | None:
    """The entry the customer was answered with, if any."""
    return verdict.entry_id if isinstance(verdict, Answer) else None


@pytest.mark.parametrize(
    ("name", "count"), [("negated", 50), ("not_negated", 15), ("near_misses", 20), ("misspelt", 15), ("mixed", 10)]
)
def test_the_sets_are_whole(name: str, count: int) -> None:
    rows = rows_of(name)
    assert len({row["text"] for row in rows}) == len(rows)
    for language in ("en", "et", "fi", "pl"):
        assert sum(row["language"] == language for row in rows) == count


def test_what_is_refused_is_hardly_ever_given(ask_demo: AskDemo) -> None:
    """0.5 % of 200 were given their negated entry."""
    rows = rows_of("negated")
    wrong = [row["text"] for row, v in zip(rows, ask_demo(asked(rows)), strict=True) if given(v) == row["entry"]]
    assert len(wrong) <= 0.05 * len(rows), wrong


def test_trouble_is_no_refusal(ask_demo: AskDemo, demo_model: Model) -> None:
    """Of 60, 47 were answered, all rightly, and no fewer than without the gate."""
    rows = rows_of("not_negated")
    answers = [given(verdict) for verdict in ask_demo(asked(rows))]
    assert all(entry in (None, row["entry"]) for entry, row in zip(answers, rows, strict=True))
    # Where every example is a refusal too, none differs: the gate is open.
    open_gate = replace(demo_model, negated=np.ones_like(demo_model.negated), ranked={})
    free = [given(verdict) for verdict in ask_demo(asked(rows), open_gate)]
    answered, without_gate = (sum(entry is not None for entry in some) for some in (answers, free))
    assert answered >= 0.95 * without_gate
    assert answered >= 0.7 * len(rows)


def test_near_misses_are_mostly_not_answered(ask_demo: AskDemo) -> None:
    """10 % of 80 were answered (18.8 % before untaught words were weighed): certificates are for the rest."""
    rows = rows_of("near_misses")
    wrong = [(row["text"], given(v)) for row, v in zip(rows, ask_demo(asked(rows)), strict=True) if given(v)]
    assert len(wrong) <= 0.2 * len(rows), wrong


def test_typing_is_forgiven(ask_demo: AskDemo) -> None:
    """67 % of 60 were answered rightly, 12 % asked with the right choice, 1.7 % answered wrongly."""
    right, offered, wrong = shares_of(ask_demo, "misspelt")
    assert right >= 0.6
    assert right + offered >= 0.75
    assert wrong <= 0.04


def test_two_languages_in_one_message_are_understood(ask_demo: AskDemo) -> None:
    """Of 40 written without looking at the robot, 65 % were answered rightly, 15 % asked with the right choice, and
    5 % answered wrongly: twice the entry on buying as a company where an invoice in a company's name was asked for."""
    right, offered, wrong = shares_of(ask_demo, "mixed")
    assert right >= 0.6
    assert right + offered >= 0.75
    assert wrong <= 0.05


def shares_of(ask_demo: AskDemo, name: str) -> tuple[float, float, float]:
    """Of a set with entries: answered rightly, asked with the right choice, answered wrongly."""
    rows = rows_of(name)
    verdicts = ask_demo(asked(rows))
    right = sum(given(v) == row["entry"] for row, v in zip(rows, verdicts, strict=True))
    offered = sum(
        isinstance(v, Ask) and row["entry"] in {choice.entry_id for choice in v.choices}
        for row, v in zip(rows, verdicts, strict=True)
    )
    wrong = sum(given(v) not in (None, row["entry"]) for row, v in zip(rows, verdicts, strict=True))
    return right / len(rows), offered / len(rows), wrong / len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "courier didn't ring and left, what now", "the blanket never dries",
        "my gift card isn't recognised", "if it doesn't fit, can I return it",
        "pangalink ei vii makset lõpuni", "pood polnud lahti", "kui suurus ei sobi, kas saab vahetada",
        "verkkopankki ei päästä maksamaan", "kauppa ei ollut auki", "jos koko ei sovi, voiko vaihtaa",
        "bank nie kończy płatności", "sklep nie był otwarty", "jeśli rozmiar nie pasuje, czy mogę wymienić",
    ],
)  # fmt: skip
def test_what_others_fail_to_do_is_no_refusal(text: str) -> None:
    assert not is_negated(text)


@pytest.mark.parametrize(
    "text",
    [
        "no need to cancel", "without the gift wrapping please", "anything but a parcel locker please",
        "tellimust ei ole vaja tühistada", "kingipakendit ei soovi", "arvet mulle vaja ei ole",
        "tilausta ei tarvitse perua", "päätin olla palauttamatta lamppua", "emme sittenkään palauta telttaa",
        "nie trzeba anulować", "faktura nie jest mi potrzebna", "nie kupujemy na firmę",
        "you needn't change the address", "uudiskirja ärge mul lõpetage", "osoitetta ei ole tarpeen muuttaa",
        "adresu nie ma potrzeby zmieniać", "päätimme, ettemme palauta mukeja",
    ],
)  # fmt: skip
def test_a_refusal_is_read(text: str) -> None:
    assert is_negated(text)
