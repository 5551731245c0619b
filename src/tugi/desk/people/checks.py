"""Checking what a person typed: all problems of a form are gathered, then refused at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeAlias, cast

from tugi.core.errors import Invalid

Language: TypeAlias = Literal["en", "et", "fi", "pl"]
LANGUAGES: tuple[Language, ...] = ("en", "et", "fi", "pl")

# C0 controls other than tab and line feed show as boxes or break logs; lone surrogates cannot be stored.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s<>\"',;:()\[\]\\]{1,64}@[^@\s<>\"',;:()\[\]\\_]{1,190}\.[^@\s\W\d_]{2,63}")


def is_storable(text: str) -> bool:
    """Whether PostgreSQL and every screen can hold this text."""
    return _UNSTORABLE.search(text) is None


class Checks:
    """The problems of one form. Each check returns the tidied value; `done` raises Invalid if any failed."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def problem(self, field: str, message: str) -> None:
        """Note a problem; the first one of a field is kept."""
        self.problems.setdefault(field, message)

    def text(self, field: str, value: str, longest: int, *, required: bool = True) -> str:
        """`value` without surrounding space, with line ends as line feeds; at most `longest` characters."""
        tidy = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if not is_storable(tidy):
            self.problem(field, "It holds characters that cannot be stored. Type it again without them.")
            return ""
        if required and not tidy:
            self.problem(field, "It is empty. Fill it in.")
        if len(tidy) > longest:
            self.problem(field, f"It is {len(tidy):,} characters long. Shorten it to {longest:,}.")
        return tidy

    def line(self, field: str, value: str, longest: int, *, required: bool = True) -> str:
        """As `text`, on one line."""
        return " ".join(self.text(field, value, longest, required=required).split())

    def one_of(self, field: str, value: str, allowed: Sequence[str]) -> str:
        """`value` when it is one of `allowed`, otherwise the first allowed one and a problem."""
        if value in allowed:
            return value
        self.problem(field, f"It must be one of: {', '.join(allowed)}.")
        return allowed[0]

    def language(self, field: str, value: str) -> Language:
        """One of the four languages."""
        return cast("Language", self.one_of(field, value, LANGUAGES))

    def email(self, field: str, value: str) -> str:
        """An e-mail address as typed, without surrounding space."""
        tidy = self.line(field, value, 254)
        if tidy and not _EMAIL.fullmatch(tidy):
            self.problem(field, "This is not an e-mail address. Check the part after @.")
        return tidy

    def done(self) -> None:
        """Raises Invalid with every problem found, by field."""
        if self.problems:
            field, message = next(iter(self.problems.items()))
            raise Invalid(f"{field}: {message}", fields=self.problems)
