"""Thunderbird's description of a mail domain's servers.

https://wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tugi.channels.email.settings import Security, Server

_SECURITY: dict[str, Security] = {"SSL": "tls", "STARTTLS": "starttls"}


@dataclass(frozen=True, slots=True)
class Described:
    """What a description says. Unprotected servers are left out: a password would be readable on its way."""

    name: str
    imap: Server | None
    smtp: Server | None


def read(content: bytes, email: str) -> Described | None:
    """The description, with user names made for this address; None for anything else than a description."""
    try:
        root: Any = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    provider = root.find("emailProvider") if root.tag == "clientConfig" else None
    if provider is None:
        return None
    imap = next(_servers(provider, "incomingServer", "imap", email), None)
    smtp = next(_servers(provider, "outgoingServer", "smtp", email), None)
    name = _filled(_text(provider, "displayShortName") or _text(provider, "displayName"), email)[:100]
    return Described(name, imap, smtp) if imap or smtp else None


def _servers(provider: Any, tag: str, kind: str, email: str) -> Iterator[Server]:
    for one in provider.findall(tag):
        security = _SECURITY.get(_text(one, "socketType").upper())
        host, port = _filled(_text(one, "hostname"), email), _text(one, "port")
        if one.get("type") == kind and security and host and port.isascii() and port.isdigit():
            yield Server(host, int(port[:6]), security, _filled(_text(one, "username"), email) or email)


def _text(element: Any, tag: str) -> str:
    found = element.find(tag)
    return (found.text or "").strip() if found is not None else ""


def _filled(text: str, email: str) -> str:
    local, _, domain = email.partition("@")
    for mark, value in (("%EMAILADDRESS%", email), ("%EMAILLOCALPART%", local), ("%EMAILDOMAIN%", domain)):
        text = text.replace(mark, value)
    return text
