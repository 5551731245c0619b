"""Whatever a customer writes: no exception, no answer on a boundary topic, one verdict for one input."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from robot.cast import ORDINARY, facts
from robot.test_boundaries import TOUCHED
from tugi.engines.e5 import E5
from tugi.robot.boundaries import check_boundaries, first_touched
from tugi.robot.decide import decide
from tugi.robot.facts import Answer, Ask, Facts, StaySilent, Verdict, verdict_from_json
from tugi.robot.model import Model
from tugi.robot.reading import question_text, read_turn

ANY_TEXT = st.text(st.characters(), max_size=200)
FORBIDDEN = st.sampled_from([text for texts in TOUCHED.values() for text in texts])
ORDINARY_WORDS = st.sampled_from(["", "tere", "tellimus 12345", "palun", "thanks", "kiire asi", "hi", "\0", "😡"])
NASTY = ("\ufdfa" * 20, "\ud800", "\0" * 9, "{first_name}{shop}{0}", "%s%n", "<script>", "'; drop table", "a" * 70_000)


@settings(max_examples=60, deadline=None)
@given(burst=st.lists(ANY_TEXT, max_size=4), hint=st.sampled_from([None, "et", "xx", ""]), name=ANY_TEXT)
def test_no_text_breaks_the_robot(burst: list[str], hint: str | None, name: str) -> None:
    verdict = decide(facts(*burst, language_hint=hint, first_name=name), None, None)
    assert verdict_from_json(verdict.to_json()) == verdict


@settings(max_examples=80, deadline=None)
@given(before=ORDINARY_WORDS, forbidden=FORBIDDEN, after=ORDINARY_WORDS)
def test_words_around_a_boundary_topic_do_not_hide_it(before: str, forbidden: str, after: str) -> None:
    reading = read_turn((before, forbidden, after))
    assert first_touched(check_boundaries(reading)) is not None


def test_the_robot_never_answers_on_a_boundary_topic(engine: E5, model: Model) -> None:
    for texts in TOUCHED.values():
        for text in texts:
            asked = facts(text)
            verdict = decide(asked, model, engine.embed_now([question_text(asked)])[0])
            assert not isinstance(verdict, Answer | Ask), text


def test_hostile_strings_in_every_place(ask_robot: Callable[[Facts], Verdict]) -> None:
    for text in NASTY:
        verdict = ask_robot(facts(text, text, first_name=text, shop_name=text, language_hint=text, chosen_entry=text))
        assert verdict_from_json(verdict.to_json()) == verdict


def test_the_same_facts_give_the_same_verdict(ask_robot: Callable[[Facts], Verdict]) -> None:
    assert ask_robot(facts("kus mu pakk on")) == ask_robot(facts("kus mu pakk on"))
    assert isinstance(decide(ORDINARY, None, None), Answer)
    assert isinstance(decide(facts(), None, None), StaySilent)
