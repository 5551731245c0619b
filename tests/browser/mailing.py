"""The demo with a mailbox on a real mail server beside it, for the browser tests of mail."""

from __future__ import annotations

import imaplib
import io
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page

from fakes.dovecot import Dovecot
from fakes.smtp_peer import Peer, smtp_peer
from tests.browser.conftest import Demo, serving, sign_in, until

USER, PASSWORD, ADDRESS = "post", "saladus", "pood@shop.example"


@dataclass(frozen=True)
class Post:
    """The demo with a mail server beside it."""

    demo: Demo
    dovecot: Dovecot
    peer: Peer
    lead: httpx.Client

    def deliver(self, number: str, subject: str, text: str, html: str = "", **headers: str) -> None:
        """Put a letter of Liisa's into the mailbox."""
        mail = EmailMessage()
        mail["From"] = headers.pop("sender", "Liisa Kuldvillak <liisa@kiri.example>")
        mail["To"] = f"Põhjala Pood <{ADDRESS}>"
        mail["Subject"] = subject
        mail["Message-ID"] = f"<{number}@kiri.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
            picture = io.BytesIO()
            Image.new("RGB", (40, 30), "green").save(picture, "PNG")
            body = mail.get_payload()[1]
            assert isinstance(body, EmailMessage)
            body.add_related(
                picture.getvalue(), "image", "png", cid="<foto1>", filename="foto.png", disposition="inline"
            )
        context = ssl.create_default_context(cafile=str(self.dovecot.certificate.chain))
        with imaplib.IMAP4_SSL("localhost", self.dovecot.tls_port, ssl_context=context) as mailbox:
            mailbox.login(USER, PASSWORD)
            mailbox.append("INBOX", "", "", mail.as_bytes())

    def account(self) -> dict[str, Any]:
        """The mailbox as the API tells of it."""
        return next(one for one in self.lead.get("/api/channels").json()["channels"] if one["address"] == ADDRESS)

    def case_of(self, text: str) -> int:
        """The number of the newest case with these words, once it is there."""
        found: list[int] = []

        def look() -> bool:
            answer = self.lead.get("/api/cases", params={"list": "open", "q": text}).json()
            found[:] = sorted((one["number"] for one in answer["cases"] if one["channel"] == "email"), reverse=True)
            return bool(found)

        until(f"a case with {text!r}", 60, look)
        return found[0]


@contextmanager
def posted(home: Path) -> Iterator[Post]:
    """The demo, Dovecot and an SMTP server; no mailbox is connected yet."""
    dovecot = Dovecot()
    dovecot.add(USER, PASSWORD)
    dovecot.start()
    try:
        authority = str(dovecot.certificate.chain)
        settings = {"TUGI_ENGINE": "ngrams", "TUGI_MAIL_CA": authority, "TUGI_PRIVATE_HOSTS": "127.0.0.1,localhost"}
        with (
            smtp_peer(dovecot.certificate.server_context(), auth=True) as peer,
            serving(home, **settings) as demo,
            httpx.Client(base_url=demo.url, timeout=30) as lead,
        ):
            person = demo.person("lead")
            words = {"email": person["email"], "password": person["password"]}
            lead.post("/api/sign-in", json=words).raise_for_status()
            yield Post(demo, dovecot, peer, lead)
    finally:
        dovecot.close()


def settings_of(post: Post) -> dict[str, dict[str, Any]]:
    """A mailbox's settings on the test's servers."""
    imap = {"host": "localhost", "port": post.dovecot.tls_port, "security": "tls", "user": USER}
    smtp = {"host": "localhost", "port": post.peer.port, "security": "starttls", "user": USER}
    return {
        "receiving": {"imap": imap, "history_days": 0},
        "sending": {"smtp": smtp, "from_name": "Põhjala Pood", "signature": {"et": "Heade soovidega\nPõhjala Pood"}},
    }


def connect(post: Post, **sending: object) -> Post:
    """The mailbox is connected, if no test has done so yet. sending: further settings of it."""
    known = post.lead.get("/api/channels").json()["channels"]
    if not any(one["address"] == ADDRESS for one in known):
        settings = settings_of(post)
        settings["sending"] |= sending
        form = {"email": ADDRESS, "name": "Pood", "password": PASSWORD, "settings": settings}
        post.lead.post("/api/channels/email", json=form).raise_for_status()
    # What lay there before the first look is history, and none is asked for.
    until("the mailbox is looked at", 60, lambda: post.account()["health"].get("last_connected_at") is not None)
    return post


def opened(page: Page, post: Post, number: int) -> None:
    """The case on the screen, read by a person of the desk."""
    sign_in(page, post.demo.url, post.demo.person("lead"))
    page.goto(f"{post.demo.url}/case/T-{number}")
    page.locator(".said.letter").first.wait_for()
