"""Fit a matcher to a shop's examples. Runs in the training process; serving never imports this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tugi.robot.facts import Entry
from tugi.robot.features import CHARACTER_WEIGHT, WORD_WEIGHT, Floats, Ints
from tugi.robot.head import train_head, train_linear_head
from tugi.robot.matcher import Matcher, example_parts, meaning_of
from tugi.robot.ngrams import Grams, character_grams, fit_grams, word_grams
from tugi.robot.text import normal, without_diacritics

# Up to so many examples their similarities are a matrix that is solved exactly.
KERNEL_MOST = 1500
# Columns of hashed n-grams beyond that: four times as many gain nothing measurable.
HASHED_WIDTH = 512
_FEW = 24
_COLUMNS = 512


def example_texts(entry: Entry) -> list[str]:
    """The entry's examples and titles in normal form, each also without diacritics, no text twice."""
    texts = [normal(text) for texts in entry.examples.values() for text in texts]
    texts += [normal(title) for title in entry.titles.values()]
    texts = [text for text in dict.fromkeys(texts) if text]
    return list(dict.fromkeys([*texts, *(without_diacritics(text) for text in texts)]))


def with_copy(text: str) -> tuple[str, ...]:
    """The text, and its copy without diacritics where that differs; nothing for an empty one."""
    return tuple(dict.fromkeys((text, without_diacritics(text)))) if text else ()


def _gram_kernel(grams: Grams) -> Floats:
    """Similarity of every example with every example [n, n].

    Most n-grams occur in a handful of examples: those are added pair by pair, all of the same number at
    once. The common ones are multiplied as dense columns.
    """
    kernel = np.zeros((grams.size, grams.size), np.float32)
    flat = kernel.reshape(-1)
    starts, counts = grams.starts[:-1], np.diff(grams.starts)
    for count in np.unique(counts[counts <= _FEW]).tolist():
        at = starts[counts == count][:, None] + np.arange(count)
        rows, values = grams.rows[at].astype(np.int64), grams.values[at]
        pairs = rows[:, :, None] * grams.size + rows[:, None, :]
        np.add.at(flat, pairs.reshape(-1), (values[:, :, None] * values[:, None, :]).reshape(-1))
    common = np.flatnonzero(counts > _FEW)
    for first in range(0, len(common), _COLUMNS):
        dense = np.zeros((grams.size, _COLUMNS), np.float32)
        for column, gram in enumerate(common[first : first + _COLUMNS]):
            own = slice(grams.starts[gram], grams.starts[gram + 1])
            dense[grams.rows[own], column] = grams.values[own]
        kernel += dense @ dense.T
    return kernel


def _whitening(residuals: Floats) -> Floats:
    """Square root of the precision of the residuals [n, d], shrunk as Ledoit and Wolf (2004) do."""
    count, width = residuals.shape
    spread = residuals.T @ residuals / count
    mean = np.trace(spread) / width
    distance = ((spread - mean * np.eye(width)) ** 2).sum() / width
    noise = ((residuals**2).T @ (residuals**2) / count - spread**2).sum() / width / count
    shrink = min(max(noise / max(distance, 1e-12), 0.01), 1.0)
    shrunk = (1 - shrink) * spread + shrink * max(mean, 1e-6) * np.eye(width)
    values, axes = np.linalg.eigh(shrunk)
    return (axes / np.sqrt(np.maximum(values, 1e-9))).T.astype(np.float32)


def fit_matcher(
    texts: Sequence[Sequence[str]], vectors: Mapping[str, Floats] | None, unanswerable: Sequence[str] = ()
) -> Matcher:
    """A matcher for entries given by their example texts (normal form, at least one each).

    vectors: unit vectors by text, or None to match by n-grams alone.
    unanswerable: questions that people judged to have no entry; they become a class of their own.
    """
    classes = [*texts, unanswerable] if unanswerable else list(texts)
    flat = [text for of_class in classes for text in of_class]
    owners: Ints = np.repeat(np.arange(len(classes)), [len(of_class) for of_class in classes])
    starts = np.searchsorted(owners, np.arange(len(classes)))
    characters = fit_grams([character_grams(text) for text in flat])
    words = fit_grams([word_grams(text) for text in flat])
    meaning, centred = None, None
    if vectors is not None:
        raw = np.stack([vectors[text] for text in flat])
        centre = raw.mean(0)
        centred = centre_vectors(raw, centre)
        centroids = np.add.reduceat(centred, starts) / np.bincount(owners)[:, None].astype(np.float32)
        meaning = meaning_of(raw, centre, centroids, _whitening(centred - centroids[owners]))
    width = 0 if len(flat) <= KERNEL_MOST else HASHED_WIDTH
    if width:
        parts = example_parts(characters, words, width)
        features = parts if centred is None else np.concatenate([centred, parts], axis=1)
        head = train_linear_head(features, owners, len(classes))
    else:
        kernel = CHARACTER_WEIGHT * _gram_kernel(characters) + WORD_WEIGHT * _gram_kernel(words)
        kernel = kernel if centred is None else kernel + centred @ centred.T
        head = train_head(kernel, owners, len(classes))
    return Matcher(len(texts), owners, starts, head, width, characters, words, meaning)


def centre_vectors(vectors: Floats, centre: Floats) -> Floats:
    """Unit vectors [n, d] seen from the mean of all examples."""
    moved = vectors - centre
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
