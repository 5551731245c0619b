"""Mails made to break a reader: some 120, generated, never stored.

`poison()` gives (name, raw bytes). The big ones are a tenth or less of their size unless `full`: then they are 50 MB
of mail, 10,000 parts, 50,000 references. What each must become is in `test_poison.py`: a letter, or a visible item that
cannot be read.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator

from channels.email.poison_pages import bombs, pages
from channels.email.written import HEAD, HELLO, TEXT, attached, mail, part, several


def poison(*, full: bool = False) -> Iterator[tuple[str, bytes]]:
    """All of them."""
    size = 10 if full else 1
    yield from _big(size)
    yield from _headers(size)
    yield from _charsets()
    yield from _names()
    yield from _encodings(size)
    yield from _structures(size)
    yield from _enclosed()
    yield from _sealed()
    yield from _machines()
    yield from _invitations()
    yield from pages(size)
    yield from bombs(size)


def _big(size: int) -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "only line ends", b"\r\n\r\n\r\n"
    yield "no headers", b"just a text without any header\r\n"
    yield "only headers", HEAD
    yield "random bytes", bytes(range(256)) * 100
    yield "50 MB attachment", attached(b"film.bin", b"\x07film" * (720_000 * size))
    yield "50 MB of text", mail(TEXT, b"a line of a very long letter\r\n" * (170_000 * size))
    yield "5 MB in a single line", mail(TEXT, b"word " * (100_000 * size))
    yield "5 MB without a space", mail(TEXT, b"x" * (500_000 * size))
    yield "text of quotes only", mail(TEXT, b"> " * (100_000 * size) + b"\r\n")
    yield "100,000 quoted lines", mail(TEXT, b"> quoted line\r\n" * (10_000 * size))
    yield "100,000 blank lines", mail(TEXT, HELLO + b"\r\n" * (10_000 * size))
    yield "invisible text", mail(TEXT, "\u200b\u00ad\u2060\ufeff".encode() * (20_000 * size))


def _headers(size: int) -> Iterator[tuple[str, bytes]]:
    yield "header of 2 MB", mail(b"X-Long: " + b"word " * (40_000 * size) + b"\r\n" + TEXT, HELLO)
    yield "header of 2 MB in lines", mail(b"X-Long:" + b" word\r\n" * (30_000 * size) + TEXT, HELLO)
    yield (
        "subject of 2 MB",
        b"Subject: " + b"=?utf-8?Q?a_b?= " * (12_000 * size) + b"\r\nFrom: a@example.com\r\n\r\nhi\r\n",
    )
    yield "100,000 headers", mail(b"".join(b"X-H%d: v\r\n" % one for one in range(10_000 * size)) + TEXT, HELLO)
    references = b" ".join(b"<%d.ref@example.com>" % one for one in range(5_000 * size))
    yield "50,000 references", mail(b"References: " + references + b"\r\n" + TEXT, HELLO)
    folded = b"\r\n ".join(b"<%d.ref@example.com>" % one for one in range(5_000 * size))
    yield "50,000 folded references", mail(b"References: " + folded + b"\r\n" + TEXT, HELLO)
    people = b", ".join(b'"Person %d" <p%d@example.com>' % (one, one) for one in range(500 * size))
    yield "5,000 recipients in Cc", mail(b"Cc: " + people + b"\r\n" + TEXT, HELLO)
    yield "address of commas", mail(b"Cc: " + b"," * (50_000 * size) + b"\r\n" + TEXT, HELLO)
    yield "address of brackets", mail(b"Cc: " + b"<" * (30_000 * size) + b"\r\n" + TEXT, HELLO)
    yield "address of quotes", mail(b"Cc: " + b'"\\' * (30_000 * size) + b"\r\n" + TEXT, HELLO)
    yield "address of comments", mail(b"Cc: " + b"(" * (30_000 * size) + b"\r\n" + TEXT, HELLO)
    yield "no From", b"To: info@shop.example\r\nSubject: hi\r\n\r\nHello\r\n"
    yield "no Date", b"From: a@example.com\r\nSubject: hi\r\n\r\nHello\r\n"
    yield "no Message-ID", b"From: a@example.com\r\nDate: Mon, 02 Mar 2026 10:00:00 +0200\r\n\r\nHello\r\n"
    yield (
        "empty Message-ID",
        b"From: a@example.com\r\nMessage-ID: <>\r\nIn-Reply-To: <>\r\nReferences: <> <>\r\n\r\nHello\r\n",
    )
    yield "Date in 1970", b"From: a@example.com\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n\r\nHello\r\n"
    yield "Date in 2099", b"From: a@example.com\r\nDate: Thu, 01 Jan 2099 00:00:00 +0000\r\n\r\nHello\r\n"
    yield "Date of nonsense", b"From: a@example.com\r\nDate: yesterday, 99:99:99 +99999999999\r\n\r\nHello\r\n"
    yield "Date in year 0", b"From: a@example.com\r\nDate: Mon, 01 Jan 0000 00:00:00 +0000\r\n\r\nHello\r\n"
    yield "duplicate headers", HEAD + HEAD + HEAD + b"\r\n" + HELLO
    yield "two From headers", b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nHello\r\n"
    yield "bare CR", HEAD.replace(b"\r\n", b"\r") + b"\r" + HELLO.replace(b"\r\n", b"\r")
    yield "bare LF", HEAD.replace(b"\r\n", b"\n") + b"\n" + HELLO.replace(b"\r\n", b"\n")
    yield "CR CR LF", HEAD.replace(b"\r\n", b"\r\r\n") + b"\r\r\n" + HELLO
    yield "NUL everywhere", mail(b"X-N: a\0b\r\n" + TEXT, b"Hel\0lo\0\r\n").replace(b"parcel", b"par\0cel")
    yield (
        "8-bit headers",
        "From: Jüri Õun <jyri@example.com>\r\nSubject: Tellimus on lõpetamata\r\n\r\nTere\r\n".encode("cp1257"),
    )
    yield "no empty line before the body", b"From: a@example.com\r\nSubject: hi\r\nHello there\r\nmore\r\n"
    yield "header of colons", b":" * (100_000 * size) + b"\r\n\r\nhi"


def _charsets() -> Iterator[tuple[str, bytes]]:
    said = "Tere, see on täpitähtedega šokolaad õhtul. Где мой заказ? \U0001f469\u200d\U0001f4bb"
    for charset, text in {
        "utf-7": "Hi Mom +Jjo--+AGE-!",
        "windows-1257": "Labdien, kur ir mans pasūtījums?",
        "iso-8859-15": "Hind on 5 €, šokolaad",
        "windows-1251": "Где мой заказ?",
        "koi8-r": "Где мой заказ?",
        "iso-2022-jp": "注文した商品はまだ届いていません",
        "iso-2022-kr": "주문",
        "gb18030": "我的订单在哪里",
        "utf-32": "Hello",
    }.items():
        yield (
            f"charset {charset}",
            mail(b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n", text.encode(charset, "replace")),
        )
    for charset in (
        b"x-unknown",
        b"",
        b"utf-8",
        b"us-ascii",
        b"unicode_escape",
        b"zlib",
        b"a" * 5_000,
        b'"',
        b"utf-16",
    ):
        content = said.encode("utf-8") + b"\xff\xc3\xe2\x82"
        yield (
            f"charset {charset[:20]!r} over broken UTF-8",
            mail(b"Content-Type: text/plain; charset=" + charset + b"\r\n", content),
        )
    yield (
        "UTF-16 without BOM",
        mail(b"Content-Type: text/plain; charset=utf-16\r\n", "Где мой заказ?".encode("utf-16-le")),
    )
    yield "UTF-16 unsaid", mail(b"Content-Type: text/plain\r\n", "Hello there, my friend".encode("utf-16-be"))
    yield "halves of characters", mail(TEXT, b"a \xed\xa0\x80 b \xed\xb0\x80 c")
    yield "emoji families", mail(TEXT, ("\U0001f469\u200d\U0001f467\u200d\U0001f466" * 2_000).encode())
    yield "direction turned", mail(TEXT, "\u202eolleh\u202c \u2066x".encode())
    yield "marks upon marks", mail(TEXT, ("a" + "\u0301" * 50_000).encode())


def _names() -> Iterator[tuple[str, bytes]]:
    for subject in (
        b"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=",
        b"=?utf-8?B?w6Q",
        b"=?x-none?Q?a?=",
        b"=??B??=",
        b"=?utf-8?X?abc?=",
        b"=?" * 20_000,
        b"=?utf-8?B?" + b"/" * 50_000 + b"?=",
        b'"=?utf-8?Q?J=C3=BCri?=" x',
        b"=?utf-8?Q?a=0D=0ABcc:_victim=40example.com?=",
    ):
        yield (
            f"subject {subject[:24]!r}",
            b"From: " + subject + b" <a@example.com>\r\nSubject: " + subject + b"\r\n\r\nhi\r\n",
        )
    for name in (
        b"../../x",
        b"..\\..\\windows\\x.exe",
        b"CON",
        b"n" * 300 + b".pdf",
        "evil\u202egpj.exe".encode(),
        b"",
        b"a\0b.pdf",
        b".",
        b"<img src=x onerror=alert(1)>.png",
    ):
        yield f"file {name[:20]!r}", attached(name, b"content")
    for value in (
        b"attachment; filename*0*=utf-8''%C3; filename*1*=%A4; filename*99999999999999=x",
        b"attachment; filename*=x'y'%ZZ%",
        b"attachment; filename*=%E4.pdf",
        b"attachment; " + b"a*0=x;" * 20_000,
        b'attachment; filename="' + b"\\" * 20_000,
        b"attachment; filename=" + b" =" * 20_000,
    ):
        headers = b"Content-Type: application/pdf\r\nContent-Disposition: " + value + b"\r\n"
        yield f"parameter {value[:40]!r}", several(b"mixed", [part(TEXT, HELLO), part(headers, b"%PDF")])


def _encodings(size: int) -> Iterator[tuple[str, bytes]]:
    coded = base64.b64encode(b"Tere, kus mu pakk on?")
    for name, body in {
        "without padding": coded.rstrip(b"="),
        "one too many": coded + b"A",
        "with garbage": b"!!" + coded[:8] + b"\0\xff*" + coded[8:],
        "in pieces": coded + b"\r\n" + coded,
        "only padding": b"====",
        "of words": b"This is no base64 at all, but a text by a person.",
    }.items():
        yield f"base64 {name}", mail(TEXT + b"Content-Transfer-Encoding: base64\r\n", body)
    yield (
        "quoted-printable broken",
        mail(TEXT + b"Content-Transfer-Encoding: quoted-printable\r\n", b"a=C3=A4=ZZ=\r\n=3\r\n==\r\nb="),
    )
    yield "unknown encoding", mail(TEXT + b"Content-Transfer-Encoding: x-magic\r\n", HELLO)
    uu = b"begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"
    yield "uuencoded", mail(TEXT, HELLO + uu)
    yield "uuencoded without end", mail(TEXT, HELLO + b"begin 644 x\r\n" * (2_000 * size))
    yield "yEnc", mail(TEXT, HELLO + b"=ybegin line=128 size=5 name=x\r\n\x92\x8f\r\n=yend size=5\r\n")


def _structures(size: int) -> Iterator[tuple[str, bytes]]:
    yield "10,000 parts", several(b"mixed", [part(TEXT, b"part %d" % one) for one in range(1_000 * size + 500)])
    picture = b"Content-Type: image/png\r\nContent-ID: <i%d@x>\r\nContent-Disposition: inline\r\n"
    pictures = [part(picture % one, b"png") for one in range(1_000 * size)]
    html = b"".join(b'<img src="cid:i%d@x">' % one for one in range(1_000 * size))
    yield "10,000 inline images", several(b"related", [part(b"Content-Type: text/html\r\n", html), *pictures])
    nested = part(TEXT, HELLO)
    for depth in range(100 * size):
        boundary = b"n%d" % depth
        nested = part(
            b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n",
            b"--" + boundary + b"\r\n" + nested + b"\r\n--" + boundary + b"--\r\n",
        )
    yield "1,000 levels of multipart", HEAD + nested
    inner = mail(TEXT, HELLO)
    for _ in range(100 * size):
        inner = mail(b"Content-Type: message/rfc822\r\n", inner)
    yield "1,000 levels of message/rfc822", inner
    same = part(TEXT, HELLO)
    for _ in range(60):
        same = part(b"Content-Type: multipart/mixed; boundary=same\r\n", b"--same\r\n" + same)
    yield "one boundary for all levels", HEAD + same
    yield "no boundary", mail(b"Content-Type: multipart/mixed\r\n", HELLO)
    yield "empty boundary", mail(b'Content-Type: multipart/mixed; boundary=""\r\n', b"--\r\n\r\nhi\r\n----\r\n")
    yield "boundary never met", mail(b"Content-Type: multipart/mixed; boundary=zz\r\n", HELLO)
    yield (
        "boundary never closed",
        mail(b"Content-Type: multipart/mixed; boundary=zz\r\n", b"--zz\r\n" + part(TEXT, HELLO)),
    )
    yield "no parts", mail(b"Content-Type: multipart/alternative; boundary=zz\r\n", b"--zz--\r\n")
    yield "type of nonsense", mail(b"Content-Type: ///;;;===\r\n", HELLO)
    yield "type twice", mail(b"Content-Type: text/html\r\nContent-Type: text/plain\r\n", b"<b>hi</b>")
    yield (
        "delivery report of 100,000 blocks",
        several(
            b"report",
            [
                part(TEXT, HELLO),
                part(b"Content-Type: message/delivery-status\r\n", b"Action: failed\r\n\r\n" * (10_000 * size)),
            ],
        ),
    )
    yield (
        "cid loop",
        several(b"related", [part(b"Content-Type: text/html\r\nContent-ID: <a>\r\n", b'<img src="cid:a">')]),
    )


def _enclosed() -> Iterator[tuple[str, bytes]]:
    tnef = struct.pack("<IH", 0x223E9F78, 1)
    yield "winmail.dat empty", attached(b"winmail.dat", b"", b"application/ms-tnef")
    yield (
        "winmail.dat cut off",
        attached(b"winmail.dat", tnef + b"\x01\x03\x90\x06\x00\xff\xff\xff\x7f", b"application/ms-tnef"),
    )
    yield "winmail.dat of garbage", attached(b"winmail.dat", tnef + bytes(range(256)) * 200, b"application/ms-tnef")
    endless = struct.pack("<BII", 1, 0x00069003, 8) + struct.pack("<I", 0xFFFFFFFF) + b"\0\0\0\0" + b"\0\0"
    yield "winmail.dat of endless properties", attached(b"winmail.dat", tnef + endless, b"application/ms-tnef")
    packed = struct.pack("<II4sI", 100, 0x7FFFFFFF, b"LZFu", 0) + b"\x00{\\rtf1 a" * 10_000
    rich = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed + b"\0" * (-len(packed) % 4)
    yield (
        "winmail.dat with rich text",
        attached(
            b"winmail.dat",
            tnef + struct.pack("<BII", 1, 0x00069003, len(rich)) + rich + b"\0\0",
            b"application/ms-tnef",
        ),
    )


def _sealed() -> Iterator[tuple[str, bytes]]:
    yield (
        "S/MIME encrypted",
        mail(
            b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n", b"\x30\x80\x06\x09"
        ),
    )
    yield (
        "S/MIME of lengths",
        mail(
            b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n",
            bytes.fromhex("308006092a864886f70d010702a080308006092a864886f70d010701a0802480")
            + b"\x04\xff"
            + b"\xff" * 40,
        ),
    )
    yield (
        "S/MIME signed",
        several(b"signed", [part(TEXT, HELLO), part(b"Content-Type: application/pkcs7-signature\r\n", b"sig")]),
    )
    yield (
        "PGP encrypted",
        several(
            b"encrypted",
            [
                part(b"Content-Type: application/pgp-encrypted\r\n", b"Version: 1"),
                part(b"Content-Type: application/octet-stream\r\n", b"-----BEGIN PGP MESSAGE-----"),
            ],
        ),
    )


def _machines() -> Iterator[tuple[str, bytes]]:
    dsn = b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    report = several(
        b"report",
        [
            part(TEXT, HELLO),
            part(b"Content-Type: message/delivery-status\r\n", dsn),
            part(b"Content-Type: message/rfc822\r\n", HEAD),
        ],
    )
    yield "DSN", report.replace(b"multipart/report;", b"multipart/report; report-type=delivery-status;")
    mdn = several(
        b"report",
        [
            part(TEXT, HELLO),
            part(
                b"Content-Type: message/disposition-notification\r\n",
                b"Disposition: manual-action/MDN-sent-manually; displayed\r\n",
            ),
        ],
    )
    yield "MDN", mdn.replace(b"multipart/report;", b"multipart/report; report-type=disposition-notification;")
    arf = several(
        b"report",
        [
            part(TEXT, HELLO),
            part(b"Content-Type: message/feedback-report\r\n", b"Feedback-Type: abuse\r\nVersion: 1\r\n"),
        ],
    )
    yield "ARF", arf.replace(b"multipart/report;", b"multipart/report; report-type=feedback-report;")
    for header in (
        b"Auto-Submitted: auto-replied",
        b"X-Autoreply: yes",
        b"Precedence: bulk",
        b"List-Id: <l.example.com>",
        b"Return-Path: <>",
    ):
        yield f"{header.decode()}", mail(header + b"\r\n" + TEXT, HELLO)
    yield (
        "our own letter coming back",
        mail(b"In-Reply-To: <1.2.abc@shop.example>\r\n" + TEXT, HELLO).replace(
            b"mari@example.com", b"info@shop.example"
        ),
    )


def _invitations() -> Iterator[tuple[str, bytes]]:
    event = (
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\n"
        b"DTSTART;TZID=Europe/Tallinn:20260302T100000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    yield "invitation", mail(b"Content-Type: text/calendar; method=REQUEST\r\n", event)
    yield (
        "invitation of parameters",
        mail(b"Content-Type: text/calendar\r\n", b"BEGIN:VEVENT\r\nSUMMARY" + b";" * 50_000 + b"\r\nEND:VEVENT"),
    )
