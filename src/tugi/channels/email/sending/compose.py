"""A letter of ours as bytes (RFC 5322, MIME): headers that thread and tell machines apart, a text and an HTML part.

Nothing that people wrote reaches a header with its line breaks: names and subjects lose them, addresses with any are
refused. HTML is made from our own text, so that both parts say the same.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Sequence
from datetime import datetime
from email import encoders, policy
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.utils import format_datetime
from email.utils import quote as escaped
from importlib import import_module
from typing import Any

from babel.dates import format_datetime as local_datetime

from tugi.channels.email.settings import Mailbox
from tugi.core import i18n
from tugi.ports import Account, Address, NotCarried, Outgoing, Part, Quote

# Read by those who sort incoming mail: what comes back with it was ours.
LOOP_HEADER = "X-Tugi-Loop"
LONGEST_SUBJECT, LONGEST_NAME, LONGEST_QUOTE = 250, 120, 50_000
WIRE = policy.compat32.clone(linesep="\r\n", max_line_length=78)

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
_ID = re.compile(r"[^\s<>]{1,900}")
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”]")
_PLAIN_ATOM = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")


def one_line(text: str, longest: int) -> str:
    """The text without line breaks and control characters, cut to `longest`."""
    return " ".join(_BREAKS.sub(" ", text).split())[:longest]


def wire_address(address: str) -> str:
    """The address as mail servers take it, its domain in ASCII (RFC 5891). Raises NotCarried for one that is none."""
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower() if domain else ""
    except UnicodeError:
        domain = ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        shown = one_line(address, 100)
        raise NotCarried(f"“{shown}” is no e-mail address that can be written to. Correct it.", permanent=True)
    return f"{local}@{domain}"


def compose(account: Account, mailbox: Mailbox, outgoing: Outgoing, now: datetime) -> bytes:
    """The whole letter, signed where the mailbox has a key. Raises NotCarried."""
    own = wire_address(account.address or "")
    body = _body(mailbox, outgoing)
    letter: Message = body
    if outgoing.parts:
        letter = MIMEMultipart("mixed")
        for part in (body, *map(_file, outgoing.parts)):
            letter.attach(part)
    del letter["MIME-Version"]
    for name, value in _headers(account, mailbox, outgoing, own, now):
        letter[name] = value
    return _signed(letter.as_bytes(policy=WIRE), account, mailbox)


def single(sender: tuple[str, str], to: str, subject: str, text: str, letter_id: str, now: datetime) -> bytes:
    """A plain mail of the shop itself that no machine shall answer. sender: name and address. Raises NotCarried."""
    mail = _text("plain", text)
    name, own = sender
    headers = [
        ("From", _mailbox(Address(own, name))),
        ("To", wire_address(to)),
        ("Subject", _subject(subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", _ids([letter_id])),
        ("Auto-Submitted", "auto-generated"),
        (LOOP_HEADER, one_line(letter_id, 200)),
        ("MIME-Version", "1.0"),
    ]
    for key, value in headers:
        mail[key] = value
    return mail.as_bytes(policy=WIRE)


def _headers(
    account: Account, mailbox: Mailbox, outgoing: Outgoing, own: str, now: datetime
) -> list[tuple[str, str | Header]]:
    sending = mailbox.sending
    found: list[tuple[str, str | Header]] = [
        ("From", _mailboxes([Address(own, sending.from_name or account.name)])),
        ("To", _mailboxes(outgoing.recipients)),
    ]
    if outgoing.copies:
        found.append(("Cc", _mailboxes(outgoing.copies)))
    if outgoing.token and sending.plus:
        local, _, domain = own.rpartition("@")
        found.append(("Reply-To", wire_address(f"{local}+{outgoing.token}@{domain}")))
    found += [
        ("Subject", _subject(outgoing.subject)),
        ("Date", format_datetime(now)),
        ("Message-ID", _ids([outgoing.letter_id])),
    ]
    if outgoing.answers:
        found.append(("In-Reply-To", _ids(outgoing.answers[:1])))
        # Oldest first, as RFC 5322 3.6.4 has it; folded when it is written.
        found.append(("References", _ids(outgoing.answers[::-1])))
    if outgoing.automatic:
        found += [
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
            ("Precedence", "bulk"),
        ]
    if outgoing.unsubscribe:
        link = one_line(outgoing.unsubscribe, 500).replace(">", "%3E")
        found.append(("List-Unsubscribe", f"<{link}>"))
        if link.startswith("https:"):
            found.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    found += [(LOOP_HEADER, one_line(outgoing.letter_id, 200)), ("MIME-Version", "1.0")]
    return found


def _subject(given: str) -> Header:
    subject = one_line(given, LONGEST_SUBJECT) or "-"
    return Header(subject, "us-ascii" if _is_plain(subject) else "utf-8", header_name="Subject")


def _is_plain(text: str) -> bool:
    """Whether it may stand as it is: readers would decode what looks like an encoded word (RFC 2047)."""
    return text.isascii() and "=?" not in text


def _mailboxes(addresses: Sequence[Address]) -> str:
    return ", ".join(_mailbox(one) for one in addresses)


def _mailbox(address: Address) -> str:
    bare, name = wire_address(address.email), one_line(address.name or "", LONGEST_NAME)
    if not name:
        return bare
    if not _is_plain(name):
        name = Header(name, "utf-8", maxlinelen=60).encode(linesep="")
    elif not _PLAIN_ATOM.fullmatch(name):
        name = f'"{escaped(name)}"'
    return f"{name} <{bare}>"


def _ids(ids: Sequence[str]) -> str:
    return " ".join(f"<{one}>" for one in ids if _ID.fullmatch(one) and one.isascii())


def _body(mailbox: Mailbox, outgoing: Outgoing) -> MIMEMultipart:
    language = outgoing.language if outgoing.language in i18n.LANGUAGES else "en"
    signatures = mailbox.sending.signature
    signature = signatures.get(language) or next((text for text in signatures.values() if text), "")
    quote = outgoing.quote if mailbox.sending.quote else None
    body = MIMEMultipart("alternative")
    body.attach(_text("plain", plain_text(outgoing.text, signature, quote, language)))
    body.attach(_text("html", html_text(outgoing.text, outgoing.html, signature, quote, language)))
    return body


def plain_text(text: str, signature: str, quote: Quote | None, language: str) -> str:
    """The text part: our words, the signature, and what they answer."""
    pieces = [text.strip()]
    if signature.strip():
        pieces.append(f"-- \n{signature.strip()}")
    if quote is not None:
        quoted = "\n".join(f"> {line}" if line else ">" for line in quote.text[:LONGEST_QUOTE].splitlines())
        pieces.append(f"{_said(quote, language)}\n{quoted}")
    return "\n\n".join(pieces) + "\n"


def html_text(text: str, own_html: str | None, signature: str, quote: Quote | None, language: str) -> str:
    """The HTML part, which says the same."""
    pieces = [own_html or _paragraphs(text)]
    if signature.strip():
        pieces.append(f'<div class="signature" style="color:#666">-- <br>{_lines(signature.strip())}</div>')
    if quote is not None:
        said, words = html.escape(_said(quote, language)), _lines(quote.text[:LONGEST_QUOTE])
        pieces.append(
            f'<p>{said}</p><blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;'
            f'padding-left:1ex">{words}</blockquote>'
        )
    style = "font-family:sans-serif;font-size:15px;line-height:1.5"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"></head>'
        f'<body style="{style}">{"".join(pieces)}</body></html>\n'
    )


def _said(quote: Quote, language: str) -> str:
    who = one_line(quote.sender.name or "", LONGEST_NAME)
    when = local_datetime(quote.at, "d MMM y HH:mm", locale=language)
    return i18n.text(
        language, "mail.quote", date=when, who=f"{who} <{quote.sender.email}>" if who else quote.sender.email
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_lines(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()))


def _lines(text: str) -> str:
    """The text escaped, its line breaks and links kept."""
    pieces: list[str] = []
    end = 0
    for link in _LINK.finditer(text):
        address = html.escape(link.group())
        pieces += [html.escape(text[end : link.start()]), f'<a href="{address}">{address}</a>']
        end = link.end()
    pieces.append(html.escape(text[end:]))
    return "".join(pieces).replace("\r\n", "\n").replace("\n", "<br>\n")


def _text(kind: str, text: str) -> MIMEBase:
    part = MIMEBase("text", kind, charset="utf-8")
    del part["MIME-Version"]
    clean = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    part.set_payload(binascii.b2a_qp(clean, istext=True).decode("ascii"))
    part["Content-Transfer-Encoding"] = "quoted-printable"
    return part


def _file(part: Part) -> MIMEBase:
    kind, _, sub = part.media_type.partition("/")
    # A base64 body is not allowed in these (RFC 2046 5.2), and nobody needs them opened in place.
    if kind in ("message", "multipart") or not re.fullmatch(r"[\w.+-]+/[\w.+-]+", part.media_type, re.ASCII):
        kind, sub = "application", "octet-stream"
    file = MIMEBase(kind, sub)
    del file["MIME-Version"]
    file.set_payload(part.content)
    encoders.encode_base64(file)
    name = one_line(part.name, 150) or "file"
    # RFC 2231 where the name is more than ASCII.
    file.add_header("Content-Disposition", "attachment", filename=name if _is_plain(name) else ("utf-8", "", name))
    return file


def _signed(letter: bytes, account: Account, mailbox: Mailbox) -> bytes:
    """With a DKIM signature (RFC 6376) where the operator asks for one."""
    sending, key = mailbox.sending, account.secrets.get("dkim_key", "")
    if not (sending.dkim_domain and sending.dkim_selector and key):
        return letter
    # With all of dnspython it takes a tenth of our start, and most mailboxes are signed for by their provider.
    dkim: Any = import_module("dkim")
    try:
        signature = dkim.sign(letter, sending.dkim_selector.encode(), sending.dkim_domain.encode("idna"), key.encode())
    except (dkim.DKIMException, ValueError, UnicodeError) as error:
        raise NotCarried(
            "The DKIM key of this mailbox cannot be used. Set it anew under Channels.", fault="settings"
        ) from error
    return signature + letter
