"""Single mails against a real SMTP server (aiosmtpd): handed over, refused now, refused for good, not there."""

import email
import socket
from collections.abc import Iterator
from email import policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tugi.channels.smtp import Smtp, smtp_of
from tugi.core.errors import Invalid
from tugi.ports import MailFailed


class Desk:
    """Answers RCPT by the address and keeps what it takes in."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("never@"):
            return "550 no such user"
        if address.startswith("later@"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def desk() -> Iterator[tuple[Desk, Smtp]]:
    handler = Desk()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, smtp_of(f"smtp://127.0.0.1:{port}", "pood@pohjala.example")
    finally:
        controller.stop()


async def test_a_mail_arrives_as_written(desk: tuple[Desk, Smtp]) -> None:
    handler, smtp = desk
    await smtp.send("mari@kiri.example", "Teie kood", "482913\n\nSee on teie kood, õige.", "code-1-7")
    [mail] = handler.taken
    assert mail["To"] == "mari@kiri.example"
    assert mail["Message-ID"] == "<code-1-7@pohjala.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "õige" in mail.get_content()


@pytest.mark.parametrize(("to", "permanent"), [("never@x.example", True), ("later@x.example", False)])
async def test_a_refusal_says_whether_it_is_for_good(desk: tuple[Desk, Smtp], to: str, permanent: bool) -> None:
    _, smtp = desk
    with pytest.raises(MailFailed) as failed:
        await smtp.send(to, "s", "t", "m")
    assert failed.value.permanent is permanent


async def test_a_server_that_is_not_there_may_come_back() -> None:
    with pytest.raises(MailFailed) as failed:
        await smtp_of(f"smtp://127.0.0.1:{free_port()}", "a@b.example").send("x@y.example", "s", "t", "m")
    assert failed.value.permanent is False


async def test_a_password_never_travels_in_clear(desk: tuple[Desk, Smtp]) -> None:
    handler, smtp = desk
    bold = Smtp(smtp.host, smtp.port, False, "user", "password", smtp.sender)
    with pytest.raises(MailFailed):
        await bold.send("mari@kiri.example", "s", "t", "m")
    assert handler.taken == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_a_wrong_setting_says_what_it_must_look_like(url: str) -> None:
    with pytest.raises(Invalid, match="TUGI_SMTP_URL"):
        smtp_of(url, "a@b.example")
