"""Bytes of a letter to text, whatever charset they say or do not say. Nothing here raises."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from charset_normalizer import from_bytes

# As the WHATWG encoding standard does: what is called by the small charset is written in the larger one.
_LARGER = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
}
_OTHER_NAMES = {
    "utf8mb4": "utf-8",
    "utf8mb3": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-2-0-utf-7": "utf-7",
    "unicode-2-0-utf-8": "utf-8",
    "gb-2312": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "windows-31j": "cp932",
    "sjis": "cp932",
    "euc": "euc_jp",
    "euc-tw": "big5",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "mac": "mac-roman",
    "mac-ce": "mac-latin2",
    "mac-cyrillic": "mac-cyrillic",
    "mac-roman": "mac-roman",
    "koi8": "koi8-r",
    "ansi_x3.4-1968": "ascii",
    "ansi": "cp1252",
    "dos": "cp437",
}
_NUMBERED = re.compile(r"(?:windows|win|cp|ms|ibm|dos|oem)[-_ ]?(?:cp)?[-_ ]?(\d{3,5})")
_ISO = re.compile(r"(?:iso[-_ ]*)?8859[-_ ]?(\d{1,2})(?:[-_:].*)?")
# Python's codecs that are no charsets, or that would run what they read.
_NO_CHARSETS = frozenset(["idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "undefined"])
_SEVERAL_BYTES = frozenset(["gb18030", "big5", "big5hkscs", "cp949", "cp932", "euc_jp", "johab", "hz", "cp950"])

# The letters beyond ASCII that people write in each charset, the commonest charset first.
_LETTERS = {
    "cp1252": "äöåüßëéèêàâçñõôîïûùøæáíóúãÄÖÅÜÉÕØÆ\u2019\u2018\u201c\u201d\u2013\u2026€£§°«»\xa0",
    "iso8859_15": "äöåüßéèêàâçñõôîïûùøæáíóúãÄÖÅÜÉÕØÆšžŠŽœŒ€£§°«»\xa0",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčřšžýáíéúůěďťňČŘŠŽőűäöüâășțţ\u201e\u201d\u2013\u2026€§°\xa0",
    "iso8859_2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻčřšžýáíéúůěďťňČŘŠŽőűäöü§°\xa0",
    "cp1257": "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽąęėįųĄĘĖĮŲäöõüÄÖÕÜ\u201e\u201c\u201d\u2013\u2026€\xa0",
    "cp1251": "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯЁІЇЄ«»\u2013\u2014№\u2026\xa0",
    "koi8_r": "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯЁ\xa0",
    "cp866": "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЭЮЯЁ№",
    "cp1253": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ\u2013\u2026«»\xa0",
    "cp1254": "çğıöşüÇĞİÖŞÜâî\u2019\u201c\u201d\u2013\u2026\xa0",
    "cp1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת\u05b0\u05b4\u05b8\u2013₪\xa0",
}
_EXPECTED = {name: frozenset(letters) for name, letters in _LETTERS.items()}
# Usual, but where another charset explains a letter otherwise, that one is likelier.
_RARER = frozenset("êâôîûïùţșțőű")
_NOT_LATIN = frozenset(["cp1251", "koi8_r", "cp866", "cp1253", "cp1255"])
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-zA-Z]")
_SAMPLE = 4_000
_SURE = 0.9

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(content: bytes, charset: str | None) -> str:
    """The text of bytes that are said to be in a charset (None: nothing is said); fit to be stored."""
    return storable(_decoded(content, charset))


def storable(text: str) -> str:
    """Without NUL and halves of characters, which the database does not take, and without a byte order mark."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.removeprefix("\ufeff")


def _decoded(content: bytes, charset: str | None) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    name = python_name(charset)
    if name is not None and name.startswith(("utf-16", "utf-32")):
        return _wide(content, name)
    if name == "utf-7" or (name is not None and name.startswith(("iso2022", "hz"))):
        return content.decode(name, "replace")
    if b"\x1b$" in content and content.isascii():
        return content.decode("iso2022_jp_ext", "replace")
    if content.isascii():
        if content.count(0) * 5 > len(content) and name is None:
            return _wide(content, "utf-16")
        return content.decode("ascii")
    return _eight_bit(content, name)


