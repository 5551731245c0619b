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
class Meaning:
    """The examples' vectors [n, d] with all that does not change from message to message.

    centre [d]: their mean; lengths [n]: distance of each from it; along [n]: product of each with it;
    centroids [entries, d]: mean direction of each entry; whitening [d, d]: makes the entries' spread round.
    """

    vectors: Floats
    centre: Floats
    centroids: Floats
    whitening: Floats
    lengths: Floats
    along: Floats
    directions: Floats
    white_centroids: Floats


def meaning_of(vectors: Floats, centre: Floats, centroids: Floats, whitening: Floats) -> Meaning:
    """A `Meaning` from its stored parts."""
    lengths = np.maximum(np.linalg.norm(vectors - centre, axis=1), 1e-12)
    directions = centroids / np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-12)
    return Meaning(
        vectors=vectors,
        centre=centre,
        centroids=centroids,
        whitening=whitening,
        lengths=lengths,
        along=vectors @ centre,
        directions=directions,
        white_centroids=centroids @ whitening.T,
    )


@dataclass(frozen=True, slots=True)
class Matcher:
    """Examples (sorted by entry), their similarities and the trained head.

    alpha [n, entries]: the head in terms of the examples. meaning: None without an embedding.
    """

    owners: Ints
    starts: Ints
    alpha: Floats
    characters: Grams
    words: Grams
    meaning: Meaning | None

    def similarities(self, text: str, vector: NDArray[np.float32] | None) -> Similarities:
        """One normalised message against every example.

        Raises ValueError when the matcher is embedded and `vector` [d] is missing.
        """
        characters = self.characters.similarity(character_grams(text))
        words = self.words.similarity(word_grams(text))
        joint = CHARACTER_WEIGHT * characters + WORD_WEIGHT * words
        overlap, unseen, length = self._word_overlap(text)
        meaning = self.meaning
        if meaning is None:
            logits = joint @ self.alpha
            return Similarities(self.starts, logits, characters, words, joint, overlap, unseen, length)
        if vector is None:
            raise ValueError("this model was trained on embeddings, so the message needs one too")
        offset = vector - meaning.centre
        distance = max(float(np.linalg.norm(offset)), 1e-12)
        offset = offset / distance
        # One pass over the vectors gives both cosines: the centred and the raw one.
        products = meaning.vectors @ offset
        centred = (products - float(meaning.centre @ offset)) / meaning.lengths
        joint = joint + centred
        white = meaning.white_centroids - meaning.whitening @ offset
        return Similarities(
            starts=self.starts,
            logits=joint @ self.alpha,
            characters=characters,
            words=words,
            joint=joint,
            word_overlap=overlap,
            unseen_words=unseen,
            length=length,
            raw=products * distance + meaning.along,
            centred=centred,
            centroids=meaning.directions @ offset,
            distances=np.sqrt((white**2).sum(1) / len(vector)),
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
