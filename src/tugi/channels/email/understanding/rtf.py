"""Rich text as Outlook encloses it: unpacked (MS-OXRTFCP), and as text or the HTML it was made of (MS-OXRTFEX)."""

from __future__ import annotations

import re

from tugi.channels.email.understanding import charsets

MOST = 1_000_000
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_BEGINNING = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_RING = 4096
_TOKEN = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\u(-?\d{1,6}) ?|\\([a-z]{1,32})(-?\d{1,10})? ?|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_SKIPPED = frozenset(
    [
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"header",
        b"footer",
        b"generator",
        b"themedata",
    ]
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"cell": " ", b"tab": "\t"}
_SIGNS = {
    b"rquote": "’",
    b"lquote": "‘",
    b"rdblquote": "”",
    b"ldblquote": "“",
    b"endash": "–",
    b"emdash": "—",
    b"bullet": "•",
}


def unpack(packed: bytes) -> bytes:
    """The rich text of PR_RTF_COMPRESSED, at most a million bytes; empty when it is none."""
    kind, size = packed[8:12], min(int.from_bytes(packed[4:8], "little"), MOST)
    if kind == _PLAIN:
        return packed[16 : 16 + size]
    if kind != _COMPRESSED:
        return b""
    ring = bytearray(_BEGINNING.ljust(_RING, b" "))
    write, at = len(_BEGINNING), 16
    out = bytearray()
    while at < len(packed) and len(out) < size:
        flags, at = packed[at], at + 1
        for bit in range(8):
            if at + 1 >= len(packed) or len(out) >= size:
                break
            if not flags >> bit & 1:
                taken = packed[at : at + 1]
                at += 1
            else:
                word = packed[at] << 8 | packed[at + 1]
                at += 2
                read, length = word >> 4, (word & 15) + 2
                if read == write:
                    return bytes(out)
                taken = _from_ring(ring, read, write, length)
            for byte in taken:
                ring[write] = byte
                write = (write + 1) % _RING
            out += taken
    return bytes(out)


def _from_ring(ring: bytearray, read: int, write: int, length: int) -> bytes:
    """Copied byte by byte, for it may reach what it is just writing."""
    taken = bytearray()
    gap = (write - read) % _RING
    for offset in range(length):
        taken.append(ring[(read + offset) % _RING] if offset < gap else taken[offset - gap])
    return bytes(taken)


def said(rich: bytes) -> tuple[str, bool]:
    """What it says, and whether that is HTML."""
    is_html = b"\\fromhtml" in rich[:2_000]
    found = re.search(rb"\\ansicpg(\d{3,5})", rich[:2_000])
    return _Reader(f"cp{found[1].decode()}" if found else "cp1252", is_html=is_html).read(rich), is_html


class _Reader:
    """Walks over the tokens. A group that is left out is known by its depth."""

    def __init__(self, charset: str, *, is_html: bool) -> None:
        self._charset = charset
        self._is_html = is_html
        self._out: list[str] = []
        self._bytes = b""
        self._depth = 0
        self._left_out: int | None = None
        self._rtf_only = False
        self._fallback = 0
        self._starred = False

    def read(self, rich: bytes) -> str:
        """All of it."""
        for token in _TOKEN.finditer(rich[:MOST]):
            self._take(*token.groups())
        self._flush()
        return "".join(self._out)

    def _take(
        self,
        code: bytes | None,
        point: bytes | None,
        word: bytes | None,
        number: bytes | None,
        sign: bytes | None,
        brace: bytes | None,
        text: bytes | None,
    ) -> None:
        if brace:
            self._depth += 1 if brace == b"{" else -1
            if self._left_out is not None and self._depth < self._left_out:
                self._left_out = None
            self._starred = False
        elif sign == b"*":
            self._starred = True
        elif word is not None:
            self._take_word(word, number)
        elif self._left_out is None and not self._rtf_only:
            if code is not None:
                self._put_bytes(bytes([int(code, 16)]))
            elif point is not None:
                self._flush()
                self._out.append(chr(int(point) % 0x10000))
                self._fallback = 1
            elif sign is not None:
                self._put_bytes({b"~": b" ", b"\n": b"\n", b"_": b"-"}.get(sign, sign if sign in b"\\{}" else b""))
            elif text is not None:
                self._put_bytes(text)

    def _take_word(self, word: bytes, number: bytes | None) -> None:
        if word == b"htmltag":
            self._starred = False
        elif word == b"htmlrtf":
            self._rtf_only = number != b"0"
        elif self._left_out is None and ((self._starred and word != b"rtf") or word in _SKIPPED):
            self._left_out = self._depth
        elif self._left_out is None and not self._rtf_only and (sign := _BREAKS.get(word) or _SIGNS.get(word)):
            self._flush()
            self._out.append(sign)

    def _put_bytes(self, content: bytes) -> None:
        # After a character by its number stands another for programs that do not know numbers.
        self._bytes += content[self._fallback :]
        self._fallback = 0

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(charsets.decode(self._bytes, self._charset))
            self._bytes = b""
