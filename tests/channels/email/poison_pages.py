"""Poisoned HTML and files that explode when opened; part of `poison.py`."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from channels.email.written import TEXT, attached, mail, page


def pages(size: int) -> Iterator[tuple[str, bytes]]:
    yield "HTML table of 20 MB", page(b"<table>" + b"<tr><td>cell</td><td>5</td></tr>" * (60_000 * size) + b"</table>")
    yield "HTML table of 1.9 MB", page(b"<table>" + b"<tr><td>cell</td><td>5</td></tr>" * (6_000 * size) + b"</table>")
    yield (
        "style of 1 MB of selectors",
        page(b"<style>" + b"a.b>c," * (17_000 * size) + b"{color:red}</style><p>Hello</p>"),
    )
    yield "100,000 nested divs", page(b"<div>" * (20_000 * size) + b"Hello")
    yield "nested quotes", page(b"<blockquote>" * (10_000 * size) + b"Hello")
    yield "nested tables", page(b"<table><tr><td>" * (10_000 * size) + b"Hello")
    fonts = b"".join(b"<font color=%d>" % one for one in range(300 * size))
    yield "formatting opened anew", page(b"<p>" + fonts + b"</p>" + b"<p>x</p>" * (300 * size))
    yield "attributes", page(b"<a " + b" ".join(b"a%d=1" % one for one in range(15_000 * size)) + b">x</a>")
    yield "unclosed tags", page(b"<" * (100_000 * size))
    yield "unclosed comment", page(b"Hello <!--" + b"-" * (100_000 * size))
    yield "unclosed attribute", page(b'<a href="' + b"x" * (100_000 * size))
    yield "entities", page(b"&amp;lt" * (30_000 * size) + b"&#xD800;&#0;&#x110000;")
    yield (
        "scripts",
        page(b"<scr<script>ipt>alert(1)</scr</script>ipt><img src=x onerror=alert(1)><svg onload=alert(1)>"),
    )
    yield "billion laughs", page(b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;</svg><p>Hello</p>')
    yield "text that is HTML", mail(TEXT, b"<!DOCTYPE html><html><body><p>Hello</p></body></html>")
    yield "style attribute of 1 MB", page(b'<p style="' + b"color:red;" * (10_000 * size) + b'">Hello</p>')
    yield "brackets in styles", page(b'<p style="width:' + b"(" * (10_000 * size) + b'">Hello</p>')


def bombs(size: int) -> Iterator[tuple[str, bytes]]:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.txt", b"\0" * (1_000_000 * size))
        archive.writestr("inner.zip", b"PK")
    yield "zip bomb with ../ names", attached(b"42.zip", zipped.getvalue(), b"application/zip")
    yield "gzip bomb", attached(b"x.gz", gzip.compress(b"\0" * (1_000_000 * size)), b"application/gzip")
    row = zlib.compress(b"\0" * (1_000_000 * size))
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", row), (b"IEND", b""))
    )
    yield "PNG of 30,000 x 30,000", attached(b"big.png", png, b"image/png")
    frame = b"\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    yield (
        "GIF of 10,000 frames",
        attached(
            b"many.gif", b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * (1_000 * size) + b";", b"image/gif"
        ),
    )
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "SVG with a script", attached(b"x.svg", svg, b"image/svg+xml")
    yield (
        "PDF with JavaScript",
        attached(b"x.pdf", b"%PDF-1.4\n1 0 obj<</Type/Action/S/JavaScript/JS(app.alert(1))>>", b"application/pdf"),
    )
