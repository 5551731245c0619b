"""How much of what a message says an entry's examples say too.

A message near a topic shares its words ("will the courier take my old furniture"), and what makes it another
question is the word nobody taught ("furniture"). The calibrator sees words as wholes; here endings and slips are
forgiven, so that a misspelt or inflected word still counts as known.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from tugi.robot.facts import Entry
from tugi.robot.model import Model
from tugi.robot.text import plain

_WORD = re.compile(r"\w+")
# Shorter words are articles, pronouns and endings.
_SHORTEST = 3


def covered(model: Model, entry: Entry, text: str) -> float:
    """The share of a message's words, rare ones weighing more, that the entry's titles and examples know: 0 to 1."""
    words = [word for word in _WORD.findall(text.lower()) if len(word) >= _SHORTEST]
    if not words:
        return 1.0
    taught = _taught((*entry.titles.values(), *(text for some in entry.examples.values() for text in some)))
    weights = _rarity(model, words)
    likeness = [1.0 if (bare := plain(word)) in taught else _nearest(bare, taught) for word in words]
    return float(np.dot(weights, likeness) / weights.sum())


@lru_cache(maxsize=512)
def _taught(texts: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """The words of an entry's texts with their letters: the same from message to message."""
    return {word: _letters(word) for text in texts for word in _WORD.findall(plain(text))}


def _letters(word: str) -> frozenset[str]:
    padded = f"<{word}>"
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _nearest(word: str, taught: Mapping[str, frozenset[str]]) -> float:
    """Dice likeness of a word's letter triples with those of the nearest taught word."""
    own = _letters(word)
    return max((2 * len(own & other) / (len(own) + len(other)) for other in taught.values()), default=0.0)


def _rarity(model: Model, words: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Inverse document frequency of each word over all the shop's examples; a strange word weighs most."""
    index = model.matcher.words
    strange = np.float32(np.log(1 + index.size) + 1)
    if not len(index.hashes):
        return np.full(len(words), strange, np.float32)
    hashes = np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in words], np.uint32)
    places = np.minimum(np.searchsorted(index.hashes, hashes), len(index.hashes) - 1)
    return np.where(index.hashes[places] == hashes, index.idf[places], strange).astype(np.float32)
