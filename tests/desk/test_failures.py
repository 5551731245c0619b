"""Why something failed is kept as a code with what goes with it, and what earlier releases have kept is still read."""

import pytest

from tugi.desk.answering import failures
from tugi.desk.answering.failures import Failed, Failure

OLD = "The worker ended in the middle of learning; another one began anew."


@pytest.mark.parametrize("code", failures.CODES)
@pytest.mark.parametrize("detail", ["", "600", "tugi.json: known are pooling, prefix", "a: b: c"])
def test_what_is_kept_is_read_again(code: failures.Code, detail: str) -> None:
    assert failures.read(Failure(code, detail).stored()) == Failure(code, detail)


def test_sentences_of_earlier_releases_are_shown_as_they_are() -> None:
    assert failures.read(OLD) == Failure("other", OLD)
    assert failures.read("the engine: gone") == Failure("other", "the engine: gone")
    assert failures.read(None) is None


def test_errors_and_children_leave_a_code() -> None:
    assert failures.of(Failed("too_slow", "600")) == Failure("too_slow", "600")
    assert failures.of(ValueError("no such column")) == Failure("other", "no such column")
    assert failures.of_child("engine: the weights are missing\n", 1) == Failure("engine", "the weights are missing")
    assert failures.of_child("MemoryError", 1) == Failure("ended", "MemoryError")
    assert failures.of_child("", -9) == Failure("ended", "-9")


def test_nothing_kept_is_longer_than_a_row_should_be() -> None:
    assert len(Failure("engine", "x" * 5_000).stored()) == failures.LONGEST
