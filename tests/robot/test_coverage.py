"""How much of a message an entry's examples know: endings and slips are forgiven, strange words are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot.cast import CANCEL, DELIVERY, facts
from tugi.engines.e5 import E5
from tugi.robot.coverage import covered
from tugi.robot.decide import decide
from tugi.robot.facts import Answer, Ask, Permit, Suggest, Verdict
from tugi.robot.model import Model
from tugi.robot.reading import question_text


def test_an_example_is_covered_whole_and_strange_words_are_not(model: Model) -> None:
    assert covered(model, DELIVERY, "how long is delivery") == pytest.approx(1.0)
    assert covered(model, DELIVERY, "zzzz qqqq") < 0.1
    assert covered(model, DELIVERY, "") == 1.0
    assert covered(model, DELIVERY, "how long is furniture") < covered(model, DELIVERY, "how long is delivery")


def test_endings_and_slips_are_forgiven(model: Model) -> None:
    known = covered(model, CANCEL, "tellimuse tühistamine")
    assert covered(model, CANCEL, "tellimuste tuhistamist") > 0.6 * known
    assert covered(model, CANCEL, "canecl my ordr") > covered(model, CANCEL, "wash my blanket")


def test_untaught_words_are_asked_back_unless_a_certificate_has_judged_them(engine: E5, model: Model) -> None:
    eager = replace(model, answer_cut=0.0, ask_cut=0.0)
    text = "how long would furniture assembly instructions wander"
    proven = Permit("audit", threshold=0.0, certificate_id=1, cases=400, errors=1, bound=0.02)
    verdicts: list[Verdict] = []
    for permit in (Permit("audit"), proven):
        asked = facts(text, default_permit=permit)
        verdicts.append(decide(asked, eager, engine.embed_now([question_text(asked)])[0]))
    estimated, certified = verdicts
    assert isinstance(estimated, Ask | Suggest)
    assert isinstance(certified, Answer)
