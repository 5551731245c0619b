"""A letter's bytes as a tree of its parts, within limits.

Python's own parser reads line by line, keeps each several times and calls itself once a level: 50 MB take it 400 MB,
and a thousand levels are beyond it. Here the parts are the same `email.message.Message` (policy compat32), but their
bodies stay where they are in the letter until they are asked for.
"""

from __future__ import annotations

import re
from email.message import Message
from functools import cached_property
from typing import Any

from tugi.channels.email.understanding import charsets, transfer
from tugi.channels.email.understanding.headers import first_of, parameters

MOST_PARTS = 1_000
DEEPEST = 50
_MOST_HEADERS = 2_000
_MOST_BLOCK = 8_000_000
_MOST_HEADER_BYTES = 256 * 1024
_LONGEST_HEADER = 128 * 1024
_SHORT_HEADER = 1_000

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ENVELOPE = re.compile(rb"(?:[\r\n \t]*>?From (?![ \t]*:)[^\r\n]*\r?\n|\xef\xbb\xbf|[\r\n]+)")
_BARE_CR = re.compile(rb"[^\r\n]*\r(?![\r\n])|[^\r\n]*\r\r(?!\n)")
_LONG_LINE = 10_000
_BLANK_LINE = re.compile(rb"\n\r*\n")
# After a line that is no header: what shows that headers go on all the same.
_GOES_ON = re.compile(rb"[ \t]+[^ \t\r\n]|[!-9;-~]{1,60}[ \t]*:")
_HEADER_SOON = re.compile(
    rb"(?:[^\n:]{0,200}\n){0,2}(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]{2,30}|received|x-[\w-]{2,40}|"
    rb"return-path|reply-to|in-reply-to|references|sender)[ \t]*:",
    re.IGNORECASE,
)
_LINE_END = re.compile(rb"\r{0,2}\n|")
_DELIMITER = re.compile(rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?=[ \t]*\r?\n|content-)", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,120}")
_SHORT_TYPES = {"html": "text/html", "text": "text/plain", "plain": "text/plain"}
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE)
# Letters of UTF-8 in quoted-printable, where the header tells another encoding.
_UNSAID_QUOTED = re.compile(rb"=(?:C[2-9A-F]|D[0-9A-F])=[89AB][0-9A-F]|=E[0-9A-F]=[89AB][0-9A-F]=[89AB][0-9A-F]")
_TEXT_HEAD = 8_000_000


