"""A second opinion weighs what judged questions show it to be worth, and can only ever hold an answer back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.cast import SHOP, facts
from tugi.engines.e5 import E5
from tugi.robot.decide import decide, reconsider
from tugi.robot.facts import (
    LEVELS,
    Answer,
    Ask,
    Facts,
    HandOver,
    Labelled,
    Level,
    Permit,
    StaySilent,
    Suggest,
    Verdict,
)
from tugi.robot.features import Floats
from tugi.robot.model import Model, model_from_bytes
from tugi.robot.reading import question_text
from tugi.robot.second_opinion import NEEDED, NO_OPINION, SecondOpinion, learn_opinion
from tugi.robot.sentences import say_why
from tugi.robot.training import train
from tugi.trainer import load_pool

SHARE = st.floats(0, 1)
OPINION = st.builds(SecondOpinion, slope=st.floats(0, 50), middle=SHARE)
LEARNED = SecondOpinion(slope=8.0, middle=0.8)
# Answered, asked back, handed over, negated, a boundary, a courtesy, two questions, nothing at all.
MESSAGES = (
    "kaua tarne aega võtab?", "how long is delivery?", "delivery", "return", "why is the moon yellow",
    "I do not want to cancel my order", "I want to talk to a person", "tere", "thanks", "what is your name",
    "how long is delivery? how do I return it?", "",
)  # fmt: skip


def world(seed: int, size: int = 400, wrong: float = 0.15) -> tuple[Floats, Floats, Floats]:
    """Probabilities that are true of themselves, which of the answers were right, and noise from 0 to 1."""
    random = np.random.default_rng(seed)
    probability = 1 - random.beta(1, 1 / wrong - 1, size)
    return probability, (random.random(size) < probability).astype(np.float64), random.random(size)


@pytest.mark.parametrize("seed", range(20))
def test_an_opinion_that_tells_right_from_wrong_is_learned_and_separates(seed: int) -> None:
    probability, right, noise = world(seed)
    fits = np.where(right > 0, 0.6 + 0.4 * noise, 0.5 * noise)
    opinion = learn_opinion(probability, fits, right, np.ones(len(right)))
    assert opinion.slope > 2
    adjusted = np.array([opinion.adjusted(p, f) for p, f in zip(probability, fits, strict=True)])

    def separated(scores: Floats) -> float:
        """The share of pairs in which the right answer has more than the wrong one."""
        return float((scores[right > 0][:, None] > scores[right == 0][None, :]).mean())

    assert separated(adjusted) > separated(probability) + 0.03
    assert adjusted[right == 0].mean() < probability[right == 0].mean() - 0.2


def test_an_opinion_without_worth_weighs_nothing() -> None:
    taken_up = 0
    for seed in range(200):
        probability, right, noise = world(seed)
        weight = np.ones(len(right))
        # Praises everything, and praises the wrong ones.
        assert learn_opinion(probability, np.ones(len(right)), right, weight) == NO_OPINION
        assert learn_opinion(probability, 1 - right, right, weight) == NO_OPINION
        taken_up += learn_opinion(probability, noise, right, weight) != NO_OPINION
    # Dice are taken for an opinion in about one shop of a hundred.
    assert taken_up <= 6


def test_too_little_or_one_sided_evidence_teaches_nothing() -> None:
    probability, right, _ = world(1)
    few = NEEDED - 1
    assert learn_opinion(probability[:few], right[:few], right[:few], np.ones(few)) == NO_OPINION
    assert learn_opinion(probability[: few + 1], right[: few + 1], right[: few + 1], np.ones(few + 1)) != NO_OPINION
    assert learn_opinion(probability, right, np.ones(len(right)), np.ones(len(right))) == NO_OPINION
    nothing = np.zeros(0)
    assert learn_opinion(nothing, nothing, nothing, nothing) == NO_OPINION


@given(opinion=OPINION, probability=SHARE, fits=SHARE, more=SHARE)
def test_a_better_fit_is_never_less_likely_and_all_stays_a_probability(
    opinion: SecondOpinion, probability: float, fits: float, more: float
) -> None:
    low, high = sorted((fits, more))
    assert 0 <= opinion.adjusted(probability, low) <= opinion.adjusted(probability, high) <= 1
    assert 0 <= opinion.careful(probability, fits) <= probability
    assert opinion.adjusted(probability, None) == opinion.careful(probability, None) == probability
    assert NO_OPINION.adjusted(probability, fits) == probability


def test_it_is_learned_with_the_model_and_stored_with_it() -> None:
    pool = load_pool("")
    parts = [("where is", "my", "parcel"), ("when comes", "the", "delivery"), ("how long takes", "our", "order")]
    words = [f"{a} {b} {c} {d}" for a, _, _ in parts for _, b, _ in parts for _, _, c in parts for d in "abcdef"]
    plain = [Labelled(text, "delivery_time" if place % 4 else None) for place, text in enumerate(words)]
    told = [replace(one, fits=0.9 if one.entry_id else 0.1, candidate="delivery_time") for one in plain]
    elsewhere = [replace(one, candidate="gone long ago") for one in told]
    model, without, other = (train(SHOP, pool, "", {}, labelled) for labelled in (told, plain, elsewhere))
    assert model is not None
    assert without is not None
    assert other is not None
    assert model.opinion.slope > 1
    assert without.opinion == other.opinion == NO_OPINION
    assert model.version != without.version
    assert model_from_bytes(model.to_bytes()).opinion == model.opinion


def test_a_model_of_before_has_no_opinion(model: Model) -> None:
    with np.load(io.BytesIO(replace(model, opinion=LEARNED).to_bytes())) as stored:
        arrays = {name: stored[name] for name in stored.files}
    header = json.loads(arrays["header"].tobytes())
    del header["opinion"]
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
    out = io.BytesIO()
    cast(Any, np.savez)(out, **arrays)
    assert model_from_bytes(out.getvalue()).opinion == NO_OPINION


Both = Callable[[Facts, float, SecondOpinion], tuple[Verdict, Verdict]]


@pytest.fixture(scope="module")
def both(engine: E5, model: Model) -> Both:
    """The verdict without and with a second opinion."""
    vectors: dict[str, Floats] = {}

    def ask(known: Facts, fits: float, opinion: SecondOpinion) -> tuple[Verdict, Verdict]:
        text = question_text(known)
        if text not in vectors:
            vectors[text] = engine.embed_now([text])[0]
        heeding = replace(model, opinion=opinion)
        before = decide(known, heeding, vectors[text])
        if not isinstance(before, Answer):
            return before, before
        return before, reconsider(known, heeding, vectors[text], before, fits)

    return ask


def test_a_doubted_answer_is_asked_back_with_its_reason(both: Both) -> None:
    before, after = both(facts("how long is delivery?"), 0.1, LEARNED)
    assert isinstance(before, Answer)
    assert isinstance(after, Ask | HandOver | Suggest)
    assert after.why.sentence == "doubted"
    assert after.why.reading["fits"] == 0.1
    assert after.why.candidates == before.why.candidates
    assert after.why.boundaries == before.why.boundaries
    for language in ("en", "et", "fi", "pl"):
        said = say_why(after.why, language)
        assert "10 %" in said
        assert "{" not in said


def test_a_praised_answer_stays_with_another_figure(both: Both) -> None:
    before, after = both(facts("how long is delivery?"), 1.0, LEARNED)
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert after.probability > before.probability
    same = {**before.why.parameters, "percent": after.why.parameters["percent"]}
    assert replace(after, probability=before.probability, why=before.why) == before
    assert after.why == replace(before.why, parameters=same)


def test_a_certified_threshold_is_what_counts(both: Both) -> None:
    def known(threshold: float) -> Facts:
        permit = Permit("own", threshold, certificate_id=1, cases=200, bound=0.04)
        return replace(facts("how long is delivery?"), default_permit=permit)

    mild = SecondOpinion(slope=1.0, middle=0.8)
    before, after = both(known(0.5), 0.5, mild)
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert 0.5 <= after.probability < before.probability
    strict = (after.probability + before.probability) / 2
    assert not isinstance(both(known(strict), 0.5, mild)[1], Answer)


def test_what_no_score_allowed_no_opinion_forbids(both: Both) -> None:
    chosen = replace(facts("how long is delivery?"), chosen_entry="delivery_time")
    for known in (chosen, facts("tere")):
        before, after = both(known, 0.0, LEARNED)
        assert isinstance(before, Answer)
        assert after == before


@given(text=st.sampled_from(MESSAGES), fits=SHARE, opinion=OPINION, level=st.sampled_from(LEVELS))
def test_no_answer_appears_and_none_changes_whatever_a_model_says(
    both: Both, text: str, fits: float, opinion: SecondOpinion, level: Level
) -> None:
    known = replace(facts(text), default_permit=Permit(level))
    before, after = both(known, fits, opinion)
    assert type(after) is type(before) or isinstance(before, Answer)
    assert not isinstance(after, StaySilent) or isinstance(before, StaySilent)
    assert after.why.boundaries == before.why.boundaries
    if isinstance(after, Answer):
        assert isinstance(before, Answer)
        assert (after.text, after.entry_id, after.also, after.level) == (
            before.text, before.entry_id, before.also, before.level,
        )  # fmt: skip
