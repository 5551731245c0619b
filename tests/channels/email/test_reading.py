"""Letters as people's and shops' programs write them, and what is understood of each."""

from __future__ import annotations

import base64
import quopri
import struct

import pytest

from channels.email.written import HEAD, HELLO, TEXT, attached, mail, page, part, read, several
from tugi.ports import Address, Unreadable


@pytest.mark.parametrize(
    ("charset", "text", "language"),
    [
        ("windows-1257", "Tere! Ma ei saanud oma pakki kätte, sest jõudsin õhtul hilja šokolaadipoodi.", "et"),
        ("iso-8859-15", "Hei, tilaukseni ei ole vielä saapunut. Hinta oli 15 €. Terveisin Päivi", "fi"),
        ("iso-8859-4", "Tere, kus mu pakk on? Ootan juba teist nädalat ja vastust pole.", "et"),
        ("windows-1250", "Dzień dobry, gdzie jest moja paczka? Proszę o szybką odpowiedź.", "pl"),
        ("iso-8859-2", "Dzień dobry, gdzie jest moja paczka? Proszę o szybką odpowiedź.", "pl"),
        ("windows-1251", "Здравствуйте, где мой заказ? Я жду уже две недели.", "ru"),
        ("koi8-r", "Здравствуйте, где мой заказ? Я жду уже две недели.", "ru"),
        ("iso-8859-1", "Guten Tag, wo bleibt meine Bestellung? Schöne Grüße aus München", "de"),
        ("utf-8", "Labdien, kur ir mans pasūtījums? Gaidu jau nedēļu.", "lv"),
        ("windows-1257", "Laba diena, kur mano siuntinys? Užsakiau prieš dvi savaites.", "lt"),
        ("iso-2022-jp", "注文した商品はまだ届いていません。", "ja"),
        ("gb2312", "你好，我的订单在哪里？", "zh"),
        ("utf-7", "Hej, var är mitt paket? Jag har väntat i två veckor.", "sv"),
        ("utf-16", "Hej, var är mitt paket? Jag har väntat i två veckor.", "sv"),
    ],
)
@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
def test_charsets(charset: str, text: str, language: str, encoding: str) -> None:
    content = text.encode(charset)
    headers = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n".encode()
    body = {"8bit": content, "base64": base64.encodebytes(content), "quoted-printable": quopri.encodestring(content)}
    letter = read(mail(headers, body[encoding]))
    assert (letter.new_text, letter.language) == (text, language)


@pytest.mark.parametrize("said", ["x-unknown", "us-ascii", "utf-8", "iso-8859-1", "windows-1252", "none"])
@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_a_wrong_charset_is_seen_through(said: str, charset: str) -> None:
    text = "Tere, ma ei saanud oma pakki kätte, sest täna on pühapäev."
    raw = mail(f"Content-Type: text/plain; charset={said}\r\n".encode(), text.encode(charset))
    assert read(raw).new_text == text


@pytest.mark.parametrize(
    "charset", ["windows-1251", "koi8-r", "windows-1257", "windows-1250", "utf-16-le", "utf-16-be"]
)
def test_a_charset_nobody_tells(charset: str) -> None:
    text = {
        "windows-1257": "Labdien, kur ir mans pasūtījums? Gaidu jau nedēļu.",
        "windows-1250": "Dzień dobry, gdzie jest moja paczka? Proszę o szybką odpowiedź.",
        "utf-16-le": "Hello, where is my parcel?",
        "utf-16-be": "Hello, where is my parcel?",
    }.get(charset, "Здравствуйте, где мой заказ? Жду ответа.")
    assert read(mail(b"Content-Type: text/plain\r\n", text.encode(charset))).new_text == text
    if not charset.startswith("utf-16"):
        # Letters beyond it under that name tell as little.
        assert read(mail(b"Content-Type: text/plain; charset=us-ascii\r\n", text.encode(charset))).new_text == text


def test_estonian_of_an_unnamed_charset() -> None:
    text = "Tere, ma ei saanud oma pakki kätte: šokolaad ja žurnaal on puudu."
    assert read(mail(b"Content-Type: text/plain\r\n", text.encode("iso-8859-15"))).new_text == text


ALTERNATIVES = several(
    b"alternative",
    [part(TEXT, b"Hello from the text."), part(b"Content-Type: text/html\r\n", b"<p>Hello from the <b>HTML</b>.</p>")],
)


def test_alternatives() -> None:
    letter = read(ALTERNATIVES)
    assert letter.new_text == "Hello from the text."
    assert letter.html == "<p>Hello from the <b>HTML</b>.</p>"