def _eight_bit(content: bytes, name: str | None) -> str:
    if name in _SEVERAL_BYTES:
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            pass
    try:
        # Hardly any text of another charset is valid UTF-8 by chance, and many senders name the wrong one.
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if name == "ascii":
        # What has eight bits is no ASCII: nothing true is said of it.
        return guess(content)
    if name is None or name == "utf-8":
        text = content.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        good = sum(1 for _ in _BEYOND_ASCII.finditer(text[: 4 * _SAMPLE])) - text[: 4 * _SAMPLE].count("\ufffd")
        return text if good > broken or (good == broken and name is not None) else guess(content)
    return content.decode(name, "replace")


def _wide(content: bytes, name: str) -> str:
    """UTF-16 or 32 whose byte order is not told: that of the letters in use, which share their high byte."""
    if name.startswith("utf-16") and b"\0" not in content[:_SAMPLE] and content.isascii():
        return content.decode("ascii")
    if name == "utf-16":
        head = content[:_SAMPLE]
        even, odd = head[::2], head[1::2]
        big = (-even.count(0), len(set(even))) < (-odd.count(0), len(set(odd)))
        name = "utf-16-be" if big else "utf-16-le"
    return content.decode(name, "replace")


@lru_cache(maxsize=256)
def python_name(charset: str | None) -> str | None:
    """The codec a charset's name means, misspelt ones too; None when there is none."""
    said = (charset or "").strip().strip("\"'").strip().lower().partition("*")[0]
    said = said.removeprefix("charset=").removeprefix("x-").strip()
    if not said or len(said) > 60:
        return None
    if found := _NUMBERED.fullmatch(said):
        said = "cp" + found[1]
    elif found := _ISO.fullmatch(said):
        said = f"iso8859-{found[1]}"
    try:
        codec = codecs.lookup(_OTHER_NAMES.get(said, said))
    except (LookupError, ValueError):
        return None
    name = _LARGER.get(codec.name, codec.name)
    # What is no charset fails here too: its codec does not give text.
    return None if name in _NO_CHARSETS or not _gives_text(name) else name


def _gives_text(name: str) -> bool:
    try:
        return bool(b"a".decode(name, "replace"))
    except (LookupError, ValueError):
        return False


def guess(content: bytes) -> str:
    """Text of which nothing is known but that it is no UTF-8: in the charset whose usual letters it has."""
    sample = content if len(content) <= _SAMPLE else _sample(content)
    score, name = max(((_fit(sample, name), name) for name in _LETTERS), key=_by_score)
    if score < _SURE:
        found = from_bytes(sample).best()
        name = name if found is None else found.encoding
    return content.decode(name, "replace")


def _by_score(found: tuple[float, str]) -> float:
    return found[0]


def _sample(content: bytes) -> bytes:
    """Lines that are not plain ASCII, some thousand bytes of them."""
    lines = [line[:_SAMPLE] for line in content[: 250 * _SAMPLE].split(b"\n") if not line.isascii()]
    return b"\n".join(lines[:100])[:_SAMPLE]


def _fit(sample: bytes, name: str) -> float:
    """How much of what is beyond ASCII is usual in the charset; strangely built words speak against it."""
    text = sample.decode(name, "replace")
    letters = _BEYOND_ASCII.findall(text)
    usual = sum(0.95 if letter in _RARER else 1 for letter in letters if letter in _EXPECTED[name])
    strange = sum(_is_strange(word, latin=name not in _NOT_LATIN) for word in _WORD.findall(text))
    return (usual - 2 * strange) / max(len(letters), 1)


def _is_strange(word: str, *, latin: bool) -> bool:
    """Capitals inside of it, or letters of two scripts."""
    if word.isascii() or len(word) < 2:
        return False
    if not latin and _LATIN.search(word):
        return True
    return not (word.islower() or word.isupper() or word[1:].islower())
