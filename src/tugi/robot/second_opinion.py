"""A second opinion: somebody who read question and answer says, 0 to 1, how well they fit, and how much that weighs
is learned from questions that people judged. Until they show that it tells right from wrong, it weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tugi.robot.features import Floats

# Judged questions that carry an opinion before any weight is learned.
NEEDED = 100
# How strongly the weight is pulled to zero.
RIDGE = 0.5
# How much likelier (in nats) the judgements must be with the opinion than without it: chance alone gives as much
# in about one shop of a hundred.
EVIDENT = 3.0
_SUREST = 1e-9


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Moves a probability by `slope` (never negative) log odds for each unit of fits above `middle`."""

    slope: float = 0.0
    middle: float = 0.5

    def adjusted(self, probability: float, fits: float | None) -> float:
        """The probability of being right, given how well the answer fits; as it was where nobody said."""
        if fits is None or not self.slope:
            return probability
        return float(_sigmoid(_log_odds(np.array(probability)) + self.slope * (fits - self.middle)))

    def careful(self, probability: float, fits: float | None) -> float:
        """The lower of the two probabilities: what a robot goes by that an opinion can only hold back."""
        return min(probability, self.adjusted(probability, fits))

    def to_json(self) -> dict[str, float]:
        """Plain JSON values."""
        return {"slope": self.slope, "middle": self.middle}


NO_OPINION = SecondOpinion()


def opinion_from_json(data: Mapping[str, Any] | None) -> SecondOpinion:
    """A `SecondOpinion` from its `to_json`; None, in models of before, weighs nothing. Raises KeyError, ValueError."""
    return NO_OPINION if data is None else SecondOpinion(float(data["slope"]), float(data["middle"]))


def learn_opinion(probability: Floats, fits: Floats, right: Floats, weight: Floats) -> SecondOpinion:
    """What opinions weigh, from judged questions [n]: probabilities by calibrators that had not seen them, opinions,
    whether the answer was right (0 or 1), weights. Nothing, with too few, with one outcome alone or without evidence.
    """
    if len(fits) < NEEDED or right.min() == right.max():
        return NO_OPINION
    middle = float(np.average(fits, weights=weight))
    away, start = fits - middle, _log_odds(probability)
    slope = 0.0
    for _ in range(50):
        chance = _sigmoid(start + slope * away)
        pull = float((weight * (chance - right) * away).sum()) + RIDGE * slope
        bend = float((weight * chance * (1 - chance) * away**2).sum()) + RIDGE
        # At most one at a time: far from the best slope the curve is flat, and a whole step would overshoot.
        moved = max(0.0, slope - float(np.clip(pull / bend, -1.0, 1.0)))
        if abs(moved - slope) < 1e-6:
            break
        slope = moved
    gain = _likelihood(start + slope * away, right, weight) - _likelihood(start, right, weight)
    return SecondOpinion(slope, middle) if gain >= EVIDENT else NO_OPINION


def _likelihood(odds: Floats, right: Floats, weight: Floats) -> float:
    return -float((weight * np.logaddexp(0.0, np.where(right > 0, -odds, odds))).sum())


def _log_odds(probability: Floats) -> Floats:
    held = np.clip(probability, _SUREST, 1 - _SUREST)
    return np.log(held / (1 - held))


def _sigmoid(values: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))
