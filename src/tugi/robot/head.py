"""Train the head: multinomial logistic regression over the examples. Only training imports this.

With few examples it is solved in the space of their similarities (n unknowns an entry, whatever the number
of n-grams, and exact). With many, an n x n matrix would cost too much memory and n cubed of time: then it is
solved over explicit features of a fixed width (the embedding, and n-grams hashed with signs, whose inner
products keep their similarities in expectation: Weinberger et al. 2009), in time linear in n.
"""

from __future__ import annotations

import numpy as np

from tugi.robot.features import Floats, Ints

STRENGTH = 30.0
ROUNDS = 24
# With so many example-class pairs the last rounds cost more than they bring.
LONG_WORK, FEWER_ROUNDS = 6_000_000, 16
# Curvature assumed in each step. 0.5 is the proven bound; examples that are fitted have far less, and the
# more there are the sooner they are.
CURVATURE, CURVATURE_OF_MANY = 0.1, 0.05
# Chances of so many example-entry pairs are in memory at once.
_CELLS = 16_000_000
_SMALL = 256


def _inverse_lower(lower: Floats) -> Floats:
    """Inverse of a lower triangular matrix, by halves: NumPy alone has none that uses the zeros."""
    size = len(lower)
    if size <= _SMALL:
        return np.linalg.inv(lower)
    half = size // 2
    top, bottom = _inverse_lower(lower[:half, :half]), _inverse_lower(lower[half:, half:])
    out = np.zeros_like(lower)
    out[:half, :half], out[half:, half:] = top, bottom
    out[half:, :half] = -(bottom @ (lower[half:, :half] @ top))
    return out


def _inverse(positive: Floats) -> Floats:
    """Inverse of a positive definite matrix, in a third of the work of the general one."""
    half = _inverse_lower(np.linalg.cholesky(positive))
    return half.T @ half


def _weights(owners: Ints, classes: int) -> Floats:
    """Weight of each example, so that classes weigh the same."""
    counts = np.bincount(owners, minlength=classes)
    return (len(owners) / classes / np.maximum(counts, 1))[owners].astype(np.float32)


def train_head(kernel: Floats, owners: Ints, classes: int) -> Floats:
    """alpha [n, classes] so that kernel @ alpha are the logits; classes weigh the same.

    kernel [n, n] is the joint similarity of the examples. Accelerated fixed-curvature Newton steps.
    """
    weights = _weights(owners, classes)
    damping = CURVATURE * STRENGTH * weights
    inverse = _inverse(kernel + np.diag(1 / damping))
    wanted = np.eye(classes, dtype=np.float32)[owners]
    alpha = ahead = np.zeros((len(kernel), classes), np.float32)
    momentum = 1.0
    for _ in range(ROUNDS):
        chances = _chances(kernel @ ahead)
        slope = ahead + STRENGTH * weights[:, None] * (chances - wanted)
        new = ahead - inverse @ (slope / damping[:, None])
        ahead, momentum = _faster(new, alpha, momentum)
        alpha = new
    return alpha


def train_linear_head(features: Floats, owners: Ints, classes: int) -> Floats:
    """Weights [f, classes] so that features @ weights are the logits; classes weigh the same.

    features [n, f] of the examples, float32. The same steps as in `train_head`, over f unknowns a class.
    """
    weights = _weights(owners, classes)
    scaled = features * np.sqrt(CURVATURE_OF_MANY * STRENGTH * weights)[:, None]
    bend = scaled.T @ scaled
    del scaled
    bend.flat[:: len(bend) + 1] += 1
    inverse = _inverse(bend)
    found = ahead = np.zeros((features.shape[1], classes), np.float32)
    momentum, step = 1.0, max(1, _CELLS // classes)
    rounds = ROUNDS if len(owners) * classes <= LONG_WORK else FEWER_ROUNDS
    for _ in range(rounds):
        slope = ahead.copy()
        for start in range(0, len(owners), step):
            part = slice(start, start + step)
            wrong = _chances(features[part] @ ahead)
            wrong[np.arange(len(wrong)), owners[part]] -= 1
            wrong *= STRENGTH * weights[part, None]
            slope += features[part].T @ wrong
        new = ahead - inverse @ slope
        ahead, momentum = _faster(new, found, momentum)
        found = new
    return found


def _chances(logits: Floats) -> Floats:
    chances = np.exp(logits - logits.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    return chances


def _faster(new: Floats, old: Floats, momentum: float) -> tuple[Floats, float]:
    """Nesterov's step beyond `new`, and the next momentum."""
    faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
    return new + np.float32((momentum - 1) / faster) * (new - old), faster
