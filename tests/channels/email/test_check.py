"""What is wrong with a mailbox is told in one word and in its server's own: against Dovecot and faulty SMTP servers."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.certificates import Certificate, make_certificate
from fakes.dns_server import name_server
from fakes.dovecot import PASSWORD, Dovecot
from fakes.scripted_peer import scripted_peer
from fakes.smtp_peer import Taken, free_port, slow_peer, smtp_peer
from tugi.channels.email.connecting import check as checking
from tugi.channels.email.connecting import check_smtp, faults
from tugi.channels.email.connecting.check import Check
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.oauth import SignInFailed
from tugi.channels.email.settings import Mailbox, Receiving, Sending, Server
from tugi.core import clock
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.mail_setup import CheckedMailbox, WayChecked
from tugi.ports import Account

ADDRESS = "shop@shop.example"
GUARD = Guard(
    private_hosts("127.0.0.1, localhost"),
    lambda name: ["127.0.0.1"] if name in ("localhost", "other.example", "imap.gmail.com", "smtp.gmail.com") else [],
)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server with the user post."""
    server = Dovecot()
    server.add("post")
    server.start()
    yield server
    server.close()


@pytest.fixture
def certificate(dovecot: Dovecot) -> Certificate:
    """Of localhost, shown by all servers: two of the same name would be taken for each other's issuer."""
    return dovecot.certificate


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    """A name system that knows nothing."""
    async with name_server({}) as dns:
        yield Names(dns.resolver())


def trusting(*certificates: Certificate) -> ssl.SSLContext:
    """The certificates are those of authorities."""
    context = ssl.create_default_context()
    for one in certificates:
        context.load_verify_locations(one.chain)
    return context


async def no_token(_account: Account, _provider: str) -> str:
    """A provider that gives none."""
    raise SignInFailed("sign_in_again", "Sign in again.")


def account(mailbox: Mailbox, **secrets: str) -> Account:
    """Not stored; only its address and secrets matter here."""
    return Account(0, 1, "email", "Shop", ADDRESS, True, {}, secrets)


async def checked(
    names: Names,
    context: ssl.SSLContext,
    *,
    imap: Server | None = None,
    smtp: Server | None = None,
    mailbox: Mailbox | None = None,
    round_trip: bool = False,
    password: str = PASSWORD,
    smtp_password: str = "saladus",
) -> CheckedMailbox:
    """The check of a mailbox with these servers."""
    given = mailbox or Mailbox(receiving=Receiving(imap), sending=Sending(smtp))
    check = Check(GUARD, names, context, no_token, back_seconds=3)
    secrets = {"password": password, "smtp_password": smtp_password}
    return await check.run(account(given, **secrets), given, round_trip=round_trip)


async def receiving(names: Names, context: ssl.SSLContext, server: Server, **more: str) -> WayChecked:
    """What is found of the way in alone."""
    found = (await checked(names, context, imap=server, **more)).receiving
    assert found is not None
    return found


async def sending(names: Names, context: ssl.SSLContext, server: Server, **more: str) -> WayChecked:
    """What is found of the way out alone."""
    found = (await checked(names, context, smtp=server, **more)).sending
    assert found is not None
    return found


async def test_a_good_mailbox_is_good_both_ways(names: Names, dovecot: Dovecot, certificate: Certificate) -> None:
    context = trusting(certificate)
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        imap = Server("localhost", dovecot.tls_port, "tls", "post")
        smtp = Server("localhost", peer.port, "starttls", "post")
        found = await checked(names, context, imap=imap, smtp=smtp)
        plain = await receiving(names, context, Server("localhost", dovecot.port, "starttls", "post"))
        assert peer.taken == []
    assert (found.receiving, found.sending) == (
        WayChecked(True, "ok", "localhost lets us in."),
        WayChecked(True, "ok", f"localhost takes mail from {ADDRESS}."),
    )
    assert plain.ok
    assert {"INBOX", "Saadetud", "Trash"} <= set(found.folders)
    assert (found.sent_folder, found.round_trip, found.plus) == ("Saadetud", "not_tried", None)


