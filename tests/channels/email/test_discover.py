"""A mailbox's servers from its address alone: whom we know, whom we ask, what we try, and in which order."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.certificates import Certificate, make_certificate
from fakes.dns_server import name_server
from fakes.web_server import STUCK, page, serving
from tugi.channels.email.connecting import autoconfig, discover, providers
from tugi.channels.email.connecting.discover import Discovery
from tugi.channels.email.connecting.names import Names
from tugi.core import clock
from tugi.core.errors import Invalid
from tugi.core.safe_addresses import MAIL_PORTS, Guard, host_name, private_hosts
from tugi.mail_setup import MailServer

DESCRIPTION = b"""<?xml version="1.0"?>
<clientConfig version="1.1">
  <emailProvider id="shop.example">
    <domain>shop.example</domain><displayName>Shop of %EMAILDOMAIN%</displayName>
    <incomingServer type="pop3"><hostname>pop.host.example</hostname><port>995</port><socketType>SSL</socketType>
    </incomingServer>
    <incomingServer type="imap"><hostname>plain.host.example</hostname><port>143</port><socketType>plain</socketType>
    </incomingServer>
    <incomingServer type="imap"><hostname>imap.host.example</hostname><port>993</port><socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username></incomingServer>
    <outgoingServer type="smtp"><hostname>smtp.host.example</hostname><port>587</port>
      <socketType>STARTTLS</socketType><username>%EMAILADDRESS%</username></outgoingServer>
  </emailProvider>
</clientConfig>"""
EMPTY = b"<clientConfig><emailProvider/></clientConfig>"
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<clientConfig><emailProvider><displayName>&b;</displayName></emailProvider></clientConfig>"""
FILE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<clientConfig><emailProvider><displayName>&a;</displayName></emailProvider></clientConfig>"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Of localhost."""
    return make_certificate(Path(tmp_path_factory.mktemp("certificate")))


def asking(names: Names, *, descriptions: Sequence[str] = (), ca: Path | None = None, **resolved: str) -> Discovery:
    """A search that may call 127.0.0.1 only, where these names lead."""
    known = {name.replace("_", "."): address for name, address in resolved.items()}
    guard = Guard(private_hosts("127.0.0.1"), lambda name: [known[name]] if name in known else [])
    context = ssl.create_default_context(cafile=ca)
    return Discovery(guard, names, context, descriptions=descriptions)


@pytest.mark.parametrize(
    ("email", "provider", "imap", "user", "sign_in", "hint"),
    [
        ("Shop@Gmail.com ", "Google", "imap.gmail.com", "shop@gmail.com", "google", "app_password"),
        ("shop@hotmail.com", "Outlook.com", "outlook.office365.com", "shop@hotmail.com", "microsoft", "oauth_only"),
        ("pood@mail.ee", "Mail.ee", "mail.ee", "pood@mail.ee", "password", "app_password"),
        ("sklep@wp.pl", "WP", "imap.wp.pl", "sklep", "password", "enable_imap"),
        ("sklep@op.pl", "Onet", "imap.poczta.onet.pl", "sklep@op.pl", "password", "enable_imap"),
        ("shop@icloud.com", "iCloud", "imap.mail.me.com", "shop@icloud.com", "password", "app_password"),
    ],
)
async def test_a_known_provider_needs_no_asking(
    email: str, provider: str, imap: str, user: str, sign_in: str, hint: str
) -> None:
    async with name_server({}) as dns:
        found = await asking(Names(dns.resolver())).find(email)
    assert (found.provider, found.sign_in, found.hint, found.source) == (provider, sign_in, hint, "provider")
    assert found.imap == MailServer(imap, 993, "tls", user)
    assert found.smtp is not None
    assert dns.asked == []


async def test_a_provider_without_imap_says_so() -> None:
    async with name_server({}) as dns:
        found = await asking(Names(dns.resolver())).find("shop@proton.me")
    assert (found.imap, found.smtp, found.hint) == (None, None, "no_imap")


