"""Nobody reaches our own network through Tugi: the list of addresses and tricks that servers are asked to call."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tugi.core.errors import Invalid
from tugi.core.safe_addresses import WEB_PORTS, Guard, NotAllowed, host_name, is_public, private_hosts

PUBLIC = "93.184.215.14"


def fixed(*addresses: str) -> Guard:
    """A guard whose resolver knows one answer to everything."""
    return Guard(resolver=lambda _host: addresses)


LITERALS = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.5", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "168.63.129.16", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "203.0.113.7", "192.88.99.1"),
    *(
        "::1",
        "[::1]",
        "::",
        "::ffff:127.0.0.1",
        "[::ffff:10.0.0.1]",
        "::127.0.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
    ),
    *(
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2002:7f00:1::",
        "2001:0:4136:e378::1",
        "2001:db8::1",
        "3fff::1",
        "100::1",
    ),
    *("64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1", "::ffff:0:127.0.0.1", "5f00::1"),
]
DISGUISED = [
    *("2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "1.2.3", "0", "0x"),
    *("127.0.0.1.", "127。0。0。1", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "127.0.0.0x1", "foo.0x7f", "example.123"),
    *("user@mail.example.com", "mail.example.com:22", "mail.example.com/path", "http://mail.example.com", "a b.com"),
    *("", ".", "..", "-a.com", "a-.com", "a..b", "mail.example.com\r\nX: y", "mail\x00.example.com", "a" * 64 + ".com"),
    *("\ud800.com", "ä" * 300, "[mail.example.com]", "[::1", "mail.example.com#x", "mail.example.com?x", "%31%32%37.1"),
]


@pytest.mark.parametrize("host", LITERALS)
def test_addresses_that_are_not_of_the_public_internet_are_refused(host: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        Guard().allowed_now(host, 993)
    assert refused.value.reason == "not_found"
    with pytest.raises(NotAllowed) as resolved:
        fixed(host.strip("[]")).allowed_now("mail.example.com", 993)
    assert resolved.value.reason == "not_found"


@pytest.mark.parametrize("host", DISGUISED)
def test_what_is_no_name_is_refused_before_anyone_is_asked(host: str) -> None:
    asked: list[str] = []

    def resolver(name: str) -> Sequence[str]:
        asked.append(name)
        return [PUBLIC]

    with pytest.raises(NotAllowed) as refused:
        Guard(resolver=resolver).allowed_now(host, 993)
    assert refused.value.reason in ("host", "not_found")
    assert asked == []


@pytest.mark.parametrize("port", [0, -1, 22, 23, 53, 79, 80, 443, 3306, 5432, 6379, 8080, 11211, 65536, 99999])
def test_other_ports_than_those_of_mail_are_refused(port: int) -> None:
    with pytest.raises(NotAllowed) as refused:
        fixed(PUBLIC).allowed_now("mail.example.com", port)
    assert refused.value.reason == "port"


def test_names_and_addresses_of_the_internet_are_allowed() -> None:
    assert fixed(PUBLIC, "2606:2800:21f::1").allowed_now("Mail.Example.COM.", 993) == (PUBLIC, "2606:2800:21f::1")
    assert Guard().allowed_now(PUBLIC, 465) == (PUBLIC,)
    assert Guard().allowed_now("[2606:2800:21f::1]", 443, WEB_PORTS) == ("2606:2800:21f::1",)
    assert host_name("PÕÕSAS.ee") == "xn--psas-0qaa.ee"


def test_one_forbidden_address_among_good_ones_is_enough() -> None:
    with pytest.raises(NotAllowed):
        fixed(PUBLIC, "10.0.0.1").allowed_now("mail.example.com", 993)


def test_what_exists_inside_and_what_does_not_exist_look_the_same() -> None:
    def unknown(_name: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def said(guard: Guard, port: int) -> str:
        with pytest.raises(NotAllowed) as refused:
            guard.allowed_now("db.internal.example", port)
        return refused.value.message

    for port in (993, 6379):
        assert said(Guard(resolver=unknown), port) == said(fixed("10.0.0.9"), port) == said(fixed(), port)


def test_the_operator_opens_machines_and_networks() -> None:
    private = private_hosts("127.0.0.1, mail.lan , 10.1.0.0/16, ::1, fd00::/64")
    guard = Guard(private, lambda name: {"mail.lan": ["192.168.7.7"], "localhost": ["127.0.0.1", "::1"]}[name])
    assert guard.allowed_now("127.0.0.1", 31433) == ("127.0.0.1",)
    assert guard.allowed_now("::ffff:127.0.0.1", 31433) == ("::ffff:7f00:1",)
    assert guard.allowed_now("localhost", 31433) == ("127.0.0.1", "::1")
    assert guard.allowed_now("mail.lan", 8025) == ("192.168.7.7",)
    assert guard.allowed_now("10.1.2.3", 993) == ("10.1.2.3",)
    assert guard.allowed_now("fd00::5", 25) == ("fd00::5",)
    for host, port, reason in (
        ("10.1.2.3", 6379, "port"),
        ("10.2.0.1", 993, "not_found"),
        ("192.168.7.7", 993, "not_found"),
        ("127.0.0.2", 993, "not_found"),
        ("127.0.0.1", 0, "port"),
    ):
        with pytest.raises(NotAllowed) as refused:
            guard.allowed_now(host, port)
        assert refused.value.reason == reason, host


def test_the_operator_opens_one_port_of_one_machine() -> None:
    guard = Guard(private_hosts("127.0.0.1:31433,[::1]:31434"), lambda _name: ["127.0.0.1"])
    assert guard.allowed_now("127.0.0.1", 31433) == ("127.0.0.1",)
    assert guard.allowed_now("::1", 31434) == ("::1",)
    for host, port in (("127.0.0.1", 31434), ("127.0.0.1", 993), ("127.0.0.2", 31433), ("localhost", 31433)):
        with pytest.raises(NotAllowed):
            guard.allowed_now(host, port)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/99", "http://mail.lan", "a b", "127.1"])
def test_a_wrong_setting_says_what_is_wrong(text: str) -> None:
    with pytest.raises(Invalid, match="TUGI_PRIVATE_HOSTS"):
        private_hosts(text)


@given(st.integers(0, 2**32 - 1))
def test_what_python_calls_private_we_refuse(number: int) -> None:
    address = IPv4Address(number)
    if is_public(address):
        kinds = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(kinds)
    assert is_public(IPv6Address(f"::ffff:{address}")) == is_public(address)
    assert is_public(IPv6Address(int(IPv6Address("64:ff9b::")) + number)) == is_public(address)


@given(st.integers(0, 2**128 - 1))
def test_what_python_calls_local_we_refuse_in_six_too(number: int) -> None:
    address = IPv6Address(number)
    if is_public(address) and address.ipv4_mapped is None:
        kinds = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(kinds)


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    try:
        addresses = fixed(PUBLIC).allowed_now(text, 993)
    except NotAllowed:
        return
    assert all(is_public(ip_address(address)) for address in addresses)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A listening socket on 127.0.0.1 and what called it."""
    callers: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                opened, address = server.accept()
            except OSError:
                return
            callers.append(address[0])
            opened.close()

    thread = threading.Thread(target=accept)
    thread.start()
    yield server.getsockname()[1], callers
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


