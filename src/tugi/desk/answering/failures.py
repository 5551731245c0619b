"""Why a training or a replay failed: a closed code that people read in their language, and what the machine said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Code: TypeAlias = Literal["too_little", "stopped", "died", "too_slow", "engine", "model", "ended", "worker", "other"]
CODES: tuple[Code, ...] = get_args(Code)
LONGEST = 500
_MARK = ": "


@dataclass(frozen=True, slots=True)
class Failure:
    """code: too_little (fewer than two entries with examples), stopped, died (with the process that learned), too_slow,
    engine, model (its file cannot be read), ended (the child process, early), worker (its log says why), other.

    detail: what goes with it, "" for nothing: seconds of too_slow, else the machine's own words, for the operator.
    """

    code: Code
    detail: str = ""

    def stored(self) -> str:
        """As the tables keep it; `read` is the way back."""
        return f"{self.code}{_MARK}{self.detail}"[:LONGEST] if self.detail else self.code


class Failed(Exception):
    """Something ended without what was wanted."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(detail or code)
        self.failure = Failure(code, detail)


def read(text: str | None) -> Failure | None:
    """A failure as a table keeps it. A sentence that an earlier release has stored is "other" with that sentence."""
    if text is None:
        return None
    code, _, detail = text.partition(_MARK)
    return Failure(code, detail) if code in CODES else Failure("other", text)


def of(error: Exception) -> Failure:
    """What to keep of an error."""
    return error.failure if isinstance(error, Failed) else Failure("other", str(error))


def of_child(last_words: str, exit_code: int) -> Failure:
    """Why a child process ended early: its last line if that is a stored failure, else all that is known."""
    said = read(last_words.strip())
    if said is not None and said.code != "other":
        return said
    return Failure("ended", last_words.strip() or str(exit_code))
