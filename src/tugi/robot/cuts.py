"""Cuts: from which score on to answer or to ask back, so that the promise holds on the traffic there is.

What answerable and unanswerable questions look like stays the same and only their shares move: judged
messages are weighed anew to the share that is estimated on traffic nobody has judged (`tugi.robot.shift`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tugi.robot.features import Floats
from tugi.robot.shift import answerable_share

# A cut aims above the promise, because one that only just reaches it on one half of the messages misses it on
# the other half of the time; further above where traffic is that much worse than what was judged.
PROMISE, MARGIN, MARGIN_OF_WORSE, WORSE = 0.95, 0.013, 0.03, 0.1
# How much is believed of what was right against what the calibrator expected: a few dozen messages alone are
# too few to cut by.
OBSERVED = 0.6
# At most so many of all messages may get a wrong answer, however many are answered.
WRONG_MOST = 0.012
# At most so many of the unanswerable messages meet a question back.
ASKED_IN_VAIN = 0.16
# Shares beyond these are not believed: hardly a labelled message would speak for the rest.
_LEAST, _MOST = 0.01, 0.99
NEVER = 1.01


@dataclass(frozen=True, slots=True)
class Evidence:
    """Judged messages [n], scored by calibrators and matchers that had not seen them.

    sure: probability that the first candidate is right; among: that one of the first three is; chance: that
    any entry is. right, answerable: 1 where it was so. weight: of each message.
    """

    sure: Floats
    among: Floats
    chance: Floats
    right: Floats
    answerable: Floats
    weight: Floats

    @property
    def share(self) -> float:
        """Share of the messages that no entry answers."""
        return _believed(1 - float(np.average(self.answerable, weights=self.weight)))


def unanswerable_share(chance: Floats, before: float) -> float:
    """Share of unlabelled messages [m] that no entry answers.

    chance: probability of being answerable, as learned where a share `before` was unanswerable.
    """
    return _believed(1 - answerable_share(chance.astype(np.float64), 1 - before))


def expected_right(sure: Floats, chance: Floats, before: float, now: float) -> Floats:
    """Probability that the first candidate is right once a share `now`, no longer `before`, is unanswerable."""
    up, down = now / before, (1 - now) / (1 - before)
    right = sure * down
    wrong = np.maximum(chance - sure, 0) * down + np.maximum(1 - np.maximum(chance, sure), 1e-6) * up
    return right / (right + wrong)


def answer_cut(evidence: Evidence, share: float, promise: float = PROMISE) -> float:
    """The lowest score from which on that part of the answers, and a margin, is right when `share` of the
    messages is unanswerable. NEVER where no cut keeps the promise."""
    before = evidence.share
    precision = min(promise + (MARGIN_OF_WORSE if share > before + WORSE else MARGIN), 0.995)
    weight = evidence.weight * _reweighting(evidence.answerable, before, share)
    expected = expected_right(evidence.sure, evidence.chance, before, share)
    good = OBSERVED * evidence.right + (1 - OBSERVED) * expected
    return _lowest(evidence.sure, good, weight, precision)


def traffic_cut(sure: Floats, chance: Floats, before: float, now: float, precision: float) -> float:
    """The lowest score from which on that part of the answers on unlabelled traffic is expected to be right."""
    return _lowest(sure, expected_right(sure, chance, before, now), np.ones(len(sure)), precision)


def ask_cut(evidence: Evidence) -> float:
    """The lowest score at which few enough of the unanswerable messages meet a question."""
    chosen = evidence.answerable == 0
    among, weight = evidence.among[chosen], evidence.weight[chosen]
    order = np.argsort(-among, kind="stable")
    within = np.cumsum(weight[order]) <= ASKED_IN_VAIN * weight.sum()
    # Just above the first one that would be too many.
    return float(np.nextafter(among[order[int(within.sum())]], 2.0))


def pulled(before: float, now: float, how_far: float) -> float:
    """A share between two, that part of the way in log-odds."""
    return float(1 / (1 + np.exp(-(_odds(before) + how_far * (_odds(now) - _odds(before))))))


def _odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _believed(share: float) -> float:
    return min(max(share, _LEAST), _MOST)


def _reweighting(answerable: Floats, before: float, now: float) -> Floats:
    return np.where(answerable > 0, (1 - now) / (1 - before), now / before)


def _lowest(sure: Floats, good: Floats, weight: Floats, precision: float) -> float:
    order = np.argsort(-sure, kind="stable")
    answered = np.cumsum(weight[order])
    right = np.cumsum((weight * good)[order])
    kept = (right >= precision * answered) & (answered - right <= WRONG_MOST * weight.sum())
    # Equal scores are answered together or not at all.
    scores = sure[order]
    kept &= np.append(scores[1:] < scores[:-1], True)
    return float(scores[np.flatnonzero(kept)[-1]]) if kept.any() else NEVER