async def test_a_connection_goes_to_the_address_that_was_judged(listener: tuple[int, list[str]]) -> None:
    port, callers = listener
    answers = iter([["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]])
    guard = Guard(private_hosts("127.0.0.1"), lambda _name: next(answers))
    opened = guard.connect_now("rebinding.example", port)
    assert opened.getpeername() == ("127.0.0.1", port)
    opened.close()
    with pytest.raises(NotAllowed):
        guard.connect_now("rebinding.example", port)
    opened = await guard.connect("rebinding.example", port)
    assert opened.getpeername() == ("127.0.0.1", port)
    opened.close()
    with pytest.raises(NotAllowed):
        await guard.connect("rebinding.example", port)
    assert len(callers) <= 2


async def test_a_dead_address_does_not_cost_the_next_one(listener: tuple[int, list[str]]) -> None:
    port, _ = listener
    guard = Guard(private_hosts("127.0.0.1, 127.0.0.9"), lambda _name: ["127.0.0.9", "127.0.0.1"])
    for opened in (guard.connect_now("two.example", port), await guard.connect("two.example", port)):
        assert opened.getpeername()[0] == "127.0.0.1"
        opened.close()
    with pytest.raises(ConnectionRefusedError):
        guard.connect_now("127.0.0.9", port)
    with pytest.raises(ConnectionRefusedError):
        await guard.connect("127.0.0.9", port)


async def test_a_resolver_that_hangs_ends_in_time() -> None:
    stop = threading.Event()

    def hangs(_name: str) -> Sequence[str]:
        stop.wait(5)
        return []

    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Guard(resolver=hangs).connect("slow.example", 993, seconds=0.05), 2)
    finally:
        stop.set()
