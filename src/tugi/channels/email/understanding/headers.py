"""What a letter's headers say: encoded words, parameters, dates, ids. Nothing here raises.

RFC 2047 (encoded words), 2231 (parameters), 5322 (dates, ids), and what senders make of them.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from tugi.channels.email.understanding import charsets, transfer

MOST_IDS = 200
_LONGEST_ID = 500
_LONGEST_SUBJECT = 1_000

_WORD = re.compile(r"=\?([^?\s]{0,60})\?([bBqQ])\?(.*?)(?:\?=|\Z)", re.DOTALL)
_SPACES = re.compile(r"\s+")
# Controls, and marks that turn the direction of what follows: in one line of text they only deceive.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def decode_words(value: str) -> str:
    """The text of a header with its encoded words decoded: also inside quotes, unfinished ones, and characters split
    over two of them.
    """
    if "=?" not in value:
        return value
    decoded = _decode_words(value)
    # Some senders encode what was encoded.
    return _decode_words(decoded) if decoded.startswith("=?") and decoded.rstrip().endswith("?=") else decoded


def _decode_words(value: str) -> str:
    pieces: list[str] = []
    held, charset, at = b"", None, 0
    for found in _WORD.finditer(value):
        between = value[at : found.start()]
        joined = held and not between.strip()
        if held and not (joined and found[1].lower() == charset):
            pieces.append(charsets.decode(held, charset))
            held = b""
        if not joined:
            pieces.append(between)
        charset = found[1].lower()
        held += _word_bytes(found[2], found[3])
        at = found.end()
    if held:
        pieces.append(charsets.decode(held, charset))
    return "".join([*pieces, value[at:]])


def _word_bytes(encoding: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if encoding in "bB":
        return transfer.undo(content, "base64")
    return binascii.a2b_qp(content, header=True)


def one_line(value: str, longest: int = _LONGEST_SUBJECT) -> str:
    """Decoded, on one line, without what cannot be seen."""
    text = charsets.storable(decode_words(value))
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()[:longest]


_PARAMETER = re.compile(
    r"[;\s]\s*([A-Za-z][\w.-]*(?:\*\d{1,3})?\*?)[ \t]*=[ \t]*"
    r"(\"(?:\\.|[^\"\\])*(?:\"|\Z)|[^;\"]*?(?=\s*(?:;|\s[A-Za-z-]+=|\Z)))"
)
# Between parameters; the expression above takes time with the square of it.
_GAP = re.compile(r"\s{9,}")
_ESCAPED = re.compile(r"\\([\"\\])")
_PERCENTS = re.compile(r"(?:%[0-9A-Fa-f]{2}){2}")


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition, names in lower case, decoded."""
    return dict(_parameters(value)) if "=" in value else {}


@lru_cache(maxsize=256)
def _parameters(value: str) -> tuple[tuple[str, str], ...]:
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for found in _PARAMETER.finditer(_GAP.sub(" ", value[:20_000])):
        name, star, rest = found[1].lower().partition("*")
        said = found[2].strip()
        if said.startswith('"'):
            said = _ESCAPED.sub(r"\1", said[1:].removesuffix('"'))
        if star:
            number = rest.rstrip("*")
            pieces.setdefault(name, []).append((int(number or 0), found[1].endswith("*"), said))
        else:
            plain.setdefault(name, said)
    for name, parts in pieces.items():
        plain[name] = _joined(sorted(parts))
    return tuple((name, _unpercented(decode_words(said))) for name, said in plain.items())


def _joined(parts: list[tuple[int, bool, str]]) -> str:
    """RFC 2231: numbered pieces, the first telling charset and language, each percent-encoded or not."""
    charset, content = None, b""
    for index, (_, encoded, said) in enumerate(parts):
        if encoded and index == 0 and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        content += unquote_to_bytes(said) if encoded else said.encode("utf-8", "replace")
    return charsets.decode(content, charset)


def _unpercented(said: str) -> str:
    if not _PERCENTS.search(said):
        return said
    try:
        return unquote_to_bytes(said).decode("utf-8")
    except UnicodeDecodeError:
        return said


def all_of(message: Message, name: str) -> list[str]:
    """All headers of that name, unfolded."""
    return [str(value).replace("\r", "").replace("\n", "") for value in message.get_all(name, [])]