@pytest.mark.parametrize(
    "stub",
    [
        b"",
        b" \r\n \r\n",
        b"Your e-mail client does not support HTML.",
        b"This is an HTML message. View it in your browser: https://example.com/x",
        b"Teie meiliprogramm ei toeta HTML-i.",
        b"https://example.com/view/123",
    ],
)
def test_a_text_that_only_stands_for_the_html(stub: bytes) -> None:
    html = b"<p>Hello,</p><p>I ordered a mug on Monday, and until today there is no word of where it is.</p>"
    letter = read(several(b"alternative", [part(TEXT, stub), part(b"Content-Type: text/html\r\n", html)]))
    assert "I ordered a mug on Monday" in letter.new_text
    assert stub.decode().strip() == "" or stub.decode().strip() not in letter.new_text


def test_a_short_answer_over_a_long_quote_is_no_stub() -> None:
    quote = (
        b"<blockquote type=cite>"
        + b"<p>We are sorry to hear that your parcel has not come.</p>" * 10
        + b"</blockquote>"
    )
    html = b"<p>Thanks!</p>" + quote
    letter = read(several(b"alternative", [part(TEXT, b"Thanks!"), part(b"Content-Type: text/html\r\n", html)]))
    assert letter.new_text == "Thanks!"


def test_html_alone() -> None:
    letter = read(page("<p>Tere</p><p>Kus on <b>minu</b> pakk?<br>Aitäh&nbsp;ette</p>".encode()))
    assert letter.new_text.split() == ["Tere", "Kus", "on", "minu", "pakk?", "Aitäh", "ette"]
    assert letter.html is not None
    assert read(mail(TEXT, b"<!DOCTYPE html><html><body><p>Hello</p></body></html>")).html == "<p>Hello</p>"
    assert read(page(b"No tag at all\r\nin two lines")).new_text == "No tag at all\nin two lines"


def test_html_tells_its_charset_itself() -> None:
    html = '<html><head><meta charset="windows-1251"></head><p>Привет</p></html>'.encode("windows-1251")
    assert read(mail(b"Content-Type: text/html\r\n", html)).new_text == "Привет"


def test_flowed_text() -> None:
    body = b"This is one \r\nlong line.\r\n> quoted \r\n> too\r\n-- \r\nMari\r\n"
    letter = read(mail(b"Content-Type: text/plain; format=flowed\r\n", body))
    assert letter.new_text.startswith("This is one long line.")
    assert "> quoted too" in letter.quoted_text
    delsp = read(mail(b"Content-Type: text/plain; format=flowed; delsp=yes\r\n", "注文した \r\n商品\r\n".encode()))
    assert delsp.new_text == "注文した商品"


def test_pictures_in_the_text() -> None:
    html = part(b"Content-Type: text/html\r\n", b'<p>See <img src="cid:a1@x"></p>')
    picture = part(
        b"Content-Type: image/png; name=a.png\r\nContent-ID: <a1@x>\r\nContent-Disposition: inline\r\n", b"png"
    )
    letter = read(several(b"related", [html, picture]))
    assert letter.html == '<p>See <img src="cid:a1@x"></p>'
    assert [(file.name, file.content_id) for file in letter.parts] == [("a.png", "a1@x")]


def test_apple_mail_puts_files_between_texts() -> None:
    picture = part(b"Content-Type: image/jpeg; name=a.jpg\r\nContent-Disposition: inline; filename=a.jpg\r\n", b"jpg")
    letter = read(several(b"mixed", [part(TEXT, b"Above"), picture, part(TEXT, b"Below")]))
    assert letter.new_text == "Above\n\nBelow"
    assert [file.name for file in letter.parts] == ["a.jpg"]


def test_a_letter_in_a_letter_is_a_file() -> None:
    inner = b"From: b@example.com\r\nSubject: The other\r\n\r\nInner words\r\n"
    letter = read(several(b"mixed", [part(TEXT, HELLO), part(b"Content-Type: message/rfc822\r\n", inner)]))
    assert letter.new_text == "Hello, where is my parcel?"
    assert [(file.name, file.content) for file in letter.parts] == [("The other.eml", inner)]


def test_a_text_called_a_file_is_one_unless_it_is_all_there_is() -> None:
    named = part(b'Content-Type: text/plain; name="note.txt"\r\nContent-Disposition: inline\r\n', b"My note")
    letter = read(several(b"mixed", [part(TEXT, HELLO), named]))
    assert (letter.new_text, [file.name for file in letter.parts]) == ("Hello, where is my parcel?", ["note.txt"])
    alone = read(several(b"mixed", [named]))
    assert (alone.new_text, alone.parts) == ("My note", ())


