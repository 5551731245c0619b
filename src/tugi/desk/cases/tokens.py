"""Tokens: what we put into our letters so that an answer finds its case, and nobody else can make.

Two places carry them: the plus-address an answer goes to, and the Message-ID (RFC 5322 3.6.4) an answer refers to.
Both survive what mail programs do to addresses: lower case letters, digits, "-" and "." only, case ignored on return.
The proof is 80 bits of HMAC-SHA256 (RFC 2104), compared in constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

MAC_BYTES = 10
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TOKEN = re.compile(r"t([0-9a-v]{1,13})-([a-z2-7]{16})")
_AGENT = re.compile(r"a([0-9a-v]{1,13})-([0-9a-v]{1,13})-([a-z2-7]{16})")
_LETTER = re.compile(r"([1-9][0-9]{0,18})\.([1-9][0-9]{0,18})\.([a-z2-7]{16})@[^@\s]{1,255}")


@dataclass(frozen=True, slots=True)
class Own:
    """What a Message-ID of ours says: the case as it was then, and the message."""

    case_id: int
    message_id: int


def token(secret: str, workspace_id: int, case_id: int) -> str:
    """What an answer to a customer's letter carries in its plus-address."""
    return f"t{_base32(case_id)}-{_mac(secret, 'case', workspace_id, case_id)}"


def agent_token(secret: str, workspace_id: int, case_id: int, agent_id: int) -> str:
    """What an agent's answer by mail carries: good for this agent and case only."""
    mac = _mac(secret, "agent", workspace_id, case_id, agent_id)
    return f"a{_base32(case_id)}-{_base32(agent_id)}-{mac}"


def letter_id(secret: str, workspace_id: int, case_id: int, message_id: int, domain: str) -> str:
    """The Message-ID of our letter, without brackets."""
    return f"{case_id}.{message_id}.{_mac(secret, 'letter', workspace_id, case_id, message_id)}@{domain}"


def case_of_token(secret: str, workspace_id: int, given: str) -> int | None:
    """The case of a customer's token made here for this workspace."""
    found = _TOKEN.fullmatch(given.strip().lower())
    if found is None:
        return None
    case_id = int(found[1], 32)
    return case_id if _same(found[2], _mac(secret, "case", workspace_id, case_id)) else None


def case_of_agent_token(secret: str, workspace_id: int, given: str, agent_id: int) -> int | None:
    """The case of a token made here for this very agent."""
    found = _AGENT.fullmatch(given.strip().lower())
    if found is None or int(found[2], 32) != agent_id:
        return None
    case_id = int(found[1], 32)
    return case_id if _same(found[3], _mac(secret, "agent", workspace_id, case_id, agent_id)) else None


def own_of_letter_id(secret: str, workspace_id: int, given: str) -> Own | None:
    """What a Message-ID made here says; None for any other, and for one that was altered."""
    found = _LETTER.fullmatch(given.strip().strip("<>").lower())
    if found is None:
        return None
    own = Own(int(found[1]), int(found[2]))
    return own if _same(found[3], _mac(secret, "letter", workspace_id, own.case_id, own.message_id)) else None


def case_of_letter_id(secret: str, workspace_id: int, given: str) -> int | None:
    """The case a Message-ID of ours was made for."""
    own = own_of_letter_id(secret, workspace_id, given)
    return own.case_id if own else None


def _mac(secret: str, purpose: str, *numbers: int) -> str:
    body = f"mail {purpose}\0" + ".".join(map(str, numbers))
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:MAC_BYTES]).decode().lower()


def _same(given: str, made: str) -> bool:
    return hmac.compare_digest(given.encode(), made.encode())


def _base32(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits or "0"
