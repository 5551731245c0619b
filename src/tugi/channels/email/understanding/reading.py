"""A letter understood: raw bytes to `ports.Letter`. Pure: no network, no database, no clock but for dates to come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tugi.channels.email.judging.automatic import why_automatic
from tugi.channels.email.judging.bounces import bounce_of, is_report
from tugi.channels.email.judging.trust import trust_of
from tugi.channels.email.understanding import charsets, parts, tree
from tugi.channels.email.understanding.addresses import addresses, name_in
from tugi.channels.email.understanding.cutting import Cut, cut, cut_html
from tugi.channels.email.understanding.headers import all_of, date_of, first_of, ids_of, one_line, refers_to, subject_of
from tugi.channels.email.understanding.html import clean
from tugi.channels.email.understanding.html_text import rough_text
from tugi.channels.email.understanding.parts import LONGEST_TEXT, Body
from tugi.channels.email.understanding.tree import Piece
from tugi.core import clock
from tugi.ports import Address, Bounce, Letter, Unreadable
from tugi.robot.language import read_language

# Whoever sends without saying who. No mail ever reaches it (RFC 2606).
NOBODY = "nobody@sender.invalid"

_SENDERS = ("from", "sender", "reply-to", "resent-from", "x-original-from", "return-path", "x-envelope-from")
_SENT_TO = ("to", "cc", "delivered-to", "x-original-to", "x-delivered-to", "envelope-to", "x-envelope-to")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._-]{3,80}")
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_ENOUGH_FOR_LANGUAGE = 2_000
_LONGEST_TO_CUT = 300_000
_MOST_TAGS_TO_CUT = 40_000


def read(raw: bytes, *, own_addresses: Sequence[str], trusted_server: str, envelope: Mapping[str, object]) -> Letter:
    """Understand a letter.

    own_addresses: the mailbox's, in lower case; plus-addresses of them carry tokens. trusted_server: whose
    Authentication-Results are believed. envelope: {"from", "to": [...]} as far as the transport said it.
    Raises Unreadable when there is nothing at all to show, and nothing else.
    """
    if not raw.strip():
        raise Unreadable("The mail is empty: not even a header came.", "empty")
    try:
        return _read(raw, own_addresses, trusted_server, envelope)
    except _FAULTS as fault:
        # A fault of ours must stop neither the mailbox nor a support person's batch: the raw mail is kept and shown.
        said = f"Tugi could not understand this mail ({type(fault).__name__}). Read the raw mail."
        raise Unreadable(said, "fault") from fault


def _read(raw: bytes, own_addresses: Sequence[str], trusted_server: str, envelope: Mapping[str, object]) -> Letter:
    message = tree.parse(raw)
    if not message.keys() and not raw.isascii() and b"\0" in raw[:1_000]:
        raise Unreadable("This is no mail: it has no headers and no text.", "no_mail")
    body = parts.read(message)
    words = _cut(body)
    told = words.new + "\n" + words.quoted if words.quoted else words.new
    return Letter(
        letter_id=_letter_id(message, raw),
        sender=_sender(message, envelope),
        subject=subject_of(message),
        new_text=words.new,
        quoted_text=words.quoted,
        html=(clean(charsets.storable(body.html)) or None) if body.html else None,
        to=addresses(all_of(message, "to")),
        cc=addresses(all_of(message, "cc")),
        reply_to=addresses(all_of(message, "reply-to")),
        refers_to=refers_to(message),
        tokens=_tokens(message, own_addresses, envelope),
        sent_at=date_of(message, clock.now()),
        automatic=why_automatic(message, own_addresses, _envelope_sender(envelope)),
        bounce=_bounce(message, told),
        report=is_report(message),
        trust=trust_of(message, trusted_server, own_addresses, from_stranger=envelope.get("door") == "smtp"),
        parts=body.files,
        language=language_of(words.new),
    )


def _cut(body: Body) -> Cut:
    """What is new, and the rest; both fit to be stored and within the limit."""
    if body.text is None and body.html is not None:
        by_tags = body.html.count("<") <= _MOST_TAGS_TO_CUT
        words = cut_html(body.html) if by_tags else cut(rough_text(body.html)[:_LONGEST_TO_CUT])
    else:
        text = body.text or ""
        words = cut(text[:_LONGEST_TO_CUT])
        if len(text) > _LONGEST_TO_CUT:
            # A novel's end is quoted history as a rule, and where it is not, it is one click away.
            words = Cut(words.new, words.quoted + text[_LONGEST_TO_CUT:])
    return Cut(charsets.storable(words.new)[:LONGEST_TEXT], charsets.storable(words.quoted)[:LONGEST_TEXT])


def _bounce(message: Piece, told: str) -> Bounce | None:
    """What came back, in words fit to be stored."""
    found = bounce_of(message, told)
    if found is None:
        return None
    letter_id, recipient = (value and charsets.storable(value) for value in (found.letter_id, found.recipient))
    return replace(found, letter_id=letter_id, recipient=recipient, why=charsets.storable(found.why))


def _letter_id(message: Piece, raw: bytes) -> str:
    ids = ids_of(all_of(message, "message-id")[:1])
    return ids[0] if ids else f"{hashlib.sha256(raw).hexdigest()[:40]}@no-id.invalid"


def _sender(message: Piece, envelope: Mapping[str, object]) -> Address:
    for name in _SENDERS:
        found = addresses(all_of(message, name)[:10])
        # An address beats a word without a domain, wherever it stands.
        for address in sorted(found, key=_is_local):
            return address
    given = envelope.get("from")
    found = addresses([given]) if isinstance(given, str) else ()
    return found[0] if found else Address(NOBODY, name_in(first_of(message, "from")))


def _envelope_sender(envelope: Mapping[str, object]) -> str | None:
    given = envelope.get("from")
    return given if isinstance(given, str) else None


def _is_local(address: Address) -> bool:
    return "@" not in address.email


def _tokens(message: Piece, own_addresses: Sequence[str], envelope: Mapping[str, object]) -> tuple[str, ...]:
    """What stands behind the plus of our own addresses among all recipients."""
    said = [value for name in _SENT_TO for value in all_of(message, name)]
    given = envelope.get("to")
    if isinstance(given, str):
        said.append(given)
    elif isinstance(given, Sequence):
        said += [one for one in given if isinstance(one, str)]
    own = {tuple(address.lower().rpartition("@")[::2]) for address in own_addresses}
    found: dict[str, None] = {}
    for address in addresses(value for value in said if "+" in value):
        local, _, domain = address.email.rpartition("@")
        name, plus, token = local.partition("+")
        if plus and (name, domain) in own and _TOKEN.fullmatch(token):
            found[token] = None
    return tuple(found)


def language_of(text: str) -> str | None:
    """The language of a text, such as "et"; None when that is not plain enough."""
    return read_language(one_line(text[:_ENOUGH_FOR_LANGUAGE], _ENOUGH_FOR_LANGUAGE), ()).foreign
