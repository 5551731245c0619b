"""Transfer encodings undone (RFC 2045 section 6), broken ones as far as they go. Nothing here raises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

_MOST_TRAILING = 200
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_CODED_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{20,}={0,2}[ \t]*\r?\n)(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*\r?\n)*")
_PADDED = re.compile(rb"=+")
_PLAIN_WORDS = re.compile(rb"[A-Za-z,.]{2,} [A-Za-z]{2,} ")
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} (.{1,200}?)\r?$", re.MULTILINE)
_UU_END = re.compile(r"^(?:`|\s)?\r?\n?end\s*?$", re.MULTILINE)


def undo(body: bytes, encoding: str) -> bytes:
    """The bytes a body stands for. encoding: as the header says it; where that is nonsense, they are what came."""
    said = encoding.strip().lower()
    if "base64" in said:
        return _from_base64(body)
    if said.startswith(("quoted", "qp")):
        return binascii.a2b_qp(body)
    if said.startswith(("x-uu", "uu")):
        return b"".join(content for _, content in uuencoded(body.decode("latin-1"))[1]) or body
    return body


def _from_base64(body: bytes) -> bytes:
    head = body[:2_000]
    if _PLAIN_WORDS.search(head) and len(_NOT_BASE64.sub(b"", head)) < 0.95 * len(head.replace(b"\n", b"")):
        # Either it was never encoded, or a mailing list wrote its own words below.
        coded = _CODED_LINES.match(body)
        return body if coded is None else _from_base64(coded[0]) + b"\n" + body[coded.end() :]
    end = len(body) - len(body[-_MOST_TRAILING:]) + len(body[-_MOST_TRAILING:].rstrip())
    if body.find(b"=", 0, end - 2) < 0:
        try:
            return binascii.a2b_base64(body)
        except binascii.Error:
            pass
    # Pieces that were encoded one by one, each with its padding, or an odd number of characters at the end.
    pieces = _PADDED.split(_NOT_BASE64.sub(b"", body))
    return b"".join(binascii.a2b_base64(_whole(piece)) for piece in pieces)


def _whole(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return piece + b"=" * (-len(piece) % 4)


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without uuencoded files in it, and those files as (name, content)."""
    found: list[tuple[str, bytes]] = []
    kept: list[str] = []
    at = 0
    while (begin := _UU_BEGIN.search(text, at)) is not None and len(found) < 100:
        end = _UU_END.search(text, begin.end())
        content = None if end is None else _uu_content(text[begin.end() : end.start()])
        if end is None or content is None:
            break
        kept.append(text[at : begin.start()])
        found.append((begin[1].strip(), content))
        at = end.end()
    return "".join([*kept, text[at:]]), found


def _uu_content(lines: str) -> bytes | None:
    try:
        return b"".join(_uu_lines(lines))
    except (binascii.Error, ValueError):
        return None


def _uu_lines(lines: str) -> Iterator[bytes]:
    for line in lines.split("\n"):
        if (line := line.rstrip("\r")) and line != "`":
            # Some encoders count the length of a line wrongly: what the first character says is enough.
            length = ((ord(line[0]) - 32) & 63) * 4 // 3 + 4
            yield binascii.a2b_uu(line[:length].rstrip(" ").encode("ascii"))
