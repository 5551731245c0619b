"""Mails of ours that came back: by the book (RFC 3464, 3463), as told in words, and the reports beside them.

A person who forwards or answers a bounce writes no bounce: either the mail's own structure or its sender must be a
machine's. Whether the mail that came back was ours is not decided here: its signed Message-ID is checked by who knows
the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from tugi.channels.email.judging.automatic_signs import ADDRESS, Signs, domain_of, first, own_parts, readable, signs
from tugi.channels.email.judging.automatic_words import NO_REPLY
from tugi.channels.email.judging.bounces_reports import (
    ARRIVED,
    MOST_RECIPIENTS,
    Fields,
    fields_in,
    fields_of,
    has_part,
    report_type,
    returned_id,
    returned_recipients,
    returns_mail,
)
from tugi.channels.email.judging.bounces_senders import (
    OPENINGS,
    RECEIPTS,
    from_machine,
    is_answer,
    null_path,
    subject_tells,
)
from tugi.channels.email.judging.bounces_text import Told, is_delayed, spoken, told
from tugi.channels.email.judging.bounces_words import code_of, is_permanent
from tugi.channels.email.understanding.addresses import addresses
from tugi.ports import Bounce

_LONGEST_WHY = 300
_LONGEST_SAID = 2_000
_REPORT_PARTS = ("message/feedback-report", "message/disposition-notification")
_DMARC_SUBJECT = re.compile(r"(?:\[\w+\] )?report domain:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Back:
    """A bounce: all of its text, the mail system's own words of it, and the id of what came back."""

    message: Message
    found: Signs
    text: str
    words: str
    letter_id: str | None


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
    if not fields and (inner := _wrapped(message, found)) is not None:
        return all_bounces(inner, "")
    if not fields and isinstance(message.get_payload(), str) and message.get_content_maintype() == "multipart":
        # A multipart whose boundary is broken: all of it is one text.
        text = text or str(message.get_payload())
    words = spoken(text)
    if not fields and not _is_told(message, found, words):
        return []
    back = _Back(message, found, text, words, returned_id(message, found, text))
    fields = [entry for entry in fields or fields_in(text) if entry.action not in ARRIVED]
    return (_reported(fields, back) if fields else _told(back))[:MOST_RECIPIENTS]


def _wrapped(message: Message, found: Signs) -> Message | None:
    """The delivery report inside a mail of a gateway that put its own notice around it."""
    if not from_machine(found) or not message.is_multipart():
        return None
    inside = (part.get_payload() for part in own_parts(message) if part.get_content_type() == "message/rfc822")
    mails = (payload[0] for payload in inside if isinstance(payload, list) and payload)
    return next((mail for mail in mails if isinstance(mail, Message) and fields_of(mail)), None)


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
    if RECEIPTS.match(readable(first(found, "subject"))):
        return False
    # Yahoo returns a mail under the mail's own subject; nobody else answers from that address.
    if is_answer(found) and "mailer-daemon@" not in first(found, "from").lower():
        return False
    if "x-failed-recipients" in found or report_type(message):
        return True
    tells = bool(OPENINGS.search(words[:1_500]))
    if from_machine(found):
        # With the mail that came back in it, the words may be in any language.
        return tells or subject_tells(found) or returns_mail(message)
    if tells and returns_mail(message):
        return True
    # An answering machine has no sender in the envelope either: there both must speak of a failure.
    return tells and subject_tells(found)


def _reported(fields: list[Fields], back: _Back) -> list[Bounce]:
    failed = _failed(back.found) or returned_recipients(back.message, "")
    beside = {said.recipient: said.words for said in told(back.words, [])}
    bounces: list[Bounce] = []
    for recipient, entry in {entry.recipient or next(iter(failed), ""): entry for entry in reversed(fields)}.items():
        words = beside.get(recipient, back.words)
        said = entry.diagnostic or words
        code = code_of(entry.status, said[:_LONGEST_SAID])
        bounces.append(_bounce(back, recipient, code, said, words, delayed=entry.action == "delayed"))
    return bounces[::-1]


def _told(back: _Back) -> list[Bounce]:
    delayed = is_delayed(readable(first(back.found, "subject")), back.words)
    each = told(back.words, _failed(back.found)) or [Told(_anybody(back), back.words)]
    codes = [code_of("", said.words[:_LONGEST_SAID]) for said in each]
    return [
        _bounce(back, said.recipient, code, said.words, "", delayed=delayed)
        for said, code in zip(each, codes, strict=True)
    ]


def _bounce(back: _Back, recipient: str, code: str | None, said: str, beside: str, *, delayed: bool) -> Bounce:
    said = said[:_LONGEST_SAID]
    permanent = not delayed and is_permanent(code, said, beside[:_LONGEST_SAID])
    return Bounce(back.letter_id, recipient or None, permanent, code, _why(said), delayed)


def _failed(found: Signs) -> list[str]:
    """The recipients that a header of Exim's or Gmail's names."""
    return [address.lower() for address in ADDRESS.findall(first(found, "x-failed-recipients"))][:MOST_RECIPIENTS]


def _anybody(back: _Back) -> str:
    """The recipient where no line begins with one: the first address named that is neither side's mail system."""
    own = {address.lower() for name in ("from", "to") for address in ADDRESS.findall(first(back.found, name))}
    named = [address.lower() for address in ADDRESS.findall(back.words)]
    others = [one for one in named if one not in own and not one.startswith(("postmaster", "mailer-daemon"))]
    return next(iter(others or returned_recipients(back.message, back.text)), "")


def _why(said: str) -> str:
    """What was said in one line, without the kind of the code before it ("smtp;")."""
    line = re.sub(r"^(?:smtp|x-[\w-]+|dns|x\.?400)\s*;\s*", "", " ".join(said.split()), flags=re.IGNORECASE)
    return line if len(line) <= _LONGEST_WHY else line[: _LONGEST_WHY - 1].rstrip() + "…"
