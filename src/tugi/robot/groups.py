"""Groups of texts that mean the same: agglomerative clustering by average likeness, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tugi.robot.ngrams import character_grams, fit_grams
from tugi.robot.text import normal

Floats = NDArray[np.float32]


def grouped(likeness: Floats, least: float) -> list[list[int]]:
    """Groups of rows, largest first: the two most alike are joined for as long as their average likeness is `least`.

    likeness [n, n], symmetric. Takes n² memory and up to n³ steps of a vector unit: a second for a thousand rows.
    """
    n = len(likeness)
    average = likeness.astype(np.float32).copy()
    np.fill_diagonal(average, -np.inf)
    members = [[row] for row in range(n)]
    nearest = average.argmax(axis=1) if n else np.zeros(0, np.int64)
    best = average[np.arange(n), nearest] if n else np.zeros(0, np.float32)
    while n > 1:
        a = int(best.argmax())
        if best[a] < least:
            break
        b = int(nearest[a])
        sizes = len(members[a]), len(members[b])
        average[a] = (average[a] * sizes[0] + average[b] * sizes[1]) / sum(sizes)
        average[:, a] = average[a]
        average[a, a] = -np.inf
        average[b], average[:, b] = -np.inf, -np.inf
        members[a] += members[b]
        members[b] = []
        # Only rows whose nearest was one of the two, and the joined one itself, look again.
        for row in np.flatnonzero((nearest == a) | (nearest == b) | (np.arange(n) == a)):
            nearest[row] = average[row].argmax()
            best[row] = average[row, nearest[row]]
        best[b] = -np.inf
        nearer = average[:, a] > best
        nearest[nearer], best[nearer] = a, average[nearer, a]
    return sorted((sorted(group) for group in members if group), key=lambda group: (-len(group), group[0]))


def of_meaning(vectors: Floats, centre: Floats, least: float) -> list[list[int]]:
    """Groups by the cosine of vectors [n, d] around a centre [d], whatever the language.

    centre: the mean of many texts on many matters; the mean of few on one matter would hide what they share.
    """
    centred = vectors - centre
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return grouped(centred @ centred.T, least)


def likeness_of(texts: Sequence[str]) -> Floats:
    """Cosine of the texts' character n-grams with each other [n, n]."""
    grams = [character_grams(normal(text)) for text in texts]
    if not grams:
        return np.zeros((0, 0), np.float32)
    one_way = fit_grams(grams).similarities(grams)
    return np.maximum(one_way, one_way.T)


def medoid(likeness: Floats, group: Sequence[int]) -> int:
    """The member most like all others of its group."""
    rows = list(group)
    return rows[int(likeness[np.ix_(rows, rows)].sum(axis=1).argmax())]
