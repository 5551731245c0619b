"""What a mail server's refusal means, as one sentence for an agent that says what to do (RFC 5321 4.2, RFC 3463)."""

from __future__ import annotations

import re
from typing import Literal

Stage = Literal["connect", "tls", "sign_in", "sender", "recipient", "letter", "said"]

ENHANCED = re.compile(r"\b[245]\.(\d{1,3}\.\d{1,3})\b")
# Enhanced status codes without their class (RFC 3463, and its IANA registry).
NO_SUCH_ADDRESS = frozenset({"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"})
FULL = frozenset({"2.2", "3.1"})
TOO_LARGE = frozenset({"2.3", "3.4"})
SPAM_WORDS = re.compile(r"\b(?:spam|junk|policy|block|blacklist|reputation|dmarc|spf|dkim|listed)", re.I)
# Codes that ask for a sign-in wherever they come (RFC 4954).
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
# The talk went wrong, which says nothing of the letter.
TALK_CODES = frozenset({500, 502, 503, 504})


def is_permanent(code: int, stage: Stage) -> bool:
    """Whether trying again is useless. A refused password or connection is mended by people, and mails wait for it."""
    mendable = code < 500 or code in SIGN_IN_CODES or code in TALK_CODES
    return not mendable and stage in ("sender", "recipient", "letter", "said")


def explain(code: int, said: str, stage: Stage, host: str, recipient: str = "the customer's address") -> str:
    """The sentence, with the server's own words after it."""
    found = ENHANCED.search(said)
    words = " ".join(said.split())[:200]
    return f"{_meaning(code, found[1] if found else '', words, stage, host, recipient)} It said: “{code} {words}”."


def _meaning(code: int, status: str, words: str, stage: Stage, host: str, recipient: str) -> str:
    if stage == "sign_in" or code in SIGN_IN_CODES:
        return f"{host} refused this mailbox's user name or password. Enter the password anew under Channels."
    if stage == "connect":
        return f"{host} takes no mail from us now. Tugi tries again by itself."
    if stage == "tls":
        return f"{host} could not begin a protected connection. Check the server's port and security under Channels."
    if status in TOO_LARGE or (code == 552 and stage != "recipient"):
        return f"The letter is too large for {host}. Send smaller files, or a link to them."
    if status in FULL or code in (452, 552):
        return f"The mailbox {recipient} is full. Send again later, or reach the customer in another way."
    if code < 500 or code in TALK_CODES:
        return f"{host} cannot take the letter now. Tugi tries again by itself."
    if status.startswith("7.") or SPAM_WORDS.search(words):
        return (
            f"{host} refused the letter as unwanted. Ask whoever runs your mail to look at SPF, DKIM and block lists."
        )
    if stage == "sender":
        return f"{host} does not let this mailbox send as its own address. Check the user name under Channels."
    if stage == "recipient" or status in NO_SUCH_ADDRESS:
        return f"{host} does not know {recipient}. Check the address and write again."
    return f"{host} refused the letter. Change it, or reach the customer in another way."