class Delivering(list[Taken]):
    """What an SMTP peer took, laid into mailboxes at once; `refusing` plus-addresses come nowhere."""

    def __init__(self, dovecot: Dovecot, folder: str = "INBOX", *, plus: bool = True) -> None:
        super().__init__()
        self._dovecot, self._folder, self._plus = dovecot, folder, plus

    def append(self, taken: Taken) -> None:
        super().append(taken)
        if self._plus or "+" not in taken.recipients[0]:
            self._dovecot.deliver("post", taken.content, self._folder)


@pytest.mark.parametrize(
    ("folder", "plus", "told"),
    [("INBOX", True, ("came", True)), ("INBOX", False, ("came", False)), ("Junk", False, ("spam", False))],
)
async def test_mail_to_oneself_comes_back_and_is_taken_away(
    names: Names,
    dovecot: Dovecot,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    plus: bool,
    told: tuple[str, bool],
) -> None:
    monkeypatch.setattr(checking, "PLUS_SECONDS", 0.5)
    mine = b"Message-ID: <mine@shop.example>\r\nSubject: mine\r\n\r\nmine\r\n"
    dovecot.deliver("post", mine, folder)
    before = dovecot.flags("post", folder)
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        peer.taken = Delivering(dovecot, folder, plus=plus)
        found = await checked(
            names,
            trusting(certificate),
            imap=Server("localhost", dovecot.tls_port, "tls", "post"),
            smtp=Server("localhost", peer.port, "starttls", "post"),
            round_trip=True,
        )
        recipients = [one.recipients for one in peer.taken]
        assert all(one.mail["Auto-Submitted"] == "auto-generated" for one in peer.taken)
    assert (found.round_trip, found.plus) == told
    assert recipients[0] == [ADDRESS]
    assert recipients[1][0].startswith("shop+")
    assert len(dovecot.flags("post", folder)) == len(before)


async def test_mail_that_never_comes_back_and_a_refused_plus_address(
    names: Names, dovecot: Dovecot, certificate: Certificate
) -> None:
    class Refusing(dict[str, str]):
        def get(self, address: str, default: str | None = None) -> str | None:  # pyright: ignore
            return "550 5.1.1 no such address" if "+" in address else default

    with smtp_peer(certificate.server_context(), auth=True) as peer:
        peer.rcpt = Refusing()
        found = await checked(
            names,
            trusting(certificate),
            imap=Server("localhost", dovecot.tls_port, "tls", "post"),
            smtp=Server("localhost", peer.port, "starttls", "post"),
            round_trip=True,
        )
        assert [one.recipients for one in peer.taken] == [[ADDRESS]]
    assert (found.round_trip, found.plus) == ("missing", False)


async def test_hosts_and_ports_that_lead_nowhere(names: Names) -> None:
    context = ssl.create_default_context()
    expected = {
        Server("nowhere.example", 993, "tls", "post"): "host",
        Server("10.0.0.1", 993, "tls", "post"): "host",
        Server("[::1]", 993, "tls", "post"): "host",
        Server("2130706433", 993, "tls", "post"): "host",
        Server("shop@localhost", 993, "tls", "post"): "host",
        Server("93.184.215.14", 6379, "tls", "post"): "port",
        Server("localhost", free_port(), "tls", "post"): "refused",
    }
    for server, code in expected.items():
        assert (await receiving(names, context, server)).code == code, server
        assert (await sending(names, context, server)).code == code, server


async def test_certificates_that_are_not_to_be_trusted(names: Names, certificate: Certificate, tmp_path: Path) -> None:
    long_ago = clock.now() - timedelta(days=30)
    clock.set_source(lambda: long_ago)
    try:
        old = make_certificate(tmp_path)
    finally:
        clock.set_source(None)
    guard = replace(GUARD, private=private_hosts("127.0.0.1, localhost, other.example"))
    for shown, host, context, code in (
        (certificate, "localhost", ssl.create_default_context(), "certificate_issuer"),
        (certificate, "other.example", trusting(certificate), "certificate_name"),
        (old, "localhost", trusting(old), "certificate_expired"),
    ):
        check = Check(guard, names, context, no_token)
        async with scripted_peer("* OK", [(".", None)], shown.server_context()) as imap:
            mailbox = Mailbox(receiving=Receiving(Server(host, imap.port, "tls", "post")))
            way = (await check.run(account(mailbox, password="x"), mailbox, round_trip=False)).receiving
            assert way is not None
            assert way.code == code
            assert imap.heard == []
        for implicit in (True, False):
            with smtp_peer(shown.server_context(), implicit=implicit) as peer:
                smtp = Server(host, peer.port, "tls" if implicit else "starttls", "")
                mailbox = Mailbox(sending=Sending(smtp))
                way = (await check.run(account(mailbox), mailbox, round_trip=False)).sending
                assert way is not None
                assert way.code == code, implicit


