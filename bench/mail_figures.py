"""What reading mails costs: usual ones in a warm process, one of 50 MB in a fresh process of its own."""

from __future__ import annotations

import asyncio
import base64
import os
import quopri
import subprocess
import sys
import time

from bench.house import House
from bench.report import percentile, report
from tugi.channels.email.understanding import reading
from tugi.ports import Letter

ROUNDS = 400
WARM_UP = 20
_BIG = """
import time
from pathlib import Path
from bench.mail_figures import big_mail, read, usual_mail

def megabytes(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024

read(usual_mail(0))
raw = big_mail(50_000_000)
Path("/proc/self/clear_refs").write_text("5")  # The highest use so far was the making of the mail.
before = megabytes("VmRSS")
began = time.process_time()
letter = read(raw)
print((time.process_time() - began) * 1000, megabytes("VmHWM") - before)
"""


def read(raw: bytes) -> Letter:
    """As a mailbox reads it."""
    return reading.read(raw, own_addresses=["info@shop.example"], trusted_server="mx.shop.example", envelope={})


def usual_mail(number: int) -> bytes:
    """5 kB as web mail writes them: received headers, a signature, text and HTML, an answer above a quote."""
    received = "".join(
        f"Received: from mail{hop}.example.com (mail{hop}.example.com [192.0.2.{hop}])\r\n"
        f"\tby mx.shop.example with ESMTPS id {number}{hop}\r\n"
        f"\tfor <info@shop.example>; Mon, 02 Mar 2026 10:00:0{hop} +0200\r\n"
        for hop in range(4)
    )
    quoted = ["Hello Mari,", "your parcel left our warehouse today and should be with you in two days.", "Your shop"]
    said = [
        "Tere!",
        f"Ma pole oma tellimust {number} ikka veel kätte saanud. Kas te saaksite uurida, kus pakk on?",
        "Mari",
    ]
    written = "On Mon, 2 Mar 2026 at 09:00, Shop <info@shop.example> wrote:"
    text = "\r\n\r\n".join(said) + f"\r\n\r\n{written}\r\n\r\n" + "".join(f"> {line}\r\n>\r\n" for line in quoted * 9)
    html = (
        '<div dir="ltr">'
        + "".join(f'<div style="color:#222;font-family:arial">{line}</div><div><br></div>' for line in said)
        + f'</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{written}<br></div><blockquote '
        'class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'
        + "".join(f"<p>{line}</p>" for line in quoted * 9)
        + "</blockquote></div>"
    )
    parts = "".join(
        f"--b1\r\nContent-Type: text/{kind}; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{quopri.encodestring(body.encode()).decode()}\r\n"
        for kind, body in (("plain", text), ("html", html))
    )
    return (
        f"Return-Path: <mari@example.com>\r\n{received}"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=1;\r\n"
        f"\tbh={'A' * 43}=;\r\n\tb={'B' * 340}\r\n"
        f"MIME-Version: 1.0\r\nReferences: <1.{number}@shop.example>\r\nIn-Reply-To: <1.{number}@shop.example>\r\n"
        f"From: =?UTF-8?Q?Mari_M=C3=A4nd?= <mari@example.com>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0200\r\n"
        f"Message-ID: <{number}@mail.example.com>\r\nSubject: =?UTF-8?Q?Re:_Tellimus_{number}_k=C3=A4tte_saamata?=\r\n"
        f'To: Shop <info@shop.example>\r\nContent-Type: multipart/alternative; boundary="b1"\r\n\r\n{parts}--b1--\r\n'
    ).encode()


def big_mail(size: int) -> bytes:
    """A mail of about that many bytes: a text and one file."""
    file = base64.encodebytes(os.urandom(size * 54 // 73 // 57 * 57))
    head = b"From: mari@example.com\r\nSubject: Film\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n"
    attached = b"--b1\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + b"--b1\r\nContent-Type: text/plain\r\n\r\nSee the film.\r\n" + attached + file + b"--b1--\r\n"


async def mail_read(_house: House) -> None:
    """CPU milliseconds a usual mail, cutting and trust included; CPU time and memory of one of 50 MB."""
    mails = [usual_mail(number) for number in range(ROUNDS)]
    for raw in mails[:WARM_UP]:
        read(raw)
    times: list[float] = []
    began = time.process_time()
    for raw in mails:
        started = time.process_time()
        read(raw)
        times.append((time.process_time() - started) * 1000)
    used = (time.process_time() - began) * 1000 / ROUNDS
    report(
        "mail_read", percentile(times, 0.5), "CPU ms", times_ms=times, cpu_ms=used, target="<= 2 CPU ms a mail of 5 kB"
    )
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _BIG], capture_output=True, text=True, check=True
    )
    spent, grown = (float(figure) for figure in ran.stdout.split())
    report("mail_read_50_mb", spent, "CPU ms", cpu_ms=spent, rss_mb=grown, target="<= 200 MB more than before")
