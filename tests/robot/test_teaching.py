"""Judged questions: what they teach, what they cannot, and cuts that follow the traffic."""

from __future__ import annotations

import numpy as np
import pytest

from robot.cast import SHOP
from tugi.robot.cuts import Evidence, answer_cut, ask_cut, unanswerable_share
from tugi.robot.facts import Entry, Labelled
from tugi.robot.head import train_head, train_linear_head
from tugi.robot.teaching import Question, fold_of, folds_for
from tugi.robot.training import train
from tugi.trainer import load_pool

POOL = load_pool("")


def test_a_judged_question_becomes_an_example_and_none_a_class() -> None:
    odd, foreign = Labelled("wibble wobble", "cancel"), Labelled("weather on mars tomorrow", None)
    before, after = train(SHOP, POOL, "", {}), train(SHOP, POOL, "", {}, [odd, foreign])
    assert before is not None
    assert after is not None
    assert after.version != before.version
    assert len(after.negated) == len(before.negated) + 2
    taught = after.rank("wibble wobble", False, None)
    assert taught.candidates[0].entry_id == "cancel"
    known, unknown = (model.rank("weather on mars tomorrow", False, None) for model in (after, before))
    assert known.probability <= unknown.probability
    assert {candidate.entry_id for candidate in known.candidates} <= {entry.id for entry in SHOP}


def test_odd_material_teaches_nothing_and_breaks_nothing() -> None:
    odd = [Labelled("", "cancel"), Labelled("\0 \n", None), Labelled("where is it", "gone long ago")]
    trained, plain = train(SHOP, POOL, "", {}, odd), train(SHOP, POOL, "", {})
    assert trained is not None
    assert plain is not None
    assert len(trained.negated) == len(plain.negated)


def test_one_class_is_too_little_and_twins_are_told_apart_by_nothing() -> None:
    assert train(SHOP[:1], POOL, "", {}) is None
    twins = [Entry(id=name, examples={"en": ("same words", "the very same")}) for name in ("a", "b")]
    model = train(twins, POOL, "", {})
    assert model is not None
    assert model.rank("same words", False, None).probability < model.answer_cut


def test_the_same_words_are_never_in_two_parts() -> None:
    questions = [Question(f"text {number % 20}", 0) for number in range(60)]
    part = fold_of(questions, folds_for(questions))
    assert all(len({part[row] for row in range(text, 60, 20)}) == 1 for text in range(20))
    assert len(set(part.tolist())) == 10
    assert folds_for(questions[:5]) == 0


@pytest.mark.parametrize("classes", [3, 40])
def test_both_heads_learn_their_examples(classes: int) -> None:
    random = np.random.default_rng(1)
    owners = np.sort(np.arange(12 * classes) % classes)
    features = (random.normal(size=(classes, 64))[owners] + random.normal(size=(len(owners), 64))).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    by_examples = (features @ features.T) @ train_head(features @ features.T, owners, classes)
    by_features = features @ train_linear_head(features, owners, classes)
    for logits in (by_examples, by_features):
        assert (logits.argmax(1) == owners).mean() > 0.99
    assert (by_examples.argmax(1) == by_features.argmax(1)).mean() > 0.99


def traffic(share: float, count: int = 4000) -> Evidence:
    """Perfectly calibrated messages of which that share is unanswerable, as seen by one trained at one half."""
    random = np.random.default_rng(2)
    answerable = (random.random(count) >= share).astype(np.float64)
    seen = random.normal(size=count) + 2 * answerable
    chance = 1 / (1 + np.exp(-(2 * seen - 2)))
    return Evidence(chance, chance, chance, answerable, answerable, np.ones(count))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_the_share_without_answer_is_found_unseen(share: float) -> None:
    assert unanswerable_share(traffic(share).chance, 0.5) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_the_cut_keeps_its_promise_on_shifted_traffic(share: float) -> None:
    judged, later = traffic(0.5), traffic(share)
    cut = answer_cut(judged, unanswerable_share(later.chance, judged.share))
    answered = later.sure >= cut
    assert answered.sum() > 20
    assert later.right[answered].mean() >= 0.95


def test_few_unanswerable_messages_are_asked() -> None:
    judged = traffic(0.5)
    asked = judged.among >= ask_cut(judged)
    assert 0.1 < asked[judged.answerable == 0].mean() <= 0.16
