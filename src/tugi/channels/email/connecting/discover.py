"""Finds a mailbox's servers from its address, within 8 seconds, and says where they come from.

A known provider's domain answers at once. Otherwise everybody is asked at the same time: the name system (MX; SRV by
RFC 6186 and 8314), the domain's own description and Thunderbird's collection, and, last, likely host names are called.
The domain's MX wins over its description when it names a known provider: a web host goes on describing its own servers
long after the mail has moved to Google or Microsoft.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import structlog

from tugi.channels.email.connecting import autoconfig, providers
from tugi.channels.email.connecting.fetch import NotFetched, fetch
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.connecting.providers import Provider
from tugi.channels.email.settings import Security, Server
from tugi.core.errors import Invalid
from tugi.core.safe_addresses import MAIL_PORTS, Guard, NotAllowed, host_name
from tugi.mail_setup import FoundMailbox, MailServer

log = structlog.get_logger("tugi.channels")
SECONDS = 8.0
PROBE_SECONDS = 5.0
DESCRIPTION_SECONDS = 6.0
LARGEST_DESCRIPTION = 100_000
# {email} and {domain} are filled in. The address goes to the domain itself only.
OWN_DESCRIPTIONS = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={email}",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
)
Way = tuple[int, Security]
IMAP_WAYS: tuple[Way, ...] = ((993, "tls"), (143, "starttls"))
SMTP_WAYS: tuple[Way, ...] = ((465, "tls"), (587, "starttls"))
_SRV: tuple[tuple[str, Security], ...] = (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls"))
_SRV_OUT: tuple[tuple[str, Security], ...] = (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls"))


@dataclass(frozen=True, slots=True)
class Pair:
    """Where mail is read and where it is sent."""

    imap: Server | None = None
    smtp: Server | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Asks around. collection: an address with {domain}, Thunderbird's or one's own; without it none is asked."""

    guard: Guard
    names: Names
    context: ssl.SSLContext
    collection: str = ""
    descriptions: Sequence[str] = OWN_DESCRIPTIONS
    imap_ways: tuple[Way, ...] = IMAP_WAYS
    smtp_ways: tuple[Way, ...] = SMTP_WAYS

    async def find(self, email: str) -> FoundMailbox:
        """The servers for the address; both None when nobody knows. Raises Invalid for what is no address."""
        local, _, domain = email.strip().lower().rpartition("@")
        if not local or " " in local or "@" in local:
            raise Invalid("Write the whole address, such as shop@example.com.", fields={"email": "not an address"})
        try:
            domain = host_name(domain)
        except NotAllowed as error:
            raise Invalid(f"{domain[:100]!r} is no mail domain.", fields={"email": "not an address"}) from error
        address = f"{local}@{domain}"
        known = providers.of_domain(domain)
        if known is not None:
            return _of_provider(known, address, "provider")
        try:
            async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
                mx = group.create_task(self.names.mx(domain))
                asked = [group.create_task(self._described(address, domain)), group.create_task(self._served(domain))]
                asked.append(group.create_task(self._likely(domain, mx)))
                if moved := providers.of_mx(await mx):
                    for task in asked:
                        task.cancel()
                    return _of_provider(moved, address, "mx")
        except TimeoutError:
            log.info("a search for mail servers took too long")
        return self._best(address, [task.result() for task in asked if task.done() and not task.cancelled()])

    def _best(self, address: str, found: Sequence[tuple[str, str, Pair]]) -> FoundMailbox:
        """The first that knows both ways, else what the first ones know."""
        whole = [one for one in found if one[2].imap and one[2].smtp]
        for source, name, pair in whole or [one for one in found if one[2] != Pair()]:
            return FoundMailbox(
                name or None,
                told(pair.imap, address) if pair.imap else None,
                told(pair.smtp, address) if pair.smtp else None,
                "password",
                source,
                None,
                "",
            )
        return FoundMailbox(None, None, None, "password", "nothing", None, "")

    async def _described(self, email: str, domain: str) -> tuple[str, str, Pair]:
        addresses = [*self.descriptions, *([self.collection] if "{domain}" in self.collection else [])]
        tasks = [self._description(one.format(email=quote(email), domain=domain), email) for one in addresses]
        for found in await asyncio.gather(*tasks):
            if found is not None:
                return "autoconfig", found.name, Pair(self._usable(found.imap), self._usable(found.smtp))
        return "autoconfig", "", Pair()

    async def _description(self, url: str, email: str) -> autoconfig.Described | None:
        try:
            async with asyncio.timeout(DESCRIPTION_SECONDS):
                return autoconfig.read(await fetch(self.guard, url, largest=LARGEST_DESCRIPTION), email)
        except (NotFetched, TimeoutError):
            return None

    async def _served(self, domain: str) -> tuple[str, str, Pair]:
        imap, smtp = await asyncio.gather(self._service(_SRV, domain), self._service(_SRV_OUT, domain))
        return "srv", "", Pair(imap, smtp)

    async def _service(self, kinds: Sequence[tuple[str, Security]], domain: str) -> Server | None:
        asked = await asyncio.gather(*(self.names.srv(service, domain) for service, _ in kinds))
        for (_, security), records in zip(kinds, asked, strict=True):
            for host, port in records:
                if (server := self._usable(Server(host, port, security))) is not None:
                    return server
        return None

    async def _likely(self, domain: str, mx: asyncio.Task[list[str]]) -> tuple[str, str, Pair]:
        """What answers at host names that many use, and at the host that takes the mail."""
        first = [f"mail.{domain}", domain, *(await mx)[:1]]
        imap, smtp = await asyncio.gather(
            self._answering([f"imap.{domain}", *first], self.imap_ways, b"* "),
            self._answering([f"smtp.{domain}", *first], self.smtp_ways, b"220"),
        )
        return "guess", "", Pair(imap, smtp)

    async def _answering(self, hosts: Sequence[str], ways: Sequence[Way], greeting: bytes) -> Server | None:
        candidates = [Server(host, port, security) for port, security in ways for host in hosts]
        heard = await asyncio.gather(*(self._probe(one, greeting) for one in candidates))
        sure = [one for one, answer in zip(candidates, heard, strict=True) if answer]
        return sure[0] if sure else None

    async def _probe(self, server: Server, greeting: bytes) -> bool:
        """Whether a mail server with a certificate of its own name greets there."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                opened = await self.guard.connect(server.host, server.port, seconds=PROBE_SECONDS)
                tls = server.security == "tls"
                context, name = (self.context, server.host) if tls else (None, None)
                try:
                    reader, writer = await asyncio.open_connection(sock=opened, ssl=context, server_hostname=name)
                except BaseException:
                    opened.close()
                    raise
                try:
                    return (await reader.readline()).startswith(greeting)
                finally:
                    writer.close()
        except (NotAllowed, OSError, ValueError):
            return False

    def _usable(self, server: Server | None) -> Server | None:
        """The server, unless its name or port could never be called."""
        if server is None:
            return None
        try:
            server = replace(server, host=host_name(server.host))
        except NotAllowed:
            return None
        return server if server.port in MAIL_PORTS or server.host in self.guard.private.names else None


def _of_provider(provider: Provider, email: str, source: str) -> FoundMailbox:
    user = email.rpartition("@")[0] if provider.user_name == "local" else email
    return FoundMailbox(
        provider.name,
        told(provider.imap, user) if provider.imap else None,
        told(provider.smtp, user) if provider.smtp else None,
        provider.sign_in,
        source,
        provider.hint,
        provider.help_url,
    )


def told(server: Server, user: str) -> MailServer:
    """The server as ports name it, with the user that it wants."""
    return MailServer(server.host, server.port, server.security, server.user or user)
