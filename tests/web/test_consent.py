"""Signing in to a mailbox with its provider: bound to the session that began it, and of use nowhere else."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fakes.web_server import WebServer, page, serving
from tugi.channels.email.oauth import Client, challenge_of
from tugi.core import clock
from tugi.core.database import Database
from web.agents_app import browser, invited_browser, owner_browser
from web.mail_app import ADDRESS, BASE, IMAP, app_with, setup_with, stored


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
        # None of these used it up: it still is its owner's.
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


async def test_a_state_is_good_once_whatever_came_of_it(database: Database) -> None:
    async with google(granted()) as (web, clients):
        owner = await owner_browser(app_with(database, setup_with(database, clients=clients)))
        asked = await begun(owner)
        both = await asyncio.gather(back(owner, asked["state"]), back(owner, asked["state"], code="c-2"))
        [made] = (await owner.get("/api/channels")).json()["channels"]
        assert sorted(both) == [f"/channels/{made['id']}?sign_in=ok", "/channels/new?sign_in=conflict"]
        assert len(web.bodies) == 1
        declined = await begun(owner)
        assert await back(owner, declined["state"], error="access_denied") == "/channels/new?sign_in=access_denied"
        assert await back(owner, declined["state"]) == "/channels/new?sign_in=conflict"
        other = await begun(owner)
        assert other["state"] not in (asked["state"], declined["state"])
        assert other["code_challenge"] not in (asked["code_challenge"], declined["code_challenge"])
