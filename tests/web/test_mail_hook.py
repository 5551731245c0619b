"""Mail handed over by HTTP: proven, byte for byte, and acknowledged only when it is stored."""

import asyncio
import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import Unavailable
from tugi.core.files import Folder
from tugi.desk.cases import accounts, doors
from tugi.desk.people import workspaces
from tugi.web import mail_hook

SECRET = "installation"
MAILGUN = "key-of-mailgun"
RAW = {"content-type": "message/rfc822", "x-tugi-recipient": "info@shop.example"}
# No charset at all, and a boundary-like line: a form must not touch it.
MAIL = b"From: mari@kiri.example\r\nSubject: \xe4\xff\x80\r\n\r\n--line\r\n\xc3\xa9 +%41&=\r\n"


class Post:
    """A shop with two mailboxes and a door."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.files: Any = Folder(folder)
        self.workspace_id = 0

    @property
    def key(self) -> str:
        return doors.door_key(SECRET, self.workspace_id)

    @property
    def path(self) -> str:
        return doors.door_path(SECRET, self.workspace_id)

    async def furnish(self) -> "Post":
        async with self.database.everywhere() as tx:
            self.workspace_id = (await workspaces.create(tx, "Põhjala Pood")).id
        async with self.database.transaction(self.workspace_id) as tx:
            for name in ("info", "orders"):
                await accounts.create(tx, "email", name, f"{name}@shop.example", {}, None)
        return self

    async def hand(self, path: str = "", **request: Any) -> httpx.Response:
        app = Starlette(routes=mail_hook.routes(self.database, self.files, SECRET, MAILGUN))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
            return await http.post(path or self.path, **request)

    async def raw(self, **headers: str) -> httpx.Response:
        given = {"content-type": "message/rfc822", "x-tugi-recipient": "info+t1-x@shop.example", **headers}
        return await self.hand(f"/hooks/mail/{self.workspace_id}", content=MAIL, headers=given)

    async def kept(self) -> list[tuple[bytes, dict[str, Any]]]:
        async with self.database.reading(self.workspace_id) as tx:
            rows = await tx.fetch("select hash, envelope from deliveries order by id")
        return [(await self.files.get(self.workspace_id, row["hash"]), row["envelope"]) for row in rows]


@pytest.fixture
async def post(database: Database, tmp_path: Path) -> Post:
    return await Post(database, tmp_path).furnish()


def signature(key: str, body: bytes) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


async def test_a_signed_mail_is_kept_as_it_is_and_twice_is_once(post: Post) -> None:
    first = await post.raw(**{"x-tugi-signature": signature(post.key, MAIL)})
    assert (first.status_code, first.json()) == (200, {"stored": 1, "repeated": 0})
    again = await post.raw(**{"x-tugi-signature": signature(post.key, MAIL)})
    assert again.json() == {"stored": 0, "repeated": 1}
    assert await post.kept() == [(MAIL, {"to": ["info+t1-x@shop.example"], "door": "http"})]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-tugi-signature": ""},
        {"x-tugi-signature": signature("another", MAIL)},
        {"authorization": "Basic " + base64.b64encode(b"tugi:wrong").decode()},
        {"authorization": "Basic \x01"},
        {"authorization": "Bearer x"},
    ],
)
async def test_what_is_not_proven_is_refused(post: Post, headers: dict[str, str]) -> None:
    assert (await post.raw(**headers)).status_code == 403
    assert await post.kept() == []


async def test_another_workspaces_key_opens_nothing(post: Post) -> None:
    other = doors.door_key(SECRET, post.workspace_id + 1)
    assert (await post.hand(f"/hooks/mail/{post.workspace_id}.{other}", content=MAIL)).status_code == 403
    assert (await post.hand("/hooks/mail/nobody", content=MAIL)).status_code == 404


async def test_a_key_made_anew_opens_and_the_one_before_no_longer(post: Post) -> None:
    assert (await post.hand(post.path, content=MAIL, headers=RAW)).status_code == 200
    async with post.database.transaction(post.workspace_id) as tx:
        turns = [await workspaces.renew_mail_door(tx) for _ in range(2)]
    assert turns == [1, 2]
    paths = [doors.door_path(SECRET, post.workspace_id, turn) for turn in range(4)]
    assert len(set(paths)) == 4
    answers = [(await post.hand(path, content=MAIL, headers=RAW)).status_code for path in paths]
    assert answers == [403, 403, 200, 403]
    assert (await post.raw(**{"x-tugi-signature": signature(post.key, MAIL)})).status_code == 403
    # Other shops' keys stay what they are.
    assert doors.door_key(SECRET, post.workspace_id + 1) == doors.door_key(SECRET, post.workspace_id + 1, 0)


async def test_the_key_may_be_a_password(post: Post) -> None:
    packed = base64.b64encode(f"tugi:{post.key}".encode()).decode()
    assert (await post.raw(authorization=f"Basic {packed}")).status_code == 200


def mailgun(age: int = 0, key: str = MAILGUN) -> dict[str, Any]:
    stamp, token = str(int(clock.now().timestamp()) - age), "0123456789" * 5
    signed = hmac.new(key.encode(), (stamp + token).encode(), hashlib.sha256).hexdigest()
    return {
        "recipient": "orders@shop.example,info@shop.example",
        "sender": "mari@kiri.example",
        "timestamp": stamp,
        "token": token,
        "signature": signed,
    }


async def test_mailguns_form_by_its_own_signature(post: Post) -> None:
    body = urlencode({**mailgun(), "body-mime": MAIL})
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/hooks/mail/{post.workspace_id}/mime"
    assert (await post.hand(path, content=body, headers=form)).json() == {"stored": 2, "repeated": 0}
    envelopes = [(raw, envelope["to"], envelope["from"]) for raw, envelope in await post.kept()]
    assert envelopes == [
        (MAIL, ["orders@shop.example"], "mari@kiri.example"),
        (MAIL, ["info@shop.example"], "mari@kiri.example"),
    ]
    old = urlencode({**mailgun(age=400), "body-mime": MAIL + b"x"})
    assert (await post.hand(path, content=old, headers=form)).status_code == 403
    forged = urlencode({**mailgun(key="x"), "body-mime": MAIL + b"x"})
    assert (await post.hand(path, content=forged, headers=form)).status_code == 403
    assert len(await post.kept()) == 2


async def test_sendgrids_raw_form_keeps_every_byte(post: Post) -> None:
    envelope = json.dumps({"to": ["info@shop.example"], "from": "mari@kiri.example"})
    answer = await post.hand(files={"envelope": (None, envelope), "email": (None, MAIL), "charsets": (None, "{}")})
    assert answer.json() == {"stored": 1, "repeated": 0}
    assert [raw for raw, _ in await post.kept()] == [MAIL]


async def test_postmarks_json(post: Post) -> None:
    raw = "From: mari@kiri.example\r\n\r\nTere õhtust\r\n"
    body = {"RawEmail": raw, "OriginalRecipient": "info@shop.example", "From": "mari@kiri.example", "MailboxHash": ""}
    assert (await post.hand(json=body)).status_code == 200
    assert [one for one, _ in await post.kept()] == [raw.encode()]
    assert "raw mail is included" in (await post.hand(json={"From": "x"})).json()["error"]["message"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"content": b""}, 422),
        ({"content": MAIL}, 422),
        ({"content": MAIL, "params": {"to": "nobody@shop.example"}}, 404),
        ({"data": {"subject": "parsed only"}}, 422),
        ({"content": b"--x\r\n\r\n", "headers": {"content-type": "multipart/form-data; boundary=y"}}, 422),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422),
        ({"data": {"email": "x", "envelope": "{"}}, 422),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422),
        ({"content": b"x" * 50_000_001, "params": {"to": "info@shop.example"}}, 413),
    ],
)
async def test_what_is_no_mail_is_refused_in_words(post: Post, request_: dict[str, Any], status: int) -> None:
    answer = await post.hand(**request_)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert await post.kept() == []


async def test_while_nothing_can_be_stored_the_provider_keeps_the_mail(post: Post, dsn: str) -> None:
    class Away:
        async def put(self, workspace_id: int, content: bytes) -> str:
            raise Unavailable("The disk is full.")

    files, post.files = post.files, Away()
    assert (await post.raw(**{"x-tugi-signature": signature(post.key, MAIL)})).status_code == 503
    post.files = files
    assert await post.kept() == []
    gone = await Database.open(dsn)
    await gone.close()
    database, post.database = post.database, gone
    assert (await post.raw(**{"x-tugi-signature": signature(post.key, MAIL)})).status_code == 503
    post.database = database
    assert await post.kept() == []


async def test_a_senders_own_claims_are_not_believed_from_a_provider(post: Post) -> None:
    claim = b"Authentication-Results: shop.example; dmarc=pass\r\n" + MAIL
    await post.hand(files={"envelope": (None, '{"to": ["info@shop.example"]}'), "email": (None, claim)})
    headers = {"x-tugi-signature": signature(post.key, claim + b"x"), "x-tugi-recipient": "info@shop.example"}
    await post.hand(f"/hooks/mail/{post.workspace_id}", content=claim + b"x", headers=headers)
    assert [raw for raw, _ in await post.kept()] == [b"X-Claimed-" + claim, claim + b"x"]


async def test_a_signature_is_of_its_very_body_and_its_very_door(post: Post) -> None:
    good = signature(post.key, MAIL)
    to = {"x-tugi-recipient": "info@shop.example"}
    door = f"/hooks/mail/{post.workspace_id}"
    for path, content, given in (
        (door, MAIL + b" ", good),
        (door, MAIL, good[:-1]),
        (door, MAIL, good + "0"),
        (door, MAIL, "é" * 64),
        (f"/hooks/mail/{post.workspace_id + 1}", MAIL, good),
        # A wrong signature is not made good by the right key beside it.
        (post.path, MAIL, signature("another", MAIL)),
    ):
        headers = [(b"x-tugi-signature", given.encode()), *((k.encode(), v.encode()) for k, v in to.items())]
        answer = await post.hand(path, content=content, headers=headers)
        assert answer.status_code == 403, (path, given)
        assert answer.json()["error"]["message"]
    assert await post.kept() == []
    assert (await post.hand(door, content=MAIL, headers={**to, "x-tugi-signature": good.upper()})).status_code == 200


async def test_the_same_mail_at_the_same_time_is_kept_once(post: Post) -> None:
    headers = {"x-tugi-signature": signature(post.key, MAIL)}
    told = [answer.json() for answer in await asyncio.gather(*(post.raw(**headers) for _ in range(6)))]
    assert sorted(one["stored"] for one in told) == [0, 0, 0, 0, 0, 1]
    assert len(await post.kept()) == 1


async def test_a_mailbox_that_is_switched_off_or_of_another_shop_is_not_here(post: Post) -> None:
    async with post.database.everywhere() as tx:
        other = (await workspaces.create(tx, "Teine Pood")).id
    async with post.database.transaction(other) as tx:
        await accounts.create(tx, "email", "theirs", "theirs@other.example", {}, None)
    async with post.database.transaction(post.workspace_id) as tx:
        account = await doors.account_of(tx, "email", "info@shop.example")
        assert account is not None
        await accounts.update(tx, account.id, active=False)
    for to in ("info@shop.example", "theirs@other.example", "orders@shop.example.", "@", "orders"):
        answer = await post.hand(content=MAIL, headers={"x-tugi-recipient": to})
        assert answer.status_code in (404, 422), to
    assert await post.kept() == []
    # One that is on takes what is for it, also beside others.
    beside = {"x-tugi-recipient": "info@shop.example, Orders+t1-x@Shop.example"}
    assert (await post.hand(content=MAIL, headers=beside)).json() == {"stored": 1, "repeated": 0}


async def test_mailguns_proof_is_good_for_one_mail(post: Post) -> None:
    form, path = {"content-type": "application/x-www-form-urlencoded"}, f"/hooks/mail/{post.workspace_id}/mime"
    proof = mailgun()
    body = urlencode({**proof, "body-mime": MAIL})
    assert (await post.hand(path, content=body, headers=form)).json() == {"stored": 2, "repeated": 0}
    # It tries again with the same when our answer was lost.
    assert (await post.hand(path, content=body, headers=form)).json() == {"stored": 0, "repeated": 2}
    another = urlencode({**proof, "body-mime": MAIL + b"x"})
    refused = await post.hand(path, content=another, headers=form)
    assert (refused.status_code, "another mail" in refused.json()["error"]["message"]) == (403, True)
    missing = urlencode({key: value for key, value in mailgun().items() if key != "token"} | {"body-mime": MAIL})
    assert (await post.hand(path, content=missing, headers=form)).status_code == 403
    early = urlencode({**mailgun(age=-400), "body-mime": MAIL + b"y"})
    assert (await post.hand(path, content=early, headers=form)).status_code == 403
    assert len(await post.kept()) == 2
