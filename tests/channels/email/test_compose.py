"""Our letters as others read them: aligned, threaded, marked, quoted, signed, and never with a header of somebody's."""

import base64
import email
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from tugi.channels.email.sending.compose import LOOP_HEADER, compose, one_line, wire_address
from tugi.channels.email.settings import Mailbox, Sending
from tugi.ports import Account, Address, NotCarried, Outgoing, Part, Quote

NOW = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)
ACCOUNT = Account(3, 1, "email", "Post", "klienditugi@pohjala.example", True, {})
SENDING = Sending(from_name="Põhjala Pood", signature={"et": "Põhjala Pood\nTartu mnt 1", "en": "North"}, plus=True)
MAILBOX = Mailbox(sending=SENDING)
LETTER = Outgoing(
    letter_id="7.12.abcdefghijklmnop@pohjala.example",
    recipients=(Address("mari@kiri.example", "Mari Maasikas"),),
    copies=(Address("jüri@kodu.example".replace("ü", "u"), "Jüri, Müür"),),
    subject="Re: Kus on mu pakk?",
    text="Tere, Mari.\n\nPakk jõuab homme: https://jalgi.example/a?b=1&c=2.\n\nAitäh <3",
    html=None,
    language="et",
    answers=("third@kiri.example", "second@kiri.example", "first@kiri.example"),
    automatic=False,
    token="t7-abcdefghijklmnop",
)
ALLOWED = {
    "Content-Type", "MIME-Version", "From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To",
    "References", "Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "List-Unsubscribe",
    "List-Unsubscribe-Post", LOOP_HEADER,
}  # fmt: skip


def read(raw: bytes) -> Any:
    return email.message_from_bytes(raw, policy=policy.default)


def written(outgoing: Outgoing = LETTER, mailbox: Mailbox = MAILBOX, secrets: Mapping[str, str] | None = None) -> Any:
    return read(compose(replace(ACCOUNT, secrets=secrets or {}), mailbox, outgoing, NOW))


def parts(mail: Any) -> tuple[str, str]:
    plain, page = (mail.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    return plain, page


def test_who_it_is_from_and_to_is_as_people_see_it() -> None:
    mail = written()
    assert [(a.display_name, a.addr_spec) for a in mail["From"].addresses] == [
        ("Põhjala Pood", "klienditugi@pohjala.example")
    ]
    assert [a.addr_spec for a in mail["To"].addresses] == ["mari@kiri.example"]
    assert [(a.display_name, a.addr_spec) for a in mail["Cc"].addresses] == [("Jüri, Müür", "juri@kodu.example")]
    assert mail["Reply-To"] == "klienditugi+t7-abcdefghijklmnop@pohjala.example"
    assert mail["Date"].datetime == NOW
    assert mail["Subject"] == "Re: Kus on mu pakk?"


def test_it_threads_by_ids_oldest_first() -> None:
    mail = written()
    assert mail["Message-ID"] == "<7.12.abcdefghijklmnop@pohjala.example>"
    assert mail["In-Reply-To"] == "<third@kiri.example>"
    assert mail["References"].split() == ["<first@kiri.example>", "<second@kiri.example>", "<third@kiri.example>"]


def test_long_references_are_folded_and_no_id_is_broken_or_encoded() -> None:
    ids = tuple(f"{'x' * (n * 3)}.{n}@{'long-' * 8}server.example" for n in range(1, 40))
    raw = compose(ACCOUNT, MAILBOX, replace(LETTER, answers=ids), NOW)
    header = raw.split(b"\r\nReferences:")[1].split(b"\r\nX-Tugi")[0]
    assert b"=?" not in header
    assert header.decode().split() == [f"<{one}>" for one in ids[::-1]]
    assert all(len(line) < 998 for line in raw.split(b"\r\n"))


def test_without_a_plus_address_replies_come_to_the_mailbox_itself() -> None:
    assert written(mailbox=Mailbox(sending=replace(SENDING, plus=False)))["Reply-To"] is None


def test_both_parts_say_the_same_escaped_and_with_links() -> None:
    text, page = parts(written())
    assert text.startswith("Tere, Mari.\n\nPakk jõuab homme: https://jalgi.example/a?b=1&c=2.\n\nAitäh <3")
    assert '<a href="https://jalgi.example/a?b=1&amp;c=2">' in page
    assert "Aitäh &lt;3" in page
    assert "-- \nPõhjala Pood\nTartu mnt 1" in text
    assert "Tartu mnt 1" in page


def test_the_signature_is_of_the_letters_language() -> None:
    assert "-- \nNorth" in parts(written(replace(LETTER, language="en")))[0]
    assert "-- \nPõhjala" in parts(written(replace(LETTER, language="fi")))[0]


def test_what_is_answered_is_quoted_in_both_parts() -> None:
    quote = Quote(Address("mari@kiri.example", "Mari"), NOW, "Kus on <b>pakk</b>?\n\n> varasem")
    text, page = parts(written(replace(LETTER, quote=quote)))
    assert "kirjutas Mari <mari@kiri.example>:\n> Kus" in text
    assert "> Kus on <b>pakk</b>?\n>\n> > varasem" in text
    assert "Kus on &lt;b&gt;pakk&lt;/b&gt;?" in page
    assert '<blockquote type="cite"' in page
    silent = Mailbox(sending=replace(SENDING, quote=False))
    assert "varasem" not in "".join(parts(written(replace(LETTER, quote=quote), silent)))


def test_a_machines_letter_says_so_and_a_persons_does_not() -> None:
    mail = written(replace(LETTER, automatic=True))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == "bulk"
    assert not {"Auto-Submitted", "Precedence", "X-Auto-Response-Suppress"} & set(written().keys())
    assert written()[LOOP_HEADER]


def test_leaving_the_list_is_offered_where_due() -> None:
    mail = written(replace(LETTER, unsubscribe="https://pohjala.example/off"))
    assert mail["List-Unsubscribe"] == "<https://pohjala.example/off>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    by_mail = written(replace(LETTER, unsubscribe="mailto:off@pohjala.example"))
    assert by_mail["List-Unsubscribe-Post"] is None
    assert written()["List-Unsubscribe"] is None


def test_files_keep_their_names() -> None:
    files = (
        Part("arve õ.pdf", "application/pdf", b"%PDF\x00\xff"),
        Part('a"b.txt', "text/plain", "õ".encode()),
        Part("kiri.eml", "message/rfc822", b"From: x\r\n\r\ny"),
        Part("odd", "no type at all", b"1"),
    )
    mail = written(replace(LETTER, parts=files))
    found = list(mail.iter_attachments())
    assert [one.get_filename() for one in found] == ["arve õ.pdf", 'a"b.txt', "kiri.eml", "odd"]
    assert [one.get_payload(decode=True) for one in found] == [one.content for one in files]
    assert found[2].get_content_type() == "application/octet-stream"
    raw = compose(ACCOUNT, MAILBOX, replace(LETTER, parts=files), NOW)
    assert b"filename*=utf-8''arve%20%C3%B5.pdf" in raw
    assert parts(mail)[0].startswith("Tere, Mari.")


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_the_signature_verifies(key: rsa.RSAPrivateKey) -> None:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    mailbox = Mailbox(sending=replace(SENDING, dkim_domain="pohjala.example", dkim_selector="tugi"))
    account = replace(ACCOUNT, secrets={"dkim_key": secret.decode()})
    raw = compose(account, mailbox, LETTER, NOW)
    asked: list[bytes] = []

    def record(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    assert dkim.verify(raw, dnsfunc=record)
    assert asked == [b"tugi._domainkey.pohjala.example."]
    assert not dkim.verify(raw.replace(b"homme", b"eile!"), dnsfunc=record)
    with pytest.raises(NotCarried, match="DKIM key"):
        compose(replace(account, secrets={"dkim_key": "nonsense"}), mailbox, LETTER, NOW)


HOSTILE = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        [
            "x\r\nBcc: thief@evil.example",
            "x\nBcc: thief@evil.example",
            "x\rBcc: thief@evil.example\r",
            "x\u2028Bcc: thief@evil.example",
            "x\x85Bcc: y",
            "=?utf-8?q?a=0d=0aBcc:_thief=40evil.example?=",
            "=??Q?=0D",
            '"quoted" \\ (comment) <a@b.example>',
            "a" * 2000,
            "õ" * 900,
            "\ud800",
            "\0",
        ]
    ),
)


