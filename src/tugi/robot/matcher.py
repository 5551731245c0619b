"""Match a message with the shop's example questions: inference in NumPy, nothing else imported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tugi.robot.features import (
    CHARACTER_WEIGHT,
    WORD_WEIGHT,
    Floats,
    Ints,
    Similarities,
    candidate_features,
    softmax,
)
from tugi.robot.ngrams import Grams, character_grams, word_grams, words_of


@dataclass(frozen=True, slots=True)
class Matcher:
    """Examples (sorted by entry), their similarities and the trained head.

    vectors [n, d], centre [d], centred [n, d], centroids [entries, d], whitening [d, d] are empty
    (zero columns) without an embedding. alpha [n, entries]: the head in terms of the examples.
    """

    owners: Ints
    starts: Ints
    alpha: Floats
    characters: Grams
    words: Grams
    vectors: Floats
    centre: Floats
    centred: Floats
    centroids: Floats
    whitening: Floats

    @property
    def embedded(self) -> bool:
        """Whether the examples carry vectors of meaning."""
        return self.vectors.shape[1] > 0

    def similarities(self, text: str, vector: NDArray[np.float32] | None) -> Similarities:
        """One normalised message against every example.

        Raises ValueError when the matcher is embedded and `vector` [d] is missing.
        """
        if self.embedded and vector is None:
            raise ValueError("this model was trained on embeddings, so the message needs one too")
        characters = self.characters.similarity(character_grams(text))
        words = self.words.similarity(word_grams(text))
        joint = CHARACTER_WEIGHT * characters + WORD_WEIGHT * words
        overlap, unseen, length = self._word_overlap(text)
        if not self.embedded or vector is None:
            logits = joint @ self.alpha
            return Similarities(self.starts, logits, characters, words, joint, overlap, unseen, length)
        raw = self.vectors @ vector
        offset = vector - self.centre
        offset = offset / max(float(np.linalg.norm(offset)), 1e-12)
        centred = self.centred @ offset
        joint = joint + centred
        white = self.whitening @ offset
        distances = np.sqrt(((self.centroids @ self.whitening.T - white) ** 2).sum(1))
        unit = self.centroids / np.maximum(np.linalg.norm(self.centroids, axis=1, keepdims=True), 1e-12)
        return Similarities(
            starts=self.starts,
            logits=joint @ self.alpha,
            characters=characters,
            words=words,
            joint=joint,
            word_overlap=overlap,
            unseen_words=unseen,
            length=length,
            raw=raw,
            centred=centred,
            centroids=unit @ offset,
            distances=distances / np.float32(np.sqrt(len(vector))),
        )

    def _word_overlap(self, text: str) -> tuple[Floats, float, int]:
        """Share of the message's words (by idf) each entry's examples know; share unknown to all; words."""
        entries = len(self.starts)
        words = words_of(text)
        if not words:
            return np.zeros(entries, np.float32), 1.0, 0
        hashes = np.unique(word_grams_of_single(words))
        index = self.words
        if not len(index.hashes):
            return np.zeros(entries, np.float32), 1.0, len(words)
        places = np.minimum(np.searchsorted(index.hashes, hashes), len(index.hashes) - 1)
        known = index.hashes[places] == hashes
        strange = float(np.log(1 + index.size) + 1)
        total = float(index.idf[places[known]].sum()) + strange * float((~known).sum())
        overlap = np.zeros(entries, np.float32)
        for place in places[known]:
            rows = index.rows[index.starts[place] : index.starts[place + 1]]
            overlap[np.unique(self.owners[rows])] += index.idf[place]
        return overlap / np.float32(total), strange * float((~known).sum()) / total, len(words)


def word_grams_of_single(words: list[str]) -> NDArray[np.uint32]:
    """Hashes of the words alone, without pairs."""
    return np.concatenate([word_grams(word) for word in words])


@dataclass(frozen=True, slots=True)
class Match:
    """The entries by falling head probability, the features of the first, and the similarity of every
    example (`joint`)."""

    order: Ints
    probabilities: Floats
    features: Floats
    joint: Floats


def match(matcher: Matcher, text: str, vector: NDArray[np.float32] | None) -> Match:
    """Rank all entries for one normalised message."""
    similar = matcher.similarities(text, vector)
    probabilities = softmax(similar.logits)
    order = np.argsort(-probabilities, kind="stable")
    return Match(order, probabilities, candidate_features(similar, int(order[0])), similar.joint)
