"""Mail addresses as senders write them (RFC 5322 section 3.4, 6532), and as they should not. Nothing here raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tugi.channels.email.understanding.headers import decode_words, one_line
from tugi.ports import Address

MOST = 1_000
_LONGEST = 320
_LONGEST_NAME = 200
# Some expressions below take time with the square of what they read.
_LONGEST_ENTRY = 1_000

_ORDINARY = re.compile(r"\s*+(?:\"([^\"\\<>=]*)\"\s*|([^<>\"(),;:@\\]*+))<([^<>\s@\"',;:]+@[^<>\s@\"',;:]+)>\s*")
_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]*\?[bBqQ]\?[^?]*\?=)|(?P<quoted>\"(?:\\.|[^\"\\])*\"?)|(?P<comment>\((?:\\.|[^()\\]|\([^()]*\))*\)?)"
    r"|(?P<angle><+[^<>]*>*)|(?P<end>[,;])|(?P<colon>:)|(?P<text>[^\",;:<(=]+|=)"
)
_BARE = re.compile(r"(?:\"(?:\\.|[^\"\\])+\"|[^\s<>\"',;:()\[\]@]+)@(?:\[[^\]\s]+\]|[^\s<>\"',;:()\[\]@]+)")
_COMMENT = re.compile(r"\((?:[^()]|\([^()]*\))*\)?")
_SPOKEN = re.compile(r"([\w.+-]+) at ([\w-]+(?:\.[\w-]+)+)")
_AROUND_DOTS = re.compile(r"\s*([.@])\s*")
_ANGLE = re.compile(r"<([^<>]*)>")
_LOCAL = re.compile(r"[^\s<>\"',;:()\[\]@]{1,64}")
_SIMPLE_QUOTED = re.compile(r"\"([\w.+-]+)\"@")
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*)\"")
_ESCAPED = re.compile(r"\\(.)")


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """All addresses of some headers, in their order, each once."""
    found: dict[str, Address] = {}
    for value in values:
        for address in _addresses(value) if value else ():
            if address.email not in found or (found[address.email].name is None and address.name is not None):
                found[address.email] = address
            if len(found) >= MOST:
                return tuple(found.values())
    return tuple(found.values())


def _addresses(value: str) -> list[Address]:
    if len(value) < _LONGEST_ENTRY and (ordinary := _ORDINARY.fullmatch(value)):
        return [Address(ordinary[3].lower(), _name(ordinary[1] or ordinary[2] or "", ordinary[3]))]
    if "=?" in value and "<" not in value and "<" in (decoded := decode_words(value)):
        # The whole of it was encoded, address and all.
        value = decoded
    return _written(value) or _local_only(value)


def _written(value: str) -> list[Address]:
    found: list[Address] = []
    entry = _Entry()
    grouped = ";" in value
    for token in _TOKEN.finditer(value):
        kind, text = token.lastgroup, token[0]
        if kind == "end":
            entry = entry.ended(found, at_comma=text == ",")
        elif kind == "angle":
            if entry.angle:
                entry = entry.ended(found, at_comma=False)
            entry.angle = (
                _AROUND_DOTS.sub(r"\1", _COMMENT.sub("", text.strip("<>")[:_LONGEST_ENTRY])).strip() or entry.angle
            )
            entry.has_angle = True
        elif kind == "comment":
            entry.comments.append(text.removeprefix("(").removesuffix(")"))
            entry.words.append("" if entry.has_angle else text)
        elif kind == "colon" and grouped and not entry.has_angle and "@" not in "".join(entry.words):
            # The name of a group: its members follow.
            entry = _Entry()
        else:
            entry.words.append(text)
        if len(found) >= MOST:
            break
    entry.ended(found, at_comma=False)
    return found


class _Entry:
    """One address as far as it is read."""

    def __init__(self, words: list[str] | None = None) -> None:
        self.words = words or []
        self.comments: list[str] = []
        self.angle = ""
        self.has_angle = False

    def ended(self, found: list[Address], *, at_comma: bool) -> _Entry:
        """Take it down if it has an address; begins the next. A comma may also stand in a name without quotes."""
        words = "".join(self.words).strip()[:_LONGEST_ENTRY]
        if not self.has_angle and "@" in words:
            words = _COMMENT.sub("", words)
        if not self.has_angle and at_comma and "@" not in words:
            return _Entry([words, ", "] if words and len(words) < _LONGEST_NAME else None)
        email = address_in(self.angle) or address_in(words)
        if email and not address_in(self.angle):
            words = "" if self.has_angle else _BARE.sub("", words).strip()
        name = _name(words or " ".join(self.comments)[:_LONGEST_ENTRY], email)
        if email:
            found.append(Address(email, name))
        return _Entry()


def address_in(text: str) -> str:
    """The address a text has, in lower case; empty when it has none."""
    text = text.removeprefix("mailto:").removeprefix("MAILTO:")
    if "@" in text and text.count("@") > 1 and (route := text.rpartition(":"))[1]:
        text = route[2]
    text = _COMMENT.sub("", _SPOKEN.sub(r"\1@\2", decode_words(text)))
    found = _BARE.search(text) or _BARE.search("".join(text.split()))
    if found is None:
        return ""
    email = _SIMPLE_QUOTED.sub(r"\1@", unicodedata.normalize("NFC", one_line(found[0], _LONGEST + 1)))
    email = email.strip(".'").lower()
    return email if len(email) <= _LONGEST and not email.endswith("@") and not email.startswith("@") else ""


def _local_only(value: str) -> list[Address]:
    """A local mailbox without a domain, such as MAILER-DAEMON: better than nobody."""
    value = value[:_LONGEST_ENTRY]
    inside = _ANGLE.search(value)
    phrase = value if inside is None else value[: inside.start()]
    said = (inside[1] if inside else "").strip() or _COMMENT.sub("", phrase).strip().strip("\"'")
    if not said.isascii() or not _LOCAL.fullmatch(said):
        return []
    if inside is None:
        phrase = " ".join(comment[1:].removesuffix(")") for comment in _COMMENT.findall(phrase))
    return [Address(said.lower(), _name(phrase, said))]


def name_in(value: str) -> str | None:
    """The name in a header that has no address at all, such as "Mail Delivery System <>"."""
    return _name(_ANGLE.sub("", value), "")


def _name(said: str, email: str) -> str | None:
    if '"' in said:
        said = _QUOTED.sub(_unquoted, said)
    name = one_line(said, _LONGEST_NAME).strip(" ,;<>")
    for quote in "\"'":
        if len(name) > 1 and name[0] == name[-1] == quote:
            name = name[1:-1].strip()
    return name if name and "".join(name.split()).casefold() != email.casefold() else None


def _unquoted(found: re.Match[str]) -> str:
    return _ESCAPED.sub(r"\1", found[1])
