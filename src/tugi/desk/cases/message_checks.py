"""What a message may be: its text, its sender's own id, and the order of its states."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tugi.core.errors import Invalid
from tugi.desk.cases.transcript import Status

LONGEST = 8000
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Order in which a message's state may advance; a later state never gives way to an earlier one.
RANK: Mapping[Status, int] = {
    "queued": 0,
    "sending": 1,
    "unknown": 2,
    "failed": 2,
    "sent": 3,
    "delivered": 4,
    "read": 5,
}


def advanced(now: Status, then: Status) -> Status:
    """The status after hearing `then`: never backwards."""
    return then if RANK[then] > RANK[now] else now


def checked_text(text: str, has_attachments: bool = False) -> str:
    """The text as it will be stored. Raises Invalid when empty, too long or not storable."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise Invalid("The text holds characters that cannot be stored, such as NUL.", fields={"text": "characters"})
    text = text.strip()
    if len(text) > LONGEST:
        raise Invalid(
            f"A message has at most {LONGEST:,} characters. Send a file instead.", fields={"text": "too long"}
        )
    if not text and not has_attachments:
        raise Invalid("A message needs a text or a file.", fields={"text": "empty"})
    return text


def checked_client_id(client_id: str) -> str:
    """Raises Invalid unless it has 8 to 64 letters, digits, "-" or "_"."""
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid("client_id has 8 to 64 letters, digits, - or _.", fields={"client_id": "form"})
    return client_id
