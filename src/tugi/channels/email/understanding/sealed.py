"""Letters under seal: S/MIME (RFC 8551) and OpenPGP (RFC 3156). Signed ones are read, encrypted ones only told of."""

from __future__ import annotations

import re

from tugi.channels.email.understanding.tree import Piece

ENCRYPTED_SMIME = "[This letter is encrypted with S/MIME. Its attachment opens only with its recipient's key.]"
ENCRYPTED_PGP = "[This letter is encrypted with OpenPGP. Its attachment opens only with its recipient's key.]"

_SMIME = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_SIGNED = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][\w-]{1,30}: [^\n]*\n)*\n", re.MULTILINE)
_SIGNATURE, _SIGNATURE_ENDS = "\n-----BEGIN PGP SIGNATURE-----\n", "\n-----END PGP SIGNATURE-----"
_DASHED = re.compile(r"^- (?=-)", re.MULTILINE)
_OCTETS, _OCTETS_IN_PIECES, _EXPLICIT = 0x04, 0x24, 0xA0
_MOST_PIECES = 100_000


def unarmoured(text: str) -> tuple[str, str]:
    """A text signed in place (RFC 9580 section 7) without its frame, and the frame's signature; "" when it has none."""
    begun = _SIGNED.search(text)
    if begun is None:
        return text, ""
    # The line break before the signature may be the empty line above an empty text.
    said_ends = text.find(_SIGNATURE, begun.end() - 1)
    ends = text.find(_SIGNATURE_ENDS, said_ends + 1)
    if said_ends < 0 or ends < 0:
        return text, ""
    said = _DASHED.sub("", text[begun.end() : said_ends + 1])
    ends += len(_SIGNATURE_ENDS)
    return text[: begun.start()] + said + text[ends:], text[said_ends + 1 : ends]


def is_sealed(piece: Piece, kind: str) -> bool:
    """Whether a part is a letter's encrypted or enclosed content, not a signature beside it."""
    if kind in _SMIME:
        return (piece.parameter("smime-type") or "").lower() != "certs-only"
    return kind == "application/pgp-encrypted"


def signed_content(der: bytes) -> bytes | None:
    """The letter enclosed in S/MIME signed-data (RFC 5652 5.1), its signature unchecked; None when it is encrypted."""
    if _SIGNED_DATA not in der[:40]:
        return None
    at = der.find(_DATA, 0, 2_000)
    if at < 0:
        return None
    try:
        tag, at, _ = _header(der, at + len(_DATA))
        if tag != _EXPLICIT:
            return None
        tag, at, length = _header(der, at)
        if tag == _OCTETS and length is not None:
            return der[at : at + length]
        return _in_pieces(der, at, length) if tag == _OCTETS_IN_PIECES else None
    except IndexError:
        return None


def _in_pieces(der: bytes, at: int, length: int | None) -> bytes:
    end = len(der) if length is None else min(at + length, len(der))
    pieces: list[bytes] = []
    while at < end and len(pieces) < _MOST_PIECES:
        tag, at, size = _header(der, at)
        if tag != _OCTETS or size is None:
            break
        pieces.append(der[at : at + size])
        at += size
    return b"".join(pieces)


def _header(der: bytes, at: int) -> tuple[int, int, int | None]:
    """Tag, where the content begins, and its length; None: until its end is marked (X.690 8.1)."""
    tag, first = der[at], der[at + 1]
    if first < 0x80:
        return tag, at + 2, first
    if first == 0x80:
        return tag, at + 2, None
    count = first & 0x7F
    return tag, at + 2 + count, int.from_bytes(der[at + 2 : at + 2 + min(count, 8)], "big")