def test_invitations() -> None:
    event = (
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Fitting of the\r\n  dress\\, second\r\n"
        b"DTSTART;TZID=Europe/Tallinn:20260302T100000\r\nDTEND;TZID=Europe/Tallinn:20260302T113000\r\n"
        b"LOCATION:Shop\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    letter = read(mail(b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n", event))
    assert letter.new_text == "Fitting of the dress, second\n2026-03-02 10:00 – 11:30 (Europe/Tallinn)\nShop"
    assert [file.name for file in letter.parts] == ["invite.ics"]
    both = several(b"alternative", [part(TEXT, HELLO), part(b"Content-Type: text/calendar; method=REQUEST\r\n", event)])
    assert read(both).new_text == "Hello, where is my parcel?"


def test_sealed_letters() -> None:
    encrypted = read(
        mail(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n", b"0\x80")
    )
    assert "S/MIME" in encrypted.new_text
    assert [file.name for file in encrypted.parts] == ["smime.p7m"]
    pgp = several(
        b"encrypted",
        [part(b"Content-Type: application/pgp-encrypted\r\n", b"Version: 1"), part(b"Content-Type: x/y\r\n", b"---")],
    )
    assert read(pgp).new_text.count("OpenPGP") == 1
    signed = several(b"signed", [part(TEXT, HELLO), part(b"Content-Type: application/pgp-signature\r\n", b"sig")])
    assert read(signed).new_text == "Hello, where is my parcel?"
    assert [file.name for file in read(signed).parts] == ["file.asc"]


@pytest.mark.parametrize("endless", [False, True])
def test_words_inside_a_signature(endless: bool) -> None:
    inner = b"Content-Type: text/plain\r\n\r\nHello inside\r\n"

    def tagged(tag: int, content: bytes) -> bytes:
        if endless and tag in (0x30, 0xA0, 0x24):
            return bytes([tag, 0x80]) + content + b"\0\0"
        return (
            bytes([tag]) + (bytes([len(content)]) if len(content) < 128 else b"\x81" + bytes([len(content)])) + content
        )

    octets = tagged(0x24, tagged(0x04, inner[:10]) + tagged(0x04, inner[10:])) if endless else tagged(0x04, inner)
    data = tagged(0x30, bytes.fromhex("06092a864886f70d010701") + tagged(0xA0, octets))
    der = tagged(
        0x30, bytes.fromhex("06092a864886f70d010702") + tagged(0xA0, tagged(0x30, b"\x02\x01\x01\x31\x00" + data))
    )
    headers = b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n"
    letter = read(mail(headers, base64.encodebytes(der)))
    assert letter.new_text == "Hello inside"


def tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    """A winmail.dat of (level, id, value)."""
    written = [struct.pack("<BII", level, name, len(value)) + value + b"\0\0" for level, name, value in attributes]
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(written)


def property_of(kind: int, name: int, value: bytes) -> bytes:
    """One MAPI property with one value."""
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + b"\0" * (-len(value) % 4)


def test_winmail() -> None:
    rich = rb"{\rtf1\ansi\ansicpg1257\fromtext Tere, kus mu \u337?oo p\'e4ev on?\par Mari}"
    packed = struct.pack("<II4sI", len(rich) + 12, len(rich), b"MELA", 0) + rich
    properties = struct.pack("<I", 1) + property_of(0x102, 0x1009, packed)
    named = struct.pack("<I", 1) + property_of(0x1F, 0x3707, "pikk nimi.pdf\0".encode("utf-16-le"))
    content = tnef(
        (1, 0x00069003, properties),
        (2, 0x00069002, b""),
        (2, 0x00018010, b"PIKKNI~1.PDF\0"),
        (2, 0x0006800F, b"%PDF"),
        (2, 0x00069005, named),
    )
    beside = read(attached(b"winmail.dat", content, b"application/ms-tnef"))
    assert beside.new_text == "Hello, where is my parcel?"
    assert [(file.name, file.content) for file in beside.parts] == [("pikk nimi.pdf", b"%PDF")]
    headers = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n"
    alone = read(mail(headers, base64.encodebytes(content)))
    assert alone.new_text == "Tere, kus mu őoo päev on?\nMari"


def test_uuencoded_files_leave_the_text() -> None:
    letter = read(mail(TEXT, b"Hello\r\n\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\nBye\r\n"))
    assert letter.new_text.split() == ["Hello", "Bye"]
    assert [(file.name, file.content) for file in letter.parts] == [("cat.txt", b"Cat")]
    assert "=ybegin" in read(mail(TEXT, b"=ybegin line=128 size=5 name=x\r\nabc\r\n=yend size=5\r\n")).new_text


@pytest.mark.parametrize(
    "body",
    [
        b"VGVyZSwga3VzIG11IHBha2sgb24/",
        b"VGVyZSwga3VzIG11\r\nIHBha2sg\r\nb24",
        b"VGVyZSwg!!a3VzIG11 IHBha2sgb24/\r\n\r\n",
        b"VGVyZSwgaw==\r\ndXMgbXUgcGFrayBvbj8=",
        b"Tere, kus mu pakk on?",
    ],
)
def test_broken_base64(body: bytes) -> None:
    assert read(mail(TEXT + b"Content-Transfer-Encoding: base64\r\n", body)).new_text.startswith("Tere, kus mu pakk on")


def test_words_a_list_wrote_below_base64() -> None:
    coded = base64.encodebytes("Tere, kus mu pakk on? Ootan täna õhtul vastust.".encode())
    raw = mail(TEXT + b"Content-Transfer-Encoding: base64\r\n", coded + b"\n____\nThis list is read by many people\n")
    letter = read(raw)
    assert letter.new_text.startswith("Tere, kus mu pakk on? Ootan täna õhtul vastust.")
    assert "This list is read by many people" in letter.new_text + letter.quoted_text


def test_quoted_printable_that_nobody_tells() -> None:
    assert read(mail(TEXT, b"k=C3=A4tte saamata=\r\n pakk")).new_text == "kätte saamata pakk"
    assert read(mail(TEXT, b"https://example.com/?a=C3&b=20")).new_text == "https://example.com/?a=C3&b=20"


def test_a_text_signed_in_place() -> None:
    body = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n- --- there\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\n"
    )
    letter = read(mail(TEXT, body))
    assert letter.new_text == "Hello\n--- there"
    assert [file.name for file in letter.parts] == ["signature.asc"]


