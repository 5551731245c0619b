"""What is measured about messages and their best candidates, so that one calibrator serves every shop.

Every feature compares a message with the shop's own examples; none depends on what the shop sells.
All is computed for many messages at once: b messages, n examples sorted by entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]

CHARACTER_WEIGHT = 0.7**2
WORD_WEIGHT = 0.4**2
NEIGHBOURS = 10

LEXICAL_FEATURES = (
    "head_probability",
    "head_log_margin",
    "head_entropy",
    "character_best",
    "character_gap",
    "character_top",
    "character_agrees",
    "word_best",
    "word_overlap",
    "unseen_words",
    "joint_best",
    "joint_gap",
    "length",
)
MEANING_FEATURES = (
    "raw_top",
    "centred_top",
    "centred_best",
    "centred_mean_3",
    "centred_gap",
    "centroid_best",
    "centroid_gap",
    "neighbour_agrees",
    "centroid_agrees",
    "neighbour_share",
    "density",
    "spread_distance",
    "spread_gap",
)


@dataclass(frozen=True, slots=True)
class Meanings:
    """Similarities by embedding. raw, centred [b, n]: cosines with every example, from the origin and from
    the examples' mean; centroids, distances [b, entries]: cosine with each entry's mean, distance from it."""

    raw: Floats
    centred: Floats
    centroids: Floats
    distances: Floats


@dataclass(frozen=True, slots=True)
class Similarities:
    """Messages against every example. `starts` are the entries' first rows.

    logits, word_overlap [b, entries]; characters, words, joint [b, n]; unseen_words, length [b].
    """

    starts: Ints
    logits: Floats
    characters: Floats
    words: Floats
    joint: Floats
    word_overlap: Floats
    unseen_words: Floats
    length: Floats
    meanings: Meanings | None = None


def softmax(logits: Floats) -> Floats:
    """Probabilities that sum to 1 along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _per_entry(values: Floats, starts: Ints) -> Floats:
    return np.maximum.reduceat(values, starts, axis=1)


def _of(values: Floats, chosen: Ints) -> Floats:
    return np.take_along_axis(values, chosen[:, None], axis=1)[:, 0]


def _best_other(values: Floats, chosen: Ints) -> Floats:
    others = values.copy()
    np.put_along_axis(others, chosen[:, None], -np.inf, axis=1)
    return others.max(1)


def _gap(values: Floats, chosen: Ints) -> Floats:
    own = _of(values, chosen)
    return own - _best_other(values, chosen) if values.shape[1] > 1 else own


def _top_mean(values: Floats, count: int) -> float:
    count = min(count, len(values))
    return float(np.partition(values, len(values) - count)[len(values) - count :].mean())


def _lexical(similar: Similarities, chances: Floats, entries: Ints) -> list[Floats]:
    """Values [b] of LEXICAL_FEATURES for these entries [b] as the candidates."""
    best = _of(chances, entries)
    rival = _best_other(chances, entries) if chances.shape[1] > 1 else np.full(len(best), 1e-6)
    entropy = -(chances * np.log(chances + 1e-12)).sum(1)
    characters = _per_entry(similar.characters, similar.starts)
    words = _per_entry(similar.words, similar.starts)
    joint = _per_entry(similar.joint, similar.starts)
    return [
        best,
        np.clip(np.log((best + 1e-6) / (rival + 1e-6)), -8, 8),
        entropy / np.log(max(chances.shape[1], 2)),
        _of(characters, entries),
        _gap(characters, entries),
        characters.max(1),
        characters.argmax(1) == entries,
        _of(words, entries),
        _of(similar.word_overlap, entries),
        similar.unseen_words,
        _of(joint, entries),
        _gap(joint, entries),
        np.log1p(similar.length),
    ]


def _meaning(similar: Similarities, meanings: Meanings, entries: Ints) -> list[Floats]:
    """Values [b] of MEANING_FEATURES for these entries [b] as the candidates."""
    centred, starts = meanings.centred, similar.starts
    ends = np.append(starts[1:], centred.shape[1])
    first, last = starts[entries], ends[entries]
    best = _per_entry(centred, starts)
    count = min(NEIGHBOURS, centred.shape[1])
    nearest = np.argpartition(-centred, count - 1, axis=1)[:, :count]
    inside = ((nearest >= first[:, None]) & (nearest < last[:, None])).sum(1)
    return [
        meanings.raw.max(1),
        centred.max(1),
        _of(best, entries),
        np.array([_top_mean(row[a:b], 3) for row, a, b in zip(centred, first, last, strict=True)]),
        _gap(best, entries),
        _of(meanings.centroids, entries),
        _gap(meanings.centroids, entries),
        best.argmax(1) == entries,
        meanings.centroids.argmax(1) == entries,
        inside / np.minimum(count, last - first),
        np.take_along_axis(centred, nearest, axis=1).mean(1),
        _of(meanings.distances, entries),
        _gap(-meanings.distances, entries) if meanings.distances.shape[1] > 1 else np.zeros(len(entries)),
    ]


def candidate_features(similar: Similarities, chances: Floats, entries: Ints) -> Floats:
    """All features [b, f] of candidates [b]: lexical ones, then those of meaning where there are embeddings.

    chances [b, entries]: the head's probabilities.
    """
    values = _lexical(similar, chances, entries)
    if similar.meanings is not None:
        values += _meaning(similar, similar.meanings, entries)
    return np.stack(values, axis=1).astype(np.float32)


def feature_names(embedded: bool) -> tuple[str, ...]:
    """Names of `candidate_features`, in order."""
    return LEXICAL_FEATURES + MEANING_FEATURES if embedded else LEXICAL_FEATURES
