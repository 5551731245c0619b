"""The project's own files, as the laws read them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files(*endings: str, under: str = "") -> list[str]:
    """Paths of tracked files and of those to be added, with one of these endings, under a folder."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", under or "."]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = sorted(set(listed.splitlines()))
    return [path for path in found if path.endswith(endings or "") and (ROOT / path).is_file()]


@cache
def text(path: str) -> str:
    """Contents of one of them; what is no text is empty."""
    try:
        return (ROOT / path).read_text()
    except UnicodeDecodeError:
        return ""