async def test_the_password_is_never_sent_unprotected(names: Names, certificate: Certificate) -> None:
    context = trusting(certificate)
    with smtp_peer() as peer:
        for security in ("starttls", "none"):
            way = await sending(names, context, Server("localhost", peer.port, security, "post"))
            assert way.code == "no_starttls"
        assert peer.signed_in == []
    async with scripted_peer(
        "* OK", [("CAPABILITY", "* CAPABILITY IMAP4rev1\r\n{tag} OK done"), ("LOGOUT", None)]
    ) as imap:
        way = await receiving(names, context, Server("localhost", imap.port, "starttls", "post"))
        assert way.code == "no_starttls"
        assert not any("LOGIN" in line.upper() for line in imap.heard)


async def test_tls_where_none_is_spoken(names: Names) -> None:
    context = ssl.create_default_context()
    async with scripted_peer("* OK plain", [(".", None)]) as peer:
        assert (await receiving(names, context, Server("localhost", peer.port, "tls", "post"))).code == "tls"
    async with scripted_peer("220 plain", [(".", None)]) as peer:
        assert (await sending(names, context, Server("localhost", peer.port, "tls", "post"))).code == "tls"


async def test_wrong_passwords_with_the_servers_words(names: Names, dovecot: Dovecot, certificate: Certificate) -> None:
    context = trusting(certificate)
    way = await receiving(names, context, Server("localhost", dovecot.tls_port, "tls", "post"), password="wrong")
    assert way.code == "password"
    assert "Authentication failed" in way.said
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        server = Server("localhost", peer.port, "starttls", "post")
        way = await sending(names, context, server, smtp_password="wrong")
    assert way.code == "password"
    assert "535" in way.said
    assert "wrong" not in way.said


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[ALERT] Application-specific password required: https://support.google.com/", "app_password"),
        ("534-5.7.9 Application-specific password required. Learn more at", "app_password"),
        ("[ALERT] Please log in via your web browser: https://support.google.com/", "app_password"),
        ("Your account is not enabled for IMAP use. Please visit your Gmail settings page", "imap_off"),
        ("[AUTHENTICATIONFAILED] invalid credentials or IMAP is disabled", "imap_off"),
        ("IMAP access is disabled for your domain", "imap_off"),
        ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "password_off"),
        ("535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.", "password_off"),
        ("LOGIN failed. BasicAuthBlocked", "password_off"),
        ("[AUTHENTICATIONFAILED] Authentication failed.", "password"),
        ("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "password"),
        ("", "password"),
    ],
)
def test_why_a_sign_in_was_refused(said: str, code: str) -> None:
    assert faults.sign_in_code(said, "imap.shop.example") == code


def test_a_provider_that_wants_another_kind_of_password_is_known() -> None:
    assert faults.sign_in_code("Invalid credentials (Failure)", "imap.gmail.com") == "app_password"
    assert faults.sign_in_code("Invalid credentials", "imap.mail.me.com") == "app_password"
    assert faults.sign_in_code("LOGIN failed.", "outlook.office365.com") == "password_off"
    assert faults.sign_in_code("LOGIN failed.", "imap.wp.pl") == "password"


async def test_a_folder_that_is_gone_is_named(names: Names, dovecot: Dovecot) -> None:
    server = Server("localhost", dovecot.tls_port, "tls", "post")
    for where in (Receiving(server, ["INBOX", "Orders"]), Receiving(server, sent_folder="Orders")):
        found = await checked(names, trusting(dovecot.certificate), mailbox=Mailbox(receiving=where))
        assert found.receiving is not None
        assert found.receiving.code == "folder"
        assert "Orders" in found.receiving.said
        assert "INBOX" in found.folders