def first_of(message: Message, name: str) -> str:
    """The first header of that name that says something; empty when there is none."""
    return next((value.strip() for value in all_of(message, name) if value.strip()), "")


def subject_of(message: Message) -> str:
    """The subject on one line, decoded."""
    return one_line(first_of(message, "subject")[:20_000])


_ID = re.compile(r"<([^<>]{1,500})>")


def ids_of(values: Iterable[str]) -> list[str]:
    """Message-IDs in the order they stand, without brackets, each once; also such that were given no brackets."""
    found: dict[str, None] = {}
    for value in values:
        said = _ID.findall(value) or [word for word in value.replace(",", " ").split() if "@" in word]
        for one in said:
            bare = charsets.storable(_SPACES.sub("", _UNSEEN.sub("", one)))
            if bare and bare != "@":
                found[bare[:_LONGEST_ID]] = None
    return list(found)


def refers_to(message: Message) -> tuple[str, ...]:
    """The ids of the letters this one answers, nearest first."""
    answered = ids_of(all_of(message, "in-reply-to"))
    further = ids_of(all_of(message, "references"))
    return tuple(dict.fromkeys([*answered[:MOST_IDS], *reversed(further)]))[:MOST_IDS]


_NUMBERS_DATE = re.compile(
    r"\b(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_DOTTED_DATE = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_ZONE = re.compile(r"(?:GMT|UTC?)\s*([+-]\d{4})")
_COMMENT = re.compile(r"\([^()]*\)")
_COLON = re.compile(r"\s*:\s*")
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)


def date_of(message: Message, now: datetime) -> datetime | None:
    """When the letter was sent, in UTC; when its own date cannot be, the date its last server noted, else None."""
    dates = [*all_of(message, "date")[:3], *all_of(message, "delivery-date")[:1]]
    received = [value.rpartition(";")[2] for value in all_of(message, "received")[:2]]
    for value in [*dates, *received]:
        found = parse_date(value)
        if found is not None and _OLDEST <= found <= now + timedelta(days=1):
            return found
    return None


def parse_date(value: str) -> datetime | None:
    """A date as RFC 5322 or, badly, people's programs write it; in UTC, which one without a zone is taken for."""
    said = _COLON.sub(":", _COMMENT.sub(" ", _ZONE.sub(r"\1", one_line(value, 200)))).strip()
    if not said:
        return None
    try:
        return _utc(parsedate_to_datetime(said))
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    try:
        if found := _NUMBERS_DATE.search(said):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
            zone = "" if found[7] in (None, "Z") else found[7].replace(":", "")
            away = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:5])) if zone else timedelta()
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - away
        if found := _DOTTED_DATE.search(said):
            day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    return None


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


_ENDINGS = {
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/rfc822-headers": "txt",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/svg+xml": "svg",
    "message/rfc822": "eml",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/feedback-report": "txt",
    "application/octet-stream": "bin",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
}
_SEPARATORS = re.compile(r"[\\/]+")
_FORBIDDEN = re.compile(r"[<>:\"|?*\x00-\x1f]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST_NAME = 120
_SHORT_TYPE = re.compile(r"[a-z0-9]{2,5}")


def file_name(name: str, media_type: str) -> str:
    """A name to store a file under anywhere: no folders, no hidden marks, not too long; made where there is none."""
    said = unicodedata.normalize("NFC", one_line(name, 2_000))
    said = _FORBIDDEN.sub("_", _SEPARATORS.split(said)[-1]).strip(" .")
    if not said:
        kind, _, sub = media_type.partition("/")
        ending = _ENDINGS.get(media_type) or (sub if _SHORT_TYPE.fullmatch(sub) else "bin")
        return f"{kind if kind in ('image', 'audio', 'video', 'text', 'message') else 'file'}.{ending}"
    if _RESERVED.match(said):
        said = "_" + said
    stem, dot, ending = said.rpartition(".")
    if len(said) > _LONGEST_NAME:
        said = f"{stem[: _LONGEST_NAME - 20]}{dot}{ending}" if dot and len(ending) < 12 else said[:_LONGEST_NAME]
    return said
