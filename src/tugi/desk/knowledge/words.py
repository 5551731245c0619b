"""Words of a text as they are searched for: the same whether typed with or without capitals and diacritics."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart, as people type them without their marks.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
LONGEST_WORD = 60


def folded(text: str) -> str:
    """Small letters without diacritics."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_PLAIN)


def words(text: str) -> list[str]:
    """The text's words in order, folded, each at most 60 characters."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded(text))]


def query(text: str, joined_by: str = "&") -> str | None:
    """A tsquery that finds each word of the text as a beginning; None when it has no word.

    Words hold letters and digits only, so they need no escaping inside the quotes.
    """
    found = list(dict.fromkeys(words(text)))[:12]
    return f" {joined_by} ".join(f"'{word}':*" for word in found) or None
