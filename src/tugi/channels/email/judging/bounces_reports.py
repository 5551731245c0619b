"""The parts of a bounce that machines write for machines: delivery reports (RFC 3464) and the returned mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from tugi.channels.email.judging.automatic_signs import ADDRESS, Signs, first, own_parts, signs
from tugi.channels.email.understanding.tree import Piece

MOST_RECIPIENTS = 100
_LONGEST_TEXT = 50_000
ARRIVED = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/partial"})
_FIELDS = re.compile(
    r"^[ \t>]*(Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code)[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)",
    re.I | re.M,
)
_ID = re.compile(r"^[ \t>]*Message-ID[ \t]*:\s*<\s*([^<>\s]{3,500})\s*>", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(r"^[ \t>]*To[ \t]*:[^\n]*", re.IGNORECASE | re.MULTILINE)
_BRACKETED = re.compile(r"<\s*([^<>\s]{3,500})\s*>")


@dataclass(frozen=True, slots=True)
class Fields:
    """What a delivery report says of one recipient; "" where it is silent. action: in lower case."""

    recipient: str
    action: str
    status: str
    diagnostic: str


def report_type(message: Message) -> str:
    """The kind of a multipart/report in lower case: "delivery-status", "disposition-notification" ...; else ""."""
    if message.get_content_type() != "multipart/report":
        return ""
    kind = message.get_param("report-type")
    return kind.lower() if isinstance(kind, str) else ""


def returns_mail(message: Message) -> bool:
    """Whether another mail, or its headers, is a part of this one."""
    return message.is_multipart() and any(part.get_content_type() in _RETURNED_TYPES for part in own_parts(message))


def has_part(message: Message, media_type: str) -> bool:
    """Whether the mail itself, not a mail inside it, has such a part."""
    return any(part.get_content_type() == media_type for part in own_parts(message))


def fields_of(message: Message) -> list[Fields]:
    """What the mail's own delivery reports say, a recipient each."""
    found: list[Fields] = []
    for part in own_parts(message):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            payload = part.get_payload()
            blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
            read = [_of_block(signs(block)) for block in blocks]
            written = part.body.decode("utf-8", "replace") if isinstance(part, Piece) else str(payload)
            # With an empty line too many in it, the report is no row of blocks; its lines are still those of one.
            found += [block for block in read if block is not None] or fields_in(written)
    return found[:MOST_RECIPIENTS]


def _of_block(block: Signs) -> Fields | None:
    if "final-recipient" not in block and "original-recipient" not in block:
        return None
    return _fields({name: first(block, name) for name in block})


def _fields(values: dict[str, str]) -> Fields:
    # What we wrote to comes before what the other side made of it by its aliases.
    named = [_address(values.get(name, "")) for name in ("original-recipient", "final-recipient")]
    return Fields(
        next((address for address in named if address), ""),
        values.get("action", "").split("(")[0].strip().lower(),
        values.get("status", "").split("(")[0].strip(),
        " ".join(values.get("diagnostic-code", "").split()),
    )


def _address(value: str) -> str:
    found = ADDRESS.search(value.partition(";")[2] or value)
    # A pipe or a file is where an alias led to: nobody wrote to that.
    return found[0].lower() if found and not value.partition(";")[2].strip().startswith(("|", "/")) else ""


def fields_in(text: str) -> list[Fields]:
    """The same fields written into a text, as some systems do."""
    found: list[Fields] = []
    for block in re.split(r"\n[ \t>]*\n", text[:_LONGEST_TEXT]):
        values = {name.lower(): value for name, value in _FIELDS.findall(block)}
        if "final-recipient" in values:
            found.append(_fields(values))
    return found[:MOST_RECIPIENTS]


def returned_id(message: Message, found: Signs, text: str) -> str | None:
    """The Message-ID of the mail that came back, without brackets: of the returned part, the text or the references."""
    for part in own_parts(message):
        written = _returned(part) if part.get_content_type() in _RETURNED_TYPES else ""
        if part is not message and "message-id" in part:
            written = f"Message-ID: {part['message-id']}"
        if known := _ID.search(written):
            return known[1]
    if known := _ID.search(text) or _ID.search(_misplaced(message)):
        return known[1]
    for name in ("x-original-message-id", "original-message-id", "in-reply-to", "references"):
        if known := _BRACKETED.search(first(found, name)):
            return known[1]
    return None


def _misplaced(message: Message) -> str:
    """What stands in the reports and in unreadable parts: a wrong boundary leaves the returned headers there."""
    pieces: list[str] = []
    for part in own_parts(message):
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            for block in (block for block in payload if isinstance(block, Message)):
                pieces += [f"{name}: {value}" for name, value in block.raw_items()]
                pieces.append(str(block.get_payload()))
        elif isinstance(payload, str) and part.get_content_maintype() in ("multipart", "message"):
            pieces.append(payload[:100_000])
    return "\n".join(pieces)


def returned_recipients(message: Message, text: str) -> list[str]:
    """Whom the mail that came back was written to, where the bounce itself names nobody."""
    returned = "\n".join(_returned(part) for part in own_parts(message) if part.get_content_type() in _RETURNED_TYPES)
    line = _RECIPIENT.search(returned) or _RECIPIENT.search(text)
    return [address.lower() for address in ADDRESS.findall(line[0])[:MOST_RECIPIENTS]] if line else []


def _returned(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list):
        inner = payload[0] if payload else None
        if not isinstance(inner, Message):
            return ""
        lines = [f"{name}: {value}" for name, value in inner.raw_items()]
        # An empty line too early makes a body of the headers.
        return "\n".join([*lines, str(inner.get_payload())[:5_000]] if "message-id" not in inner else lines)
    content = part.get_payload(decode=True)
    return content[:100_000].decode("utf-8", "replace") if isinstance(content, bytes) else ""
