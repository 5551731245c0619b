"""Bounces told in words only: which recipients, and what was said of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from tugi.channels.email.judging.automatic_signs import ADDRESS

LONGEST = 20_000
_MOST_STARTS = 300
_GAP = re.compile(r"[ \t]{9,}")

# Where the mail that came back begins.
_RETURNED = re.compile(
    r"^[ \t]*(?:[-=*_]{2,}[ \t]*(?:this is a copy|below this line|original message|enclosed is|the (?:header|body|"
    r"text) of|"
    r"returned (?:message|mail)|undelivered|unsent message|the unsent|attached|message header|returned text|"
    r"original mail|message content)|(?:the )?original message (?:follows|headers?)|message headers follow|"
    r"below is a copy of|included is a copy|original mail as follows|your original message|"
    r"body of the (?:original|returned)|(?:Return-Path|Received):[ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_STARTS = re.compile(
    r"^[ \t]*(?:[-*•][ \t]+|[45]\d\d[ \t]+)?(?:(?:recipient(?: address)?|addressed to|[^\n:@]{0,60}(?:delivered to|"
    r"deliver(?:ing)? (?:your |the )?"
    r"(?:message|mail) to|undeliverable to|final-recipient: rfc822|failed recipient|unknown user|"
    r"(?:invalid|unknown) (?:final delivery )?(?:userid|recipient)|delivering your mail to|"
    r"following address))[:;]?[ \t]*)?"
    rf"[\"'<(]*({ADDRESS.pattern})[>\"')]*[ \t.]*(?::.*|\.\.\..*|,.*| on [^\n]*| \([^\n]*\)[ \t]*)?$",
    re.IGNORECASE | re.MULTILINE,
)
DELAYED = re.compile(
    r"warning message only|has (?:not yet been delivered|been delayed)|(?:is|was) delayed|have not yet been delivered|"
    r"will be retried|(?:delivery attempts will|we will|i will|system will) (?:continue|keep|retry|try)|"
    r"only a temporary failure report|could not send message for past|still (?:in the queue|being tried|trying)|"
    r"do not need to re-?send|delivery (?:status )?(?:notification )?\(?delay(?:ed)?\)?|temporarily delayed|"
    r"is still undelivered|has not been delivered yet|not yet delivered|"
    r"wird weiter versucht|ei ole veel (?:kohale|kätte)|ei ole vielä toimitettu|jeszcze nie (?:została|dostarczon)|"
    r"пока не (?:доставлено|удалось)",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent(?:ly)? (?:error|fail)|failed permanently|given up|giving up|returned to sender", re.I
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words say of one recipient ("" where they name none)."""

    recipient: str
    words: str


def spoken(text: str) -> str:
    """What the mail system itself says, without the mail that came back."""
    text = _GAP.sub(" " * 8, text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n"))
    start = _RETURNED.search(text)
    # A mail that begins with it has nothing else to say: then its own words are in it.
    return text[: start.start()] if start and text[: start.start()].strip() else text


def is_delayed(subject: str, words: str) -> bool:
    """Whether the other side still tries: nothing is lost yet."""
    return bool(DELAYED.search(subject) or DELAYED.search(words)) and not _GIVEN_UP.search(words)


def told(words: str, known: list[str]) -> list[Told]:
    """Each recipient with what is said of it. known: those the headers name; only these then."""
    starts = list(islice(_STARTS.finditer(words), _MOST_STARTS))
    found: dict[str, str] = {}
    for index, match in enumerate(starts):
        recipient = match[1].lower().strip("'")
        if known and recipient not in known:
            continue
        end = starts[index + 1].start() if index + 1 < len(starts) else len(words)
        found[recipient] = found.get(recipient, "") + words[match.start() : end]
    said = [Told(recipient, own if _tells(own, recipient) else words) for recipient, own in found.items()]
    named = set(found)
    said += [Told(recipient, words) for recipient in known if recipient not in named]
    return said


def _tells(words: str, recipient: str) -> bool:
    """Whether more stands there than the address."""
    return len(re.sub(r"\W+", "", words.lower().replace(recipient, ""))) > 5
