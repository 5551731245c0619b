"""Mailboxes over HTTP: found, tried, connected, changed, signed in to; who may what, and what never comes back."""

import base64
import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from cast import open_shop
from fakes.dns_server import name_server
from fakes.dovecot import PASSWORD, Dovecot
from fakes.smtp_peer import smtp_peer
from fakes.web_server import WebServer, page, serving
from tugi.channels.email.names import Names
from tugi.channels.email.oauth import Client, Tokens, challenge_of
from tugi.channels.email.setting_up import EmailSetup
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.events import read_after
from tugi.core.files import Folder
from tugi.core.safe_addresses import Guard, private_hosts
from tugi.core.sealing import Seal
from tugi.desk.cases import accounts, deliveries
from tugi.web.agent_api import channels, consent
from tugi.web.agent_api import deliveries as delivery_routes
from web.agents_app import SECRET, app_of, browser, invited_browser, owner_browser

BASE = "https://desk.example"
ADDRESS = "shop@shop.example"
SECRET_WORDS = ("saladus", "correct horse", "a-refresh-token", "uus-saladus")
IMAP = {"host": "imap.shop.example", "port": 993, "security": "tls", "user": "shop"}
SMTP = {"host": "smtp.shop.example", "port": 465, "security": "tls", "user": "shop"}
SETTINGS: dict[str, Any] = {"receiving": {"imap": IMAP}, "sending": {"smtp": SMTP, "from_name": "Shop"}}
MAILBOX: dict[str, Any] = {"email": ADDRESS, "name": "Shop", "settings": SETTINGS, "password": "saladus"}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server with the user post."""
    server = Dovecot()
    server.add("post")
    server.start()
    yield server
    server.close()


def setup_with(database: Database, **more: Any) -> EmailSetup:
    """What connects mailboxes in these tests: 127.0.0.1 may be called, and localhost leads there."""
    clients: Mapping[str, Client] = more.pop("clients", {})
    guard = Guard(private_hosts("127.0.0.1, localhost"), lambda name: ["127.0.0.1"] if name == "localhost" else [])
    context = more.pop("context", None) or ssl.create_default_context()
    return EmailSetup(guard, context, clients, Tokens(database, Seal(SECRET), clients), **more)


def app_with(database: Database, setup: EmailSetup | None = None, files: Path = Path("no-files")) -> FastAPI:
    """The agents' API with its channels."""
    app = app_of(database)
    app.state.mail_setup = setup or setup_with(database)
    app.state.base_url = BASE
    app.state.files = Folder(files)
    for part in (consent, channels, delivery_routes):
        app.include_router(part.router)
    return app


