"""The receiving side's own word on a mail: which Authentication-Results header is its own (RFC 8601), and what it says.

Read by a small scanner and not by the authres package: that one takes 0.8 ms a header, gives up on the whole header at
the first word out of order, and knows no header without an authserv-id, which is what Exchange Online writes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tugi.channels.email.judging.automatic_signs import PUBLIC_DOMAINS, organisation

Headers = Sequence[tuple[str, str]]

# These strip what others wrote in their name and always add their own, below the Received that took the mail in.
_ALWAYS_WRITE = ("google.com", "outlook.com")
_BY = re.compile(r"\bby\s+([A-Za-z0-9_.:\[\]-]+)", re.IGNORECASE)
_FROM = re.compile(r"\s*from\s+(\S+)(.*?)(?=\sby\s|$)", re.IGNORECASE | re.DOTALL)
_IP = re.compile(
    r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])|\b(?:ipv6:)?([0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})\b", re.I
)
_PRIVATE = re.compile(
    r"10\.|127\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][0-9a-f]{2}:|fe80:", re.I
)
_HOST = re.compile(r"[A-Za-z0-9_](?:[\w-]*\.)+[A-Za-z][A-Za-z0-9-]*", re.ASCII)
# What receiving servers write around the header in question.
_TRACE_NAMES = """
    received-spf arc-seal arc-message-signature arc-authentication-results return-path delivered-to x-original-to
    envelope-to x-received dkim-filter x-google-smtp-source delivery-date
"""
_TRACE = frozenset(_TRACE_NAMES.split())
_TOKEN = re.compile(r"[\w.+/=@:*~!#$%&'^`{|}<>\[\]-]+")
_RESULT = re.compile(r"([a-z][a-z0-9_-]*)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE | re.ASCII)
_PROPERTY = re.compile(
    r"\b(smtp|header|policy|body)\s*\.\s*([a-z_-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE | re.ASCII
)
_LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Found:
    """One method's result with what it was found of: {"header.from": "shop.ee"}."""

    method: str
    result: str
    of: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Said:
    """What the receiving side says: its results, the first of a method before later ones, and its Received-SPF."""

    results: tuple[Found, ...] = ()
    received_spf: str = ""


def own_word(headers: Headers, trusted_server: str, own_domains: frozenset[str]) -> Said:
    """What the receiving side's own headers say; nothing where they cannot be told from the sender's.

    headers: all of them, top to bottom. What stands above the Received by which our side took the mail from outside,
    our side wrote. Below it a server may have put its word too (Gmail, Exchange and milters do): there only the first
    header is believed, and only when the operator named the server (`trusted_server`) or it is one that always writes;
    a server that never does would leave that place to the sender. Below the first Received of another organisation
    nothing is. With no server named, its authserv-id must be under the mailbox's own domain or that of the host that
    took the mail in.
    """
    named = trusted_server.strip().lower().strip(".")
    host = _topmost_host(headers)
    ours = frozenset({organisation(name) for name in (named, host) if name} | (own_domains - PUBLIC_DOMAINS))
    collected: list[tuple[Found, ...]] = []
    spf = ""
    below = received = False
    for name, value in headers:
        key = name.lower()
        if key == "received":
            place = _place(value, ours)
            received = received or place != "foreign"
            if collected or place == "foreign" or (below and not named):
                break
            below = below or place == "entrance"
        elif key == "authentication-results":
            server, results = parse(value)
            if _is_ours(server, named, ours, below):
                collected.append(results)
            if below and (collected or not named):
                break
        elif key == "received-spf":
            spf = spf or value
        elif below and not named and key not in _TRACE:
            break
    if not received and not named:
        # Nobody of ours took it in: all of it is the sender's.
        return Said()
    return Said(tuple(result for results in collected for result in results), spf if collected else "")


def _is_ours(server: str, named: str, ours: frozenset[str], below: bool) -> bool:
    if not server:
        # Exchange Online gives no authserv-id; no other host of ours may leave it out.
        return "outlook.com" in ours
    if named:
        return server == named or server.endswith("." + named)
    return organisation(server) in ours and (not below or organisation(server) in _ALWAYS_WRITE)


def _topmost_host(headers: Headers) -> str:
    """The host of the topmost Received that names one, past those by which a provider passes mails on inside itself."""
    for name, value in headers:
        if name.lower() == "received":
            by = _BY.search(_without_comments(value))
            if by and _HOST.fullmatch(by[1]):
                return by[1].lower()
            if by is None or _place(value, frozenset()) != "inside":
                return ""
    return ""


def _place(received: str, ours: frozenset[str]) -> str:
    """Of a Received: "inside" our side, its "entrance", or "foreign"."""
    by = _BY.search(_without_comments(received))
    host = by[1].lower() if by else ""
    if by is None or (_HOST.fullmatch(host) and organisation(host) not in ours):
        return "foreign"
    came = _FROM.match(received)
    if came is None:
        return "inside"
    name, seen = came[1], came[2]
    addresses = [found[0] or found[1] for found in _IP.findall(name + seen)]
    if any(not _PRIVATE.match(address) for address in addresses):
        # A host under our own name may be another customer's of the same provider; only Microsoft's do pass mails on
        # so.
        microsoft = "outlook.com" in ours and organisation(name.lower()) == "outlook.com"
        return "inside" if microsoft else "entrance"
    if addresses or name.lower() in ("localhost", "local"):
        return "inside"
    return "inside" if _HOST.fullmatch(name) and organisation(name.lower()) in ours else "entrance"


def parse(value: str) -> tuple[str, tuple[Found, ...]]:
    """(authserv-id or "", results) of a header's value; what cannot be read is left out. Never raises."""
    text = _without_comments(value[:_LONGEST])
    head, *rest = _pieces(text)
    server = ""
    if not _RESULT.match(head):
        token = _TOKEN.match(head)
        server = token[0].lower().strip(".") if token else ""
    else:
        rest = [head, *rest]
    found: list[Found] = []
    for piece in rest[:40]:
        result = _RESULT.match(piece)
        if result:
            of = {f"{kind}.{name}".lower(): said.strip('"').lower() for kind, name, said in _PROPERTY.findall(piece)}
            found.append(Found(result[1].lower(), result[2].lower(), of))
    return server, tuple(found)


def _pieces(text: str) -> list[str]:
    """The text between semicolons that stand in no quotation, without the spaces around."""
    pieces = re.findall(r"(?:\"(?:[^\"\\]|\\.)*\"|[^;\"]|\")+|(?<=;)(?=;)", text)
    return [piece.strip() for piece in pieces] or [""]


def _without_comments(value: str) -> str:
    """The value without its comments, nested and unclosed ones too (RFC 5322 3.2.2), on one line."""
    if "(" not in value:
        return " ".join(value.split())
    kept: list[str] = []
    depth = 0
    quoted = False
    for piece in re.split(r"([()\"]|\\.)", value):
        if piece == '"' and depth == 0:
            quoted = not quoted
        elif piece == "(" and not quoted:
            depth += 1
            continue
        elif piece == ")" and not quoted and depth:
            depth -= 1
            kept.append(" ")
            continue
        if depth == 0:
            kept.append(piece)
    return " ".join("".join(kept).split())
