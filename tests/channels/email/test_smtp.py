"""Handing over to a real mail server: each class of answer, TLS, sign-in, lost answers, slow peers, few connections."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.certificates import Certificate, make_certificate
from fakes.smtp_peer import Peer, free_port, slow_peer, smtp_peer
from tugi.channels.email.receiving.imap import context_of
from tugi.channels.email.sending import refusals, smtp
from tugi.channels.email.sending.smtp import Lines, Route
from tugi.core import clock
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.ports import Carried, NotCarried

LETTER = (
    b"From: pood@pohjala.example\r\nTo: mari@kiri.example\r\nMessage-ID: <7@pohjala.example>\r\n\r\n"
    b"Tere\r\n.\r\nlopp\r\n"
)
SENDERS = ("pood@a.example",)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


async def deliver(
    route: Route,
    *recipients: str,
    context: ssl.SSLContext | None = None,
    senders: tuple[str, ...] = SENDERS,
) -> Carried:
    """One letter over fresh connections."""
    lines = Lines(context or context_of(None))
    try:
        return await lines.deliver(route, senders, recipients or ("mari@kiri.example",), LETTER)
    finally:
        lines.close()


def plain(peer: Peer) -> Route:
    return Route("127.0.0.1", peer.port, "none")


async def refused(route: Route, *recipients: str, context: ssl.SSLContext | None = None) -> NotCarried:
    with pytest.raises(NotCarried) as failed:
        await deliver(route, *recipients, context=context)
    return failed.value


async def test_a_letter_arrives_byte_for_byte(peer: Peer) -> None:
    carried = await deliver(plain(peer))
    assert carried == Carried("250 taken")
    [taken] = peer.taken
    assert (taken.sender, taken.recipients, taken.content) == ("pood@a.example", ["mari@kiri.example"], LETTER)


@pytest.mark.parametrize(
    ("said", "permanent", "words"),
    [
        ("421 4.3.2 going down", False, "again by itself"),
        ("450 4.2.1 busy", False, "again by itself"),
        ("451 4.7.1 greylisted, come back", False, "again by itself"),
        ("452 4.2.2 full", False, "is full"),
        ("550 5.1.1 no such user", True, "Check the address"),
        ("552 5.2.2 over quota", True, "is full"),
        ("550 5.7.1 blocked for spam", True, "SPF, DKIM"),
        ("530 5.7.0 authentication required", False, "password"),
    ],
)
async def test_a_refused_recipient_has_its_class_and_sentence(
    peer: Peer, said: str, permanent: bool, words: str
) -> None:
    peer.rcpt["mari@kiri.example"] = said
    failed = await refused(plain(peer))
    assert (failed.permanent, failed.unknown) == (permanent, False)
    assert words in str(failed)
    assert said in str(failed)
    assert peer.taken == []


@pytest.mark.parametrize(
    ("said", "permanent", "words"),
    [
        ("421 later", False, "again by itself"),
        ("451 4.3.0 error", False, "again by itself"),
        ("452 4.3.1 no room", False, "is full"),
        ("550 5.7.1 message rejected", True, "unwanted"),
        ("552 5.3.4 too big", True, "too large"),
        ("554 5.6.0 no", True, "Change it"),
    ],
)
async def test_a_refused_letter_has_its_class_and_sentence(peer: Peer, said: str, permanent: bool, words: str) -> None:
    peer.data.append(said)
    failed = await refused(plain(peer))
    assert (failed.permanent, failed.unknown) == (permanent, False)
    assert words in str(failed)


async def test_who_was_refused_among_several_is_told(peer: Peer) -> None:
    peer.rcpt["gone@kiri.example"] = "550 5.1.1 no such user"
    carried = await deliver(plain(peer), "mari@kiri.example", "gone@kiri.example")
    assert list(carried.refused) == ["gone@kiri.example"]
    assert "gone@kiri.example" in carried.refused["gone@kiri.example"]
    assert peer.taken[0].recipients == ["mari@kiri.example"]


@pytest.mark.parametrize(("said", "permanent"), [("550 5.1.1 no", True), ("451 4.2.1 later", False)])
async def test_without_whom_it_is_for_no_copy_leaves(peer: Peer, said: str, permanent: bool) -> None:
    peer.rcpt["mari@kiri.example"] = said
    lines = Lines(context_of(None))
    try:
        with pytest.raises(NotCarried, match=said) as failed:
            await lines.deliver(plain(peer), SENDERS, ["mari@kiri.example", "copy@kiri.example"], LETTER)
        assert (failed.value.permanent, failed.value.fault, peer.taken) == (permanent, None, [])
        # What was begun is not in the way of the next letter.
        await lines.deliver(plain(peer), SENDERS, ["other@kiri.example"], LETTER)
    finally:
        lines.close()
    assert [one.recipients for one in peer.taken] == [["other@kiri.example"]]


async def test_a_refused_copy_is_told_and_holds_nothing_up(peer: Peer) -> None:
    peer.rcpt |= {"a@kiri.example": "451 4.2.1 later", "b@kiri.example": "550 5.1.1 no"}
    carried = await deliver(plain(peer), "mari@kiri.example", "a@kiri.example", "b@kiri.example")
    assert list(carried.refused) == ["a@kiri.example", "b@kiri.example"]
    assert peer.taken[0].recipients == ["mari@kiri.example"]


async def test_a_swallowed_answer_leaves_the_fate_unknown(peer: Peer) -> None:
    peer.swallow = 1
    failed = await refused(plain(peer))
    assert (failed.unknown, failed.permanent) == (True, False)
    assert len(peer.taken) == 1


async def test_a_peer_that_hangs_up_before_the_letter_has_not_got_it(peer: Peer) -> None:
    peer.drop = "mail"
    failed = await refused(plain(peer))
    assert (failed.unknown, failed.permanent, peer.taken) == (False, False, [])


async def test_a_peer_that_hangs_up_in_the_letter_may_have_it(peer: Peer) -> None:
    peer.drop = "data"
    assert (await refused(plain(peer))).unknown is True
    assert peer.taken == []


async def test_a_server_in_our_own_network_is_not_called_unless_the_operator_lists_it(peer: Peer) -> None:
    for allowed, count in (("", 0), ("127.0.0.1", 1)):
        lines = Lines(context_of(None), Guard(private_hosts(allowed)))
        try:
            with contextlib.nullcontext() if allowed else pytest.raises(NotCarried, match="under Channels"):
                await lines.deliver(plain(peer), SENDERS, ["mari@kiri.example"], LETTER)
        finally:
            lines.close()
        assert len(peer.taken) == count


async def test_nobody_there(peer: Peer) -> None:
    failed = await refused(Route("127.0.0.1", free_port(), "none"))
    assert (failed.unknown, failed.permanent) == (False, False)
    assert "was not reached" in str(failed)


@pytest.mark.parametrize("implicit", [False, True])
async def test_with_a_password_the_talk_is_protected(certificate: Certificate, implicit: bool) -> None:
    with smtp_peer(certificate.server_context(), implicit=implicit, auth=True) as peer:
        route = Route("127.0.0.1", peer.port, "tls" if implicit else "starttls", "post", "saladus")
        await deliver(route, context=context_of(certificate.chain))
        assert (len(peer.taken), peer.signed_in[-1]) == (1, ("post", "saladus"))


async def test_a_wrong_password_is_no_failure_of_the_letter(certificate: Certificate) -> None:
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        route = Route("127.0.0.1", peer.port, "starttls", "post", "wrong")
        failed = await refused(route, context=context_of(certificate.chain))
    assert failed.permanent is False
    assert "Enter the password anew" in str(failed)


async def test_an_access_token_signs_in(certificate: Certificate) -> None:
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        route = Route("127.0.0.1", peer.port, "starttls", "post@a.example", access_token="ya29.secret")
        await deliver(route, context=context_of(certificate.chain))
        assert peer.signed_in[0][0] == "xoauth2"
        assert len(peer.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "none"])
async def test_a_password_never_travels_in_clear(security: smtp.Security) -> None:
    with smtp_peer(auth=True) as peer:
        failed = await refused(Route("127.0.0.1", peer.port, security, "post", "saladus"))
        assert peer.signed_in == []
    assert "the password was not sent" in str(failed)


async def test_a_certificate_of_somebody_else_is_refused(certificate: Certificate) -> None:
    with smtp_peer(certificate.server_context(), auth=True) as peer:
        failed = await refused(Route("127.0.0.1", peer.port, "starttls", "post", "saladus"))
        assert peer.signed_in == []
    assert "No protected connection" in str(failed)


async def test_where_the_null_sender_is_refused_the_mailbox_itself_sends(peer: Peer) -> None:
    peer.null_sender = False
    await deliver(plain(peer), senders=("", "pood@a.example"))
    assert peer.taken[0].sender == "pood@a.example"
    peer.null_sender = True
    await deliver(plain(peer), senders=("", "pood@a.example"))
    assert peer.taken[1].sender == ""


async def test_at_most_four_connections_and_they_are_used_again(peer: Peer) -> None:
    lines = Lines(context_of(None))
    try:
        await asyncio.gather(
            *(lines.deliver(plain(peer), ["pood@a.example"], ["mari@kiri.example"], LETTER) for _ in range(40))
        )
    finally:
        lines.close()
    assert len(peer.taken) == 40
    assert peer.connections <= 4


async def test_a_line_that_was_hung_up_while_resting_is_replaced(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Lines(context_of(None))
    try:
        await lines.deliver(plain(peer), ["pood@a.example"], ["mari@kiri.example"], LETTER)
        peer.drop = "mail"
        with pytest.raises(NotCarried):
            await lines.deliver(plain(peer), ["pood@a.example"], ["mari@kiri.example"], LETTER)
        peer.drop = ""
        await lines.deliver(plain(peer), ["pood@a.example"], ["mari@kiri.example"], LETTER)
    finally:
        lines.close()
    assert len(peer.taken) == 2


@pytest.mark.parametrize(("point", "unknown"), [("greeting", False), ("letter", True)])
async def test_a_byte_a_second_costs_no_more_than_the_limit(
    monkeypatch: pytest.MonkeyPatch, point: str, unknown: bool
) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(smtp, "LETTER_SECONDS", 0.8)
    async with slow_peer(point) as slow:
        started = clock.monotonic()
        failed = await refused(Route("127.0.0.1", slow.port, "none"))
        assert clock.monotonic() - started < 3
    assert failed.unknown is unknown
    assert failed.permanent is False


def test_the_limits_as_shipped_cost_a_minute_at_most() -> None:
    assert smtp.ANSWER_SECONDS <= smtp.LETTER_SECONDS < 60


@pytest.mark.parametrize("code", [421, 450, 451, 452, 500, 530, 535, 550, 551, 552, 553, 554])
@pytest.mark.parametrize("stage", ["connect", "tls", "sign_in", "sender", "recipient", "letter", "said"])
def test_every_refusal_says_what_it_is_and_what_to_do(code: int, stage: refusals.Stage) -> None:
    sentence = refusals.explain(code, "some words\r\nof theirs", stage, "mail.example")
    assert sentence.count(". ") >= 1
    assert "\n" not in sentence
    assert str(code) in sentence
    assert refusals.is_permanent(code, stage) <= (code >= 500)
