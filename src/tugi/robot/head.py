"""Train the head: multinomial logistic regression over the examples, solved in the space of their
similarities. Only training imports this; serving needs nothing but its `alpha`.

With n examples the exact problem has n unknowns an entry whatever the number of n-grams, so 1,600
examples of 150 entries take two seconds where the usual solver takes twelve, to the same accuracy.
"""

from __future__ import annotations

import numpy as np

from tugi.robot.features import Floats, Ints

STRENGTH = 30.0
ROUNDS = 40
# Curvature assumed in each step. 0.5 is the proven bound; examples that are fitted have far less.
CURVATURE = 0.1


def train_head(kernel: Floats, owners: Ints, entries: int) -> Floats:
    """alpha [n, entries] so that kernel @ alpha are the logits; entries weigh the same.

    kernel [n, n] is the joint similarity of the examples. Accelerated fixed-curvature Newton steps.
    """
    size = len(kernel)
    counts = np.bincount(owners, minlength=entries)
    weights = (size / entries / np.maximum(counts, 1))[owners].astype(np.float32)
    damping = CURVATURE * STRENGTH * weights
    inverse = np.linalg.inv(kernel + np.diag(1 / damping)).astype(np.float32)
    wanted = np.eye(entries, dtype=np.float32)[owners]
    alpha = ahead = np.zeros((size, entries), np.float32)
    momentum = 1.0
    for _ in range(ROUNDS):
        logits = kernel @ ahead
        chances = np.exp(logits - logits.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        slope = ahead + STRENGTH * weights[:, None] * (chances - wanted)
        new = ahead - inverse @ (slope / damping[:, None])
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + np.float32((momentum - 1) / faster) * (new - alpha)
        alpha, momentum = new, faster
    return alpha
