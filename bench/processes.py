"""What a process tree uses, read from /proc, PostgreSQL's share left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds since the start and resident megabytes now, of a whole tree."""

    cpu_s: float
    rss_mb: float


def tree(pid: int) -> Iterator[int]:
    """The process and its descendants; a PostgreSQL among them is not followed."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return
    if name == "postgres":
        return
    yield pid
    for task in _folders(f"/proc/{pid}/task"):
        try:
            children = Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def usage(pid: int) -> Usage:
    """What the tree of this process uses. A process that has ended meanwhile counts nothing."""
    ticks = 0
    kilobytes = 0
    for member in tree(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            status = Path(f"/proc/{member}/status").read_text()
        except OSError:
            continue
        # Fields 14 to 17 of proc(5): own and waited-for children's user and system time.
        ticks += sum(int(value) for value in fields[11:15])
        kilobytes += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return Usage(ticks / _TICK, kilobytes / 1024)


def _folders(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
