"""Letters written to be slow to read. An expression that tries everything twice holds up its whole process."""

from __future__ import annotations

import time

import pytest

from tugi.channels.email.understanding import reading

HEAD = b"From: ann@example.com\nTo: shop@example.ee\nSubject: Hello\nMessage-ID: <1@example.com>\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"
TWO = b"Content-Type: multipart/mixed; boundary=b\n" + HEAD + b"\n--b\n\nHello\n--b\nContent-Type: text/html\n\n"
SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----\n\n"
# CPU seconds for any of them; without care each takes ten times as long, or for ever.
SECONDS = 0.5


def sealed(inner: bytes) -> bytes:
    """A signature around a letter's content (RFC 5652 5.1), as far as its reader looks."""
    octets = b"\x04\x84" + len(inner).to_bytes(4, "big") + inner
    wrapped = b"\xa0\x84" + len(octets).to_bytes(4, "big") + octets
    kinds = bytes.fromhex("06092a864886f70d010702 06092a864886f70d010701")
    return b"Content-Type: application/pkcs7-mime\n\n\x30\x80" + kinds + wrapped


def test_a_letter_sealed_again_and_again_is_kept_a_few_times_only() -> None:
    raw = b"\nHello"
    for _ in range(60):
        raw = sealed(raw)
    letter = reading.read(b"From: ann@example.com\n" + raw, own_addresses=[], trusted_server="", envelope={})
    assert sum(len(part.content) for part in letter.parts) < 10 * len(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEAD + b"\n" + b"<!-- -->" * 26 + b"Hello", id="comments"),
        pytest.param(HEAD + b"\n" + SIGNED * 5_000, id="signed again and again"),
        pytest.param(HEAD + b"\n" + SIGNED + b"-----BEGIN PGP SIGNATURE-----\n" * 8_000, id="signature without end"),
        pytest.param(HTML + b"<a" * 100_000, id="tags without end"),
        pytest.param(HTML + b"<br" * 700_000, id="line breaks without end"),
        pytest.param(TWO + b'<p style="' + b"margin:0 " * 30_000 + b'1">Hello', id="margins"),
        pytest.param(TWO + b"<p>" + ("\xa0" + "\u2003" * 20_000).encode() * 11 + b"Hello", id="filling"),
        pytest.param(b"Content-Type: text/enriched\n" + HEAD + b"\n" + b"<param>" * 20_000, id="parameters of text"),
        pytest.param(b"Content-Type: text/plain;" + b" " * 20_000 + b"x=y\n" + HEAD + b"\nHello", id="a header's gap"),
        pytest.param(HEAD + (b"To: " + "\xa0".encode() * 999 + b"\n") * 9 + b"\nHello", id="names of spaces"),
        pytest.param(HEAD + b"List-Id: " + b"a" * 10_000 + b"\n\nHello", id="a list's name"),
    ],
)
def test_a_letter_written_to_be_slow_is_read_at_once(raw: bytes) -> None:
    begun = time.process_time()
    letter = reading.read(raw, own_addresses=["shop@example.ee"], trusted_server="", envelope={})
    assert time.process_time() - begun < SECONDS
    assert letter.sender.email == "ann@example.com"
