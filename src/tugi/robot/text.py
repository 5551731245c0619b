"""Customer text made comparable: one normal form for matching, one without diacritics for readings."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 2000
_SPACES = re.compile(r"\s+")
# Letters that NFKD leaves whole, as people type them without a national keyboard.
_BARE = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i"})


def normal(text: str) -> str:
    """The text to match with: NFKC, no NUL or lone surrogate, spaces collapsed, at most 2,000 characters.

    A message mostly in capitals is lower-cased, because the embedding reads shouting as another language.
    """
    text = text[: 4 * MAX_CHARACTERS].replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])
    text = _SPACES.sub(" ", "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)).strip()
    text = text[:MAX_CHARACTERS]
    upper = sum(c.isupper() for c in text)
    lower = sum(c.islower() for c in text)
    return text.lower() if upper > 3 and upper > lower else text


def plain(text: str) -> str:
    """Lower case without diacritics: "Kättetoimetamine" and "kattetoimetamine" become one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_BARE)


def without_diacritics(text: str) -> str:
    """The text as typed on a keyboard without national letters; case is kept."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_BARE)