@pytest.mark.parametrize(
    ("exchange", "provider"),
    [
        ("1 smtp.google.com.", "Google"),
        ("0 shop-example.mail.protection.outlook.com.", "Microsoft 365"),
        ("10 mx1.zonemx.eu.", "Zone"),
        ("10 mx0.mail.ovh.net.", "OVH"),
        ("10 mx00.kundenserver.de.", "IONOS"),
    ],
)
async def test_where_the_mail_goes_wins_over_an_old_description(exchange: str, provider: str) -> None:
    async with name_server({("shop.example", "MX"): [exchange]}) as dns, serving({"/d": page(DESCRIPTION)}) as web:
        search = asking(Names(dns.resolver()), descriptions=[f"http://127.0.0.1:{web.port}/d"])
        found = await search.find("info@shop.example")
    assert (found.provider, found.source) == (provider, "mx")
    assert found.imap is not None
    assert found.imap.user == "info@shop.example"


async def test_the_domain_describes_its_servers() -> None:
    records = {("shop.example", "MX"): ["10 mx.shop.example."]}
    async with name_server(records) as dns, serving({"/d/shop.example": page(DESCRIPTION)}) as web:
        where = f"http://127.0.0.1:{web.port}/d/{{domain}}?emailaddress={{email}}"
        found = await asking(Names(dns.resolver()), descriptions=[where]).find("Info@Shop.example")
    assert web.asked == ["/d/shop.example?emailaddress=info%40shop.example"]
    assert (found.provider, found.source) == ("Shop of shop.example", "autoconfig")
    assert found.imap == MailServer("imap.host.example", 993, "tls", "info")
    assert found.smtp == MailServer("smtp.host.example", 587, "starttls", "info@shop.example")


async def test_a_collection_is_told_the_domain_only() -> None:
    async with name_server({}) as dns, serving({"/v1.1/shop.example": page(DESCRIPTION)}) as web:
        search = replace(
            asking(Names(dns.resolver())), collection=f"http://127.0.0.1:{web.port}/v1.1/{{domain}}", descriptions=()
        )
        found = await search.find("info@shop.example")
    assert (found.source, web.asked) == ("autoconfig", ["/v1.1/shop.example"])


async def test_services_of_the_name_system_by_priority_and_weight() -> None:
    records = {
        ("_imaps._tcp.shop.example", "SRV"): [
            "20 1 993 backup.shop.example.",
            "10 1 993 light.shop.example.",
            "10 9 993 heavy.shop.example.",
        ],
        ("_imap._tcp.shop.example", "SRV"): ["0 1 143 plain.shop.example."],
        ("_submissions._tcp.shop.example", "SRV"): ["0 0 0 ."],
        ("_submission._tcp.shop.example", "SRV"): ["0 1 25000 odd.shop.example.", "1 1 587 out.shop.example."],
    }
    async with name_server(records) as dns:
        found = await asking(Names(dns.resolver())).find("info@shop.example")
    assert found.source == "srv"
    assert found.imap == MailServer("heavy.shop.example", 993, "tls", "info@shop.example")
    assert found.smtp == MailServer("out.shop.example", 587, "starttls", "info@shop.example")


