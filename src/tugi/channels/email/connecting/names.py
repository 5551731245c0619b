"""What the name system says of a mail domain: MX, SRV (RFC 2782) and TXT records, bounded and without exceptions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import structlog

log = structlog.get_logger("tugi.channels")
SECONDS = 4.0
# Domains with more records than this have no use for the rest.
MOST = 20


class Names:
    """Asks a resolver; by default the one that the system uses. None in an answer: it could not be asked."""

    def __init__(self, resolver: Any = None) -> None:
        """resolver: a dns.asyncresolver.Resolver."""
        self._resolver = resolver

    async def mx(self, domain: str) -> list[str]:
        """Who takes the domain's mail, best first; nothing for a domain without mail (RFC 7505 too)."""
        found = await self._ask(domain, "MX", lambda one: (one.preference, _host(one.exchange)))
        return [host for _, host in sorted(found or ()) if host]

    async def srv(self, service: str, domain: str) -> list[tuple[str, int]]:
        """Hosts and ports of a service such as "_imaps._tcp", best first; nothing where it is said not to exist."""
        found = await self._ask(
            f"{service}.{domain}", "SRV", lambda one: (one.priority, -one.weight, _host(one.target), one.port)
        )
        return [(host, port) for _, _, host, port in sorted(found or ()) if host]

    async def txt(self, name: str) -> list[str] | None:
        """The texts at a name; None when the name system did not answer."""
        return await self._ask(name, "TXT", lambda one: b"".join(one.strings).decode("utf-8", "replace"))

    async def _ask(self, name: str, kind: str, read: Callable[[Any], Any]) -> list[Any] | None:
        dns = _dns()
        try:
            resolver = self._resolver or dns.asyncresolver.get_default_resolver()
            answer = await resolver.resolve(name, kind, lifetime=SECONDS, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            log.info("the name system was asked in vain", kind=kind, why=type(error).__name__)
            return None
        return [read(one) for one in list(answer)[:MOST]]


@cache
def _dns() -> Any:
    """dnspython, which takes a tenth of our start: only who connects a mailbox needs it."""
    for name in ("dns.asyncresolver", "dns.exception", "dns.resolver"):
        import_module(name)
    return import_module("dns")


def _host(name: Any) -> str:
    return str(name).rstrip(".").lower()
