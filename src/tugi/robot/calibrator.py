"""From features to the probability of being right: two small logistic regressions.

One says whether the first candidate is the right entry, the other whether the right one is among the
first three. They are learned on labelled messages of other shops (the pool), then moved towards the
shop's own labelled messages as those come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tugi.robot.features import Floats

# How strongly weights are pulled to zero; strong, because a dozen sets are few for some 26 features.
RIDGE = 100.0
# The pool's say against n messages of the shop: as much as this share of n, for at most so many.
POOL_SHARE, POOL_MOST = 0.3, 300
# How strongly each weight is held near the pool's besides, for what the pool's curvature leaves loose.
NEARNESS = 30.0
_CLIP = 6.0


@dataclass(frozen=True, slots=True)
class Logistic:
    """Standardises features [f] with mean and spread, then weighs them; the last weight is the bias."""

    mean: Floats
    spread: Floats
    weights: Floats

    def probability(self, features: Floats) -> float:
        """Probability for one message's features."""
        return float(self.probabilities(features[None, :])[0])

    def probabilities(self, features: Floats) -> Floats:
        """Probabilities [n] for rows of features [n, f]."""
        return _sigmoid(self.standardise(features) @ self.weights)

    def standardise(self, features: Floats) -> Floats:
        """Features [n, f] as standard scores, cut at six, with a last column of ones."""
        scaled = np.clip((features - self.mean) / self.spread, -_CLIP, _CLIP)
        return np.concatenate([scaled, np.ones((len(scaled), 1))], axis=1)

    def to_json(self) -> dict[str, list[float]]:
        """Plain JSON values."""
        return {
            "mean": [float(value) for value in self.mean],
            "spread": [float(value) for value in self.spread],
            "weights": [float(value) for value in self.weights],
        }


def logistic_from_json(data: Mapping[str, Any]) -> Logistic:
    """A `Logistic` from its `to_json`. Raises KeyError or ValueError when it does not fit together."""
    mean, spread, weights = (np.array(data[name], np.float64) for name in ("mean", "spread", "weights"))
    if not len(mean) == len(spread) == len(weights) - 1:
        raise ValueError("mean, spread and weights of a calibrator differ in length")
    return Logistic(mean, spread, weights)


def fit_logistic(features: Floats, right: Floats, weights: Floats) -> Prior:
    """Fit to labelled messages: features [n, f], right [n] in 0..1, weight of each message [n].

    The curvature is that of one message.
    """
    mean = np.average(features, axis=0, weights=weights)
    spread = np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weights)) + 1e-6
    start = Logistic(mean, spread, np.zeros(features.shape[1] + 1))
    standard = start.standardise(features)
    prior = np.eye(len(start.weights)) * RIDGE
    prior[-1, -1] = 1e-6
    found = _newton(standard, right, weights, start.weights, prior)
    chance = _sigmoid(standard @ found)
    curvature = (standard * (weights * chance * (1 - chance))[:, None]).T @ standard / weights.sum()
    return Prior(Logistic(mean, spread, found), curvature)


def _sigmoid(values: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -30, 30)))


def _newton(standard: Floats, right: Floats, weights: Floats, centre: Floats, prior: Floats) -> Floats:
    """Weights that fit best while staying near `centre` as the precision matrix `prior` demands."""
    found = centre.copy()
    for _ in range(30):
        chance = _sigmoid(standard @ found)
        slope = standard.T @ (weights * (chance - right)) + prior @ (found - centre)
        bend = (standard * (weights * chance * (1 - chance))[:, None]).T @ standard + prior
        step = np.linalg.solve(bend, slope)
        found = found - step
        if float(np.abs(step).max()) < 1e-6:
            break
    return found


@dataclass(frozen=True, slots=True)
class Prior:
    """A regression learned on other shops' messages, with its curvature: how firmly each weight is held."""

    logistic: Logistic
    curvature: Floats

    def moved(self, features: Floats, right: Floats, weights: Floats) -> Logistic:
        """Moved towards the shop's own labelled messages; itself where there are none.

        features [n, f], right [n] in 0..1, weights [n]: the shop's messages and whether the claim held.
        """
        if not len(right):
            return self.logistic
        start, size = self.logistic, float(weights.sum())
        standard = start.standardise(features)
        prior = self.curvature * POOL_SHARE * min(size, POOL_MOST) + np.eye(len(start.weights)) * NEARNESS
        return Logistic(start.mean, start.spread, _newton(standard, right, weights, start.weights, prior))


@dataclass(frozen=True, slots=True)
class Pool:
    """What was learned on other shops' labelled messages, with or without embeddings.

    answer: the first candidate is right; ask: one of the first three is; answerable: any entry is.
    share: of the pool's messages that no entry answers. The cuts are for a shop without labelled messages.
    """

    answer: Prior
    ask: Prior
    answerable: Prior
    share: float
    answer_cut: float
    ask_cut: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        priors = {name: getattr(self, name) for name in _PRIORS}
        return {
            **{name: prior.logistic.to_json() for name, prior in priors.items()},
            **{f"{name}_curvature": prior.curvature.tolist() for name, prior in priors.items()},
            "share": self.share,
            "answer_cut": self.answer_cut,
            "ask_cut": self.ask_cut,
        }


_PRIORS = ("answer", "ask", "answerable")


def pool_from_json(data: Mapping[str, Any]) -> Pool:
    """A `Pool` from its `to_json`."""
    answer, ask, answerable = (
        Prior(logistic_from_json(data[name]), np.array(data[f"{name}_curvature"], np.float64)) for name in _PRIORS
    )
    return Pool(answer, ask, answerable, float(data["share"]), float(data["answer_cut"]), float(data["ask_cut"]))
