"""What a letter's headers say: senders, subjects, names of files, dates, ids, tokens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels.email.written import HEAD, HELLO, TEXT, part, read, several
from tugi.ports import Address


def sent_by(value: str) -> Address:
    """The sender of a mail with that From."""
    return read(f"From: {value}\r\nSubject: x\r\n\r\nHello\r\n".encode()).sender


@pytest.mark.parametrize(
    ("written", "email", "name"),
    [
        ("Mari Maasikas <Mari@Example.com>", "mari@example.com", "Mari Maasikas"),
        ('"Maasikas, Mari" <mari@example.com>', "mari@example.com", "Maasikas, Mari"),
        ("Maasikas, Mari <mari@example.com>", "mari@example.com", "Maasikas, Mari"),
        ("mari@example.com", "mari@example.com", None),
        ("<mari@example.com>", "mari@example.com", None),
        ("mari@example.com (Mari (work) Maasikas)", "mari@example.com", "Mari (work) Maasikas"),
        ("'mari@example.com' <mari@example.com>", "mari@example.com", None),
        ("=?utf-8?Q?J=C3=BCri_=C3=95un?= <jyri@example.com>", "jyri@example.com", "Jüri Õun"),
        ('"=?windows-1257?Q?J=FCri?=" <jyri@example.com>', "jyri@example.com", "Jüri"),
        ("=?iso-8859-1?Q?Maasikas,_J=FCri?= <jyri@example.com>", "jyri@example.com", "Maasikas, Jüri"),
        ("=?utf-8?B?SsO8?= =?utf-8?B?cmk=?= <jyri@example.com>", "jyri@example.com", "Jüri"),
        ("=?utf-8?B?SsM=?= =?utf-8?B?vHJp?= <jyri@example.com>", "jyri@example.com", "Jüri"),
        ("=?utf-8?B?SsO8cmkgPGp5cmlAZXhhbXBsZS5jb20+?=", "jyri@example.com", "Jüri"),
        ("Jüri Õun <jyri@example.com>", "jyri@example.com", "Jüri Õun"),
        ("Jüri <jüri@õun.example>", "jüri@õun.example", "Jüri"),
        ("Info <info@xn--mller-kva.example>", "info@xn--mller-kva.example", "Info"),
        ("The shop: Mari <mari@example.com>, b@example.com;", "mari@example.com", "Mari"),
        ('"Mari \\"Mai\\" Maasikas" <mari@example.com>', "mari@example.com", 'Mari "Mai" Maasikas'),
        ('"mari maasikas"@example.com', '"mari maasikas"@example.com', None),
        ("<<mari@example.com>>", "mari@example.com", None),
        ("Mari <mari@example.com", "mari@example.com", "Mari"),
        ("Mari <mailto:mari@example.com>", "mari@example.com", "Mari"),
        ("Mari < mari @ example.com >", "mari@example.com", "Mari"),
        ("a@example.com, b@example.com", "a@example.com", None),
        ("Mari via Shop <list@example.com>", "list@example.com", "Mari via Shop"),
        ("Mail Delivery System <>", "nobody@sender.invalid", "Mail Delivery System"),
        ("MAILER-DAEMON (Mail Delivery System)", "mailer-daemon", "Mail Delivery System"),
    ],
)
def test_sender(written: str, email: str, name: str | None) -> None:
    assert sent_by(written) == Address(email, name)


def test_sender_where_no_from_is() -> None:
    raw = b"Subject: x\r\n%s\r\n\r\nHello\r\n"
    assert read(raw % b"Sender: s@example.com\r\nReply-To: r@example.com").sender.email == "s@example.com"
    assert read(raw % b"Reply-To: r@example.com").sender.email == "r@example.com"
    assert read(raw % b"Return-Path: <p@example.com>").sender.email == "p@example.com"
    assert read(raw % b"X-A: b", **{"from": "e@example.com"}).sender.email == "e@example.com"
    assert read(raw % b"X-A: b").sender == Address("nobody@sender.invalid")


def test_a_contact_form_is_who_stands_in_from() -> None:
    raw = b"From: Shop form <form@shop.example>\r\nReply-To: Mari <mari@example.com>\r\nSubject: Form\r\n\r\nHello\r\n"
    letter = read(raw)
    assert letter.sender == Address("form@shop.example", "Shop form")
    assert letter.reply_to == (Address("mari@example.com", "Mari"),)


def test_eight_bits_in_headers() -> None:
    raw = "From: Jüri Õun <j@example.com>\r\nSubject: Где мой заказ\r\n\r\nHello\r\n"
    for charset in ("utf-8", "windows-1251"):
        subject = read(raw.replace("Jüri Õun", "Juri").encode(charset)).subject
        assert subject == "Где мой заказ"
    assert read(raw.replace("Где мой заказ", "x").encode("windows-1257")).sender.name == "Jüri Õun"


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        (b"=?utf-8?Q?K=C3=A4tte?= =?utf-8?Q?_saamata?=", "Kätte saamata"),
        (b"=?utf-8?Q?K=C3?=\r\n =?utf-8?Q?=A4tte?=", "Kätte"),
        (b"Re: =?utf-8?B?S8OkdHRl?= pakk", "Re: Kätte pakk"),
        (b"=?UTF-8?Q?Re: K=C3=A4tte saamata?=", "Re: Kätte saamata"),
        (b'"=?iso-8859-15?Q?5_=A4?="', '"5 €"'),
        (b"=?utf-8?B?S8OkdHRl", "Kätte"),
        (b"=?utf-8*et?Q?K=C3=A4tte?=", "Kätte"),
        (b"=?x-nowhere?Q?K=E4tte?=", "Kätte"),
        (b"=?x?= y", "=?x?= y"),
        (b"a\r\n b\r\n\tc", "a b c"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x=40example.com?=", "a Bcc: x@example.com"),
        (b"a\xe2\x80\xaeb\x01c\0", "abc"),
    ],
)
def test_subjects(written: bytes, subject: str) -> None:
    assert read(b"From: a@example.com\r\nSubject: " + written + b"\r\n\r\nx\r\n").subject == subject


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b'filename="arve.pdf"', "arve.pdf"),
        (b"filename=minu arve 5.pdf", "minu arve 5.pdf"),
        (b"filename*=utf-8''k%C3%A4tte.pdf", "kätte.pdf"),
        (b"filename*0*=utf-8''k%C3; filename*1*=%A4tte; filename*2=.pdf", "kätte.pdf"),
        (b'filename*0="minu "; filename*1="arve.pdf"', "minu arve.pdf"),
        (b'filename="=?utf-8?Q?k=C3=A4tte.pdf?="', "kätte.pdf"),
        (b'filename="=?utf-8?Q?k=C3?=\r\n =?utf-8?Q?=A4tte.pdf?="', "kätte.pdf"),
        (b"filename*=k%E4tte.pdf", "kätte.pdf"),
        (b"filename=k%C3%A4tte%20saamata.pdf", "kätte saamata.pdf"),
        ('filename="kätte.pdf"'.encode(), "kätte.pdf"),
        ('filename="счёт.pdf"'.encode("windows-1251"), "счёт.pdf"),
        (b'filename="C:\\Users\\Mari\\arve.pdf"', "arve.pdf"),
        (b'filename="a;b.pdf"; size=5', "a;b.pdf"),
    ],
)
def test_names_of_files(header: bytes, name: str) -> None:
    headers = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + header + b"\r\n"
    (file,) = read(several(b"mixed", [part(TEXT, HELLO), part(headers, b"%PDF")])).parts
    assert (file.name, file.media_type, file.content) == (name, "application/pdf", b"%PDF")


def test_dates() -> None:
    def sent(value: str, more: str = "") -> datetime | None:
        return read(f"From: a@example.com\r\nDate: {value}\r\n{more}\r\nHello\r\n".encode()).sent_at

    known = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    for value in (
        "Mon, 02 Mar 2026 10:00:00 +0200",
        "2 Mar 26 08:00 GMT",
        "Mon, 2 Mar 2026 10:00:00 GMT+0200 (EET)",
        "2026-03-02T10:00:00+02:00",
        "02.03.2026 08:00",
        "Mon, 2 Mar 2026 10.00.00 +0200",
    ):
        assert sent(value) == known, value
    assert sent("Thu, 01 Jan 1970 00:00:00 +0000") is None
    assert sent("Thu, 01 Jan 2099 00:00:00 +0000") is None
    assert sent("soon") is None
    assert sent("soon", "Received: from a by b; Mon, 02 Mar 2026 10:00:00 +0200\r\n") == known


def test_ids() -> None:
    raw = (
        b"From: a@example.com\r\nMessage-ID: <A.1@example.com>\r\nIn-Reply-To: Your message <c@x> of Monday\r\n"
        b"References: <a@x> <b@x>\r\n <c@x> <> <a@x>\r\n\r\nHello\r\n"
    )
    letter = read(raw)
    assert letter.letter_id == "A.1@example.com"
    assert letter.refers_to == ("c@x", "b@x", "a@x")
    made = read(b"From: a@example.com\r\nMessage-ID: <>\r\nIn-Reply-To: <>\r\n\r\nHello\r\n")
    assert made.letter_id.endswith("@no-id.invalid")
    assert (
        made.letter_id == read(b"From: a@example.com\r\nMessage-ID: <>\r\nIn-Reply-To: <>\r\n\r\nHello\r\n").letter_id
    )
    assert made.letter_id != read(b"From: b@example.com\r\n\r\nHello\r\n").letter_id
    assert made.refers_to == ()


def test_tokens_of_our_own_plus_addresses() -> None:
    raw = b"From: a@example.com\r\nTo: Shop <Info+T5-abcd1234@shop.example>, x+y9999@else.example\r\n\r\nHello\r\n"
    assert read(raw, "info@shop.example").tokens == ("t5-abcd1234",)
    assert read(raw, "other@shop.example").tokens == ()
    assert read(HEAD + b"\r\n", "info@shop.example", to=["info+t7-ffff2222@shop.example"]).tokens == ("t7-ffff2222",)
