"""Rehearsal: what a robot would do with past questions, many at a time, and where people's replies came from.

Pure like the rest of the robot; `tugi.replayer` runs it in a child process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tugi.robot.decide import decide
from tugi.robot.facts import Answer, Ask, Facts, HandOver, Permit, StaySilent, Suggest, Verdict
from tugi.robot.model import Model, Ranking
from tugi.robot.ngrams import character_grams, fit_grams
from tugi.robot.reading import question_parts, read_turn
from tugi.robot.text import normal

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
Key = TypeVar("Key")
Value = TypeVar("Value")

# A reply at least this like an entry's answer was made from it. Measured on the demo's knowledge in four languages
# (bench/reply_origins.py): 95 % of 216 replies with a greeting, a changed number and a sentence left out are traced,
# none to another entry; of 48 freely written ones none is, and 0.5 % of answers whose own entry is missing.
LIKENESS = 0.55
# So many texts keep their vector and ranking, because customers repeat one another.
REMEMBERED = 20_000
_PLACEHOLDER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Stage:
    """The robot that rehearses. model: bytes of `Model.to_bytes`; None where nothing is trained.

    permits: by channel what it may do with which entry, and with the others; a channel that is missing leaves the
    facts as they are. answers: (entry id, answer), of which replies may have been made. answer_cut, ask_cut: in
    place of the model's. own_boundaries: as in `Facts`.
    """

    model: bytes | None
    permits: Mapping[str, tuple[dict[str, Permit], Permit]] = field(
        default_factory=dict[str, tuple[dict[str, Permit], Permit]]
    )
    answers: Sequence[tuple[str, str]] = ()
    answer_cut: float | None = None
    ask_cut: float | None = None
    own_boundaries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A past question. text: its `question_text`; vector: of that text at half precision, when kept; reply: what a
    person answered."""

    facts: Facts
    text: str
    channel: str
    vector: bytes | None = None
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What the robot would have done. entry_id: what it would have answered or suggested, else its first candidate.

    probability, among: as in `Ranking`, None where knowledge was not looked at. origin: the entry that the
    person's reply was made from. vector: the text's at half precision, when it was computed now.
    """

    kind: str
    language: str | None
    reason: str | None = None
    entry_id: str | None = None
    choices: tuple[str, ...] = ()
    probability: float | None = None
    among: float | None = None
    origin: str | None = None
    vector: bytes | None = None


class Origins:
    """Tells which entry's answer a reply was made from."""

    def __init__(self, answers: Sequence[tuple[str, str]]) -> None:
        self._owners = [entry_id for entry_id, _ in answers]
        self._grams = fit_grams([character_grams(_bare(text)) for _, text in answers]) if answers else None

    def find(self, replies: Sequence[str]) -> dict[str, str]:
        """The entry by reply; replies that are like no answer are missing."""
        nearest = zip(replies, self.nearest(replies), strict=False)
        return {reply: entry_id for reply, (entry_id, likeness) in nearest if likeness >= LIKENESS}

    def nearest(self, replies: Sequence[str]) -> list[tuple[str, float]]:
        """For each reply the entry with the most similar answer, and the cosine of their character n-grams; nothing
        where there are no answers."""
        if self._grams is None or not replies:
            return []
        likeness = self._grams.similarities([character_grams(_bare(reply)) for reply in replies])
        best = likeness.argmax(axis=1)
        return [(self._owners[int(place)], float(row[place])) for row, place in zip(likeness, best, strict=True)]


def _bare(text: str) -> str:
    return normal(_PLACEHOLDER.sub(" ", text))


