"""What is measured about a message and its best candidate, so that one calibrator serves every shop.

Every feature compares the message with the shop's own examples; none depends on what the shop sells.
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
class Similarities:
    """One message against every example [n], examples sorted by entry; `starts` are the entries' first rows.

    raw, centred, centroids, distances are None when there is no embedding.
    """

    starts: Ints
    logits: Floats
    characters: Floats
    words: Floats
    joint: Floats
    word_overlap: Floats
    unseen_words: float
    length: int
    raw: Floats | None = None
    centred: Floats | None = None
    centroids: Floats | None = None
    distances: Floats | None = None


def softmax(logits: Floats) -> Floats:
    """Probabilities that sum to 1."""
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def _per_entry(values: Floats, starts: Ints) -> Floats:
    return np.maximum.reduceat(values, starts)


def _gap(values: Floats, entry: int) -> float:
    others = np.delete(values, entry)
    return float(values[entry] - others.max()) if len(others) else float(values[entry])


def _top_mean(values: Floats, count: int) -> float:
    count = min(count, len(values))
    return float(np.partition(values, len(values) - count)[len(values) - count :].mean())


def lexical_features(similar: Similarities, entry: int) -> list[float]:
    """Values of LEXICAL_FEATURES for this entry as the candidate."""
    probabilities = softmax(similar.logits)
    order = np.sort(probabilities)
    best = float(probabilities[entry])
    rival = float(order[-2] if probabilities[entry] == order[-1] else order[-1]) if len(order) > 1 else 1e-6
    entropy = float(-(probabilities * np.log(probabilities + 1e-12)).sum())
    characters = _per_entry(similar.characters, similar.starts)
    words = _per_entry(similar.words, similar.starts)
    joint = _per_entry(similar.joint, similar.starts)
    return [
        best,
        float(np.clip(np.log((best + 1e-6) / (rival + 1e-6)), -8, 8)),
        entropy / float(np.log(max(len(probabilities), 2))),
        float(characters[entry]),
        _gap(characters, entry),
        float(characters.max()),
        float(characters.argmax() == entry),
        float(words[entry]),
        float(similar.word_overlap[entry]),
        similar.unseen_words,
        float(joint[entry]),
        _gap(joint, entry),
        float(np.log1p(similar.length)),
    ]


def meaning_features(similar: Similarities, entry: int) -> list[float]:
    """Values of MEANING_FEATURES for this entry as the candidate. Needs an embedding."""
    raw, centred = similar.raw, similar.centred
    centroids, distances = similar.centroids, similar.distances
    if raw is None or centred is None or centroids is None or distances is None:
        raise ValueError("meaning features need an embedded message")
    starts = similar.starts
    ends = np.append(starts[1:], len(centred))
    own = centred[starts[entry] : ends[entry]]
    best = _per_entry(centred, starts)
    nearest = np.argsort(-centred)[:NEIGHBOURS]
    inside = ((nearest >= starts[entry]) & (nearest < ends[entry])).sum()
    return [
        float(raw.max()),
        float(centred.max()),
        float(best[entry]),
        _top_mean(own, 3),
        _gap(best, entry),
        float(centroids[entry]),
        _gap(centroids, entry),
        float(best.argmax() == entry),
        float(centroids.argmax() == entry),
        float(inside) / min(len(nearest), len(own)),
        float(centred[nearest].mean()),
        float(distances[entry]),
        float(np.delete(distances, entry).min() - distances[entry]) if len(distances) > 1 else 0.0,
    ]


def candidate_features(similar: Similarities, entry: int) -> Floats:
    """All features of a candidate: lexical ones, then those of meaning where the message is embedded."""
    values = lexical_features(similar, entry)
    if similar.centred is not None:
        values += meaning_features(similar, entry)
    return np.array(values, np.float32)


def feature_names(embedded: bool) -> tuple[str, ...]:
    """Names of `candidate_features`, in order."""
    return LEXICAL_FEATURES + MEANING_FEATURES if embedded else LEXICAL_FEATURES