@asynccontextmanager
async def greeter(line: bytes, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that says one line."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


async def test_what_answers_at_likely_names_is_found(certificate: Certificate) -> None:
    context = certificate.server_context()
    async with (
        name_server({("localhost", "MX"): ["10 mx.localhost."]}) as dns,
        greeter(b"* OK ready\r\n", context) as imap,
        greeter(b"220 ready\r\n") as smtp,
    ):
        search = asking(Names(dns.resolver()), ca=certificate.chain, localhost="127.0.0.1", smtp_localhost="127.0.0.1")
        search = replace(search, imap_ways=((imap, "tls"),), smtp_ways=((smtp, "starttls"),))
        found = await search.find("info@localhost")
        # With a certificate of somebody else's the same server is not taken.
        unknown = await replace(search, context=ssl.create_default_context()).find("info@localhost")
        # Nor is what greets in another language.
        other = await replace(search, smtp_ways=((imap, "tls"),)).find("info@localhost")
    assert found.source == "guess"
    assert found.imap == MailServer("localhost", imap, "tls", "info@localhost")
    assert found.smtp == MailServer("smtp.localhost", smtp, "starttls", "info@localhost")
    assert unknown.imap is None
    assert other.smtp is None


async def test_the_host_that_takes_the_mail_is_tried_too(certificate: Certificate) -> None:
    async with (
        name_server({("shop.example", "MX"): ["10 localhost."]}) as dns,
        greeter(b"* OK ready\r\n", certificate.server_context()) as imap,
    ):
        search = asking(Names(dns.resolver()), ca=certificate.chain, localhost="127.0.0.1")
        found = await replace(search, imap_ways=((imap, "tls"),)).find("info@shop.example")
    assert (found.source, found.smtp) == ("guess", None)
    assert found.imap == MailServer("localhost", imap, "tls", "info@shop.example")


async def test_nobody_knows_and_that_is_said() -> None:
    async with name_server({}) as dns:
        found = await asking(Names(dns.resolver())).find("info@nowhere.example")
    assert (found.source, found.imap, found.smtp, found.provider) == ("nothing", None, None, None)


async def test_silence_everywhere_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "SECONDS", 0.5)
    started = clock.monotonic()
    silent = ["shop.example", "_imaps._tcp.shop.example"]
    async with name_server({}, silent=silent) as dns, serving({STUCK: b"HTTP/1.1 200 OK\r\n"}) as web:
        slow = [f"http://127.0.0.1:{web.port}{STUCK}"]
        found = await asking(Names(dns.resolver()), descriptions=slow).find("info@shop.example")
    assert found.source == "nothing"
    assert clock.monotonic() - started < 3


async def test_an_inside_address_is_never_called() -> None:
    async with name_server({("shop.example", "MX"): ["10 db.shop.example."]}) as dns, greeter(b"* OK\r\n") as port:
        search = asking(Names(dns.resolver()), db_shop_example="127.0.0.1", mail_shop_example="127.0.0.1")
        search = replace(search, guard=Guard(resolver=search.guard.resolver), imap_ways=((port, "starttls"),))
        found = await search.find("info@shop.example")
    assert found.imap is None


@pytest.mark.parametrize(
    "email", ["", "shop", "@shop.example", "shop@", "a b@shop.example", "shop@127.0.0.1", "a@b@shop.example", "a@-.ee"]
)
async def test_what_is_no_address_is_refused(email: str) -> None:
    async with name_server({}) as dns:
        with pytest.raises(Invalid):
            await asking(Names(dns.resolver())).find(email)
    assert dns.asked == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<",
        b"<html/>",
        BOMB,
        FILE,
        b"\xff\xfe\x00",
        b"<clientConfig/>",
        b"<clientConfig><emailProvider/></clientConfig>",
    ],
)
def test_what_is_no_description_is_none(content: bytes) -> None:
    assert autoconfig.read(content, "info@shop.example") is None


@given(st.binary(max_size=400), st.text(max_size=40))
def test_no_description_breaks_the_reader(content: bytes, host: str) -> None:
    autoconfig.read(content, "info@shop.example")
    autoconfig.read(DESCRIPTION.replace(b"imap.host.example", host.encode("utf-8", "replace")), "info@shop.example")


def test_the_known_providers_can_be_called() -> None:
    for provider in providers.PROVIDERS:
        for server in filter(None, (provider.imap, provider.smtp)):
            assert host_name(server.host) == server.host
            assert server.port in MAIL_PORTS
        assert all(domain == host_name(domain) for domain in provider.domains)
        assert provider.domains or provider.mx
        assert (provider.imap is None) == (provider.hint == "no_imap")
    domains = [domain for provider in providers.PROVIDERS for domain in provider.domains]
    assert len(domains) == len(set(domains))
