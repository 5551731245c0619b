"""Mails written by hand: the smallest that is one, with parts, with a file, of HTML."""

from __future__ import annotations

import base64

from tugi.channels.email.understanding import reading
from tugi.ports import Letter

HEAD = (
    b"From: Mari Maasikas <mari@example.com>\r\nTo: info@shop.example\r\nSubject: Where is my parcel\r\n"
    b"Message-ID: <poison@example.com>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\n"
)
TEXT = b"Content-Type: text/plain; charset=utf-8\r\n"
HELLO = b"Hello, where is my parcel?\r\n"


def mail(headers: bytes, body: bytes, head: bytes = HEAD) -> bytes:
    """A mail with more headers and a body."""
    return head + headers + b"\r\n" + body


def part(headers: bytes, body: bytes) -> bytes:
    """One part for `several`."""
    return headers + b"\r\n" + body


def several(kind: bytes, parts: list[bytes], boundary: bytes = b"b1") -> bytes:
    """A multipart mail."""
    inside = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in parts) + b"--" + boundary + b"--\r\n"
    return mail(b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n', inside)


def attached(name: bytes, content: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    """A mail with a text and one file."""
    headers = (
        b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
        b'Content-Disposition: attachment; filename="' + name + b'"\r\n'
    )
    return several(b"mixed", [part(TEXT, HELLO), part(headers, base64.encodebytes(content))])


def page(source: bytes) -> bytes:
    """A mail of HTML alone."""
    return mail(b"Content-Type: text/html; charset=utf-8\r\n", source)


def read(raw: bytes, *own: str, **envelope: object) -> Letter:
    """As a mailbox reads it, its own addresses given."""
    return reading.read(raw, own_addresses=own or ("info@shop.example",), trusted_server="", envelope=envelope)
