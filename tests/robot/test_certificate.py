"""The promise of a certificate, by simulation; and that a careless search would break it."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tugi.robot import certificate
from tugi.robot.certificate import GRID, certify

Floats = NDArray[np.float64]
DRAWS = 1_000
CONFIDENCE = 0.95
# A rate of exactly 5 % shows up to 6.7 % of violations in 1,000 draws with probability 0.99.
SLACK = 0.067


def flat(scores: Floats) -> Floats:
    """The score says nothing, and every threshold is just too bad."""
    return np.full(len(scores), 0.052)


def sloping(scores: Floats) -> Floats:
    """The higher the score, the fewer errors; the target is met from some 0.75 on."""
    return 0.5 * (1 - scores) ** 1.6


def treacherous(scores: Floats) -> Floats:
    """Only the very highest scores are good; just below them all are too bad."""
    return np.where(scores > 0.97, 0.04, 0.07)


WORLDS = (flat, sloping, treacherous)


def true_risks(world: Callable[[Floats], Floats]) -> dict[float, float]:
    """The share of wrong answers from each threshold on, for scores spread evenly."""
    scores = (np.arange(400_000) + 0.5) / 400_000
    rates = world(scores)
    return {threshold: float(rates[scores >= threshold].mean()) for threshold in GRID}


def draw(world: Callable[[Floats], Floats], n: int, seed: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Judged questions of that world: scores and whether the answer was right."""
    chance = np.random.default_rng(seed)
    scores = chance.random(n)
    return scores, chance.random(n) >= world(scores)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("n", [300, 1_500])
def test_over_a_thousand_draws_the_promise_is_kept(world: Callable[[Floats], Floats], n: int) -> None:
    risks = true_risks(world)
    broken = passed = 0
    for seed in range(DRAWS):
        found = certify(*draw(world, n, seed), target=0.05, confidence=CONFIDENCE)
        passed += found.threshold is not None
        broken += found.threshold is not None and risks[found.threshold] > 0.05
    assert broken / DRAWS <= SLACK
    if world is sloping and n == 1_500:
        assert passed / DRAWS > 0.6


