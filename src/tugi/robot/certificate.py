"""Certificates: from which score on, at most a given share of the robot's answers is wrong, and how sure that is.

Learn then Test (Angelopoulos et al. 2021, arXiv 2110.01052): a grid of thresholds fixed beforehand, for each a
p-value of "more than `target` of the answers from this score on are wrong", Bonferroni over the grid, the lowest
threshold that passes. A shop looks again after every judgement, and exact binomial p-values looked at again and
again break their promise (8 % instead of 5 % in a simulation of ours). Therefore a threshold passes by a test
martingale (Ville's inequality; Howard et al. 2021, arXiv 1810.08240): the promise holds however often one looks,
for about a fifth more judged answers. The exact binomial tests are here for what is looked at once.

What it rests on: judged questions are drawn like later traffic, and the model did not learn from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Probabilities at which a certificate may begin. Written down here, before any question was judged.
GRID: tuple[float, ...] = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98)
# The martingale bets that the true share of wrong answers is one of these shares of the target.
_BETS = np.array([0.05, 0.2, 0.45])
_STAKES = np.array([0.35, 0.3, 0.35])
# No shop judges more than this; beyond it a target cannot be reached by waiting.
MOST_NEEDED = 100_000


def at_most(errors: int, n: int, share: float) -> float:
    """P(Bin(n, share) <= errors), exact."""
    if errors >= n:
        return 1.0
    if errors < 0:
        return 0.0
    k = np.arange(errors + 1)
    if share <= 0 or share >= 1:
        return 1.0 if share <= 0 else 0.0
    logs = _log_choose(n, k) + k * math.log(share) + (n - k) * math.log1p(-share)
    top = float(logs.max())
    return min(1.0, math.exp(top) * float(np.exp(logs - top).sum()))


def at_least(errors: int, n: int, share: float) -> float:
    """P(Bin(n, share) >= errors), exact."""
    return at_most(n - errors, n, 1 - share)


def p_value(errors: int, n: int, target: float) -> float:
    """Exact binomial p-value of "more than `target` of such answers are wrong"; valid for one look only."""
    return at_most(errors, n, target) if n else 1.0


def upper_bound(errors: int, n: int, confidence: float) -> float:
    """Clopper and Pearson's upper bound on the share of wrong answers; valid for one look only."""
    if errors >= n:
        return 1.0
    return _root(lambda share: at_most(errors, n, share) > 1 - confidence)


def lower_bound(right: int, n: int, confidence: float) -> float:
    """Clopper and Pearson's lower bound on the share of right answers; valid for one look only."""
    return 1 - upper_bound(n - right, n, confidence) if n else 0.0


def evidence(errors: int, n: int, target: float) -> float:
    """Log of the martingale against "more than `target` of such answers are wrong"; log(1 / delta) convinces.

    Under that claim its exponential stays below 1 / delta for ever with probability 1 - delta.
    """
    return float(_evidence(np.array([errors]), np.array([n]), target)[0])


def _evidence(errors: NDArray[np.int64], n: NDArray[np.int64], target: float) -> NDArray[np.float64]:
    gains = np.log1p(-_BETS * target) - math.log1p(-target)
    logs = errors[:, None] * np.log(_BETS) + (n - errors)[:, None] * gains + np.log(_STAKES)
    top = logs.max(1)
    return top + np.log(np.exp(logs - top[:, None]).sum(1))


def lasting_bound(errors: int, n: int, confidence: float, grid: int = len(GRID)) -> float:
    """Upper bound on the share of wrong answers that holds at every look and at each of `grid` thresholds."""
    wanted = math.log(grid / (1 - confidence))
    if evidence(errors, n, 1 - 1e-12) < wanted:
        return 1.0
    return _root(lambda share: evidence(errors, n, share) < wanted)


def needed(errors: int, target: float, confidence: float, grid: int = len(GRID), answered: int = 0) -> int:
    """How many more judged answers, all right, certify a threshold with `errors` wrong of `answered` so far."""
    return int(_needed(np.array([errors]), np.array([answered]), target, math.log(grid / (1 - confidence)))[0])


def _needed(errors: NDArray[np.int64], answered: NDArray[np.int64], target: float, wanted: float) -> NDArray[np.int64]:
    low, high = np.maximum(answered, errors), np.full(len(errors), MOST_NEEDED)
    high = np.maximum(low, high)
    while (low < high).any():
        middle = (low + high) // 2
        enough = _evidence(errors, middle, target) >= wanted
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    return high - answered


@dataclass(frozen=True, slots=True)
class Statement:
    """What the judged questions show.

    threshold: the lowest that passed, None when none did; then the other figures are of the threshold with any
    answer that needs the fewest more. bound: the lasting upper bound there, None without an answered question.
    needed: more judged answers, all right, until it passes; 0 when it has.
    """

    threshold: float | None
    cases: int
    answered: int
    errors: int
    bound: float | None
    needed: int


def certify(
    scores: NDArray[np.float64] | Sequence[float],
    right: NDArray[np.bool_] | Sequence[bool],
    *,
    target: float,
    confidence: float,
    grid: Sequence[float] = GRID,
) -> Statement:
    """Test every threshold of the grid on judged questions: their scores and whether the answer was right."""
    given, thresholds = np.asarray(scores, np.float64), np.sort(np.asarray(grid, np.float64))
    wrong = ~np.asarray(right, np.bool_)
    above = given[:, None] >= thresholds
    answered, errors = above.sum(0), (above & wrong[:, None]).sum(0)
    wanted = math.log(len(grid) / (1 - confidence))
    passes = _evidence(errors, answered, target) >= wanted
    lacking = np.zeros(len(grid), np.int64) if passes.any() else _needed(errors, answered, target, wanted)
    # An empty threshold lacks the least wherever there are errors, and says nothing.
    lacking = np.where((answered > 0) | (answered.max() == 0), lacking, MOST_NEEDED)
    place = int(np.argmax(passes)) if passes.any() else int(np.argmin(lacking))
    n, k = int(answered[place]), int(errors[place])
    return Statement(
        threshold=float(thresholds[place]) if passes.any() else None,
        cases=len(given),
        answered=n,
        errors=k,
        bound=lasting_bound(k, n, confidence, len(grid)) if n else None,
        needed=int(lacking[place]),
    )


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    return logs[n] - logs[k] - logs[n - k]


def _root(below: Callable[[float], bool]) -> float:
    """The share at which `below` turns from true to false, from above, so that a bound is never too low."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if below(middle):
            low = middle
        else:
            high = middle
    return high