EHLO = ("EHLO", "250-here\r\n250 AUTH PLAIN")
AUTH = ("AUTH", "235 come in")
QUIT = ("QUIT", None)


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ([EHLO, AUTH, ("MAIL", "553 5.7.1 not your address"), QUIT], "sender"),
        ([EHLO, AUTH, ("MAIL", "250 OK"), ("RCPT", "550 5.1.1 no such user"), QUIT], "recipient"),
        ([EHLO, AUTH, ("MAIL", "530 5.7.0 sign in first"), QUIT], "no_sign_in"),
        ([EHLO, ("AUTH", "534 5.7.9 Application-specific password required"), QUIT], "app_password"),
        ([EHLO, ("AUTH", "454 4.7.0 later"), QUIT], "answer"),
        ([("EHLO", "250 here"), QUIT], "no_sign_in"),
        ([("EHLO", "250-here\r\n250 AUTH GSSAPI"), QUIT], "no_sign_in"),
        ([("EHLO", None)], "lost"),
        ([("EHLO|HELO", "554 go away"), QUIT], "answer"),
    ],
)
async def test_what_smtp_servers_refuse(
    names: Names, certificate: Certificate, script: Sequence[tuple[str, str | None]], code: str
) -> None:
    async with scripted_peer("220 here", script, certificate.server_context()) as peer:
        way = await sending(names, trusting(certificate), Server("localhost", peer.port, "tls", "post"))
    assert way.code == code, way


async def test_a_server_that_drips_and_one_that_is_none(
    names: Names, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_smtp, "WHOLE_SECONDS", 0.5)
    monkeypatch.setattr(checking, "PATIENCE", 0.005)
    context = trusting(certificate)
    async with slow_peer() as slow:
        way = await sending(names, context, Server("localhost", slow.port, "starttls", ""))
        assert way.code == "unreachable"
        way = await receiving(names, context, Server("localhost", slow.port, "starttls", "post"))
        assert way.code in ("slow", "answer", "lost")
    async with scripted_peer("HTTP/1.1 400 Bad Request", [(".", None)]) as web:
        assert (await sending(names, context, Server("localhost", web.port, "starttls", ""))).code in ("lost", "answer")
        way = await receiving(names, context, Server("localhost", web.port, "starttls", "post"))
        assert way.code in ("lost", "answer")


async def test_a_provider_that_lets_nobody_in_is_told(names: Names, dovecot: Dovecot) -> None:
    imap, smtp = Server("localhost", dovecot.tls_port, "tls", "post"), Server("localhost", free_port(), "tls", "post")
    mailbox = Mailbox("google", Receiving(imap), Sending(smtp))
    found = await checked(names, trusting(dovecot.certificate), mailbox=mailbox)
    assert found.receiving == found.sending == WayChecked(False, "sign_in_again", "Sign in again.")


async def test_an_access_token_is_shown_instead_of_a_password(names: Names, certificate: Certificate) -> None:
    async def token(_account: Account, provider: str) -> str:
        return f"token of {provider}"

    with smtp_peer(certificate.server_context(), auth=True) as peer:
        mailbox = Mailbox("google", sending=Sending(Server("localhost", peer.port, "starttls", ADDRESS)))
        found = await Check(GUARD, names, trusting(certificate), token).run(account(mailbox), mailbox, round_trip=False)
        assert [how for how, _ in peer.signed_in] == ["xoauth2"]
        shown = base64.b64decode(peer.signed_in[0][1]).decode()
    assert found.sending is not None
    assert found.sending.ok
    assert shown == f"user={ADDRESS}\x01auth=Bearer token of google\x01\x01"


async def test_a_mailbox_without_servers_has_nothing_to_try(names: Names) -> None:
    found = await checked(names, ssl.create_default_context(), round_trip=True)
    assert (found.receiving, found.sending, found.round_trip) == (None, None, "not_tried")


async def test_a_check_that_is_given_up_leaves_nothing_open(names: Names) -> None:
    async with slow_peer() as slow:
        server = Server("localhost", slow.port, "starttls", "post")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await checked(names, ssl.create_default_context(), imap=server, smtp=server)
