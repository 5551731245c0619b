"""Which machines Tugi may call when a person or a mail names one: public addresses and usual ports only.

A name is resolved once, every address it has is judged, and the connection goes to a judged address: a name server that
answers differently the second time (DNS rebinding) changes nothing. What an operator lists in TUGI_PRIVATE_HOSTS is
reachable all the same. Special networks: IANA's registries for RFC 6890, and the clouds' metadata addresses.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from tugi.core import clock
from tugi.core.errors import Invalid

IpAddress = IPv4Address | IPv6Address
# Every address of a name, as text. Raises OSError when it has none.
Resolve = Callable[[str], Sequence[str]]

WEB_PORTS = frozenset({80, 443})
MAIL_PORTS = frozenset({25, 110, 143, 465, 587, 993, 995, 2525})
SECONDS = 10.0
# More addresses than this has no mail server; the rest is not tried.
MOST_ADDRESSES = 8

_FORBIDDEN_4 = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.31.196.0/24"),
    IPv4Network("192.52.193.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("192.175.48.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
    # Metadata and name servers of Azure, though a public address.
    IPv4Network("168.63.129.16/32"),
)
_GLOBAL_6 = IPv6Network("2000::/3")
# Within the global ones: protocol assignments (Teredo among them), documentation, 6to4, which hides IPv4 addresses.
_FORBIDDEN_6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
_DOTS = re.compile("[\u3002\uff0e\uff61]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# A last part like this is read as a number by some resolver, so the whole is no name but an address in disguise.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class NotAllowed(Invalid):
    """A host or port that may not be called. reason: "host" (no name or address), "port", "not_found".

    A name that does not exist and one that leads into our own network look the same: nobody learns what is in there.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, fields={"port" if reason == "port" else "host": message})
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PrivateHosts:
    """What the operator allows beyond the public internet: single machines at any port or at one, networks at the
    usual ports."""

    names: frozenset[str] = frozenset()
    addresses: frozenset[IpAddress] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    endpoints: frozenset[tuple[IpAddress, int]] = frozenset()


def private_hosts(text: str) -> PrivateHosts:
    """From TUGI_PRIVATE_HOSTS: names, addresses, addresses with a port (127.0.0.1:2525, [::1]:2525) and networks (CIDR)
    with commas between. Raises Invalid."""
    names: set[str] = set()
    addresses: set[IpAddress] = set()
    networks: list[IPv4Network | IPv6Network] = []
    endpoints: set[tuple[IpAddress, int]] = set()
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            if "/" in one:
                networks.append(ipaddress.ip_network(one))
            elif (address := _literal(one)) is not None:
                addresses.add(address)
            elif (endpoint := _endpoint(one)) is not None:
                endpoints.add(endpoint)
            else:
                names.add(host_name(one))
        except ValueError as error:
            raise Invalid(f"TUGI_PRIVATE_HOSTS: {one!r} is no network: {error}.") from error
        except NotAllowed as error:
            raise Invalid(f"TUGI_PRIVATE_HOSTS: {error.message}") from error
    return PrivateHosts(frozenset(names), frozenset(addresses), tuple(networks), frozenset(endpoints))


def host_name(host: str) -> str:
    """The host as it is asked for: lower case, IDNA, no dot at the end. Raises NotAllowed for anything but a name."""
    wrong = NotAllowed(f"{host[:100]!r} is no name of a server. Write it like mail.example.com.", "host")
    if len(host) > 253:
        raise wrong
    text = _DOTS.sub(".", unicodedata.normalize("NFKC", host.strip())).rstrip(".").lower()
    try:
        name = text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise wrong from error
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise wrong
    return name


def plain_host(host: str) -> str:
    """An address as it is, without brackets, or a name as `host_name` gives it. Raises NotAllowed."""
    literal = _literal(host)
    return host_name(host) if literal is None else str(literal)