async def connected(owner: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """The mailbox of the examples, stored."""
    answer = await owner.post("/api/channels/email", json={**MAILBOX, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def stored(database: Database, account_id: int) -> dict[str, str]:
    """The secrets that an account keeps."""
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select workspace_id from channel_accounts where id = $1", account_id)
    async with database.reading(workspace_id) as tx:
        return dict((await accounts.get(tx, account_id, Seal(SECRET))).secrets)


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
    doors: dict[str, Any] = {"smtp_door": "0.0.0.0:25", "http_door": lambda one: f"/mail/{one}-key"}
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
    place = f"/api/channels/{made['id']}"
    for who, status in ((agent, 403), (stranger, 401)):
        for method, path, body in (
            ("POST", "/api/channels/email/discover", {"email": ADDRESS}),
            ("POST", "/api/channels/email/test", MAILBOX),
            ("POST", "/api/channels/email", MAILBOX),
            ("PATCH", place, {"active": False}),
            ("POST", f"{place}/backfill", {"days": 3}),
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


@asynccontextmanager
async def google(answer: bytes) -> AsyncIterator[tuple[WebServer, dict[str, Client]]]:
    """A provider that answers so when it is asked for tokens."""
    async with serving({"/token": answer}) as web:
        token_url = f"http://127.0.0.1:{web.port}/token"
        yield web, {"google": Client("google", "our-id", "our-secret", "https://accounts.example/agree", token_url)}


def granted(email: str = "Shop@shop.example") -> bytes:
    """Tokens, and whose mailbox they open."""
    claims = json.dumps({"email": email}).encode()
    body = {"access_token": "a", "refresh_token": "a-refresh-token", "id_token": f"h.{_packed(claims)}.s"}
    return page(json.dumps(body).encode(), "content-type: application/json")


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def begun(owner: httpx.AsyncClient, query: str = "?email=shop@shop.example") -> dict[str, str]:
    """What the browser is sent to the provider with."""
    sent = await owner.get(f"/api/channels/oauth/google/start{query}")
    assert sent.status_code == 303, sent.text
    return {key: values[0] for key, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}


async def back(who: httpx.AsyncClient, state: str, provider: str = "google", **more: str) -> str:
    """Where the browser is sent after it came back."""
    answer = await who.get(f"/api/channels/oauth/{provider}/callback", params={"state": state, "code": "c-1", **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_signing_in_with_a_provider_makes_a_mailbox_that_is_still_off(database: Database) -> None:
    async with google(granted()) as (web, clients):
        owner = await owner_browser(app_with(database, setup_with(database, clients=clients)))
        assert (await owner.get("/api/channels")).json()["providers"] == ["google"]
        asked = await begun(owner)
        assert asked["redirect_uri"] == f"{BASE}/api/channels/oauth/google/callback"
        assert (asked["code_challenge_method"], asked["login_hint"]) == ("S256", ADDRESS)
        where = await back(owner, asked["state"])
        made = (await owner.get("/api/channels")).json()["channels"][0]
        assert where == f"/channels/{made['id']}?sign_in=ok"
        given = parse_qs(web.bodies[0])
        assert given["redirect_uri"] == [asked["redirect_uri"]]
        assert challenge_of(given["code_verifier"][0]) == asked["code_challenge"]
        assert (made["address"], made["active"], made["secrets"]) == (ADDRESS, False, ["refresh_token"])
        assert made["settings"]["sign_in"] == "google"
        assert made["settings"]["receiving"]["imap"]["host"] == "imap.gmail.com"
        assert made["settings"]["sending"]["smtp"]["user"] == "shop@shop.example"
        # Once more, for the account: the same one is renewed.
        asked = await begun(owner, f"?account_id={made['id']}")
        assert await back(owner, asked["state"]) == f"/channels/{made['id']}?sign_in=ok"
        assert len((await owner.get("/api/channels")).json()["channels"]) == 1
        assert await stored(database, made["id"]) == {"refresh_token": "a-refresh-token"}
        # Its permission goes to no server of somebody's own.
        mine = {"sign_in": "google", "receiving": {"imap": {**IMAP, "host": "evil.example"}}}
        assert (await owner.patch(f"/api/channels/{made['id']}", json={"settings": mine})).status_code == 422
        moved = await owner.patch(f"/api/channels/{made['id']}", json={"settings": mine, "password": "saladus"})
        assert moved.json()["secrets"] == ["password"]


async def test_a_state_is_good_for_its_session_its_provider_and_a_while(database: Database) -> None:
    async with google(granted()) as (web, clients):
        clients["microsoft"] = replace(clients["google"], provider="microsoft")
        app = app_with(database, setup_with(database, clients=clients))
        owner = await owner_browser(app)
        lead = await invited_browser(app, owner, "lead", "lead@pohjala.example")
        agent = await invited_browser(app, owner, "agent", "agent@pohjala.example")
        asked = await begun(owner)
        refused = [
            await back(lead, asked["state"]),
            await back(agent, asked["state"]),
            await back(owner, asked["state"], "microsoft"),
            await back(owner, asked["state"][:-3] + "abc"),
            await back(owner, ""),
        ]
        now = clock.now()
        clock.set_source(lambda: now + timedelta(minutes=16))
        try:
            refused.append(await back(owner, asked["state"]))
        finally:
            clock.set_source(None)
        assert {one.partition("?")[0] for one in refused} == {"/channels/new"}
        assert await back(browser(app), asked["state"]) == "/sign-in"
        declined = await back(owner, asked["state"], error="access_denied", code="")
        assert declined == "/channels/new?sign_in=access_denied"
        assert (web.bodies, (await owner.get("/api/channels")).json()["channels"]) == ([], [])
        assert (await owner.get("/api/channels/oauth/yahoo/start")).status_code == 404


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (page(b'{"error": "invalid_grant"}', status="400 Bad Request"), "sign_in_again"),
        (page(b'{"error": "invalid_client"}', status="401 No"), "client_refused"),
        (page(b'{"access_token": "a"}'), "sign_in_again"),
        (page(b"<html>"), "unreachable"),
    ],
)
async def test_a_provider_that_gives_nothing_is_told_in_a_word(database: Database, answer: bytes, code: str) -> None:
    async with google(answer) as (_, clients):
        owner = await owner_browser(app_with(database, setup_with(database, clients=clients)))
        assert await back(owner, (await begun(owner))["state"]) == f"/channels/new?sign_in={code}"
        assert (await owner.get("/api/channels")).json()["channels"] == []


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


async def test_what_nobody_could_read_is_listed_saved_tried_again_and_put_aside(
    database: Database, tmp_path: Path
) -> None:
    app = app_with(database, files=tmp_path)
    owner = await owner_browser(app)
    made = await connected(owner)
    async with database.everywhere() as tx:
        workspace_id = await tx.fetchval("select workspace_id from channel_accounts where id = $1", made["id"])
    raw = b"Subject: <script>alert(1)</script>\r\n\r\nodd\r\n"
    digest = await app.state.files.put(workspace_id, raw)
    ids: list[int] = []
    for number in range(5):
        async with database.transaction(workspace_id) as tx:
            found = await deliveries.store(tx, made["id"], source=f"imap:{number}", hash=digest, size=len(raw))
            assert found is not None
            await deliveries.quarantine(tx, found, "It has no end.")
            ids.append(found)
    first = (await owner.get("/api/deliveries?limit=3")).json()
    rest = (await owner.get(f"/api/deliveries?limit=3&before={first[-1]['id']}")).json()
    assert [one["id"] for one in [*first, *rest]] == sorted(ids, reverse=True)
    assert first[0]["failure"] == "It has no end."
    assert (await owner.get("/api/channels")).json()["quarantined"] == 5
    saved = await owner.get(f"/api/deliveries/{ids[0]}/raw")
    assert saved.content == raw
    assert saved.headers["content-disposition"].startswith("attachment")
    assert (saved.headers["x-content-type-options"], saved.headers["content-type"]) == (
        "nosniff",
        "application/octet-stream",
    )
    agent = await invited_browser(app, owner, "agent", "agent@pohjala.example")
    assert (await agent.post(f"/api/deliveries/{ids[0]}/retry")).status_code == 403
    assert (await owner.post(f"/api/deliveries/{ids[0]}/retry")).json()["status"] == "waiting"
    assert (await owner.post(f"/api/deliveries/{ids[0]}/retry")).status_code == 409
    assert (await owner.post(f"/api/deliveries/{ids[1]}/discard")).json()["status"] == "discarded"
    assert (await owner.post(f"/api/deliveries/{ids[1]}/discard")).status_code == 409
    counted = (await owner.get("/api/channels")).json()["channels"][0]
    assert (counted["quarantined"], counted["waiting"]) == (3, 1)
    for wrong in ("?status=lost", "?limit=0", "?limit=1000", "?before=x"):
        assert (await owner.get(f"/api/deliveries{wrong}")).status_code == 422
