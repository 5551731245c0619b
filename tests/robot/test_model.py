"""Training and storing: what is learned can be stored, reused and refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robot.cast import SHOP, facts
from tugi.engines.e5 import E5
from tugi.robot import ngrams
from tugi.robot.decide import decide
from tugi.robot.facts import Entry, Suggest, entry_from_json
from tugi.robot.fitting import _gram_kernel, example_texts
from tugi.robot.head import _inverse, train_head
from tugi.robot.matcher import match_many
from tugi.robot.model import BadModel, Model, model_from_bytes
from tugi.robot.ngrams import character_grams, fit_grams
from tugi.robot.training import text_key, texts_to_embed
from tugi.trainer import TrainingFailed, train_in_child, train_now


def test_the_head_learns_its_own_examples(model: Model, engine: E5) -> None:
    for entry in model.entries:
        for text in example_texts(entry):
            found = match_many(model.matcher, [text], engine.embed_now([text]))
            assert model.entries[int(found.order[0, 0])].id == entry.id, text


def test_many_at_once_are_ranked_as_one_by_one(model: Model, engine: E5) -> None:
    texts = [*(text for entry in model.entries for text in example_texts(entry)), "", "zzzz", "mis ilm on", "a"] * 9
    vectors = engine.embed_now(texts)
    negated = [index % 3 == 0 for index in range(len(texts))]
    for fresh in (model, train_model(SHOP, "")):
        many = fresh.rank_many(texts, negated, vectors if fresh.embedded else None)
        for index in range(0, len(texts), 7):
            one = fresh.rank(texts[index], negated[index], vectors[index])
            assert many[index].probability == pytest.approx(one.probability, abs=1e-5)
            assert many[index].among == pytest.approx(one.among, abs=1e-5)
            assert [c.entry_id for c in many[index].candidates] == [c.entry_id for c in one.candidates]
            assert many[index].negation_differs == one.negation_differs
    with pytest.raises(ValueError, match="embeddings"):
        model.rank_many(texts, negated, None)


def train_model(entries: tuple[Entry, ...], engine_name: str) -> Model:
    trained = train_now(entries, engine_name)
    assert trained is not None
    return model_from_bytes(trained)


def test_the_head_weighs_entries_the_same_whatever_their_examples() -> None:
    kernel = np.eye(12, dtype=np.float32)
    owners = np.array([0] * 10 + [1] * 2)
    logits = kernel @ train_head(kernel, owners, 2)
    assert (logits.argmax(1) == owners).all()


def test_the_fast_inverse_is_an_inverse() -> None:
    random = np.random.default_rng(3)
    half = random.normal(size=(600, 600)) / 30
    positive = (half @ half.T + np.eye(600)).astype(np.float32)
    assert np.allclose(_inverse(positive) @ positive, np.eye(600), atol=1e-3)


def test_stored_bytes_give_the_same_verdicts(model: Model, engine: E5) -> None:
    again = model_from_bytes(model.to_bytes())
    assert again.version == model.version
    assert again.entries == model.entries
    for text in ("kus mu pakk on", "cancel it", "mis ilm on"):
        vector = engine.embed_now([text])[0]
        assert decide(facts(text), again, vector) == decide(facts(text), model, vector)


def test_damaged_bytes_are_refused(model_bytes: bytes) -> None:
    for damaged in (b"", b"nonsense", model_bytes[: len(model_bytes) // 2], model_bytes[:-30]):
        with pytest.raises(BadModel):
            model_from_bytes(damaged)


def test_the_model_says_which_engine_it_belongs_to(model: Model, engine: E5) -> None:
    assert model.variant == engine.variant
    assert model.embedded


def test_only_new_examples_are_embedded_again(model: Model) -> None:
    known = model.vectors_by_key()
    assert texts_to_embed(SHOP, known) == []
    changed = replace(SHOP[0], examples={"en": (*SHOP[0].examples["en"], "Kättetoimetamise aeg")})
    assert texts_to_embed([changed], known) == ["Kättetoimetamise aeg", "Kattetoimetamise aeg"]
    assert text_key("Kättetoimetamise aeg") not in known


def test_entries_survive_json() -> None:
    assert [entry_from_json(entry.to_json()) for entry in SHOP] == list(SHOP)
    with pytest.raises(ValueError, match="policy"):
        entry_from_json({**SHOP[0].to_json(), "policy": "always"})


async def test_training_in_a_child_equals_training_here(model: Model, model_bytes: bytes) -> None:
    trained = await train_in_child(SHOP, "e5", model_bytes)
    assert trained is not None
    assert model_from_bytes(trained).version == model.version


async def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(TrainingFailed, match="unknown engine 'gpt'") as failed:
        await train_in_child(SHOP, "gpt")
    assert failed.value.failure.code == "engine"


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TrainingFailed, match="0") as failed:
        await train_in_child(SHOP, "e5", timeout_seconds=0.05)
    assert failed.value.failure.code == "too_slow"


async def test_a_child_that_comes_further_may_take_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "python"
    steps = "for n in 1 2 3 4 5; do echo progress 0.$n >&2; sleep 0.5; done"
    slow.write_text(f"#!/bin/sh\ncat >/dev/null\n{steps}\nprintf model\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    told: list[float] = []
    assert await train_in_child(SHOP, "e5", timeout_seconds=2.0, report=told.append) == b"model"
    assert told == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_too_little_knowledge_trains_nothing() -> None:
    assert train_now([], "") is None
    assert train_now([SHOP[0], Entry(id="empty")], "") is None


def test_without_an_engine_letters_alone_suggest() -> None:
    trained = train_now(SHOP, "")
    assert trained is not None
    model = model_from_bytes(trained)
    assert not model.embedded
    verdict = decide(facts("kus mu pakk on"), model, None)
    assert isinstance(verdict, Suggest)
    assert verdict.entry_id == "tracking"


def test_the_kernel_is_what_similarity_says() -> None:
    texts = ["kus mu pakk on", "where is my pack", "kus pakk", "cancel", "order cancel now"] * 12
    hashes = [character_grams(text) for text in texts]
    grams = fit_grams(hashes)
    assert np.allclose(_gram_kernel(grams), grams.similarities(hashes), atol=1e-5)


@pytest.mark.parametrize("at_once", [1, 100, 10_000])
def test_a_few_at_a_time_are_as_similar_as_all_at_once(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["kus mu pakk on", "", "where is my pack", "zzzz", "kus pakk", "cancel", "order cancel now"]
    hashes = [character_grams(text) for text in texts]
    grams = fit_grams(hashes)
    alone = np.concatenate([grams.similarities([one]) for one in hashes])
    monkeypatch.setattr(ngrams, "_AT_ONCE", at_once)
    assert np.array_equal(grams.similarities(hashes), alone)
    assert grams.similarities([]).shape == (0, len(texts))


def test_strange_words_are_similar_to_nothing() -> None:
    grams = fit_grams([character_grams("where is my parcel"), character_grams("cancel my order")])
    said = grams.similarities([character_grams(text) for text in ("where is my parcel", "zzzz qqqq", "")])
    assert said[0, 0] == pytest.approx(1.0, abs=1e-5)
    assert said[1:].max() == 0.0
