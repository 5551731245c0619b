"""Customer text made comparable: one normal form for matching, one laid bare for readings.

What hides words from a reader of cues (invisible and look-alike letters, letters spaced out, digits for
letters, markup inside a word, base64) hides nothing from `bare_lines`.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

MAX_CHARACTERS = 2000
# Cues are read further than the match, so that padding does not push them out of sight.
MOST_READ = 20_000
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# No letter before this is unseen.
_FIRST_UNSEEN = "\u00ad"
# Letters from the first combining mark on; most texts have none but marks among them.
_PERHAPS_MARKS = re.compile("[\u0300-\U0010ffff]+")
# Letters that NFKD leaves whole, as people type them without a national keyboard.
_BARE = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "æ": "ae", "ı": "i"})

# Letters of other scripts that look like Latin ones (Unicode's confusables, those in use).
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏьгпѵԍАВЕКМНОРСТУХІЈЅԌԚԜαβεηικμνορτυχωγϲςσζΑΒΕΖΗΙΚΜΝΟΡΤΥΧօոսհցɑɡɩʏʀꜱᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘᴛᴜᴠᴡᴢ",
    "abekmhopctyxijsdqwhlbrnvgABEKMHOPCTYXIJSGQWabenikmvoptuxwycsszABEZHIKMNOPTYXonuhgagiyrsabcdefghijklmnoptuvwz",
)
# Letters without ink that are no format characters.
_INKLESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
_LETTER = r"[^\W\d_]"
_BLOCK_TAG = re.compile(r"<\s*/?\s*(?:br|p|div|li|ul|ol|tr|td|table|h\d)\b[^<>]{0,300}>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,300}>")
_EMPHASIS = re.compile(r"[*~`\\^]+")
_SPACED_OUT = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:[ .,\-_*·•|/\n]{_LETTER}){{3,}}(?!{_LETTER})")
# Short words of a text whose longer ones are spaced out: "m e", "d o".
_SPACED_SHORT = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:[ .,\-_*·•|/\n]{_LETTER})+(?!{_LETTER})")
_DIGIT_WORD = re.compile(r"[\w@$!]*[a-z][\w@$!]*", re.IGNORECASE)
_LEET = (str.maketrans("01345789@$!", "oieastbgasi"), str.maketrans("01345789@$!", "oleastbgasi"))
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_MOST_CODED = 20


# A burst, its parts and its question are much the same text.
@lru_cache(maxsize=2048)
def normal(text: str) -> str:
    """The text to match with: NFKC, no NUL, lone surrogate or invisible letter, spaces collapsed, at most
    2,000 characters.

    A message mostly in capitals is lower-cased, because the embedding reads shouting as another language.
    """
    text = text[: 4 * MAX_CHARACTERS].replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", _visible(text)[:MAX_CHARACTERS])
    text = _SPACES.sub(" ", _CONTROL.sub(" ", text)).strip()[:MAX_CHARACTERS]
    upper = sum(map(str.isupper, text))
    lower = sum(map(str.islower, text))
    return text.lower() if upper > 3 and upper > lower else text


def plain(text: str) -> str:
    """Lower case without diacritics: "Kättetoimetamine" and "kattetoimetamine" become one."""
    return without_diacritics(text.casefold())


def without_diacritics(text: str) -> str:
    """The text as typed on a keyboard without national letters; case is kept."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return _PERHAPS_MARKS.sub(_without_marks, decomposed).translate(_BARE)


def _without_marks(match: re.Match[str]) -> str:
    return "".join(c for c in match.group() if not unicodedata.combining(c))


def bare_lines(message: str) -> list[str]:
    """One message laid bare, in the form of `plain`: first as it reads, then what its disguises may hide.

    The first line stands for the message; the others are for cues alone. Any text is accepted.
    """
    raw = message[:MOST_READ].replace("\0", " ").encode("utf-8", "ignore").decode("utf-8")
    inked = _visible(raw)
    readings = [inked, _without_markup(inked)]
    readings += [_SPACED_SHORT.sub(_joined, reading) for reading in readings if _SPACED_OUT.search(reading)]
    readings += _decoded(inked)
    lines = [_folded(reading) for reading in readings]
    lines += [line.replace("_", " ") for line in lines if "_" in line]
    lines += [
        _DIGIT_WORD.sub(lambda found, table=table: _undigit(found, table), line)
        for table in _LEET
        for line in lines
        if line.translate(table) != line
    ]
    return [line for line in dict.fromkeys(lines) if line] or [""]


def spaced_out(message: str) -> list[str]:
    """Runs of letters that stood one by one ("r e f u n d"), joined, in the form of `plain`."""
    found = _SPACED_OUT.finditer(_visible(message[:MOST_READ]))
    return [_folded(_joined(match)) for match in found]


def _visible(text: str) -> str:
    """Without letters nobody sees: zero-width, soft hyphens, direction marks, variation selectors."""
    if text.isascii():
        return text
    return "".join(
        c
        for c in text
        if c < _FIRST_UNSEEN
        or (c not in _INKLESS and unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")
    )


def _without_markup(text: str) -> str:
    text = _TAG.sub("", _BLOCK_TAG.sub(" ", html.unescape(text)))
    return _EMPHASIS.sub("", text)


def _folded(text: str) -> str:
    """Look-alike letters as Latin ones, then `plain`, with spaces collapsed line by line."""
    known = unicodedata.normalize("NFKD", text).translate(_LOOK_ALIKES)
    return _SPACES.sub(" ", plain(known)).strip()


def _joined(match: re.Match[str]) -> str:
    return "".join(c for c in match.group() if c.isalpha())


def _undigit(match: re.Match[str], table: dict[int, int]) -> str:
    """Digits and signs inside a word as the letters they stand for; a measure such as 5m stays."""
    word = match.group()
    told = any(c.isalpha() for c in word) and not word.isalpha()
    return word.translate(table) if told and (len(word) > 2 or word[0].isalpha()) else word


def _decoded(text: str) -> Iterator[str]:
    """What percent signs and base64 spell out, where that is readable."""
    if _PERCENT.search(text):
        yield _PERCENT.sub(lambda match: bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "ignore"), text)
    for match in list(_BASE64.finditer(text))[:_MOST_CODED]:
        code = match.group().replace("-", "+").replace("_", "/").rstrip("=")
        try:
            said = base64.b64decode(code + "=" * (-len(code) % 4), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if said and sum(c.isalpha() or c.isspace() for c in said) >= 0.7 * len(said):
            yield said
