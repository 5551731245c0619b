"""Learn from questions that people judged: they become examples, and they teach calibrators and cuts.

Questions with an entry become examples of it; those without become a class "none". A judged question must
not vouch for itself, so calibrators and cuts are learned on scores out of fold: each part of the questions is
scored by a matcher that was taught the other parts only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tugi.robot.calibrator import Logistic, Pool
from tugi.robot.cuts import (
    PROMISE,
    Evidence,
    answer_cut,
    ask_cut,
    pulled,
    traffic_cut,
    unanswerable_share,
)
from tugi.robot.features import Floats, Ints
from tugi.robot.fitting import fit_matcher, with_copy
from tugi.robot.matcher import Matcher, match_many
from tugi.robot.second_opinion import NO_OPINION, SecondOpinion, learn_opinion

# Parts for up to so many judged questions. Few are worth many fits: what is scored out of fold should be taught
# nearly as much as the robot that goes into service.
PARTS = ((400, 10), (1500, 5))
FEWEST_PARTS = 3
FOLDS = 5
# From so many judged questions on, so many of them right at first, the cuts are the shop's own.
OWN_CUTS, OWN_RIGHT = 40, 15
# So many without entry before the cut for asking is the shop's own.
OWN_ASK_CUT = 15
# Without judged questions: how far the share seen in traffic is believed when it is worse than the pool's, and
# how far below the promise is aimed. Chosen on the public sets, each with a pool that had not seen it.
BELIEVED, TRAFFIC_SLACK = 0.25, 0.005
# Unlabelled messages before their share is estimated at all.
TRAFFIC_NEEDED = 50
AT_ONCE, CELLS_AT_ONCE = 256, 1_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """A judged question in normal form. entry: index of the right entry, -1 when no entry answers it.

    fits: a second opinion, 0 to 1, on the entry of index `candidate`.
    """

    text: str
    entry: int
    weight: float = 1.0
    fits: float | None = None
    candidate: int = -1


@dataclass(frozen=True, slots=True)
class Scored:
    """Messages as a matcher sees them: features [m, f] of the first candidate, and the first three [m, 3]."""

    features: Floats
    first: Ints


# Some of many rows, and what was scored of them.
Piece: TypeAlias = tuple[Ints, Scored]


@dataclass(frozen=True, slots=True)
class Judge:
    """From features to probabilities and a decision."""

    answer: Logistic
    ask: Logistic
    answerable: Logistic
    answer_cut: float
    ask_cut: float
    opinion: SecondOpinion = NO_OPINION


def teach(
    texts: Sequence[Sequence[str]], questions: Sequence[Question], vectors: Mapping[str, Floats] | None
) -> tuple[Matcher, list[str]]:
    """A matcher of the entries' example texts and these questions, and the texts of its rows.

    vectors: unit vectors of all texts and of `with_copy` of the questions, or None for n-grams alone.
    """
    classes = [dict.fromkeys(of_entry) for of_entry in texts]
    none: dict[str, None] = {}
    for question in questions:
        own = none if question.entry < 0 else classes[question.entry]
        own.update(dict.fromkeys(with_copy(question.text)))
    matcher = fit_matcher([list(own) for own in classes], vectors, list(none))
    return matcher, [text for own in (*classes, none) for text in own]


def score(matcher: Matcher, texts: Sequence[str], vectors: Mapping[str, Floats] | None) -> Scored:
    """Match messages in normal form; vectors of all of them where the matcher is embedded."""
    step = max(1, min(AT_ONCE, CELLS_AT_ONCE // len(matcher.owners)))
    features: list[Floats] = []
    first: list[Ints] = []
    for start in range(0, len(texts), step):
        part = texts[start : start + step]
        found = match_many(matcher, part, None if vectors is None else np.stack([vectors[text] for text in part]))
        features.append(found.features)
        first.append(found.order[:, :3])
    return Scored(np.concatenate(features).astype(np.float64), np.concatenate(first))


def fold_of(questions: Sequence[Question], folds: int) -> Ints:
    """The part [m] each question belongs to; the same words are always in the same part."""
    texts = list(dict.fromkeys(question.text for question in questions))
    parts = dict(zip(texts, (np.random.default_rng(7).permutation(len(texts)) % folds).tolist(), strict=True))
    return np.array([parts[question.text] for question in questions], np.int64)


def folds_for(questions: Sequence[Question]) -> int:
    """In how many parts to score these questions; 0 when there are too few to leave any out."""
    count = len({question.text for question in questions})
    if count < 2 * FOLDS:
        return 0
    return next((parts for most, parts in PARTS if count <= most), FEWEST_PARTS)


def score_apart(
    texts: Sequence[Sequence[str]], questions: Sequence[Question], vectors: Mapping[str, Floats] | None
) -> Scored:
    """Each question scored by a matcher that was taught the questions of the other parts only."""
    part = fold_of(questions, folds_for(questions))
    pieces: list[Piece] = []
    for left_out in np.unique(part).tolist():
        rest = [question for question, own in zip(questions, part, strict=True) if own != left_out]
        own = np.flatnonzero(part == left_out)
        pieces.append(
            (own, score(teach(texts, rest, vectors)[0], [questions[row].text for row in own.tolist()], vectors))
        )
    return gather(pieces)


def gather(pieces: Sequence[Piece]) -> Scored:
    """Scores of all rows from pieces that know which rows they are."""
    order = np.argsort(np.concatenate([rows for rows, _ in pieces]))
    return Scored(
        np.concatenate([piece.features for _, piece in pieces])[order],
        np.concatenate([piece.first for _, piece in pieces])[order],
    )


def learn_judge(
    pool: Pool,
    scored: Scored | None,
    questions: Sequence[Question],
    traffic: Floats | None = None,
    promise: float = PROMISE,
) -> Judge:
    """Calibrators and cuts from the pool and the shop's judged questions, scored out of fold (None: none).

    traffic [m, f]: features of unlabelled messages; the cut holds for their share of unanswerable ones.
    promise: share of answers that has to be right.
    """
    if scored is None or not questions:
        return _untaught(pool, traffic, promise)
    truth = _Truth(scored, questions)
    own = truth.calibrators(pool, np.ones(len(questions), np.bool_))
    if len(questions) < OWN_CUTS or truth.right.sum() < OWN_RIGHT:
        return Judge(*own, _untaught(pool, traffic, promise).answer_cut, pool.ask_cut)
    evidence = truth.evidence(pool)
    share = evidence.share
    if traffic is not None and len(traffic) >= TRAFFIC_NEEDED:
        share = unanswerable_share(own[2].probabilities(traffic), share)
    unanswerable = int((evidence.answerable == 0).sum())
    asks = ask_cut(evidence) if unanswerable >= OWN_ASK_CUT else pool.ask_cut
    return Judge(*own, answer_cut(evidence, share, promise), asks, truth.opinion(evidence.sure))


def _untaught(pool: Pool, traffic: Floats | None, promise: float) -> Judge:
    """The pool's calibrators; the cut from unlabelled traffic where there is enough of it."""
    answer, ask, answerable = pool.answer.logistic, pool.ask.logistic, pool.answerable.logistic
    if traffic is None or len(traffic) < TRAFFIC_NEEDED:
        return Judge(answer, ask, answerable, pool.answer_cut, pool.ask_cut)
    sure, chance = answer.probabilities(traffic), answerable.probabilities(traffic)
    share = unanswerable_share(chance, pool.share)
    if share > pool.share:
        share = pulled(pool.share, share, BELIEVED)
    cut = traffic_cut(sure, chance, pool.share, share, promise - TRAFFIC_SLACK)
    return Judge(answer, ask, answerable, cut, pool.ask_cut)


