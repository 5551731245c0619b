"""Letters as the database can hold them: no character it refuses, no id longer than an index takes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from tugi.desk.cases import threads
from tugi.ports import Address, Letter

# More text than anybody reads in a case; the raw letter is one click away.
LONGEST_TEXT = 100_000
LONGEST_QUOTE = 400_000
LONGEST_HTML = 2_000_000
LONGEST_SUBJECT = 1_000
LONGEST_NAME = 200
# RFC 5321 4.5.3.1: 64 for the local part, 255 for the domain.
LONGEST_ADDRESS = 320
LONGEST_ID = 250


def storable(letter: Letter, raw_hash: str = "") -> Letter:
    """The letter, cleaned and cut to what is kept beside the raw bytes. raw_hash: its id, should it have none."""
    html = clean(letter.html, LONGEST_HTML + 1) if letter.html is not None else None
    return replace(
        letter,
        letter_id=short_id(letter.letter_id) or f"{raw_hash}@raw.invalid",
        sender=_sender(letter.sender),
        subject=clean(letter.subject, LONGEST_SUBJECT),
        new_text=clean(letter.new_text, LONGEST_TEXT),
        quoted_text=clean(letter.quoted_text, LONGEST_QUOTE),
        # Half a page of HTML shows nothing for certain; the text does.
        html=html if html is not None and len(html) <= LONGEST_HTML else None,
        to=_addresses(letter.to),
        cc=_addresses(letter.cc),
        reply_to=_addresses(letter.reply_to),
        refers_to=tuple(kept for one in threads.references(letter.refers_to) if (kept := short_id(one))),
        automatic=clean(letter.automatic, LONGEST_NAME) if letter.automatic is not None else None,
    )


def clean(text: str, longest: int) -> str:
    """The text without NUL and half characters, at most so long."""
    return text[:longest].replace("\0", "").encode("utf-8", "ignore").decode()


def short_id(given: str) -> str:
    """A Message-ID; one that is longer than any index takes gives its hash, the same each time."""
    given = clean(given.strip(), 1_000_000)
    if len(given.encode()) <= LONGEST_ID:
        return given
    return f"{hashlib.sha256(given.encode()).hexdigest()}@long.invalid"


def _address(one: Address) -> Address:
    email = clean(one.email, LONGEST_ADDRESS + 1).strip().lower()
    name = " ".join(clean(one.name, LONGEST_NAME).split()) if one.name else None
    return Address(email if len(email) <= LONGEST_ADDRESS else "", name or None)


def _sender(one: Address) -> Address:
    """The sender; an address that belongs to nobody by its very name (RFC 2606) is none."""
    kept = _address(one)
    return Address("", kept.name) if kept.email.endswith(".invalid") else kept


def _addresses(several: Sequence[Address]) -> tuple[Address, ...]:
    return tuple(kept for one in several if (kept := _address(one)).email)
