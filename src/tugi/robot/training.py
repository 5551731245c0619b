"""Turn a shop's knowledge entries into a model. Pure computation; `tugi.trainer` runs it in a child
process, because it takes seconds of both cores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tugi.robot.calibrator import Pool
from tugi.robot.facts import Entry, Labelled
from tugi.robot.features import Floats
from tugi.robot.fitting import example_texts, fit_matcher, with_copy
from tugi.robot.model import Model
from tugi.robot.reading import is_negated
from tugi.robot.text import normal


def text_key(text: str) -> int:
    """64-bit hash of an example in normal form."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "ignore")).digest()[:8], "little")


def texts_to_embed(
    entries: Iterable[Entry], known: Mapping[int, Floats], labelled: Sequence[Labelled] = ()
) -> list[str]:
    """The examples and labelled questions (with their copies without diacritics) whose vectors are not
    known yet."""
    texts = [text for entry in entries for text in example_texts(entry)]
    texts += [text for question in labelled for text in with_copy(normal(question.text))]
    return [text for text in dict.fromkeys(texts) if text_key(text) not in known]


def train(
    entries: Sequence[Entry],
    pool: Pool,
    variant: str,
    vectors: Mapping[int, Floats],
    labelled: Sequence[Labelled] = (),
) -> Model | None:
    """A model of these entries, or None when fewer than two of them have any example.

    variant: the embedder's name, with a vector for every text of `texts_to_embed` by `text_key`;
    "" to match by n-grams alone, with a `pool` learned for that.
    labelled: customers' questions with what people judged to be the right entry.
    """
    taught = [(entry, example_texts(entry)) for entry in entries]
    taught = sorted(((entry, texts) for entry, texts in taught if texts), key=lambda pair: pair[0].id)
    if len(taught) < 2:
        return None
    by_text = {text: vectors[text_key(text)] for _, texts in taught for text in texts} if variant else None
    flat = [text for _, texts in taught for text in texts]
    kept = tuple(entry for entry, _ in taught)
    return Model(
        entries=kept,
        version=_version(kept, variant, pool, labelled),
        variant=variant,
        matcher=fit_matcher([texts for _, texts in taught], by_text),
        text_keys=np.array([text_key(text) for text in flat], np.uint64),
        negated=np.array([is_negated(text) for text in flat], np.bool_),
        answer=pool.answer,
        ask=pool.ask,
        answer_cut=pool.answer_cut,
        ask_cut=pool.ask_cut,
    )


def _version(entries: Sequence[Entry], variant: str, pool: Pool, labelled: Sequence[Labelled]) -> str:
    judged = sorted((question.text, question.entry_id or "", question.weight) for question in labelled)
    content = json.dumps([[entry.to_json() for entry in entries], variant, pool.to_json(), judged], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
