"""Traffic shifts: what share of it the knowledge can answer, estimated without anybody judging."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def answerable_share(probabilities: Sequence[float] | NDArray[np.float64], prior: float, *, rounds: int = 500) -> float:
    """The share of messages whose first entry is right, by expectation maximisation.

    Saerens, Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori probabilities".
    probabilities: calibrated where the share was `prior`. The prior itself when there are none.
    """
    given = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    prior = min(max(prior, 1e-6), 1 - 1e-6)
    if not len(given):
        return prior
    share = prior
    for _ in range(rounds):
        yes = given * share / prior
        no = (1 - given) * (1 - share) / (1 - prior)
        new = min(max(float((yes / (yes + no)).mean()), 1e-6), 1 - 1e-6)
        if abs(new - share) < 1e-6:
            return new
        share = new
    return share


def standard_error(probabilities: Sequence[float] | NDArray[np.float64], prior: float, share: float) -> float:
    """The standard error of an `answerable_share` estimated from these probabilities, by its Fisher information."""
    given = np.clip(np.asarray(probabilities, np.float64), 1e-6, 1 - 1e-6)
    prior = min(max(prior, 1e-6), 1 - 1e-6)
    yes, no = given / prior, (1 - given) / (1 - prior)
    slopes = (yes - no) / (share * yes + (1 - share) * no)
    information = float((slopes**2).sum())
    return information**-0.5 if information > 0 else 1.0
