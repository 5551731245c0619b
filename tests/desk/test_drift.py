"""Drift by itself: what counts as another spread of scores, and what share of traffic can be answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tugi.desk.answering.drift import has_shifted, spread, stability_index
from tugi.robot.shift import answerable_share


def scores(seed: int, count: int, answerable: float) -> list[float]:
    """Calibrated probabilities of traffic of which this share can be answered."""
    chance = np.random.default_rng(seed)
    given = chance.beta(0.8, 0.8, 200_000)
    hit = chance.random(len(given)) < given
    right, wrong = given[hit], given[~hit]
    some = int(count * answerable)
    return [float(one) for one in np.concatenate([right[:some], wrong[: count - some]])]


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_the_answerable_share_is_found_without_labels(share: float) -> None:
    found = [answerable_share(scores(seed, 600, share), 0.5) for seed in range(5)]
    assert abs(float(np.mean(found)) - share) < 0.05
    assert answerable_share([], 0.4) == 0.4


def test_the_same_traffic_is_no_drift_and_other_traffic_is() -> None:
    alarms = sum(has_shifted(spread(scores(seed, 400, 0.6)), scores(seed + 100, 200, 0.6)) for seed in range(40))
    assert alarms == 0
    assert all(has_shifted(spread(scores(seed, 400, 0.6)), scores(seed + 100, 200, 0.3)) for seed in range(40))


def test_too_few_scores_say_nothing() -> None:
    assert spread([0.9] * 99) == {}
    assert not has_shifted({}, [0.1] * 200)
    assert not has_shifted(spread([0.9] * 100), [0.1] * 99)
    assert has_shifted(spread([0.9] * 100), [0.1] * 100)


@given(st.lists(st.floats(0, 1), min_size=5, max_size=20))
def test_a_score_is_itself_however_it_was_kept(values: list[float]) -> None:
    """A verdict keeps four decimals in single precision; the certificate has all of them."""
    values *= 20
    kept = [float(np.float32(round(value, 4))) for value in values]
    assert not has_shifted(spread(values), kept)
    reference = spread(values)
    assert stability_index(reference["shares"], reference["shares"]) == 0