class Rehearsal:
    """A robot that decides past questions and remembers texts it has read."""

    def __init__(self, stage: Stage, model: Model | None, embed: Embed | None) -> None:
        cuts = {name: cut for name in ("answer_cut", "ask_cut") if (cut := getattr(stage, name)) is not None}
        self._model = replace(model, **cuts) if model else None
        self._embed = embed
        self._permits = stage.permits
        self._own_boundaries = stage.own_boundaries
        self._origins = Origins(stage.answers)
        self._vectors: dict[str, Floats] = {}
        self._rankings: dict[tuple[str, bool], Ranking] = {}

    def decide(self, asked: Sequence[Asked]) -> list[Decided]:
        """What it would do with each, in order."""
        parts = [question_parts(one.facts) for one in asked]
        vectors, made = self._vectors_of(asked, [text for several in parts for text in several])
        self._rank(asked, vectors)
        origins = self._origins.find(list(dict.fromkeys(one.reply for one in asked if one.reply)))
        decided = [
            self._one(one, vectors.get(one.text), [vectors[text] for text in several if text in vectors], made)
            for one, several in zip(asked, parts, strict=True)
        ]
        return [
            replace(given, origin=origins.get(one.reply)) if one.reply else given
            for given, one in zip(decided, asked, strict=True)
        ]

    def _vectors_of(self, asked: Sequence[Asked], parts: Sequence[str]) -> tuple[dict[str, Floats], dict[str, bytes]]:
        """Vectors by text, and as they are kept those of questions that had none."""
        if self._model is None or not self._model.variant:
            return {}, {}
        texts = list(dict.fromkeys([*(one.text for one in asked), *parts]))
        found = {text: self._vectors[text] for text in texts if text in self._vectors}
        for one in asked:
            if one.vector is not None:
                found.setdefault(one.text, np.frombuffer(one.vector, np.float16).astype(np.float32))
        missing = [text for text in texts if text not in found]
        if missing and self._embed is not None:
            for text, vector in zip(missing, self._embed(missing), strict=True):
                # As it comes back from where it is kept: a replay that goes on decides as one that did not stop.
                found[text] = vector.astype(np.float16).astype(np.float32)
        self._vectors = _latest(self._vectors | found)
        new = {one.text for one in asked if one.vector is None}
        return found, {text: found[text].astype(np.float16).tobytes() for text in new if text in found}

    def _rank(self, asked: Sequence[Asked], vectors: Mapping[str, Floats]) -> None:
        """Fill the model's memory with all rankings that the decisions will ask for."""
        model = self._model
        if model is None:
            return
        wanted = {(one.text, read_turn(one.facts.burst).negated) for one in asked}
        missing = [key for key in wanted if key not in self._rankings and (not model.variant or key[0] in vectors)]
        if missing:
            rows = np.stack([vectors[text] for text, _ in missing]) if model.variant else None
            ranked = model.rank_many([text for text, _ in missing], [negated for _, negated in missing], rows)
            self._rankings = _latest(self._rankings | dict(zip(missing, ranked, strict=True)))
        model.ranked.clear()
        model.ranked.update({key: self._rankings[key] for key in wanted if key in self._rankings})

    def _one(self, one: Asked, vector: Floats | None, parts: Sequence[Floats], made: Mapping[str, bytes]) -> Decided:
        facts = replace(one.facts, own_boundaries=self._own_boundaries)
        if one.channel in self._permits:
            permits, default = self._permits[one.channel]
            facts = replace(facts, permits=permits, default_permit=default)
        verdict = decide(facts, self._model, vector, parts)
        among = None
        if verdict.why.candidates and self._model is not None:
            ranking = self._model.ranked.get((one.text, bool(verdict.why.reading.get("negated"))))
            among = ranking.among if ranking else None
        return replace(_decided(verdict, among), vector=made.get(one.text) if one.vector is None else None)


def _decided(verdict: Verdict, among: float | None) -> Decided:
    why = verdict.why
    first = why.candidates[0] if why.candidates else None
    seen = Decided(
        kind="",
        language=why.language,
        entry_id=first.entry_id if first else None,
        probability=first.probability if first else None,
        among=among,
    )
    match verdict:
        case Answer():
            reason = "courtesy" if verdict.kind == "courtesy" else None
            return replace(
                seen,
                kind="answer",
                reason=reason,
                entry_id=verdict.entry_id,
                probability=verdict.probability if verdict.entry_id else None,
            )
        case Ask():
            return replace(seen, kind="ask", choices=tuple(choice.entry_id for choice in verdict.choices))
        case Suggest():
            return replace(seen, kind="suggest", entry_id=verdict.entry_id, probability=verdict.probability)
        case HandOver():
            return replace(seen, kind="hand_over", reason=verdict.reason)
        case StaySilent():
            return replace(seen, kind="stay_silent", reason=verdict.reason)


def _latest(remembered: dict[Key, Value]) -> dict[Key, Value]:
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
    return remembered
