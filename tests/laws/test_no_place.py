"""Tracked files name no folder of one machine and no registry's host: they are true everywhere."""

import re

from laws.source import files, text

# Written so that this file does not find itself.
PLACES = re.compile(
    r"(^|[^a-z.])/(w[o]rk|f[a]rm)/|/r[o]ot/|/h[o]me/[a-z]+/"
    r"|//registry\.[a-z]+\.org|//files\.[a-z]+\.org|//deb\.[a-z]+\.org|p[y]pi\.org/simple",
    re.M,
)


def test_no_machine_path_and_no_registry_host() -> None:
    found = []
    for path in files():
        for number, line in enumerate(text(path).splitlines(), 1):
            if len(line) < 2000 and PLACES.search(line):
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    assert found == []


def test_locks_hold_hashes_and_no_address() -> None:
    for path in files(".lock"):
        pinned = re.findall(r"^\S+==\S+", text(path), re.M)
        assert pinned, path
        assert text(path).count("--hash=sha256:") >= len(pinned), path
        assert "://" not in text(path), path
    assert '"resolved"' not in text("package-lock.json")
