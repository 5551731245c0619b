"""Turn a shop's knowledge entries into a model. Pure computation; `tugi.trainer` runs it in a child
process, because it takes seconds of both cores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tugi.robot.calibrator import Pool
from tugi.robot.facts import Entry
from tugi.robot.features import Floats
from tugi.robot.fitting import example_texts, fit_matcher
from tugi.robot.model import Model
from tugi.robot.reading import is_negated


def text_key(text: str) -> int:
    """64-bit hash of an example in normal form."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "ignore")).digest()[:8], "little")


def texts_to_embed(entries: Iterable[Entry], known: Mapping[int, Floats]) -> list[str]:
    """The examples (with their copies without diacritics) whose vectors are not known yet."""
    texts = dict.fromkeys(text for entry in entries for text in example_texts(entry))
    return [text for text in texts if text_key(text) not in known]


def train(entries: Sequence[Entry], pool: Pool, variant: str, vectors: Mapping[int, Floats]) -> Model | None:
    """A model of these entries, or None when fewer than two of them have any example.

    variant: the embedder's name, with a vector for every text of `texts_to_embed` by `text_key`;
    "" to match by n-grams alone, with a `pool` learned for that.
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
        version=_version(kept, variant, pool),
        variant=variant,
        matcher=fit_matcher([texts for _, texts in taught], by_text),
        text_keys=np.array([text_key(text) for text in flat], np.uint64),
        negated=np.array([is_negated(text) for text in flat], np.bool_),
        answer=pool.answer,
        ask=pool.ask,
        answer_cut=pool.answer_cut,
        ask_cut=pool.ask_cut,
    )


def _version(entries: Sequence[Entry], variant: str, pool: Pool) -> str:
    content = json.dumps([[entry.to_json() for entry in entries], variant, pool.to_json()], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
