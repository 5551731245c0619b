"""Mailboxes over HTTP: found, tried, connected, changed; who may what, and what never comes back."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from cast import open_shop
from fakes.dns_server import name_server
from fakes.dovecot import PASSWORD, Dovecot
from fakes.smtp_peer import smtp_peer
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.connecting.setting_up import EmailSetup
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import read_after
from tugi.desk.cases import accounts, deliveries
from tugi.mail_setup import FoundMailbox
from web.agents_app import browser, invited_browser, owner_browser
from web.mail_app import (
    ADDRESS,
    BASE,
    IMAP,
    MAILBOX,
    SECRET_WORDS,
    SETTINGS,
    SMTP,
    app_with,
    connected,
    setup_with,
    stored,
)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server with the user post."""
    server = Dovecot()
    server.add("post")
    server.start()
    yield server
    server.close()


async def test_a_mailbox_is_connected_seen_changed_and_switched_off(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    assert (await owner.get("/api/channels")).json()["channels"] == []
    made = await connected(owner)
    assert (made["name"], made["address"], made["active"], made["secrets"]) == ("Shop", ADDRESS, True, ["password"])
    assert made["settings"]["receiving"]["imap"] == IMAP
    assert made["settings"]["receiving"]["folders"] == ["INBOX"]
    again = await owner.post("/api/channels/email", json={**MAILBOX, "email": "SHOP@shop.example"})
    assert again.status_code == 409
    changed = await owner.patch(
        f"/api/channels/{made['id']}", json={"name": "Orders", "settings": {**SETTINGS, "acknowledge": True}}
    )
    assert (changed.json()["name"], changed.json()["settings"]["acknowledge"]) == ("Orders", True)
    assert await stored(database, made["id"]) == {"password": "saladus"}
    off = await owner.patch(f"/api/channels/{made['id']}", json={"active": False})
    assert off.json()["active"] is False
    # The same address again is the same account: its history and its place in the mailbox are kept.
    back = await connected(owner, name="Shop again", password="uus-saladus")
    assert (back["id"], back["active"], back["name"]) == (made["id"], True, "Shop again")
    assert await stored(database, made["id"]) == {"password": "uus-saladus"}
    history = await owner.post(f"/api/channels/{made['id']}/backfill", json={"days": 365})
    assert history.json()["settings"]["receiving"]["history_days"] == 365
    assert (await owner.post(f"/api/channels/{made['id']}/backfill", json={"days": -1})).status_code == 422
    seen = (await owner.get("/api/channels")).json()
    assert [one["id"] for one in seen["channels"]] == [made["id"]]
    assert (seen["alarm"], seen["quarantined"], seen["providers"]) == (None, 0, [])
    assert (await owner.get(f"/api/channels/{made['id']}/health")).json()["name"] == "Shop again"


async def test_no_password_ever_comes_back(database: Database) -> None:
    app = app_with(database)
    owner = await owner_browser(app)
    made = await connected(owner, smtp_password="uus-saladus", dkim_key="-----BEGIN saladus")
    said = [
        await owner.get("/api/channels"),
        await owner.get(f"/api/channels/{made['id']}/health"),
        await owner.patch(f"/api/channels/{made['id']}", json={"password": "saladus"}),
        await owner.post("/api/channels/email", json=MAILBOX),
        await owner.post("/api/channels/email", json={**MAILBOX, "settings": {"sign_in": 5}}),
        await owner.post("/api/channels/email/test", json={**MAILBOX, "password": "saladus\x00"}),
    ]
    for answer in said:
        assert not any(word in answer.text for word in SECRET_WORDS), answer.text
    async with database.reading(1) as tx:
        row = dict((await tx.fetchrow("select * from channel_accounts where address = $1", ADDRESS)) or {})
        events = [str(event) for event in await read_after(tx, 0)]
    assert not any(word in f"{row} {events}" for word in SECRET_WORDS)
    assert made["secrets"] == ["dkim_key", "password", "smtp_password"]


async def test_a_stored_password_goes_to_no_other_server(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    made = await connected(owner, dkim_key="a key")
    mine = {"receiving": {"imap": {**IMAP, "host": "evil.example"}}, "sending": {"smtp": SMTP}}
    place = f"/api/channels/{made['id']}"
    assert (await owner.patch(place, json={"settings": mine})).json()["error"]["fields"].keys() == {"password"}
    assert (await owner.patch(place, json={"settings": mine, "smtp_password": "x"})).status_code == 422
    tried = await owner.post(
        "/api/channels/email/test", json={"email": ADDRESS, "settings": mine, "account_id": made["id"]}
    )
    assert tried.json()["error"]["fields"].keys() == {"password"}
    # Another port or security of the same server needs none.
    other = {"receiving": {"imap": {**IMAP, "port": 143, "security": "starttls"}}, "sending": {"smtp": SMTP}}
    assert (await owner.patch(place, json={"settings": other})).status_code == 200
    moved = await owner.patch(place, json={"settings": mine, "password": "uus-saladus"})
    assert moved.status_code == 200
    assert await stored(database, made["id"]) == {"password": "uus-saladus", "dkim_key": "a key"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "shop"}, "email"),
        ({"email": "shop@shop.example\r\nBcc: x@x.example"}, "email"),
        ({"name": "x" * 500}, "name"),
        ({"password": "x" * 5000}, "password"),
        ({"settings": {"receiving": {"imap": "imap.shop.example"}}}, "settings"),
        ({"settings": {"receiving": {"imap": {**IMAP, "port": "993"}}}}, "settings"),
        ({"settings": {"receiving": {"imap": {**IMAP, "port": 99999}}}}, "port"),
        ({"settings": {"receiving": {"imap": {**IMAP, "host": " "}}}}, "host"),
        ({"settings": {"receiving": {"imap": {**IMAP, "user": "a\r\nb"}}}}, "user"),
        ({"settings": {"receiving": {"folders": []}}}, "folders"),
        ({"settings": {"receiving": {"after": "move"}}}, "move_to"),
        ({"settings": {"receiving": {"after": "move", "move_to": "INBOX"}}}, "move_to"),
        ({"settings": {"receiving": {"history_days": -5}}}, "history_days"),
        ({"settings": {"sending": {"undo_seconds": 10_000}}}, "undo_seconds"),
        ({"settings": {"sending": {"signature": {"en": "x" * 6000}}}}, "signature"),
        ({"settings": {"sending": {"from_name": "Shop\r\nBcc: x@x.example"}}}, "from_name"),
        ({"settings": {"sending": {"dkim_domain": "shop.example"}}}, "dkim_selector"),
        ({"settings": {"sending": {"unsubscribe": "javascript:alert(1)"}}}, "unsubscribe"),
        ({"settings": {"sending": {"unsubscribe": "https://shop.example/off>\r\nBcc: x@x.example"}}}, "unsubscribe"),
        ({"settings": {"sign_in": "yahoo"}}, "settings"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(
    database: Database, more: dict[str, Any], field: str
) -> None:
    owner = await owner_browser(app_with(database))
    answer = await owner.post("/api/channels/email", json={**MAILBOX, **more})
    assert answer.status_code == 422
    assert field in answer.json()["error"]["fields"], answer.text
    assert (await owner.get("/api/channels")).json()["channels"] == []


async def test_agents_see_and_do_not_change(database: Database) -> None:
    app = app_with(database)
    owner = await owner_browser(app)
    made = await connected(owner)
    doors: dict[str, Any] = {"smtp_door": "0.0.0.0:25", "http_door": lambda one, turn: f"/mail/{one}-key{turn}"}
    app.state.mail_setup = setup_with(database, **doors)
    lead = await invited_browser(app, owner, "lead", "lead@pohjala.example")
    agent = await invited_browser(app, owner, "agent", "agent@pohjala.example")
    stranger = browser(app)
    seen = (await agent.get("/api/channels")).json()
    assert [one["id"] for one in seen["channels"]] == [made["id"]]
    assert seen["doors"] == {"smtp": None, "lmtp": None, "http": None}
    told = (await lead.get("/api/channels")).json()["doors"]
    assert (told["smtp"], told["lmtp"]) == ("0.0.0.0:25", None)
    assert told["http"].startswith(f"{BASE}/mail/")
    assert told["http"].endswith("-key0")
    # As the browser asks, whose answers are otherwise kept for a repetition: this one holds a key.
    renewed = (await lead.post("/api/channels/door-key", headers={"idempotency-key": "door-key-0001"})).json()
    assert renewed == {**told, "http": told["http"].replace("-key0", "-key1")}
    assert (await owner.get("/api/channels")).json()["doors"] == renewed
    async with database.everywhere() as tx:
        kept = await tx.fetch("select response from idempotency_keys where response is not null")
    assert not [row for row in kept if b"-key1" in row["response"]]
    place = f"/api/channels/{made['id']}"
    for who, status in ((agent, 403), (stranger, 401)):
        for method, path, body in (
            ("POST", "/api/channels/email/discover", {"email": ADDRESS}),
            ("POST", "/api/channels/email/test", MAILBOX),
            ("POST", "/api/channels/email", MAILBOX),
            ("PATCH", place, {"active": False}),
            ("POST", f"{place}/backfill", {"days": 3}),
            ("POST", "/api/channels/door-key", None),
            ("GET", "/api/channels/oauth/google/start", None),
        ):
            assert (await who.request(method, path, json=body)).status_code == status, path
    assert (await stranger.get("/api/channels")).status_code == 401
    assert (await stranger.get("/api/channels/oauth/google/callback")).headers["location"] == "/sign-in"
    assert (await lead.patch(place, json={"name": "Orders"})).status_code == 200


async def test_another_shops_mailbox_does_not_exist(database: Database) -> None:
    app = app_with(database)
    owner = await owner_browser(app)
    other = await open_shop(database)
    async with database.transaction(other.workspace_id) as tx:
        theirs = await accounts.create(tx, "email", "Theirs", "theirs@other.example", {}, None)
        delivery = await deliveries.store(tx, theirs, source="x", hash="h", size=1)
    for method, path, body in (
        ("GET", f"/api/channels/{theirs}/health", None),
        ("PATCH", f"/api/channels/{theirs}", {"active": False}),
        ("POST", f"/api/channels/{theirs}/backfill", {"days": 3}),
        ("POST", "/api/channels/email/test", {**MAILBOX, "account_id": theirs}),
        ("GET", f"/api/channels/oauth/google/start?account_id={theirs}", None),
        ("POST", f"/api/deliveries/{delivery}/retry", None),
        ("POST", f"/api/deliveries/{delivery}/discard", None),
        ("GET", f"/api/deliveries/{delivery}/raw", None),
    ):
        assert (await owner.request(method, path, json=body)).status_code == 404, path
    assert (await owner.get("/api/channels")).json()["channels"] == []
    assert (await owner.get("/api/deliveries?status=waiting")).json() == []


async def test_a_mailbox_is_found_and_tried_before_it_is_stored(database: Database, dovecot: Dovecot) -> None:
    context = ssl.create_default_context(cafile=dovecot.certificate.chain)
    async with name_server({("shop.example", "MX"): ["10 mx1.zonemx.eu."]}) as dns:
        app = app_with(database, setup_with(database, context=context, names=Names(dns.resolver())))
        owner = await owner_browser(app)
        found = (await owner.post("/api/channels/email/discover", json={"email": "info@shop.example"})).json()
        assert (found["provider"], found["source"], found["imap"]["host"]) == ("Zone", "mx", "imap.zone.eu")
        assert (await owner.post("/api/channels/email/discover", json={"email": "nonsense"})).status_code == 422
        with smtp_peer(dovecot.certificate.server_context(), auth=True) as peer:
            settings = {
                "receiving": {"imap": {**IMAP, "host": "localhost", "port": dovecot.tls_port, "user": "post"}},
                "sending": {"smtp": {"host": "localhost", "port": peer.port, "security": "starttls", "user": "post"}},
            }
            form = {"email": ADDRESS, "settings": settings, "password": PASSWORD, "smtp_password": "saladus"}
            good = (await owner.post("/api/channels/email/test", json=form)).json()
            wrong = (await owner.post("/api/channels/email/test", json={**form, "password": "wrong"})).json()
            made = (await owner.post("/api/channels/email", json=form)).json()
            # A mailbox that is read already is sent no test mails, whatever is asked.
            kept = {"email": ADDRESS, "settings": settings, "account_id": made["id"], "round_trip": True}
            again = (await owner.post("/api/channels/email/test", json=kept)).json()
            assert peer.taken == []
    assert (good["receiving"]["ok"], good["sending"]["ok"], good["sent_folder"]) == (True, True, "Saadetud")
    assert (wrong["receiving"]["code"], wrong["sending"]["code"]) == ("password", "ok")
    assert (again["receiving"]["ok"], again["round_trip"]) == (True, "not_tried")


@pytest.mark.parametrize("host", ["127.0.0.2", "169.254.169.254", "[::1]", "2130706433", "db.internal.example"])
async def test_nobody_tries_our_own_network(database: Database, host: str) -> None:
    async with name_server({}) as dns:
        owner = await owner_browser(app_with(database, setup_with(database, names=Names(dns.resolver()))))
        settings = {"receiving": {"imap": {**IMAP, "host": host}}, "sending": {"smtp": {**SMTP, "host": host}}}
        tried = (await owner.post("/api/channels/email/test", json={**MAILBOX, "settings": settings})).json()
    assert (tried["receiving"]["code"], tried["sending"]["code"]) == ("host", "host")
    assert tried["receiving"]["said"] == tried["sending"]["said"]


async def test_alarms_and_health_are_shown(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    made = await connected(owner)
    since = clock.now()
    failure = {"code": "password", "said": "It does not take this password."}
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select workspace_id from channel_accounts where id = $1", made["id"])
    async with database.transaction(workspace_id) as tx:
        alarm = {"code": "refuses", "since": since, "said": failure["said"]}
        await accounts.note_health(
            tx, made["id"], {"failure": failure, "alarm": alarm, "usual": {"seconds": 1}}, tell=True
        )
    seen = (await owner.get("/api/channels")).json()
    assert (seen["alarm"]["code"], seen["channels"][0]["alarm"]["said"]) == ("refuses", failure["said"])
    assert seen["channels"][0]["health"] == {"failure": failure}


async def test_no_password_is_written_to_a_log(
    database: Database, dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    context = ssl.create_default_context(cafile=dovecot.certificate.chain)
    with caplog.at_level(logging.DEBUG), capture_logs() as logs:
        async with name_server({}) as dns:
            setup = setup_with(database, context=context, names=Names(dns.resolver()))
            owner = await owner_browser(app_with(database, setup))
            settings = {"receiving": {"imap": {**IMAP, "host": "localhost", "port": dovecot.tls_port, "user": "post"}}}
            form = {**MAILBOX, "settings": settings, "smtp_password": "uus-saladus"}
            tried = (await owner.post("/api/channels/email/test", json=form)).json()
            made = (await owner.post("/api/channels/email", json=form)).json()
            await owner.patch(f"/api/channels/{made['id']}", json={"password": "saladus\n"})
            await owner.post("/api/channels/email", content=b'{"email": "x@x.example", "password": "saladus"')
            odd = await owner.post("/api/channels/email", json={**MAILBOX, "password": ["saladus"]})
    assert (tried["receiving"]["code"], odd.status_code) == ("password", 422)
    assert not any(word in f"{logs} {caplog.text} {odd.text} {tried}" for word in SECRET_WORDS)


async def test_switching_twice_is_switching_once(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    place = f"/api/channels/{(await connected(owner))['id']}"
    for active in (False, False, True, True):
        assert (await owner.patch(place, json={"active": active})).json()["active"] is active
    # A password that is taken away is gone; what is not named stays.
    assert (await owner.patch(place, json={"password": ""})).json()["secrets"] == []
    assert (await owner.patch(place, json={})).json()["name"] == "Shop"
    # An account is not deleted: its cases and letters are of it.
    assert (await owner.delete(place)).status_code == 405


async def test_of_two_who_connect_the_same_address_one_does(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    both = await asyncio.gather(*(owner.post("/api/channels/email", json=MAILBOX) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    refused = next(answer for answer in both if answer.status_code == 409)
    assert "connected already" in refused.json()["error"]["message"]
    assert len((await owner.get("/api/channels")).json()["channels"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "{place}", {"name": " "}, 422),
        ("PATCH", "{place}", {"active": "perhaps"}, 422),
        ("PATCH", "{place}", {"settings": {"receiving": {"imap": {"host": "x"}}}}, 422),
        ("PATCH", "{place}", {"settings": []}, 422),
        ("PATCH", "{place}", {"password": "a\0b"}, 422),
        ("POST", "{place}/backfill", {"days": 36_501}, 422),
        ("POST", "{place}/backfill", {"days": "all"}, 422),
        ("POST", "{place}/backfill", {}, 422),
        ("POST", "/api/channels/email/discover", {"email": "x" * 100_000}, 422),
        ("POST", "/api/channels/email/discover", {}, 422),
        ("POST", "/api/channels/email/test", {"email": "", "settings": {}}, 422),
        ("POST", "/api/channels/email/test", {**MAILBOX, "account_id": 999_999}, 404),
        ("PATCH", "/api/channels/0", {"name": "x"}, 422),
        ("PATCH", "/api/channels/999999", {"name": "x"}, 404),
        ("GET", "/api/channels/999999/health", None, 404),
        ("GET", "/api/channels/oauth/google/start?account_id=999999", None, 404),
        ("GET", "/api/channels/oauth/google/start?email=nobody", None, 422),
        ("GET", "/api/channels/oauth/google/start?account_id=x", None, 422),
    ],
)
async def test_wrong_words_change_nothing(
    database: Database, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    owner = await owner_browser(app_with(database))
    before = await connected(owner)
    refused = await owner.request(method, path.format(place=f"/api/channels/{before['id']}"), json=body)
    assert refused.status_code == status, refused.text
    assert refused.json()["error"]["message"]
    assert (await owner.get(f"/api/channels/{before['id']}/health")).json() == before
    assert await stored(database, before["id"]) == {"password": "saladus"}


async def test_the_widgets_own_account_is_no_mailbox(database: Database) -> None:
    owner = await owner_browser(app_with(database))
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select id from workspaces")
    async with database.transaction(workspace_id) as tx:
        widget = await accounts.ensure_account(tx, "widget", "Widget")
    for method, path, body in (
        ("PATCH", f"/api/channels/{widget}", {"active": False}),
        ("POST", f"/api/channels/{widget}/backfill", {"days": 3}),
        ("GET", f"/api/channels/{widget}/health", None),
        ("POST", "/api/channels/email/test", {**MAILBOX, "account_id": widget}),
    ):
        assert (await owner.request(method, path, json=body)).status_code == 404, path
    assert (await owner.get("/api/channels")).json()["channels"] == []


@dataclass(frozen=True, slots=True)
class _Slow(EmailSetup):
    """Finds nothing until it is let."""

    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def find(self, email: str) -> FoundMailbox:
        await self.go.wait()
        return FoundMailbox(None, None, None, "password", "nothing", None, "")


async def test_a_shop_tries_a_few_mailboxes_at_once(database: Database) -> None:
    plain = setup_with(database)
    slow = _Slow(plain.guard, plain.context, plain.clients, plain.tokens)
    owner = await owner_browser(app_with(database, slow))
    asked = [
        asyncio.ensure_future(owner.post("/api/channels/email/discover", json={"email": ADDRESS})) for _ in range(4)
    ]
    [refused], waiting = await asyncio.wait(asked, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert refused.result().status_code == 429
    assert "Wait until they are done" in refused.result().json()["error"]["message"]
    slow.go.set()
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
    assert (await owner.post("/api/channels/email/discover", json={"email": ADDRESS})).status_code == 200
