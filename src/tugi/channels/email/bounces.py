"""Mails of ours that came back: by the book (RFC 3464, 3463), as told in words, and the reports beside them.

A person who forwards or answers a bounce writes no bounce: either the mail's own structure or its sender must be a
machine's. Whether the mail that came back was ours is not decided here: its signed Message-ID is checked by who knows
the key.
"""

from __future__ import annotations

import re
from email.message import Message

from tugi.channels.email.addresses import addresses
from tugi.channels.email.automatic_signs import ADDRESS, Signs, domain_of, first, readable, signs
from tugi.channels.email.automatic_words import NO_REPLY
from tugi.channels.email.bounces_reports import (
    ARRIVED,
    Fields,
    fields_in,
    fields_of,
    has_part,
    report_type,
    returned_id,
    returned_recipients,
    returns_mail,
)
from tugi.channels.email.bounces_senders import (
    OPENINGS,
    RECEIPTS,
    from_machine,
    is_answer,
    null_path,
    subject_tells,
)
from tugi.channels.email.bounces_text import is_delayed, spoken, told
from tugi.channels.email.bounces_words import code_of, is_permanent
from tugi.ports import Bounce

_LONGEST_WHY = 300
_MOST_RECIPIENTS = 100
_REPORT_PARTS = ("message/feedback-report", "message/disposition-notification")
_DMARC_SUBJECT = re.compile(r"(?:\[\w+\] )?report domain:", re.IGNORECASE)


def bounce_of(message: Message, text: str) -> Bounce | None:
    """The failure this mail tells of: that of a useless address before others. text: the mail's own words."""
    found = all_bounces(message, text)
    return next((bounce for bounce in found if bounce.permanent), found[0] if found else None)


def all_bounces(message: Message, text: str) -> list[Bounce]:
    """A failure a recipient, in the order they are told; [] where the mail is no bounce."""
    found = signs(message)
    if not _may_be_bounce(message, found):
        return []
    fields = fields_of(message)
    if fields and all(entry.action in ARRIVED for entry in fields):
        return []
    if not fields and isinstance(message.get_payload(), str) and message.get_content_maintype() == "multipart":
        # A multipart whose boundary is broken: all of it is one text.
        text = text or str(message.get_payload())
    words = spoken(text)
    if not fields and not _is_told(message, found, words):
        return []
    letter_id = returned_id(message, found, text)
    fields = fields or fields_in(text)
    if fields:
        bounces = [
            _reported(entry, message, found, words, letter_id) for entry in fields if entry.action not in ARRIVED
        ]
    else:
        bounces = _told(message, found, words, text, letter_id)
    return bounces[:_MOST_RECIPIENTS]


def is_report(message: Message) -> bool:
    """Whether a machine reports something that is no failure: complaints (RFC 5965), receipts (RFC 8098), arrivals."""
    kind = report_type(message)
    if kind in ("feedback-report", "disposition-notification", "tlsrpt", "dmarc"):
        return True
    found = signs(message)
    if message.is_multipart() and any(has_part(message, media_type) for media_type in _REPORT_PARTS):
        return True
    subject = readable(first(found, "subject"))
    if _DMARC_SUBJECT.match(subject) or (
        subject.startswith("complaint about message from ") and domain_of(first(found, "from")) == "hotmail.com"
    ):
        return True
    if kind == "delivery-status":
        fields = fields_of(message)
        return bool(fields) and all(entry.action in ARRIVED for entry in fields)
    return False


def _may_be_bounce(message: Message, found: Signs) -> bool:
    """A cheap look that sorts out nearly all mails: only machines send what may be a bounce."""
    kind = report_type(message)
    if kind and kind != "delivery-status":
        return False
    if kind or "x-failed-recipients" in found or from_machine(found) or null_path(found):
        return True
    if any(NO_REPLY.match(address.email) for address in addresses(found.get("from", []))):
        return returns_mail(message)
    # Words alone are a person's: parcels are not delivered either.
    return ("auto-submitted" in found or "precedence" in found) and subject_tells(found)


def _is_told(message: Message, found: Signs, words: str) -> bool:
    if RECEIPTS.match(readable(first(found, "subject"))) or is_answer(found):
        return False
    if "x-failed-recipients" in found or report_type(message):
        return True
    tells = bool(OPENINGS.search(words[:1_500]))
    if from_machine(found):
        return tells or subject_tells(found)
    if tells and returns_mail(message):
        return True
    # An answering machine has no sender in the envelope either: there both must speak of a failure.
    return tells and subject_tells(found)


def _reported(entry: Fields, message: Message, found: Signs, words: str, letter_id: str | None) -> Bounce:
    recipient = entry.recipient or next(iter(_known(message, found)), "")
    beside = next((said.words for said in told(words, [recipient] if recipient else []) if said.words), words)
    said = entry.diagnostic or beside
    code = code_of(entry.status, entry.diagnostic or _code_words(beside))
    return _bounce(letter_id, recipient, code, said, beside, delayed=entry.action == "delayed")


def _told(message: Message, found: Signs, words: str, text: str, letter_id: str | None) -> list[Bounce]:
    delayed = is_delayed(readable(first(found, "subject")), words)
    known = [address.lower() for address in ADDRESS.findall(first(found, "x-failed-recipients"))]
    said = told(words, known)
    if not said:
        return [
            _bounce(letter_id, _anybody(message, found, words, text), code_of("", words), words, "", delayed=delayed)
        ]
    return [_bounce(letter_id, e.recipient, code_of("", e.words), e.words, "", delayed=delayed) for e in said]


def _bounce(
    letter_id: str | None, recipient: str, code: str | None, said: str, beside: str, *, delayed: bool
) -> Bounce:
    permanent = not delayed and is_permanent(code, said[:3_000], beside[:3_000])
    return Bounce(letter_id, recipient or None, permanent, code, _why(said), delayed)


def _code_words(words: str) -> str:
    return words[:3_000]


def _known(message: Message, found: Signs) -> list[str]:
    failed = [address.lower() for address in ADDRESS.findall(first(found, "x-failed-recipients"))]
    return failed or returned_recipients(message, "")


def _anybody(message: Message, found: Signs, words: str, text: str) -> str:
    """The recipient where no line begins with one: the first address named that is neither side's mail system."""
    own = {address.lower() for name in ("from", "to") for address in ADDRESS.findall(first(found, name))}
    named = [address.lower() for address in ADDRESS.findall(words)]
    others = [
        address for address in named if address not in own and not address.startswith(("postmaster", "mailer-daemon"))
    ]
    return next(iter(others or returned_recipients(message, text)), "")


def _why(said: str) -> str:
    """What was said in one line, without the kind of the code before it ("smtp;")."""
    line = re.sub(r"^(?:smtp|x-[\w-]+|dns|x\.?400)\s*;\s*", "", " ".join(said.split()), flags=re.IGNORECASE)
    return line if len(line) <= _LONGEST_WHY else line[: _LONGEST_WHY - 1].rstrip() + "…"
