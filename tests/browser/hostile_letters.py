"""Letters that carry something hostile in every place a sender fills, and somebody outside who hears who is called."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from channels.email.hostile_html import PAYLOADS

# Whoever asks for anything here was made to.
EVIL = "evil.example"
# What a text put into markup, a script, an attribute or a template would run; all call alert.
WORDS = (
    "</script><script>alert(1)</script>",
    "'-alert(1)-'",
    '"-alert(1)-"',
    "\\'-alert(1)//",
    "' onmouseover='alert(1)' autofocus onfocus='alert(1)' x='",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)" x="',
    "</title><svg onload=alert(1)>",
    "</textarea><img src=x onerror=alert(1)>",
    "--><img src=x onerror=alert(1)><!--",
    "]]><img src=x onerror=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "<%= alert(1) %>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
    "\\u003cimg src=x onerror=alert(1)\\u003e",
    "\uff1cimg src=x onerror=alert(1)\uff1e",
    "\u202e>)1(trela=rorreno x=crs gmi<",
    "javascript:alert(1)",
    "https://halb.example/'><img src=x onerror=alert(1)>",
    'https://halb.example/"onmouseover=alert(1)//',
    "[go](javascript:alert(1))",
    "__proto__",
    "constructor",
)
# What would ask somebody outside for something, and so tell that the letter is read.
CALLS = (
    f"<img src='https://{EVIL}/img'>",
    f"<img src='//{EVIL}/scheme'>",
    f"<img srcset='https://{EVIL}/set 2x' src=x>",
    f"<picture><source srcset='https://{EVIL}/source'><img src=x></picture>",
    f"<link rel=stylesheet href='https://{EVIL}/sheet'>",
    f"<link rel=preconnect href='https://{EVIL}'><link rel=dns-prefetch href='//{EVIL}'>",
    f"<link rel=prefetch href='https://{EVIL}/prefetch'><link rel=preload as=image href='https://{EVIL}/preload'>",
    f"<style>@import 'https://{EVIL}/import'; body {{background: url(https://{EVIL}/body)}}</style>",
    f"<style>@font-face {{font-family: x; src: url(https://{EVIL}/font)}} * {{font-family: x}}</style>",
    f"<div style=\"background: url('https://{EVIL}/style')\">x</div>",
    f"<div style='background: u\\72l(https://{EVIL}/escaped)'>x</div>",
    f"<ul style='list-style-image: url(https://{EVIL}/list)'><li>x</ul>",
    f"<p style='content: image-set(\"https://{EVIL}/set\" 1x)'>x</p>",
    f"<table background='https://{EVIL}/table'><td background='https://{EVIL}/cell'>x</table>",
    f"<body background='https://{EVIL}/page'>",
    f"<video poster='https://{EVIL}/poster' src='https://{EVIL}/video' autoplay></video>",
    f"<audio src='https://{EVIL}/audio' autoplay></audio><track src='https://{EVIL}/track'>",
    f"<iframe src='https://{EVIL}/frame'></iframe><object data='https://{EVIL}/object'></object>",
    f"<embed src='https://{EVIL}/embed'>",
    f"<svg><image href='https://{EVIL}/svg'/><use href='https://{EVIL}/use#x'/></svg>",
    f"<svg><style>@import 'https://{EVIL}/svgstyle'</style></svg>",
    f"<meta http-equiv=refresh content='0;url=https://{EVIL}/refresh'>",
    f"<base href='https://{EVIL}/'><img src='based'>",
    f"<input type=image src='https://{EVIL}/input'>",
    f"<a href='https://{EVIL}/go' ping='https://{EVIL}/ping'>go</a>",
    f"<form action='https://{EVIL}/form'><button autofocus onfocus='this.form.submit()'>go</button></form>",
)


def payloads() -> list[str]:
    """Everything that is tried."""
    return [*PAYLOADS, *WORDS, *CALLS]


def word(text: str) -> str:
    """A text as a header's encoded word (RFC 2047)."""
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def line(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def named(name: str, address: str) -> str:
    return f"{word(name)} <{address}>"


def letter(payload: str, sender: str, number: int, *, answers: int | None = None, subject: str | None = None) -> bytes:
    """A letter with the payload wherever its sender may write. answers: the number of the letter it is an answer to."""
    raw = line(payload)
    heads = [
        f"From: {named(payload, sender)}",
        f"To: {named(payload, 'abi@pohjala.example')}",
        f'Cc: {named(payload, f"koopia{number}@halb.example")}, "{raw}" <toores@halb.example>',
        f"Reply-To: {named(payload, f'vastus{number}@halb.example')}",
        f"Subject: {word(payload if subject is None else subject)}",
        f"Message-ID: <{number}@halb.example>",
        f"List-Unsubscribe: <javascript:alert(1)>, <https://{EVIL}/unsubscribe>",
        "MIME-Version: 1.0",
        "Content-Type: multipart/mixed; boundary=outer",
    ]
    if answers is not None:
        heads.append(f"In-Reply-To: <{answers}@halb.example>")
    quote_line = f"On 22.11.2026 10:00, {raw} wrote:"
    plain = f"{payload}\nhttps://halb.example/{quote(payload[:50])} {raw}\n\n{quote_line}\n> {raw}\n"
    html = (
        f"<p>{payload}</p><p title='{raw}'>x</p><a href='{raw}' title=\"{raw}\">{payload}</a>"
        f"<img alt='{raw}' src='cid:{quote(raw)}'><img src='cid:{raw}'><blockquote>{payload}</blockquote>"
    )
    return b"\r\n".join([*(one.encode() for one in heads), b"", *_body(plain, html, raw, payload), b""])


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"


def _body(plain: str, html: str, raw: str, payload: str) -> Iterator[bytes]:
    """The words, the formatted words, a picture by its id, and files by hostile names."""
    filename = quote(payload)
    yield from (b"--outer", b"Content-Type: multipart/alternative; boundary=inner", b"")
    yield from _part("text/plain; charset=utf-8", plain.encode(), "inner")
    yield from _part("text/html; charset=utf-8", html.encode(), "inner")
    yield b"--inner--"
    picture = base64.b64decode(PIXEL)
    yield from _part("image/png", picture, "outer", f"Content-ID: <{raw}>", f"Content-Description: {word(payload)}")
    page = f"<!doctype html><script>alert(1)</script>{payload}".encode()
    shown = f"Content-Disposition: attachment; filename*=utf-8''{filename}"
    yield from _part("text/html; charset=utf-8", page, "outer", f"{shown}.html")
    yield from _part("image/svg+xml", DRAWING.encode(), "outer", f"{shown}.svg")
    yield b"--outer--"


def _part(media_type: str, content: bytes, boundary: str, *heads: str) -> Iterator[bytes]:
    yield f"--{boundary}".encode()
    for one in (f"Content-Type: {media_type}", "Content-Transfer-Encoding: base64", *heads):
        yield one.encode()
    yield b""
    yield base64.encodebytes(content).replace(b"\n", b"\r\n").rstrip()


@dataclass
class Outside:
    """The whole internet as the browser sees it: one port, and who was asked for by name."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list[bytes])

    def evil(self) -> list[bytes]:
        """Calls of the letters' own addresses; a browser's own errands are left aside."""
        return [one for one in self.asked if EVIL.encode() in one or b"halb.example" in one]


@contextmanager
def outside() -> Iterator[Outside]:
    """Listens on loopback. A TLS hello names its server in plain, as a request does."""
    world = Outside()

    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(5)
            try:
                world.asked.append(self.request.recv(4096))
            except OSError:
                world.asked.append(b"")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Talk) as server:
        world.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield world
        finally:
            server.shutdown()
            thread.join(5)