class _Truth:
    """What people said of scored questions, as numbers."""

    def __init__(self, scored: Scored, questions: Sequence[Question]) -> None:
        entries = np.array([question.entry for question in questions])
        self.scored = scored
        self.questions = questions
        self.right = (scored.first[:, 0] == entries).astype(np.float64)
        self.among = (scored.first == entries[:, None]).any(1).astype(np.float64)
        self.answerable = (entries >= 0).astype(np.float64)
        self.weight = np.array([question.weight for question in questions], np.float64)

    def calibrators(self, pool: Pool, rows: np.ndarray) -> tuple[Logistic, Logistic, Logistic]:
        """The pool's regressions moved towards these rows."""
        features, weight = self.scored.features[rows], self.weight[rows]
        return (
            pool.answer.moved(features, self.right[rows], weight),
            pool.ask.moved(features, self.among[rows], weight),
            pool.answerable.moved(features, self.answerable[rows], weight),
        )

    def evidence(self, pool: Pool) -> Evidence:
        """Each part judged by calibrators that never saw it."""
        part = fold_of(self.questions, FOLDS)
        columns = np.zeros((3, len(part)))
        for left_out in range(FOLDS):
            own = part == left_out
            if own.any():
                judges = self.calibrators(pool, ~own)
                columns[:, own] = [judge.probabilities(self.scored.features[own]) for judge in judges]
        return Evidence(columns[0], columns[1], columns[2], self.right, self.answerable, self.weight)

    def opinion(self, sure: Floats) -> SecondOpinion:
        """What second opinions weigh beside `sure` [m]; only those on today's first candidate tell."""
        pairs = zip(self.questions, self.scored.first[:, 0].tolist(), strict=True)
        rows = [row for row, (one, first) in enumerate(pairs) if one.fits is not None and one.candidate == first]
        fits = np.array([self.questions[row].fits for row in rows], np.float64)
        return learn_opinion(sure[rows], fits, self.right[rows], self.weight[rows])
