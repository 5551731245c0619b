"""Words and phrases as a shop writes them down, found in text in the form of `plain`.

Nothing in a phrase means more than it says, but for a star at the end of a word, which stands for any ending. So no
pattern is made of what people typed: words are compared with words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tugi.robot.text import bare_lines

_SAID = re.compile(r"[^\W_]+")
_WRITTEN = re.compile(r"[^\W_]+\*?")
_STRAY_STAR = re.compile(r"(?<![^\W_])\*|\*(?=[^\W_])")
LONGEST_CUE = 80


@dataclass(frozen=True, slots=True)
class _Known:
    """Phrases by their first word; stems: the lengths of the first words that end in a star."""

    by_first: dict[str, list[tuple[str, ...]]]
    stems: tuple[int, ...]


def words_of(phrase: str) -> tuple[str, ...]:
    """The words that are looked for: "Gift-Card*" gives "gift" and "card*"."""
    return tuple(_WRITTEN.findall(bare_lines(phrase)[0]))


def has_stray_star(phrase: str) -> bool:
    """Whether a star stands anywhere but at the end of a word."""
    return _STRAY_STAR.search(bare_lines(phrase)[0]) is not None


def find_phrase(phrases: tuple[str, ...], bare: str) -> str:
    """The words of the text, in the form of `plain`, that are one of these phrases, with whatever stands between
    them that is no word; "" when there are none."""
    if not phrases:
        return ""
    known = _known(phrases)
    said = list(_SAID.finditer(bare))
    words = [found.group() for found in said]
    for place, word in enumerate(words):
        for key in (word, *(f"{word[:length]}*" for length in known.stems if length <= len(word))):
            for phrase in known.by_first.get(key, ()):
                if _stands_at(phrase, words, place):
                    cue = bare[said[place].start() : said[place + len(phrase) - 1].end()]
                    return " ".join(cue[:LONGEST_CUE].split())
    return ""


@lru_cache(maxsize=64)
def _known(phrases: tuple[str, ...]) -> _Known:
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in filter(None, map(words_of, phrases)):
        by_first.setdefault(words[0], []).append(words)
    return _Known(by_first, tuple(sorted({len(word) - 1 for word in by_first if word.endswith("*")})))


def _stands_at(phrase: tuple[str, ...], words: list[str], place: int) -> bool:
    return len(phrase) <= len(words) - place and all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for wanted, word in zip(phrase, words[place : place + len(phrase)], strict=True)
    )
