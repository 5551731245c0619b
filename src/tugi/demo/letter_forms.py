"""The bytes of the demo's past letters: as people's programs write them, with quotes, pictures and reports."""

from __future__ import annotations

import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from PIL import Image, ImageDraw

from tugi.demo.mailing import ADDRESS, SHOP

# How mail programs introduce what they quote.
_GMAIL = {
    "en": "On {date}, {who} <{address}> wrote:",
    "et": "Kuupäeval {date} kirjutas {who} <{address}>:",
    "fi": "{date} {who} <{address}> kirjoitti:",
    "pl": "{date} {who} <{address}> napisał(a):",
}
_OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject"),
    "et": ("Saatja", "Saadetud", "Adressaat", "Teema"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a letter answers. letter_id: without brackets; to: whom it went to."""

    letter_id: str
    subject: str
    text: str
    at: datetime
    to: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A person's letter: who writes, and how their program makes it. quote: "gmail", "outlook" or none."""

    name: str
    address: str
    language: str
    letter_id: str
    subject: str
    text: str
    at: datetime
    signature: str = ""
    html: bool = False
    quote: str = ""
    files: Sequence[str] = ()
    copies: Sequence[Mapping[str, str]] = ()
    answers: Quoted | None = None
    automatic: bool = False


def written(form: Form) -> EmailMessage:
    """The letter as a mail."""
    mail = EmailMessage()
    mail["From"] = Address(form.name, addr_spec=form.address)
    answered = form.answers
    # Outlook users often pick the address from their book; then the references must find the case.
    to = answered.reply_to if answered and answered.reply_to and form.quote != "outlook" else ADDRESS
    mail["To"] = Address(SHOP, addr_spec=to)
    if form.copies:
        mail["Cc"] = [Address(one["name"], addr_spec=one["address"]) for one in form.copies]
    mail["Subject"] = form.subject
    mail["Date"] = format_datetime(form.at)
    mail["Message-ID"] = f"<{form.letter_id}>"
    if answered:
        mail["In-Reply-To"] = f"<{answered.letter_id}>"
        mail["References"] = f"<{answered.letter_id}>"
    if form.automatic:
        mail["Auto-Submitted"] = "auto-replied"
    words = f"{form.text}\n\n{form.signature}".strip()
    mail.set_content(words + _text_quote(form))
    if form.html:
        mail.add_alternative(_page(form, words), subtype="html")
    for kind in form.files:
        if kind == "picture":
            mail.add_attachment(picture(), "image", "png", filename="foto.png")
        else:
            mail.add_attachment(document(form.subject), "application", "pdf", filename="tellimus.pdf")
    return mail


def _intro(form: Form, answered: Quoted) -> str:
    line = _GMAIL.get(form.language, _GMAIL["en"])
    return line.format(date=f"{answered.at:%d.%m.%Y %H:%M}", who=SHOP, address=ADDRESS)


def _text_quote(form: Form) -> str:
    answered = form.answers
    if answered is None or not form.quote:
        return ""
    if form.quote == "outlook":
        names = _OUTLOOK.get(form.language, _OUTLOOK["en"])
        values = (f"{SHOP} <{ADDRESS}>", f"{answered.at:%d.%m.%Y %H:%M}", answered.to, answered.subject)
        head = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
        return f"\n\n________________________________\n{head}\n\n{answered.text}"
    quoted = "\n".join(f"> {line}" if line else ">" for line in answered.text.splitlines())
    return f"\n\n{_intro(form, answered)}\n\n{quoted}"


def _page(form: Form, words: str) -> str:
    paragraphs = "".join(f"<p>{_lines(part)}</p>" for part in words.split("\n\n"))
    answered = form.answers
    quote = ""
    if answered is not None and form.quote:
        quote = (
            f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{_lines(_intro(form, answered))}<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'
            f"{_lines(answered.text)}</blockquote></div>"
        )
    return f'<html><body><div dir="ltr">{paragraphs}</div>{quote}</body></html>'


def _lines(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>\n")


def bounce(sent: Quoted, at: datetime) -> bytes:
    """A delivery report (RFC 3464): nobody has this address."""
    host = f"mx.{sent.to.rpartition('@')[2]}"
    said = "550 5.1.1 The mailbox does not exist"
    lines = [
        f"From: Mail Delivery System <MAILER-DAEMON@{host}>",
        f"To: {ADDRESS}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <undelivered.{sent.letter_id.partition('@')[0]}@{host}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="part"',
        "",
        "--part",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"This is the mail system at host {host}.",
        "",
        f"Your message was not delivered. <{sent.to}>: host {host} said: {said}",
        "",
        "--part",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {host}",
        "",
        f"Final-Recipient: rfc822; {sent.to}",
        "Action: failed",
        "Status: 5.1.1",
        f"Diagnostic-Code: smtp; {said}",
        "",
        "--part",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: <{sent.letter_id}>",
        f"From: {ADDRESS}",
        f"To: {sent.to}",
        "",
        "--part--",
        "",
    ]
    return "\r\n".join(lines).encode()


def picture() -> bytes:
    """A small drawing of a mug with a piece out of its rim, as PNG."""
    image = Image.new("RGB", (320, 240), "#e9e4da")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 180, 320, 240), fill="#b99a76")
    draw.arc((190, 95, 250, 160), 250, 110, fill="#1f6f5c", width=10)
    draw.rounded_rectangle((90, 70, 215, 195), radius=14, fill="#1f6f5c")
    draw.rectangle((90, 70, 215, 80), fill="#f4f1ea")
    draw.polygon(((118, 66), (150, 66), (142, 98), (133, 84), (125, 92)), fill="#e9e4da")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def document(title: str) -> bytes:
    """One page of PDF 1.4 with a line of text."""
    shown = title.encode("ascii", "replace").decode().replace("\\", "").replace("(", "").replace(")", "")
    stream = f"BT /F1 16 Tf 60 760 Td ({SHOP.replace('õ', 'o')}) Tj 0 -28 Td ({shown}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
