"""Letters written to be slow to read. An expression that tries everything twice holds up its whole process."""

from __future__ import annotations

import time

import pytest

from tugi.channels.email.understanding import reading

HEAD = b"From: ann@example.com\nTo: shop@example.ee\nSubject: Hello\nMessage-ID: <1@example.com>\n"
SIGNED = b"-----BEGIN PGP SIGNED MESSAGE-----\n\n"
# CPU seconds for any of them; without care each takes ten times as long, or for ever.
SECONDS = 0.5


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(HEAD + b"\n" + b"<!-- -->" * 26 + b"Hello", id="comments"),
        pytest.param(HEAD + b"\n" + SIGNED * 5_000, id="signed again and again"),
        pytest.param(HEAD + b"\n" + SIGNED + b"-----BEGIN PGP SIGNATURE-----\n" * 8_000, id="signature without end"),
    ],
)
def test_a_letter_written_to_be_slow_is_read_at_once(raw: bytes) -> None:
    begun = time.process_time()
    letter = reading.read(raw, own_addresses=["shop@example.ee"], trusted_server="", envelope={})
    assert time.process_time() - begun < SECONDS
    assert letter.sender.email == "ann@example.com"
