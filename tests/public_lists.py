"""Public lists of hostile strings, where they lie beside the project; a clone alone tries the project's own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

PLACE = Path(os.environ.get("TUGI_HOSTILE", Path(__file__).resolve().parents[2] / "shared" / "data" / "hostile"))


def naughty_strings() -> list[str]:
    """The Big List of Naughty Strings (github.com/minimaxir/big-list-of-naughty-strings)."""
    return json.loads(_text("naughty-strings.json") or "[]")


def scripts() -> list[str]:
    """Scripts in disguise, one a line (github.com/payloadbox/xss-payload-list)."""
    return _text("xss-payloads.txt").splitlines()


def _text(name: str) -> str:
    """The file's text; nothing, and loudly so, where it is not to be had."""
    file = PLACE / name
    if file.exists():
        return file.read_text(encoding="utf-8", errors="replace")
    if sys.__stderr__:
        sys.__stderr__.write(f"!!! LEFT OUT: {name}, which TUGI_HOSTILE names the folder of\n")
    return ""
