"""winmail.dat: what Outlook sends to those it takes for Outlook (TNEF, MS-OXTNEF; properties, MS-OXCDATA 2.11)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tugi.channels.email.understanding import charsets, rtf
from tugi.channels.email.understanding.headers import file_name
from tugi.ports import Part

MEDIA_TYPES = frozenset(["application/ms-tnef", "application/vnd.ms-tnef"])

_SIGNATURE = 0x223E9F78
_MESSAGE_PROPERTIES, _BODY, _CODEPAGE = 0x00069003, 0x0002800C, 0x00069007
_FILE_BEGINS, _FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES = 0x00069002, 0x0006800F, 0x00018010, 0x00069005
_TEXT, _HTML, _RICH = 0x1000, 0x1013, 0x1009
_LONG_NAME, _NAME, _MEDIA_TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0xD
_SEVERAL = 0x1000
_MOST_ATTRIBUTES, _MOST_PROPERTIES, _MOST_FILES = 5_000, 5_000, 200

Properties = dict[int, tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Opened:
    """What was inside."""

    text: str | None
    html: str | None
    files: tuple[Part, ...]


def read(content: bytes) -> Opened | None:
    """Open it; None when it is no TNEF. What is cut off or broken is left out."""
    if len(content) < 6 or int.from_bytes(content[:4], "little") != _SIGNATURE:
        return None
    opening = _Opening()
    for name, value in _attributes(content):
        opening.take(name, value)
    return opening.opened()


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    for _ in range(_MOST_ATTRIBUTES):
        if at + 9 > len(content):
            return
        _level, name, length = struct.unpack_from("<BII", content, at)
        yield name, content[at + 9 : at + 9 + length]
        at += 9 + length + 2


class _Opening:
    """What has been read so far."""

    def __init__(self) -> None:
        self._charset = "cp1252"
        self._properties: Properties = {}
        self._body = b""
        self._files: list[tuple[str, bytes, Properties]] = []

    def take(self, name: int, value: bytes) -> None:
        """One attribute of the letter or of its last file."""
        if name == _CODEPAGE and len(value) >= 4:
            self._charset = f"cp{int.from_bytes(value[:4], 'little')}"
        elif name == _MESSAGE_PROPERTIES:
            self._properties = properties(value)
        elif name == _BODY:
            self._body = value
        elif name == _FILE_BEGINS and len(self._files) < _MOST_FILES:
            self._files.append(("", b"", {}))
        elif self._files and name in (_FILE_DATA, _FILE_TITLE, _FILE_PROPERTIES):
            title, data, known = self._files[-1]
            if name == _FILE_DATA:
                data = value
            elif name == _FILE_TITLE:
                title = charsets.decode(value.rstrip(b"\0"), self._charset)
            else:
                known = properties(value)
            self._files[-1] = (title, data, known)

    def opened(self) -> Opened:
        """The words as HTML or text, whichever there are, and the files."""
        text = self._said(self._properties, _TEXT) or charsets.decode(self._body, self._charset).strip() or None
        page = self._said(self._properties, _HTML) or None
        if text is None and page is None and (packed := self._properties.get(_RICH)) is not None:
            said, is_html = rtf.said(rtf.unpack(packed[1]))
            text, page = (None, said or None) if is_html else (said.strip() or None, None)
        return Opened(text, page, tuple(self._part(*one) for one in self._files))

    def _said(self, known: Properties, name: int) -> str:
        kind, value = known.get(name, (_STRING, b""))
        charset = "utf-16-le" if kind == _UNICODE else None if kind == _BINARY else self._charset
        return charsets.decode(value, charset).replace("\r\n", "\n").strip()

    def _part(self, title: str, data: bytes, known: Properties) -> Part:
        kind, value = known.get(_DATA, (_BINARY, b""))
        content = data or (value[16:] if kind == _OBJECT else value)
        media_type = self._said(known, _MEDIA_TYPE).lower() or "application/octet-stream"
        name = self._said(known, _LONG_NAME) or title or self._said(known, _NAME)
        return Part(
            file_name(name, media_type), media_type, content, self._said(known, _CONTENT_ID).strip("<> ") or None
        )


def properties(value: bytes) -> Properties:
    """MAPI properties by their number: (type, bytes). Of several values the first."""
    found: Properties = {}
    try:
        count, at = int.from_bytes(value[:4], "little"), 4
        for _ in range(min(count, _MOST_PROPERTIES)):
            at = _property(value, at, found)
    except (struct.error, KeyError):
        # What follows a property of unknown size cannot be found.
        pass
    return found


def _property(value: bytes, at: int, found: Properties) -> int:
    kind, name = struct.unpack_from("<HH", value, at)
    at += 4
    if name >= 0x8000:
        (named_by,) = struct.unpack_from("<I", value, at + 16)
        at += 20
        (length,) = struct.unpack_from("<I", value, at)
        at += 4 if named_by == 0 else 4 + length + -length % 4
    base = kind & ~_SEVERAL
    several = base in (_STRING, _UNICODE, _BINARY, _OBJECT) or kind & _SEVERAL
    count = 1
    if several:
        (count,) = struct.unpack_from("<I", value, at)
        at += 4
    for index in range(min(count, _MOST_PROPERTIES)):
        if base in (_STRING, _UNICODE, _BINARY, _OBJECT):
            (length,) = struct.unpack_from("<I", value, at)
            at += 4
        else:
            length = _SIZES[base]
        if index == 0:
            said = value[at : at + length]
            found[name] = (base, said.rstrip(b"\0") if base == _STRING else said)
        at += length + -length % 4
    return at
