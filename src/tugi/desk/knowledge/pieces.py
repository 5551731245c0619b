"""What an import file says about one entry, and what is wrong with it, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from tugi.desk.knowledge.entry_checks import POLICIES, Draft, EntryText, Policy, checked, key_of
from tugi.desk.people.checks import LANGUAGES, Checks, Language

MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not taken. row 0: the whole file. code: a closed word, so that a screen can translate it."""

    row: int
    code: str
    message: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One row's share of an entry; None leaves what is known already."""

    row: int
    file: str | None
    key: str
    policy: Policy | None
    valid_from: date | None
    valid_until: date | None
    texts: dict[Language, EntryText]
    examples: dict[Language, list[str]]


@dataclass(slots=True)
class Reading:
    """What has been read so far. At most 1,000 problems are kept; `more` counts the rest."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    problems: list[Problem] = field(default_factory=list[Problem])
    more: int = 0
    file: str | None = None

    def problem(self, row: int, code: str, message: str, file: str | None = None) -> None:
        """Note a problem of a row in the current file or the given one."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(row, code, message, file or self.file))
        else:
            self.more += 1


def piece_of(row: int, data: Mapping[str, Any], reading: Reading) -> None:
    """Check what a row says and add it to the reading, as a piece or as a problem.

    data: key, policy, valid_from, valid_until, titles, answers (by language), examples (lists by language).
    """
    wrong = _wrong_shape(data)
    if wrong:
        reading.problem(row, *wrong)
        return
    texts: dict[Language, EntryText] = {
        cast("Language", language): EntryText(
            str(data["titles"].get(language) or ""), str(data["answers"].get(language) or "")
        )
        for language in {**data["titles"], **data["answers"]}
    }
    draft = Draft(
        texts=texts,
        key=str(data["key"]),
        policy=data.get("policy") or "answer",
        valid_from=_day(data.get("valid_from")),
        valid_until=_day(data.get("valid_until")),
        examples={
            cast("Language", language): [str(text) for text in listed]
            for language, listed in (data.get("examples") or {}).items()
        },
    )
    checks = Checks()
    tidy = checked(draft, checks)
    if not tidy.texts and tidy.examples:
        # Examples alone may belong to an entry of another row, or to one that is stored.
        checks.problems.pop("texts", None)
    for name, message in checks.problems.items():
        reading.problem(row, name.split(".")[0] if "." not in name else name.rsplit(".", 1)[1], f"{name}: {message}")
    if not checks.problems:
        policy = data.get("policy")
        reading.pieces.append(
            Piece(
                row,
                reading.file,
                tidy.key,
                cast("Policy | None", policy),
                tidy.valid_from,
                tidy.valid_until,
                tidy.texts,
                tidy.examples,
            )
        )


def _wrong_shape(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Code and message of what cannot even be looked at."""
    key = data.get("key")
    if not isinstance(key, str | int) or not key_of(str(key)):
        return "key", "The key is missing. Give each entry a short name, such as delivery_time."
    by_language = (data.get("titles"), data.get("answers"), data.get("examples") or {})
    for part in by_language:
        if not isinstance(part, dict):
            return "texts", "Titles, answers and examples must be given by language."
        for language in cast("dict[str, object]", part):
            if language not in LANGUAGES:
                return "language", f"{language[:20]} is not one of {', '.join(LANGUAGES)}."
    if any(not isinstance(listed, list) for listed in cast("dict[str, object]", by_language[2]).values()):
        return "examples", "Examples must be lists of questions."
    if data.get("policy") not in (None, *POLICIES):
        return "policy", f"The policy must be one of {', '.join(POLICIES)}."
    for name in ("valid_from", "valid_until"):
        if data.get(name) and _day(data[name]) is None:
            return "date", f"{name} must be a date such as 2026-12-24."
    return None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
