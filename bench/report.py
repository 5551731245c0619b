"""Figures: one JSON line each on standard output."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(
    name: str,
    value: float,
    unit: str,
    *,
    times_ms: Sequence[float] = (),
    cpu_ms: float | None = None,
    rss_mb: float | None = None,
    failures: int = 0,
    target: str = "",
    also: Mapping[str, float] | None = None,
) -> None:
    """Print a figure. times_ms: of which p50 and p99 are told. target: what the issue asks of it.

    failures: requests that were refused; a figure with any says only that the machine was too busy.
    also: further figures by name.
    """
    line: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    line["p50"] = round(percentile(times_ms, 0.5), 2) if times_ms else None
    line["p99"] = round(percentile(times_ms, 0.99), 2) if times_ms else None
    line["cpu_ms"] = round(cpu_ms, 2) if cpu_ms is not None else None
    line["rss_mb"] = round(rss_mb, 1) if rss_mb is not None else None
    if failures:
        line["failures"] = failures
    line["target"] = target
    line |= {key: round(figure, 2) for key, figure in (also or {}).items()}
    print(json.dumps(line), flush=True)
