"""An entry as a Markdown file: front matter, a heading, the answer, and a list of questions."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from tugi.desk.knowledge.pieces import Reading, piece_of
from tugi.desk.people.checks import LANGUAGES

_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")
_QUESTIONS = frozenset(
    {"questions", "examples", "küsimused", "näited", "kysymykset", "esimerkit", "pytania", "przykłady"}
)


def read_markdown(name: str, text: str, main_language: str, reading: Reading) -> None:
    """Add the file's entry to the reading.

    Without front matter, key and language come from the name: `delivery.et.md` or `et/delivery.md`.
    """
    front, lines = _front_matter(text.replace("\r\n", "\n").split("\n"))
    title, answer, questions = _sections(lines)
    path = PurePosixPath(name)
    stem, _, ending = path.stem.rpartition(".")
    named = ending if stem and ending in LANGUAGES else None
    folder = path.parent.name if path.parent.name in LANGUAGES else None
    language = front.get("language") or named or folder or main_language
    data: dict[str, Any] = {
        "key": front.get("key") or (stem if named else path.stem),
        "policy": front.get("policy"),
        "valid_from": front.get("valid_from"),
        "valid_until": front.get("valid_until"),
        "titles": {language: front.get("title") or title},
        "answers": {language: answer},
        "examples": {language: questions} if questions else {},
    }
    piece_of(1, data, reading)


def _front_matter(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    if not lines or lines[0].strip() != "---":
        return {}, lines
    for end, line in enumerate(lines[1:], 1):
        if line.strip() == "---":
            pairs = (item.partition(":") for item in lines[1:end] if ":" in item)
            front = {key.strip().lower(): value.strip().strip("\"'") for key, _, value in pairs}
            return {key: value for key, value in front.items() if value}, lines[end + 1 :]
    return {}, lines


def _sections(lines: list[str]) -> tuple[str, str, list[str]]:
    """Title (the first heading), answer (the rest), and the items below a heading "Questions"."""
    title, body, questions, asking = "", list[str](), list[str](), False
    for line in lines:
        heading = _HEADING.fullmatch(line)
        if heading and heading[1].casefold().rstrip(":") in _QUESTIONS:
            asking = True
        elif heading and not title:
            title, asking = heading[1], False
        elif heading:
            asking = False
            body.append(heading[1])
        elif asking:
            if item := _ITEM.fullmatch(line):
                questions.append(item[1])
        else:
            body.append(line)
    return title, "\n".join(body).strip(), questions
