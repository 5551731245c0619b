"""The only place that reads a clock, so that tests can move time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Source = Callable[[], datetime]


def _system() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


_source: Source = _system


def now() -> datetime:
    """The present moment, timezone-aware UTC."""
    return _source()


def monotonic() -> float:
    """Seconds on a clock that never jumps; only differences mean something."""
    return time.monotonic()


def set_source(source: Source | None) -> None:
    """Replace the clock (tests); None restores the system's."""
    global _source
    _source = source or _system
