"""The robot's trained knowledge: one value, stored as bytes, read without pickle."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tugi.robot.calibrator import Logistic, logistic_from_json
from tugi.robot.facts import Candidate, Entry, entry_from_json
from tugi.robot.features import Floats
from tugi.robot.matcher import Matcher, Matches, match_many, meaning_of
from tugi.robot.ngrams import Grams
from tugi.robot.second_opinion import NO_OPINION, SecondOpinion, opinion_from_json

FORMAT = 2
_GRAMS = ("characters", "words")
# Kept at half precision: a vector loses a thousandth, the file half its size.
_HALF = frozenset(("vectors", "head"))
_MEANING = ("vectors", "centre", "centroids", "whitening")


class BadModel(Exception):
    """These bytes are not a model this version can read."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The entries for one message. `probability`: the first is right; `among`: one of the first three is;
    `answerable`: any entry is."""

    probability: float
    among: float
    candidates: tuple[Candidate, ...]
    negation_differs: bool
    answerable: float = 1.0


REMEMBERED = 1024
# Messages ranked in one go, and at most so many similarities of theirs in memory at once.
AT_ONCE, CELLS_AT_ONCE = 256, 1_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """A shop's trained matcher with its calibrators and cuts.

    entries: in the matcher's order. version: hash of all that went in. variant: the embedder's name,
    "" for character n-grams alone. text_keys: hash of each example's text, so that the next training
    reuses its vector. negated: whether each example carries a negation. The cuts: from which `probability`
    on to answer, and from which `among` on to ask back; estimates, no promise. opinion: what a language model's
    word weighs, nothing where none was learned.
    """

    entries: tuple[Entry, ...]
    version: str
    variant: str
    matcher: Matcher
    text_keys: NDArray[np.uint64]
    negated: NDArray[np.bool_]
    answer: Logistic
    ask: Logistic
    answerable: Logistic
    answer_cut: float
    ask_cut: float
    opinion: SecondOpinion = NO_OPINION
    # Rankings of the latest texts: many customers ask in the very same words, and a text's vector is its own.
    ranked: dict[tuple[str, bool], Ranking] = field(
        default_factory=dict[tuple[str, bool], Ranking], compare=False, repr=False
    )

    @property
    def embedded(self) -> bool:
        """Whether a message needs its vector to be ranked."""
        return bool(self.variant)

    def find_entry(self, entry_id: str) -> Entry | None:
        """The entry of that id, if it was trained."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def vectors_by_key(self) -> dict[int, Floats]:
        """Vectors of all examples by text key; empty without an embedding."""
        meaning = self.matcher.meaning
        return dict(zip(self.text_keys.tolist(), meaning.vectors, strict=True)) if meaning else {}

    def rank(self, text: str, negated: bool, vector: NDArray[np.float32] | None) -> Ranking:
        """All entries for one message in normal form. Raises ValueError without the vector it needs."""
        known = self.ranked.get((text, negated))
        if known is not None and not (self.variant and vector is None):
            return known
        ranking = self._rank([text], [negated], None if vector is None else vector[None, :])[0]
        if len(self.ranked) >= REMEMBERED:
            del self.ranked[next(iter(self.ranked))]
        self.ranked[text, negated] = ranking
        return ranking

    def rank_many(self, texts: Sequence[str], negated: Sequence[bool], vectors: Floats | None) -> list[Ranking]:
        """What `rank` says of each text, many times faster; vectors [b, d] where the model is embedded.

        Nothing is remembered. Raises ValueError without the vectors it needs.
        """
        step = max(1, min(AT_ONCE, CELLS_AT_ONCE // len(self.matcher.owners)))
        out: list[Ranking] = []
        for start in range(0, len(texts), step):
            part = slice(start, start + step)
            out += self._rank(texts[part], negated[part], None if vectors is None else vectors[part])
        return out

    def _rank(self, texts: Sequence[str], negated: Sequence[bool], vectors: Floats | None) -> list[Ranking]:
        found = match_many(self.matcher, texts, vectors)
        probabilities = self.answer.probabilities(found.features)
        answerable = self.answerable.probabilities(found.features)
        among = np.maximum(self.ask.probabilities(found.features), probabilities)
        return [
            Ranking(
                probability=float(probabilities[row]),
                among=float(among[row]),
                candidates=self._candidates(found, row, float(probabilities[row]), float(among[row])),
                negation_differs=negated[row] and not self._near_examples_negated(found, row),
                answerable=float(answerable[row]),
            )
            for row in range(len(texts))
        ]

    def _candidates(self, found: Matches, row: int, probability: float, among: float) -> tuple[Candidate, ...]:
        """The first three; what `among` leaves is shared as the head shares it."""
        order = found.order[row, :3]
        rest = found.probabilities[row, order[1:]]
        shares = rest / max(float(rest.sum()), 1e-12) * (among - probability)
        chances = [probability, *(min(float(share), probability) for share in shares)]
        return tuple(
            Candidate(self.entries[int(index)].id, round(chance, 4))
            for index, chance in zip(order, chances, strict=True)
        )

    def _near_examples_negated(self, found: Matches, row: int) -> bool:
        """Whether most of the candidate's three nearest examples say "not" too."""
        own = np.flatnonzero(self.matcher.owners == found.order[row, 0])
        nearest = own[np.argsort(-found.joint[row, own])[:3]]
        return bool(2 * self.negated[nearest].sum() > len(nearest))

    def to_bytes(self) -> bytes:
        """The model as an uncompressed npz with a JSON header."""
        arrays: dict[str, NDArray[Any]] = {"text_keys": self.text_keys, "negated": self.negated}
        for name in ("owners", "starts", "head"):
            arrays[name] = getattr(self.matcher, name)
        for name in _MEANING if self.matcher.meaning else ():
            arrays[name] = getattr(self.matcher.meaning, name)
        for name in _HALF & arrays.keys():
            arrays[name] = arrays[name].astype(np.float16)
        for owner in _GRAMS:
            for part in fields(Grams):
                arrays[f"{owner}.{part.name}"] = np.asarray(getattr(getattr(self.matcher, owner), part.name))
        header = {
            "format": FORMAT,
            "version": self.version,
            "variant": self.variant,
            "width": self.matcher.width,
            "answer": self.answer.to_json(),
            "answerable": self.answerable.to_json(),
            "ask": self.ask.to_json(),
            "answer_cut": self.answer_cut,
            "ask_cut": self.ask_cut,
            "opinion": self.opinion.to_json(),
            "entries": [entry.to_json() for entry in self.entries],
        }
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        out = io.BytesIO()
        cast(Any, np.savez)(out, **arrays)
        return out.getvalue()


def model_from_bytes(data: bytes) -> Model:
    """The model of `Model.to_bytes`. Raises BadModel on anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        header = json.loads(arrays["header"].tobytes())
        if header["format"] != FORMAT:
            raise BadModel(f"model format {header['format']}, this version reads {FORMAT}: train again")
        return _assemble(header, arrays)
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel("the stored model is damaged: train again") from error


@dataclass(frozen=True, slots=True)
class Cuts:
    """What a model's verdicts turn on, 0 to 1. answer_cut, ask_cut: see `Model`. calibration: how sure it is that the
    first entry is right for a question like the average one of the shops it learned certainty from."""

    answer_cut: float
    ask_cut: float
    calibration: float


def cuts_from_bytes(data: bytes) -> Cuts:
    """The cuts of `Model.to_bytes`, of whatever format, without the rest. Raises BadModel."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            header = json.loads(stored["header"].tobytes())
        middle = float(logistic_from_json(header["answer"]).weights[-1])
        return Cuts(float(header["answer_cut"]), float(header["ask_cut"]), float(1 / (1 + np.exp(-middle))))
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel("the stored model is damaged: train again") from error


def _assemble(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    grams = [
        Grams(
            hashes=arrays[f"{owner}.hashes"],
            idf=arrays[f"{owner}.idf"],
            starts=arrays[f"{owner}.starts"],
            rows=arrays[f"{owner}.rows"],
            values=arrays[f"{owner}.values"],
            size=int(arrays[f"{owner}.size"]),
        )
        for owner in _GRAMS
    ]
    parts = [arrays[name].astype(np.float32) for name in _MEANING if name in arrays]
    matcher = Matcher(
        entries=len(header["entries"]),
        owners=arrays["owners"],
        starts=arrays["starts"],
        head=arrays["head"].astype(np.float32),
        width=int(header["width"]),
        characters=grams[0],
        words=grams[1],
        meaning=meaning_of(*parts) if parts else None,
    )
    return Model(
        entries=tuple(entry_from_json(entry) for entry in header["entries"]),
        version=str(header["version"]),
        variant=str(header["variant"]),
        matcher=matcher,
        text_keys=arrays["text_keys"],
        negated=arrays["negated"],
        answer=logistic_from_json(header["answer"]),
        ask=logistic_from_json(header["ask"]),
        answerable=logistic_from_json(header["answerable"]),
        answer_cut=float(header["answer_cut"]),
        ask_cut=float(header["ask_cut"]),
        opinion=opinion_from_json(header.get("opinion")),
    )
