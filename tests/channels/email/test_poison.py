"""Every mail made to break the reader becomes a letter, or is said to be unreadable: in time, within limits.

TUGI_POISON=full runs them in full size.
"""

from __future__ import annotations

import os
import resource
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.poison import poison
from channels.email.written import attached, read
from tugi.channels.email.understanding import parts, tree
from tugi.ports import Letter, Unreadable

FULL = os.environ.get("TUGI_POISON") == "full"
SECONDS = 1.0
MEGABYTES = 200
UNREADABLE = {"empty", "only line ends", "random bytes"}


def texts_of(letter: Letter) -> list[str]:
    """All that is stored of it as text."""
    people = [letter.sender, *letter.to, *letter.cc, *letter.reply_to]
    return [
        *(letter.letter_id, letter.subject, letter.new_text, letter.quoted_text, letter.html or ""),
        *(person.email for person in people),
        *(person.name or "" for person in people),
        *letter.refers_to,
        *(part.name for part in letter.parts),
        *(part.media_type for part in letter.parts),
    ]


def test_every_poisoned_mail_becomes_a_letter_in_time() -> None:
    seen: set[str] = set()
    for name, raw in poison(full=FULL):
        assert name not in seen
        seen.add(name)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        if name in UNREADABLE:
            with pytest.raises(Unreadable) as refused:
                read(raw)
            assert refused.value.__cause__ is None
            continue
        letter = read(raw)
        assert time.process_time() - began < SECONDS, name
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < MEGABYTES * 1024, name
        assert len(letter.parts) <= parts.MOST_FILES, name
        assert len(letter.new_text) + len(letter.quoted_text) <= 2 * parts.LONGEST_TEXT, name
        assert len(letter.html or "") <= 2_000_000, name
        assert len(letter.refers_to) <= 200, name
        assert len(letter.cc) <= 1_000, name
        assert letter.sender.email, name
        for text in texts_of(letter):
            assert "\0" not in text, name
            text.encode()
        for part in letter.parts:
            assert part.name, name
            assert len(part.name) <= 120, name
            assert not set("/\\\u202e\n") & set(part.name), name
    assert len(seen) > 120


SMALL = [raw for name, raw in poison() if len(raw) < 5_000 and name not in UNREADABLE]
PIECES = [
    b"\n",
    b"\r",
    b"\0",
    b'"',
    b"<",
    b"=?utf-8?B?",
    b"?=",
    b";",
    b"--",
    b"\r\n\r\n",
    b"=",
    b"\xff",
    b"(",
    b"*0*=",
    b"<td>",
    b"@",
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(SMALL),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES) | st.integers(1, 60)), min_size=1, max_size=8),
)
def test_a_damaged_mail_is_read_too(raw: bytes, damages: list[tuple[float, bytes | int]]) -> None:
    for where, what in damages:
        at = int(where * len(raw))
        raw = raw[:at] + (raw[at + what :] if isinstance(what, int) else what + raw[at:])
    try:
        letter = read(raw)
    except Unreadable as error:
        # Refused, not failed on.
        if error.__cause__ is not None:
            raise error.__cause__ from None
        return
    for text in texts_of(letter):
        assert "\0" not in text
        text.encode()


def test_tree_holds_its_limits() -> None:
    for name, raw in poison(full=FULL):
        if name in ("10,000 parts", "1,000 levels of multipart", "1,000 levels of message/rfc822"):
            letter = tree.parse(raw)
            assert sum(1 for _ in letter.walk()) <= tree.MOST_PARTS + 1, name
            assert depth_of(letter) <= tree.DEEPEST + 1, name


def depth_of(piece: tree.Piece) -> int:
    """Levels of parts, the letter's own among them."""
    return 1 + max(map(depth_of, piece.parts), default=0)


@pytest.mark.parametrize("name", ["42.zip", "big.png", "many.gif", "x.gz", "x.svg"])
def test_files_are_handed_on_unopened(name: str) -> None:
    content = b"PK\x03\x04" + bytes(range(256)) * 40
    (part,) = read(attached(name.encode(), content)).parts
    assert (part.name, part.content) == (name, content)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("../../x", "x"),
        ("..\\..\\windows\\x.exe", "x.exe"),
        ("CON", "_CON"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        (".", "file.bin"),
    ],
)
def test_names_of_files_are_safe(written: str, stored: str) -> None:
    (part,) = read(attached(written.encode(), b"x")).parts
    assert part.name == stored