def counts_over_time(world: Callable[[Floats], Floats], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answered and wrong so far [looks, thresholds], at a look after every fifth judgement."""
    scores, right = draw(world, 1_500, seed)
    above = scores[:, None] >= np.array(GRID)
    return above.cumsum(0)[4::5], (above & ~right[:, None]).cumsum(0)[4::5]


@pytest.mark.parametrize("world", WORLDS)
def test_the_promise_is_kept_however_often_one_looks(world: Callable[[Floats], Floats]) -> None:
    risks = np.array(list(true_risks(world).values()))
    most = allowed(lambda k, n: certificate.evidence(k, n, 0.05) >= math.log(len(GRID) / (1 - CONFIDENCE)))
    broken = 0
    for seed in range(DRAWS):
        answered, errors = counts_over_time(world, seed)
        broken += bool(((errors <= most[answered]) & (risks > 0.05)).any())
    assert broken / DRAWS <= SLACK


def test_a_search_point_by_point_breaks_the_promise() -> None:
    """The same worlds tell a careless procedure from a careful one: so the tests above can fail."""
    most = allowed(lambda k, n: certificate.p_value(k, n, 0.05) <= 1 - CONFIDENCE)
    with_grid = allowed(lambda k, n: certificate.p_value(k, n, 0.05) <= (1 - CONFIDENCE) / len(GRID))
    once = often = often_with_grid = 0
    for seed in range(DRAWS):
        answered, errors = counts_over_time(flat, seed)
        passes = errors <= most[answered]
        once += bool(passes[-1].any())
        often += bool(passes.any())
        often_with_grid += bool((errors <= with_grid[answered]).any())
    assert once / DRAWS > SLACK
    assert often / DRAWS > 0.3
    # Bonferroni over the thresholds alone does not make up for looking again and again.
    assert often_with_grid / DRAWS > 0.05


def allowed(passes: Callable[[int, int], bool]) -> NDArray[np.int64]:
    """For each number of answers up to 1,500, the most errors that still pass; -1 for none."""
    most = np.full(1_501, -1)
    errors = -1
    for n in range(1, 1_501):
        while passes(errors + 1, n):
            errors += 1
        most[n] = errors
    return most


def test_known_figures() -> None:
    """Answered questions for targets of 5, 2 and 1 % in one look, from the literature's tables."""
    for target, counts in ((0.05, (59, 93, 124, 208)), (0.02, (149, 236, 313, 523)), (0.01, (299, 473, 628, 1049))):
        for errors, n in zip((0, 1, 2, 5), counts, strict=True):
            assert certificate.p_value(errors, n, target) <= 0.05 < certificate.p_value(errors, n - 1, target)
    assert certificate.upper_bound(0, 100, 0.95) == pytest.approx(1 - 0.05 ** (1 / 100), abs=1e-9)
    assert certificate.upper_bound(3, 50, 0.975) == pytest.approx(0.16548, abs=1e-5)
    assert certificate.lower_bound(47, 50, 0.975) == pytest.approx(1 - 0.16548, abs=1e-5)
    assert certificate.at_least(3, 10, 0.1) == pytest.approx(0.0701908264)
    assert certificate.needed(0, 0.05, 0.95) == 123
    assert certificate.needed(2, 0.05, 0.95, answered=100) == 125


def test_the_figures_that_shops_are_told() -> None:
    """Those of docs/robot.md."""
    totals = {(0.05, 0): 123, (0.05, 1): 177, (0.05, 3): 267, (0.02, 0): 313}
    for (target, errors), total in totals.items():
        assert errors + certificate.needed(errors, target, 0.95, answered=errors) == total
    example = certify([0.99] * 212, [False] + [True] * 211, target=0.05, confidence=0.95)
    assert (example.answered, example.errors) == (212, 1)
    assert example.bound is not None
    assert 0.041 < example.bound <= 0.042


def test_so_many_more_and_it_is_certified() -> None:
    before = certify([0.99] * 90, [True] * 88 + [False] * 2, target=0.05, confidence=0.95)
    assert before.threshold is None
    more = before.needed
    scores, right = [0.99] * (90 + more), [True] * (88 + more) + [False] * 2
    assert certify(scores, right, target=0.05, confidence=0.95).threshold == 0.5
    assert certify(scores[1:], right[1:], target=0.05, confidence=0.95).threshold is None


def test_nothing_judged_certifies_nothing() -> None:
    found = certify([], [], target=0.05, confidence=0.95)
    assert (found.threshold, found.answered, found.bound, found.needed) == (None, 0, None, 123)


judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=200)
shares = st.floats(0.01, 0.3)


@given(st.integers(0, 400), st.integers(0, 400), shares)
def test_more_errors_never_lower_a_bound(errors: int, more: int, target: float) -> None:
    n = 800
    for bound in (certificate.upper_bound, certificate.lasting_bound):
        assert bound(errors, n, 0.95) <= bound(errors + more, n, 0.95) + 1e-12
    assert certificate.evidence(errors, n, target) >= certificate.evidence(errors + more, n, target)
    assert certificate.upper_bound(errors, n, 0.95) <= certificate.lasting_bound(errors, n, 0.95)


@given(judged, shares, st.data())
def test_one_more_error_never_brings_more_answers(
    questions: list[tuple[float, bool]], target: float, data: st.DataObject
) -> None:
    questions += [(0.99, True)] * 400
    before = certify(*zip(*questions, strict=True), target=target, confidence=0.9)
    place = data.draw(st.integers(0, len(questions) - 1))
    questions[place] = (questions[place][0], False)
    after = certify(*zip(*questions, strict=True), target=target, confidence=0.9)
    assert (after.threshold or math.inf) >= (before.threshold or math.inf)
    assert after.needed >= before.needed


@given(judged, shares)
def test_a_certificate_is_what_it_says(questions: list[tuple[float, bool]], target: float) -> None:
    questions += [(0.95, True)] * 300
    scores, right = (list(column) for column in zip(*questions, strict=True))
    found = certify(scores, right, target=target, confidence=0.9)
    assert found.cases == len(questions)
    if found.threshold is not None:
        kept = [good for score, good in questions if score >= found.threshold]
        assert (found.answered, found.errors) == (len(kept), kept.count(False))
        assert found.bound is not None
        assert found.errors / found.answered <= found.bound <= target + 1e-9
        assert found.needed == 0