def test_words_of_no_type() -> None:
    assert read(mail(b"Content-Type: application/octet-stream\r\n", HELLO)).new_text == "Hello, where is my parcel?"
    assert read(mail(b"Content-Type: application/octet-stream\r\n", b"\x00\x01")).parts[0].content == b"\x00\x01"


def test_broken_structures() -> None:
    hello = "Hello, where is my parcel?"
    kind = b"Content-Type: multipart/mixed"
    assert read(mail(kind + b"\r\n", HELLO)).new_text == hello
    assert read(mail(kind + b"; boundary=zz\r\n", b"--zz\r\n" + part(TEXT, HELLO))).new_text == hello
    assert (
        read(mail(kind + b"; boundary=wrong\r\n", b"--right\r\n" + part(TEXT, HELLO) + b"--right--\r\n")).new_text
        == hello
    )
    similar = b"--zz1\r\n" + part(TEXT, b"--zz12 is no border") + b"\r\n--zz1--\r\n"
    assert read(mail(kind + b"; boundary=zz1\r\n", similar)).new_text == "--zz12 is no border"
    assert read(HEAD.replace(b"\r\n", b"\r") + b"\r" + HELLO).new_text == hello
    assert read(b"From: a@example.com\r\nSubject: s\r\nHello without a border\r\n").new_text == "Hello without a border"
    broken = b"From: a@example.com\r\nSubject: a subject that is\r\nbroken in two\r\nTo: b@example.com\r\n\r\nHello\r\n"
    assert read(broken).subject == "a subject that is broken in two"
    assert read(broken).to == (Address("b@example.com"),)


def test_what_a_bounce_says_is_fit_to_be_stored() -> None:
    status = (
        b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    )
    parts = [
        part(TEXT, b"It did not arrive."),
        part(b"Content-Type: message/delivery-status\r\n", status),
        part(b"Content-Type: text/rfc822-headers\r\n", b"Message-ID: <1.2.a\0bc@shop.example>\r\n"),
    ]
    bounce = read(several(b'report; report-type="delivery-status"', parts)).bounce
    assert bounce is not None
    assert (bounce.recipient, bounce.letter_id) == ("gone@example.com", "1.2.abc@shop.example")


def test_nothing_at_all() -> None:
    for raw in (b"", b"\r\n \r\n", b"\x00\x01\xff" * 100):
        with pytest.raises(Unreadable):
            read(raw)
