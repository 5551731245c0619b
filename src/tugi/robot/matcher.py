"""Match messages with the shop's example questions: inference in NumPy, nothing else imported."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tugi.robot.features import (
    CHARACTER_WEIGHT,
    WORD_WEIGHT,
    Floats,
    Ints,
    Meanings,
    Similarities,
    candidate_features,
    softmax,
)
from tugi.robot.ngrams import Grams, character_grams, spread, word_grams, words_of


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
    white_squares: Floats

    def compare(self, vectors: Floats) -> Meanings:
        """Messages' unit vectors [b, d] against examples and centroids."""
        offsets = vectors - self.centre
        distances = np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1e-12)
        offsets = offsets / distances
        # One pass over the examples' vectors gives both cosines: the centred and the raw one.
        products = offsets @ self.vectors.T
        white = offsets @ self.whitening.T
        # |a - b|^2 without a third axis; rounding may fall a hair below nought.
        squares = (white**2).sum(1, keepdims=True) - 2 * white @ self.white_centroids.T + self.white_squares
        return Meanings(
            offsets=offsets,
            raw=products * distances + self.along,
            centred=(products - offsets @ self.centre[:, None]) / self.lengths,
            centroids=offsets @ self.directions.T,
            distances=np.sqrt(np.maximum(squares, 0) / vectors.shape[1]),
        )


def meaning_of(vectors: Floats, centre: Floats, centroids: Floats, whitening: Floats) -> Meaning:
    """A `Meaning` from its stored parts."""
    lengths = np.maximum(np.linalg.norm(vectors - centre, axis=1), 1e-12)
    directions = centroids / np.maximum(np.linalg.norm(centroids, axis=1, keepdims=True), 1e-12)
    white = centroids @ whitening.T
    return Meaning(
        vectors=vectors,
        centre=centre,
        centroids=centroids,
        whitening=whitening,
        lengths=lengths,
        along=vectors @ centre,
        directions=directions,
        white_centroids=white,
        white_squares=(white**2).sum(1),
    )


def example_parts(characters: Grams, words: Grams, width: int) -> Floats:
    """Hashed n-grams of all examples [n, width], as a head over explicit features weighs them."""
    return fold_parts(
        characters.hashed_examples(_of_characters(width)), words.hashed_examples(width - _of_characters(width))
    )


def fold_parts(characters: Floats, words: Floats) -> Floats:
    """Hashed n-grams side by side, weighed as their similarities are."""
    scaled = characters * np.float32(np.sqrt(CHARACTER_WEIGHT)), words * np.float32(np.sqrt(WORD_WEIGHT))
    return np.concatenate(scaled, axis=1)


def _of_characters(width: int) -> int:
    """Columns of `width` that character n-grams get; words, of which there are fewer, get the rest."""
    return 3 * width // 4


@dataclass(frozen=True, slots=True)
class Matcher:
    """Examples (sorted by class), their similarities and the trained head.

    The first `entries` classes are the entries; a further one holds the questions without entry, if such
    were taught. head [n, classes] weighs similarities to the examples; where there are many examples, `width`
    is above 0 and head [d + width, classes] weighs the embedding and hashed n-grams. meaning: None without an
    embedding.
    """

    entries: int
    owners: Ints
    starts: Ints
    head: Floats
    width: int
    characters: Grams
    words: Grams
    meaning: Meaning | None

    def similarities(self, texts: Sequence[str], vectors: Floats | None) -> Similarities:
        """Normalised messages against every example.

        Raises ValueError when the matcher is embedded and `vectors` [b, d] are missing.
        """
        character_hashes = [character_grams(text) for text in texts]
        word_hashes = [word_grams(text) for text in texts]
        of_characters = _of_characters(self.width)
        characters, folded_characters = self.characters.compared(character_hashes, of_characters)
        words, folded_words = self.words.compared(word_hashes, self.width - of_characters)
        joint = CHARACTER_WEIGHT * characters + WORD_WEIGHT * words
        meanings = None
        if self.meaning is not None:
            if vectors is None:
                raise ValueError("this model was trained on embeddings, so the message needs one too")
            meanings = self.meaning.compare(vectors)
            joint = joint + meanings.centred
        if self.width:
            folded = fold_parts(folded_characters, folded_words)
            logits = np.concatenate([*([meanings.offsets] if meanings else []), folded], axis=1) @ self.head
        else:
            logits = joint @ self.head
        overlap, unseen, length = self._word_overlap(texts)
        return Similarities(
            self.entries, self.starts, logits, characters, words, joint, overlap, unseen, length, meanings
        )

    def _word_overlap(self, texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
        """Share of each message's words (by idf) each entry's examples know [b, entries]; share unknown to
        all [b]; number of words [b]."""
        entries, index = len(self.starts), self.words
        said = [words_of(text) for text in texts]
        length = np.array([len(words) for words in said], np.float64)
        hashes = [np.unique(single_words(words)) for words in said]
        owners = np.repeat(np.arange(len(texts)), [len(own) for own in hashes])
        flat = np.concatenate([*hashes, np.zeros(0, np.uint32)])
        if not len(flat) or not len(index.hashes):
            return np.zeros((len(texts), entries), np.float32), np.ones(len(texts)), length
        places = np.minimum(np.searchsorted(index.hashes, flat), len(index.hashes) - 1)
        known = index.hashes[places] == flat
        strange = np.log(1 + index.size) + 1
        weights = np.where(known, index.idf[places], strange)
        total = np.bincount(owners, weights, len(texts))
        unknown = np.bincount(owners, weights * ~known, len(texts))
        owners, places = owners[known], places[known]
        lengths = index.starts[places + 1] - index.starts[places]
        rows = index.rows[spread(index.starts[places], lengths)]
        pairs = np.unique(np.repeat(np.arange(len(places)), lengths) * entries + self.owners[rows])
        word, entry = pairs // entries, pairs % entries
        overlap = np.bincount(owners[word] * entries + entry, index.idf[places[word]], len(texts) * entries)
        total = np.maximum(total, 1e-12)
        overlap = overlap.reshape(len(texts), entries) / total[:, None]
        return overlap.astype(np.float32), np.where(length > 0, unknown / total, 1.0), length


def single_words(words: list[str]) -> NDArray[np.uint32]:
    """Hashes of the words alone, as `word_grams` has them, without pairs."""
    return np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in words], np.uint32)


@dataclass(frozen=True, slots=True)
class Matches:
    """b messages: the entries by falling head probability [b, entries], these probabilities by entry, the
    features of the first [b, f], and the similarity of every example (`joint` [b, n])."""

    order: Ints
    probabilities: Floats
    features: Floats
    joint: Floats


def match_many(matcher: Matcher, texts: Sequence[str], vectors: Floats | None) -> Matches:
    """Rank all entries for normalised messages; `vectors` [b, d] where the matcher is embedded."""
    similar = matcher.similarities(texts, vectors)
    probabilities = softmax(similar.logits[:, : matcher.entries])
    order = np.argsort(-probabilities, axis=1, kind="stable")
    return Matches(order, probabilities, candidate_features(similar, order[:, 0]), similar.joint)
