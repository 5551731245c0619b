"""Letters carried out by a mailbox as its server takes them: aligned and signed; and looked for among sent mail."""

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dkim
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fakes.certificates import make_certificate
from fakes.dovecot import PASSWORD, Dovecot, eventually
from fakes.smtp_peer import smtp_peer
from fakes.tcp_proxy import TcpProxy
from tugi.channels.email.oauth import Tokens
from tugi.channels.email.receiving.imap import context_of
from tugi.channels.email.sending import carrying
from tugi.channels.email.sending.carrying import Carrying
from tugi.channels.email.settings import Mailbox, Receiving, Sending, Server
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.ports import Account, Address, NotCarried, Outgoing, Quote

OWN = "klienditugi@pohjala.example"
LETTER = Outgoing(
    letter_id="7.12.abcdefghijklmnop@pohjala.example",
    recipients=(Address("mari@kiri.example", "Mari Maasikas"),),
    copies=(Address("juhan@kiri.example"),),
    subject="Re: Pakk",
    # Lines that SMTP doubles dots of, or that end without a break.
    text="Tere, Mari.\n.\n..kaks punkti\nPakk jõuab homme.",
    html=None,
    language="et",
    answers=("first@kiri.example",),
    automatic=False,
    token="t7-abcdefghijklmnop",
    quote=Quote(Address("mari@kiri.example", "Mari"), clock.now(), "Kus on minu pakk?\n."),
)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server with the user post, whose sent mail lies in Saadetud."""
    server = Dovecot()
    server.add("post")
    server.start()
    server.deliver("post", b"Message-ID: <there@pohjala.example>\r\nSubject: x\r\n\r\nx\r\n", "Saadetud")
    server.deliver("post", b"Message-ID: <inbox@pohjala.example>\r\nSubject: x\r\n\r\nx\r\n")
    yield server
    server.close()


def account_of(mailbox: Mailbox, **secrets: str) -> Account:
    return Account(3, 1, "email", "Post", OWN, True, msgspec.to_builtins(mailbox), secrets)


def carrying_to(database: Database, chain: Path | None = None) -> Carrying:
    return Carrying(Guard(private_hosts("127.0.0.1")), context_of(chain), Tokens(database, Seal("s" * 43), {}))


async def test_what_the_server_takes_is_aligned_and_its_signature_holds(database: Database, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    certificate = make_certificate(tmp_path)
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        server = Server("127.0.0.1", peer.port, "starttls", "post")
        sending = Sending(
            smtp=server, from_name="Põhjala Pood", plus=True, dkim_domain="pohjala.example", dkim_selector="tugi"
        )
        carrier = carrying_to(database, certificate.chain)
        try:
            await carrier.send(account_of(Mailbox(sending=sending), password="saladus", dkim_key=secret), LETTER)
        finally:
            carrier.close()
    [taken] = peer.taken
    assert peer.signed_in == [("post", "saladus")]
    # From, envelope, Message-ID and signature are of one domain: what DMARC asks for (RFC 7489 3.1).
    assert (taken.sender, taken.mail["From"].addresses[0].addr_spec) == (OWN, OWN)
    assert taken.letter_id == LETTER.letter_id
    assert taken.recipients == ["mari@kiri.example", "juhan@kiri.example"]
    asked: list[bytes] = []

    def record(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    assert dkim.verify(taken.content, dnsfunc=record)
    assert asked == [b"tugi._domainkey.pohjala.example."]
    text = taken.mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "\n.\n..kaks punkti\n" in text
    assert "> Kus on minu pakk?\n> ." in text
    assert "saladus" not in taken.content.decode()


async def test_a_mailbox_that_cannot_send_says_what_to_do(database: Database) -> None:
    carrier = carrying_to(database)
    with pytest.raises(NotCarried, match="Set one up under Channels") as no_server:
        await carrier.send(account_of(Mailbox()), LETTER)
    odd = replace(account_of(Mailbox()), settings={"sending": {"smtp": 5}})
    with pytest.raises(NotCarried, match="Save them anew under Channels") as no_settings:
        await carrier.send(odd, LETTER)
    assert [failed.value.fault for failed in (no_server, no_settings)] == ["settings", "settings"]
    assert not no_server.value.permanent


async def test_sent_mail_is_looked_for_where_it_lies(database: Database, dovecot: Dovecot) -> None:
    imap = Server("127.0.0.1", dovecot.tls_port, "tls", "post")
    carrier = carrying_to(database, dovecot.certificate.chain)
    mailbox = Mailbox(receiving=Receiving(imap=imap))
    found = account_of(mailbox, password=PASSWORD)
    assert await carrier.was_sent(found, "there@pohjala.example") is True
    assert await carrier.was_sent(found, "inbox@pohjala.example") is False
    named = account_of(Mailbox(receiving=Receiving(imap=imap, sent_folder="INBOX")), password=PASSWORD)
    assert await carrier.was_sent(named, "inbox@pohjala.example") is True


@pytest.mark.parametrize("what", ["no server", "password", "nobody there", "no such folder", "settings"])
async def test_where_nobody_can_look_it_is_not_known(database: Database, dovecot: Dovecot, what: str) -> None:
    imap = Server("127.0.0.1", 9 if what == "nobody there" else dovecot.tls_port, "tls", "post")
    receiving = Receiving(imap=None if what == "no server" else imap)
    if what == "no such folder":
        receiving = replace(receiving, sent_folder="Nowhere")
    account = account_of(Mailbox(receiving=receiving), password="wrong" if what == "password" else PASSWORD)
    if what == "settings":
        account = replace(account, settings={"receiving": {"imap": 5}})
    carrier = carrying_to(database, dovecot.certificate.chain)
    assert await carrier.was_sent(account, "there@pohjala.example") is None


async def test_looking_in_many_mailboxes_that_hang_holds_up_no_letter(
    database: Database, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "LOOK_SECONDS", 3.0)
    async with TcpProxy(dovecot.tls_port, "black_hole") as silent:
        imap = Server("127.0.0.1", silent.port, "tls", "post")
        account = account_of(Mailbox(receiving=Receiving(imap=imap)), password=PASSWORD)
        carrier = carrying_to(database, dovecot.certificate.chain)
        # More than the threads that all of a process shares.
        looks = [asyncio.ensure_future(carrier.was_sent(account, "there@pohjala.example")) for _ in range(40)]
        with smtp_peer() as peer:
            sending = Sending(smtp=Server("127.0.0.1", peer.port, "none"))
            try:
                await eventually(lambda: silent.connections == 40)
                await carrier.send(account_of(Mailbox(sending=sending)), LETTER)
                assert not any(look.done() for look in looks)
            finally:
                carrier.close()
        assert await asyncio.gather(*looks) == [None] * 40
    assert len(peer.taken) == 1
