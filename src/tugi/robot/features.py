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
    "none_taught",
    "none_probability",
    "none_character_gap",
    "none_joint_gap",
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
    "none_centred_gap",
    "none_share",
)


@dataclass(frozen=True, slots=True)
class Meanings:
    """Similarities by embedding.

    offsets [b, d]: directions from the examples' mean; raw, centred [b, n]: cosines with every example, from
    the origin and from that mean; centroids, distances [b, classes]: cosine with each one's mean, distance
    from it.
    """

    offsets: Floats
    raw: Floats
    centred: Floats
    centroids: Floats
    distances: Floats


@dataclass(frozen=True, slots=True)
class Similarities:
    """Messages against every example. `starts` are the entries' first rows.

    The first `entries` classes are the entries; one more, where there is one, is "none": questions that
    people judged to have no entry. logits, word_overlap [b, classes]; characters, words, joint [b, n];
    unseen_words, length [b].
    """

    entries: int
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


def _per_class(values: Floats, starts: Ints) -> Floats:
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


def _none_gap(per_class: Floats, real: int, chosen: Ints) -> Floats:
    """How much nearer the candidate is than the nearest question without entry; 0 when none was taught."""
    if per_class.shape[1] == real:
        return np.zeros(len(chosen))
    return _of(per_class, chosen) - per_class[:, real]


def _lexical(similar: Similarities, chosen: Ints) -> list[Floats]:
    """Values [b] of LEXICAL_FEATURES for these entries [b] as the candidates."""
    real = similar.entries
    chances = softmax(similar.logits[:, :real])
    best = _of(chances, chosen)
    rival = _best_other(chances, chosen) if real > 1 else np.full(len(best), 1e-6)
    entropy = -(chances * np.log(chances + 1e-12)).sum(1)
    characters = _per_class(similar.characters, similar.starts)
    words = _per_class(similar.words, similar.starts)
    joint = _per_class(similar.joint, similar.starts)
    taught = similar.logits.shape[1] > real
    return [
        best,
        np.clip(np.log((best + 1e-6) / (rival + 1e-6)), -8, 8),
        entropy / np.log(max(real, 2)),
        _of(characters, chosen),
        _gap(characters[:, :real], chosen),
        characters[:, :real].max(1),
        characters[:, :real].argmax(1) == chosen,
        _of(words, chosen),
        _of(similar.word_overlap, chosen),
        similar.unseen_words,
        _of(joint, chosen),
        _gap(joint[:, :real], chosen),
        np.log1p(similar.length),
        np.full(len(best), float(taught)),
        softmax(similar.logits)[:, real] if taught else np.zeros(len(best)),
        _none_gap(characters, real, chosen),
        _none_gap(joint, real, chosen),
    ]


def _meaning(similar: Similarities, meanings: Meanings, chosen: Ints) -> list[Floats]:
    """Values [b] of MEANING_FEATURES for these entries [b] as the candidates."""
    real, centred, starts = similar.entries, meanings.centred, similar.starts
    ends = np.append(starts[1:], centred.shape[1])
    first, last = starts[chosen], ends[chosen]
    end = ends[real - 1]
    best = _per_class(centred, starts)
    count = min(NEIGHBOURS, centred.shape[1])
    nearest = np.argpartition(-centred, count - 1, axis=1)[:, :count]
    inside = ((nearest >= first[:, None]) & (nearest < last[:, None])).sum(1)
    centroids, distances = meanings.centroids[:, :real], meanings.distances[:, :real]
    return [
        meanings.raw[:, :end].max(1),
        centred[:, :end].max(1),
        _of(best, chosen),
        np.array([_top_mean(row[a:b], 3) for row, a, b in zip(centred, first, last, strict=True)]),
        _gap(best[:, :real], chosen),
        _of(centroids, chosen),
        _gap(centroids, chosen),
        best[:, :real].argmax(1) == chosen,
        centroids.argmax(1) == chosen,
        inside / np.minimum(count, last - first),
        np.take_along_axis(centred, nearest, axis=1).mean(1),
        _of(distances, chosen),
        _gap(-distances, chosen) if real > 1 else np.zeros(len(chosen)),
        _none_gap(best, real, chosen),
        (nearest >= end).mean(1),
    ]


def candidate_features(similar: Similarities, chosen: Ints) -> Floats:
    """All features [b, f] of the chosen entries [b]: lexical ones, then those of meaning where there are
    embeddings."""
    values = _lexical(similar, chosen)
    if similar.meanings is not None:
        values += _meaning(similar, similar.meanings, chosen)
    return np.stack(values, axis=1).astype(np.float32)


def feature_names(embedded: bool) -> tuple[str, ...]:
    """Names of `candidate_features`, in order."""
    return LEXICAL_FEATURES + MEANING_FEATURES if embedded else LEXICAL_FEATURES
