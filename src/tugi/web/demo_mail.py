"""The demo customer's own mailbox: what the shop sent, read and answered. It exists while the demo runs.

The letters' HTML comes from a page of its own under a policy that runs and loads nothing, inside a sandboxed frame.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tugi.core.errors import Invalid, NotFound
from tugi.web import wire
from tugi.web.demo_goods import shop
from tugi.web.demo_html import Html, join, tag
from tugi.web.demo_pages import Visit

PATH = "/demo/mail"
SHOWN = 100
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
WORDS = (
    *("inbox", "empty", "empty_hint", "write", "reply", "send", "sending", "sent", "cancel", "back", "to", "from"),
    *("subject", "text", "own", "away", "files", "frame", "refused", "no_subject", "unopened"),
)


@dataclass(frozen=True, slots=True)
class Brief:
    """A letter in a list. own: the mailbox's owner sent it; who: the other side."""

    key: str
    own: bool
    who: str
    subject: str
    at: datetime | None
    preview: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A letter to read and to answer. reply_to: where an answer goes; refers_to: ids it answers, oldest first."""

    brief: Brief
    address: str
    text: str
    has_html: bool
    reply_to: str
    letter_id: str
    refers_to: Sequence[str]
    files: Sequence[str]


class Posted(msgspec.Struct, frozen=True):
    """What a customer sends. answers: ids without brackets, oldest first; to: empty for the shop's own address."""

    name: str
    address: str
    subject: str
    text: str
    to: str = ""
    answers: tuple[str, ...] = ()


class CustomersPost(Protocol):
    """The mail server of the demo's customers, and the way from it to the shop."""

    async def letters(self, address: str, limit: int) -> Sequence[Brief]:
        """What lies in a mailbox, newest first."""
        ...

    async def letter(self, address: str, key: str) -> Whole | None:
        """One letter of this mailbox."""
        ...

    async def html(self, address: str, key: str) -> str | None:
        """The letter's HTML as it came."""
        ...

    async def send(self, posted: Posted) -> None:
        """Hand a letter over at the shop's door. Raises Invalid, NotFound, Unavailable."""
        ...


def routes(post: CustomersPost, page: Callable[[Request], Awaitable[Response]]) -> list[Route]:
    """The page and what its script asks. page: answers with `view` in the shop's frame."""

    async def listed(request: Request) -> Response:
        return wire.reply({"letters": await post.letters(_address(request), SHOWN)})

    async def read(request: Request) -> Response:
        found = await post.letter(_address(request), request.path_params["key"])
        if found is None:
            raise NotFound("There is no such letter in this mailbox.")
        return wire.reply(found)

    async def shown(request: Request) -> Response:
        found = await post.html(_address(request), request.path_params["key"])
        if found is None:
            raise NotFound("There is no such letter in this mailbox.")
        headers = {"content-security-policy": LETTER_POLICY, "x-content-type-options": "nosniff"}
        return HTMLResponse(found, headers=headers | {"cache-control": "no-store", "referrer-policy": "no-referrer"})

    async def send(request: Request) -> Response:
        # Another site's page cannot send JSON without asking first.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Invalid("Send the letter as application/json.")
        await post.send(await wire.json_of(request, Posted))
        return wire.reply({"sent": True}, 201)

    return [
        Route(PATH, page),
        Route(f"{PATH}/letters", wire.guarded(listed), methods=["GET"]),
        Route(f"{PATH}/letters", wire.guarded(send), methods=["POST"]),
        Route(f"{PATH}/letters/{{key}}", wire.guarded(read)),
        Route(f"{PATH}/letters/{{key}}/html", wire.guarded(shown)),
    ]


def _address(request: Request) -> str:
    return request.query_params.get("address", "").strip().lower()[:254]


def view(visit: Visit) -> Html:
    """The mailbox; its script fills it in."""
    shop_address = shop().mailbox
    words = {name: visit.say(f"mail.{name}", shop=shop().name) for name in WORDS}
    field = tag("input", type="text", name="name", autocomplete="name", maxlength="100", required=True)
    address = tag("input", type="email", name="address", autocomplete="email", maxlength="254", required=True)
    return join(
        [
            tag("h1", visit.say("mail.title")),
            tag("p", visit.say("mail.lead", address=shop_address), class_="mail-lead"),
            tag(
                "form",
                tag("label", visit.say("mail.name"), field),
                tag("label", visit.say("mail.address"), address),
                class_="mail-who",
                data_who=True,
            ),
            tag(
                "div",
                tag("section", class_="mail-list", aria_label=words["inbox"], data_list=True),
                tag("section", class_="mail-pane", aria_label=words["text"], data_pane=True),
                class_="mail",
                data_mail=shop_address,
                data_default_name=visit.say("mail.default_name"),
                data_default_address=visit.say("mail.default_address"),
                data_words=msgspec.json.encode(words).decode(),
            ),
            tag("p", role="status", class_="unseen", data_said=True),
        ]
    )
