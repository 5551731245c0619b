"""A table is written by one file: only there can its rules be read and kept."""

import re
from collections import defaultdict

from laws.source import files, text

# pgqueuer's own tables; our only file that touches them is core/jobs.py.
FOREIGN = re.compile("pgqueuer")
# Filled with history by the demo, which moves no state machine.
SEEDING = "src/tugi/demo/"


def tables() -> set[str]:
    """Every table that the migrations make."""
    found: set[str] = set()
    for path in files(".sql", under="src/tugi/migrations"):
        found |= set(re.findall(r"create\s+(?:unlogged\s+)?table\s+(?:if not exists\s+)?(\w+)", text(path), re.I))
    return {name for name in found if not FOREIGN.search(name)}


def writers() -> dict[str, set[str]]:
    """For each table the files that insert into it, change it or delete from it."""
    verb = r"\b(?:insert\s+into|update(?:\s+only)?|delete\s+from|merge\s+into|truncate(?:\s+table)?|copy)\s+(\w+)"
    known, found = tables(), defaultdict[str, set[str]](set)
    for path in files(".py", under="src"):
        if not path.startswith(SEEDING):
            # A statement written as several literals is one statement.
            joined = re.sub(r'"\s*\n\s*f?"', "", text(path))
            for name in re.findall(verb, joined, re.I):
                if name in known:
                    found[name].add(path)
    return found


def test_each_table_has_one_writer() -> None:
    assert tables(), "the migrations make no table"
    several = {name: sorted(paths) for name, paths in writers().items() if len(paths) > 1}
    assert several == {}