class Piece(Message):
    """One part. Its body is `whole[begin:end]`, as it came; a multipart has parts instead."""

    def __init__(self, whole: bytes, begin: int, end: int) -> None:
        super().__init__()
        self._whole = whole
        self._begin = begin
        self._end = end
        self._parts: list[Piece] = []

    @property
    def body(self) -> bytes:
        """As it came, transfer encoding and all."""
        return self._whole[self._begin : self._end]

    @cached_property
    def media_type(self) -> str:
        """Type and subtype in lower case; text/plain where the header says nothing that is one (RFC 2045 5.2)."""
        said = first_of(self, "content-type").partition(";")[0].strip().lower().strip("\"'")
        if _MEDIA_TYPE.fullmatch(said):
            return said
        return _SHORT_TYPES.get(said, self.get_default_type())

    @cached_property
    def disposition(self) -> str:
        """The first word of Content-Disposition in lower case; empty when there is none."""
        return first_of(self, "content-disposition").partition(";")[0].strip().lower()

    def parameter(self, name: str) -> str | None:
        """A parameter of its Content-Type, or None."""
        return parameters(first_of(self, "content-type")).get(name)

    @cached_property
    def name(self) -> str:
        """The file name it was given; empty when it was given none."""
        named = parameters(first_of(self, "content-disposition"))
        return named.get("filename") or named.get("name") or self.parameter("name") or ""

    @property
    def source(self) -> bytes:
        """The whole part's body where it is a letter itself."""
        return transfer.undo(self.body, str(self.get("content-transfer-encoding", "")))

    @property
    def parts(self) -> list[Piece]:
        """What a multipart holds."""
        return self._parts

    def hold(self, parts: list[Piece]) -> None:
        """Make these its parts."""
        self._parts = parts
        # What the base class walks over.
        self._payload = parts

    def content(self, most: int | None = None) -> bytes:
        """Its bytes with the transfer encoding undone, of at most so many encoded ones."""
        end = self._end if most is None else min(self._end, self._begin + most)
        return transfer.undo(self._whole[self._begin : end], str(self.get("content-transfer-encoding", "")))

    def text(self) -> str:
        """Its text, line ends as "\\n"; of a very long one the beginning."""
        content = self.content(_TEXT_HEAD)
        encoding = first_of(self, "content-transfer-encoding").lower()
        if not encoding.startswith(("quoted", "base64")) and _UNSAID_QUOTED.search(content, 0, _TEXT_HEAD // 10):
            content = transfer.undo(content, "quoted-printable")
        charset = self.parameter("charset")
        if charset is None and self.media_type == "text/html" and (said := _META.search(content, 0, 4_000)) is not None:
            charset = said[1].decode("ascii")
        text = charsets.decode(content, charset)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def get_content_type(self) -> str:
        """See `media_type`."""
        return self.media_type

    def get_payload(self, i: int | None = None, decode: bool = False) -> Any:
        """As email.message.Message says; bytes when to be decoded."""
        if self._parts:
            return None if decode else super().get_payload(i)
        return self.content() if decode else self.body.decode("ascii", "surrogateescape")


def parse(raw: bytes) -> Piece:
    """The letter as a tree. Parts beyond the limits stay unread in the last one."""
    if _BARE_CR.match(raw[:_LONG_LINE]):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _Reader(raw, MOST_PARTS).letter(0, len(raw), depth=0)


class _Reader:
    """Reads one letter; counts its parts."""

    def __init__(self, raw: bytes, most_parts: int) -> None:
        self._raw = raw
        self._left = most_parts

    @property
    def left(self) -> int:
        """How many further parts may be read."""
        return self._left

    def letter(self, begin: int, end: int, *, depth: int) -> Piece:
        """A whole letter, its headers behind a mailbox file's "From " line, a byte order mark or empty lines."""
        while (found := _ENVELOPE.match(self._raw, begin, end)) is not None and found.end() > begin:
            begin = found.end()
        return self.piece(begin, end, depth=depth)

    def piece(self, begin: int, end: int, *, depth: int, default_type: str = "text/plain") -> Piece:
        """The part that is at raw[begin:end], with all that is in it."""
        self._left -= 1
        headers, body = _read_headers(self._raw, begin, end)
        piece = Piece(self._raw, body, end)
        piece.set_default_type(default_type)
        for name, value in headers:
            piece[name] = value
        if depth < DEEPEST and self._left > 0:
            self._fill(piece, body, end, depth)
        return piece

    def _fill(self, piece: Piece, begin: int, end: int, depth: int) -> None:
        kind = piece.media_type
        if kind.startswith("multipart/"):
            inside = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            spans = self._spans(piece, begin, end)
            piece.hold(
                [self.piece(*span, depth=depth + 1, default_type=inside) for span in spans if self._left > 0]
                # What calls itself a multipart and has no parts is a text.
                or [self._text(begin, end)]
            )
        elif kind in ("message/rfc822", "message/global"):
            if first_of(piece, "content-transfer-encoding").lower() in ("base64", "quoted-printable"):
                inner = _Reader(source := piece.source, self._left)
                piece.hold([inner.letter(0, len(source), depth=depth + 1)])
                self._left = inner.left
            else:
                piece.hold([self.letter(begin, end, depth=depth + 1)])
        elif kind in ("message/delivery-status", "message/global-delivery-status", "message/disposition-notification"):
            piece.hold(self._blocks(begin, end))

    def _text(self, begin: int, end: int) -> Piece:
        self._left -= 1
        return Piece(self._raw, begin, end)

    def _blocks(self, begin: int, end: int) -> list[Piece]:
        """Groups of fields between empty lines (RFC 3464 2.1), each a part of headers alone."""
        blocks: list[Piece] = []
        at = begin
        while at < end and self._left > 0:
            found = _BLANK_LINE.search(self._raw, at, end)
            stop = end if found is None else found.end()
            headers, body = _read_headers(self._raw, at, stop)
            if headers:
                self._left -= 1
                blocks.append(Piece(self._raw, stop, stop))
                for name, value in headers:
                    blocks[-1][name] = value
            at = max(stop, at + 1)
        return blocks

    def _spans(self, piece: Piece, begin: int, end: int) -> list[tuple[int, int]]:
        boundary = (piece.parameter("boundary") or "").rstrip()
        spans = self._between(boundary.encode("utf-8", "surrogateescape"), begin, end) if boundary else []
        if (
            not spans
            and (found := _DELIMITER.search(self._raw, max(begin - 1, 0), min(end, begin + 4_000))) is not None
        ):
            # The header tells no boundary or a wrong one; the body shows which it is.
            spans = self._between(found[1], begin, end)
        return spans

    def _between(self, boundary: bytes, begin: int, end: int) -> list[tuple[int, int]]:
        raw, delimiter = self._raw, b"--" + boundary
        spans: list[tuple[int, int]] = []
        opened: int | None = None
        at = raw.find(delimiter, begin, end)
        while at >= 0:
            line_end = raw.find(b"\n", at, end)
            line_end = end if line_end < 0 else line_end
            rest = raw[at + len(delimiter) : line_end].strip()
            if (at == begin or raw[at - 1] in b"\r\n") and rest in (b"", b"--"):
                if opened is not None:
                    spans.append((opened, _before_line_end(raw, opened, at)))
                opened = None if rest else min(line_end + 1, end)
                if rest or len(spans) >= self._left:
                    break
            at = raw.find(delimiter, at + len(delimiter), end)
        if opened is not None and len(spans) < self._left:
            spans.append((opened, end))
        return spans


def _before_line_end(raw: bytes, begin: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > begin and raw[at - 1] == 0x0A:
        at -= 1
    return at - 1 if at > begin and raw[at - 1] == 0x0D else at


def _read_headers(raw: bytes, begin: int, end: int) -> tuple[list[tuple[str, str]], int]:
    """The headers, unfolded and as text, and where the body begins."""
    if _NAME.match(raw, begin, end) is None:
        return [], begin + len(_LINE_END.match(raw, begin, end)[0])
    blank = _BLANK_LINE.search(raw, begin, end)
    stop, body = (end, end) if blank is None else (blank.start(), blank.end())
    headers: list[tuple[bytes, bytearray]] = []
    at, limit = begin, min(stop, begin + _MOST_BLOCK)
    while at < limit and len(headers) < _MOST_HEADERS:
        line_end = raw.find(b"\n", at, limit)
        line_end = limit if line_end < 0 else line_end
        line = raw[at:line_end].rstrip(b"\r")
        found = _NAME.match(line)
        if found is not None:
            headers.append((found[1], bytearray(line[found.end() :].lstrip())))
        elif line[:1] in (b" ", b"\t") and (line.strip() or _GOES_ON.match(raw, line_end + 1, end)):
            headers[-1][1].extend(line)
        elif line.strip() and (headers[-1][1].endswith(b";") or _HEADER_SOON.match(raw, line_end + 1, stop)):
            # A line broken by a program that does not know how.
            headers[-1][1].extend(b" " + line)
        else:
            # The empty line before the body is missing, or holds spaces.
            return _decoded(headers), at if line.strip() else line_end + 1
        at = line_end + 1
    return _decoded(headers), body


def _decoded(headers: list[tuple[bytes, bytearray]]) -> list[tuple[str, str]]:
    decoded: list[tuple[str, str]] = []
    left = _MOST_HEADER_BYTES
    for name, value in headers:
        if len(value) > _LONGEST_HEADER:
            # Of long lists of references the last ones say most, of other headers the first words.
            value = value[: _LONGEST_HEADER // 2] + value[-_LONGEST_HEADER // 2 :]
        if len(value) > min(left, _SHORT_HEADER) and len(value) > left:
            continue
        left -= len(value)
        decoded.append((name.decode("ascii"), charsets.decode(bytes(value).rstrip(), None)))
    return decoded
