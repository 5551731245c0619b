"""A name server on 127.0.0.1 that knows what a test tells it, and stays silent about the rest if asked to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import dns.asyncresolver
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass(slots=True)
class NameServer(asyncio.DatagramProtocol):
    """records: {("example.com", "MX"): ["10 mail.example.com."]}. silent: names that get no answer at all."""

    records: Mapping[tuple[str, str], Sequence[str]]
    silent: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)
    transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        if found := self.records.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)

    def resolver(self) -> dns.asyncresolver.Resolver:
        """One that asks this server."""
        assert self.transport is not None
        found = dns.asyncresolver.Resolver(configure=False)
        found.nameservers = ["127.0.0.1"]
        found.port = self.transport.get_extra_info("sockname")[1]
        return found


@asynccontextmanager
async def name_server(
    records: Mapping[tuple[str, str], Sequence[str]], *, silent: Sequence[str] = ()
) -> AsyncIterator[NameServer]:
    """The server, for as long as the block runs."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: NameServer(records, frozenset(silent)), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