def is_public(address: IpAddress) -> bool:
    """Whether the address is a machine of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _FORBIDDEN_4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_6 and not any(address in network for network in _FORBIDDEN_6)


def resolve(host: str) -> Sequence[str]:
    """By the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Guard:
    """Says where a connection may go, and opens it there. One object an installation, made in wiring."""

    private: PrivateHosts = field(default_factory=PrivateHosts)
    resolver: Resolve = resolve

    def allowed_now(self, host: str, port: int, ports: frozenset[int] = MAIL_PORTS) -> tuple[str, ...]:
        """The addresses that may be called for this host and port. Blocks on the resolver. Raises NotAllowed."""
        literal = _literal(host)
        if literal is not None and (literal, port) in self.private.endpoints:
            return (str(literal),)
        name = "" if literal is not None else host_name(host)
        found = [literal] if literal is not None else self._resolved(name)
        if not (found and 0 < port < 65536 and all(self._is_trusted(name, address) for address in found)):
            # The port is judged before anything that the name server said is told.
            if port not in ports:
                listed = ", ".join(str(one) for one in sorted(ports))
                raise NotAllowed(f"Port {port} is not used here. Take one of {listed}.", "port")
            if not found or not all(self._is_open(name, address) for address in found):
                raise _not_found(host)
        return tuple(str(address) for address in found[:MOST_ADDRESSES])

    async def allowed(self, host: str, port: int, ports: frozenset[int] = MAIL_PORTS) -> tuple[str, ...]:
        """The same without blocking. Raises NotAllowed."""
        return await asyncio.to_thread(self.allowed_now, host, port, ports)

    def connect_now(
        self, host: str, port: int, *, ports: frozenset[int] = MAIL_PORTS, seconds: float = SECONDS
    ) -> socket.socket:
        """A connection to the first allowed address that answers, within `seconds`; its own timeout is `seconds`.

        Blocks. Raises NotAllowed, TimeoutError, OSError. TLS over it must name `host`, not the address.
        """
        addresses = self.allowed_now(host, port, ports)
        ends = clock.monotonic() + seconds
        for left in range(len(addresses), 0, -1):
            # Each may take its share of what is left, so that a dead first address does not cost the others.
            share = max(0.05, (ends - clock.monotonic()) / left)
            try:
                opened = socket.create_connection((addresses[-left], port), timeout=share)
            except OSError:
                if left == 1:
                    raise
            else:
                opened.settimeout(seconds)
                return opened
        raise _not_found(host)

    async def connect(
        self, host: str, port: int, *, ports: frozenset[int] = MAIL_PORTS, seconds: float = SECONDS
    ) -> socket.socket:
        """The same without blocking, as a non-blocking socket. Raises NotAllowed, TimeoutError, OSError."""
        async with asyncio.timeout(seconds):
            addresses = await self.allowed(host, port, ports)
            for left in range(len(addresses), 0, -1):
                try:
                    async with asyncio.timeout(seconds / len(addresses)):
                        return await _connected(addresses[-left], port)
                except OSError:
                    if left == 1:
                        raise
        raise _not_found(host)

    def _resolved(self, name: str) -> list[IpAddress]:
        """What the name leads to; nothing when it leads nowhere."""
        try:
            # A scope ("fe80::1%eth0") makes no difference to what is allowed.
            return list(dict.fromkeys(ipaddress.ip_address(text.partition("%")[0]) for text in self.resolver(name)))
        except (OSError, ValueError):
            return []

    def _is_trusted(self, name: str, address: IpAddress) -> bool:
        return name in self.private.names or _plain(address) in self.private.addresses

    def _is_open(self, name: str, address: IpAddress) -> bool:
        plain = _plain(address)
        listed = any(plain in network for network in self.private.networks if network.version == plain.version)
        return listed or is_public(address) or self._is_trusted(name, address)


async def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


def _literal(host: str) -> IpAddress | None:
    text = host.strip()
    try:
        return ipaddress.ip_address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
    except ValueError:
        return None


def _endpoint(text: str) -> tuple[IpAddress, int] | None:
    """An address with a port, as a URL writes it."""
    host, _, port = text.rpartition(":")
    address = _literal(host)
    return (address, int(port)) if address is not None and port.isdecimal() and len(port) < 6 else None


def _plain(address: IpAddress) -> IpAddress:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _not_found(host: str) -> NotAllowed:
    return NotAllowed(
        f"There is no server {host[:100]} on the internet. Check the name; "
        "a server in your own network must be listed in TUGI_PRIVATE_HOSTS by whoever runs Tugi.",
        "not_found",
    )