@settings(deadline=None, max_examples=150)
@given(name=HOSTILE, subject=HOSTILE, own=HOSTILE, text=HOSTILE, file=HOSTILE)
def test_whatever_people_write_no_header_is_theirs(name: str, subject: str, own: str, text: str, file: str) -> None:
    outgoing = replace(
        LETTER,
        recipients=(Address("mari@kiri.example", name),),
        subject=subject,
        text=text,
        parts=(Part(file, "text/plain", b"x"),),
        quote=Quote(Address("mari@kiri.example", name), NOW, text),
        automatic=True,
        unsubscribe=f"https://a.example/{subject}",
        answers=(subject, "a@b.example"),
    )
    raw = compose(ACCOUNT, Mailbox(sending=replace(SENDING, from_name=own)), outgoing, NOW)
    mail = read(raw)
    assert set(mail.keys()) <= ALLOWED
    assert len(mail.keys()) == len(set(mail.keys()))
    assert [a.addr_spec for a in mail["From"].addresses] == ["klienditugi@pohjala.example"]
    assert [a.addr_spec for a in mail["To"].addresses] == ["mari@kiri.example"]
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in raw.split(b"\r\n"))
    assert len(list(mail.iter_attachments())) == 1


@settings(deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=400))
def test_the_text_comes_back_as_it_was(text: str) -> None:
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    mail = written(replace(LETTER, text=clean), Mailbox(sending=replace(SENDING, signature={})))
    got = mail.get_body(("plain",)).get_payload(decode=True).decode().replace("\r\n", "\n")
    assert got.strip() == clean.strip()


@pytest.mark.parametrize(
    "address",
    ["", "mari", "mari@", "@kiri.example", "a@b\r\nBcc: x@y", "a b@c.example", "a@b,c@d.example", "mari@kiri..example"],
)
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(NotCarried, match="no e-mail address") as failed:
        written(replace(LETTER, recipients=(Address(address),)))
    assert failed.value.permanent


def test_a_domain_travels_in_ascii() -> None:
    assert wire_address("mari@põhjala.example") == "mari@xn--phjala-pxa.example" or re.fullmatch(
        r"mari@xn--[a-z0-9-]+\.example", wire_address("mari@põhjala.example")
    )


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text, 50).splitlines()) <= 1
    assert len(one_line(text, 50)) <= 50
