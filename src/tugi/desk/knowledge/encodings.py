"""Reading text files as shops have them: UTF-8, UTF-16, or an old Windows code page."""

from __future__ import annotations

import codecs

# Letters of our languages, as people write them; a right guess yields these and few others.
_LETTERS = frozenset("õäöüšžåąćęłńóśźżÕÄÖÜŠŽÅĄĆĘŁŃÓŚŹŻ")
_SIGNS = frozenset("€–—„”“’…«»§°·")
_OLD = ("cp1252", "cp1257", "cp1250")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes) -> str:
    """The text of a file, with its encoding guessed. Bytes no encoding explains become U+FFFD."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if wide := _without_mark(content):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        texts = [content.decode(encoding, "replace") for encoding in _OLD]
        return max(texts, key=_likeness)


def _without_mark(content: bytes) -> str | None:
    """UTF-16 without its mark shows as a zero in every other byte."""
    head = content[:400]
    if len(head) < 4:
        return None
    if head[1::2].count(0) > len(head) // 4 and head[0::2].count(0) == 0:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4 and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _likeness(text: str) -> int:
    foreign = [c for c in text[:200_000] if ord(c) > 127]
    return sum(2 if c in _LETTERS else 1 if c in _SIGNS else -3 for c in foreign)
