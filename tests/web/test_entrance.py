"""Signing in: cookies, limits, other sites' pages, the first run, invites."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tugi.core import clock, secrets
from tugi.core.database import Database
from web.agents_app import OWNER, PASSWORD, SECRET, app_of, browser, invite_path, invited_browser, owner_browser

EMAIL = OWNER["email"]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Moving:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def moving() -> Iterator[Moving]:
    source = Moving()
    clock.set_source(source)
    yield source
    clock.set_source(None)


async def test_first_run_asks_once_and_signs_in(database: Database) -> None:
    app = app_of(database)
    client = browser(app)
    assert (await client.get("/api/setup")).json() == {"needed": True}
    me = (await client.post("/api/setup", json=OWNER)).json()
    assert me["agent"]["role"] == "owner"
    assert me["workspace"]["name"] == "Põhjala Pood"
    assert me["workspace"]["robot"]["mode"] == "answer"
    assert (await client.get("/api/me")).json()["agent"]["email"] == EMAIL
    assert (await client.get("/api/setup")).json() == {"needed": False}
    again = await browser(app).post("/api/setup", json={**OWNER, "email": "other@example.com"})
    assert again.status_code == 409


async def test_first_run_names_every_problem(database: Database) -> None:
    answer = await browser(app_of(database)).post(
        "/api/setup", json={"shop_name": " ", "email": "anu at shop", "password": "short"}
    )
    assert answer.status_code == 422
    assert set(answer.json()["error"]["fields"]) == {"shop_name", "email", "password"}


async def test_cookie_is_closed_to_scripts_and_host_bound_over_https(database: Database) -> None:
    app = app_of(database)
    await owner_browser(app)
    plain = await browser(app).post("/api/sign-in", json={"email": EMAIL.upper(), "password": PASSWORD})
    cookie = plain.headers["set-cookie"].lower()
    assert cookie.startswith("tugi_session=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    secure = await browser(app, "https").post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    cookie = secure.headers["set-cookie"]
    assert cookie.startswith("__Host-tugi_session=")
    assert "secure" in cookie.lower()
    assert "path=/" in cookie.lower()


async def test_token_is_new_at_each_sign_in_and_stored_only_as_hash(database: Database) -> None:
    app = app_of(database)
    client = await owner_browser(app)
    first = client.cookies["tugi_session"]
    await client.post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    second = client.cookies["tugi_session"]
    assert first != second
    old = browser(app)
    old.cookies.set("tugi_session", first)
    assert (await old.get("/api/me")).status_code == 401
    async with database.everywhere() as tx:
        rows = await tx.fetch("select token_hash from sessions")
    assert [row["token_hash"] for row in rows] == [secrets.token_hash(second)]


async def test_sign_out_ends_the_session_on_the_server(database: Database) -> None:
    app = app_of(database)
    client = await owner_browser(app)
    token = client.cookies["tugi_session"]
    assert (await client.post("/api/sign-out")).status_code == 200
    client.cookies.set("tugi_session", token)
    assert (await client.get("/api/me")).status_code == 401


async def test_session_slides_while_used_and_ends_after_thirty_days_unused(database: Database, moving: Moving) -> None:
    client = await owner_browser(app_of(database))
    for _ in range(3):
        moving.at += timedelta(days=20)
        assert (await client.get("/api/me")).status_code == 200
    moving.at += timedelta(days=31)
    assert (await client.get("/api/me")).status_code == 401


async def test_ten_failures_stop_one_address_and_nobody_else(database: Database, moving: Moving) -> None:
    app = app_of(database)
    await owner_browser(app)
    stranger = browser(app, address="198.51.100.7")
    wrong = {"email": EMAIL, "password": "wrong password"}
    assert [(await stranger.post("/api/sign-in", json=wrong)).status_code for _ in range(10)] == [401] * 10
    stopped = await stranger.post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 15 * 60
    victim = await browser(app).post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    assert victim.status_code == 200
    moving.at += timedelta(minutes=15, seconds=1)
    later = await stranger.post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    assert later.status_code == 200


async def test_unknown_address_gets_the_same_words(database: Database) -> None:
    app = app_of(database)
    await owner_browser(app)
    known = await browser(app).post("/api/sign-in", json={"email": EMAIL, "password": "wrong password"})
    unknown = await browser(app).post(
        "/api/sign-in", json={"email": "nobody@example.com", "password": "wrong password"}
    )
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    content = b'{"email": "anu@pohjala.example", "password": "' + b"\\udcff\\u0000" * 300 + b'"}'
    odd = await browser(app).post("/api/sign-in", content=content, headers={"content-type": "application/json"})
    assert odd.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://desk.example.evil.example"},
        {"origin": "", "sec-fetch-site": "cross-site"},
    ],
)
async def test_other_sites_pages_change_nothing(database: Database, headers: dict[str, str]) -> None:
    client = await owner_browser(app_of(database))
    answer = await client.post("/api/teams", json={"name": "Returns"}, headers=headers)
    assert answer.status_code == 403
    assert (await client.get("/api/teams")).json() == []


async def test_forms_without_origin_are_refused(database: Database) -> None:
    client = await owner_browser(app_of(database))
    del client.headers["origin"]
    form = await client.post("/api/teams", content=b'{"name":"x"}', headers={"content-type": "text/plain"})
    assert form.status_code == 422
    cross = await client.post("/api/teams", json={"name": "x"}, headers={"sec-fetch-site": "same-site"})
    assert cross.status_code == 403
    assert (await client.post("/api/teams", json={"name": "x"})).status_code == 200


async def test_invite_works_once_within_72_hours(database: Database, moving: Moving) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    form = {"name": "Liis", "email": "liis@pohjala.example", "role": "agent", "language": "et"}
    path = invite_path((await owner.post("/api/agents", json=form)).json()["invite_url"])
    guest = browser(app)
    assert (await guest.get(path)).json()["shop_name"] == "Põhjala Pood"
    assert (await guest.post(path, json={"password": "short"})).status_code == 422
    assert (await guest.post(path, json={"password": PASSWORD})).json()["agent"]["name"] == "Liis"
    assert (await browser(app).post(path, json={"password": PASSWORD})).status_code == 404
    again = (await owner.post(f"/api/agents/{(await guest.get('/api/me')).json()['agent']['id']}/invite")).json()
    moving.at += timedelta(hours=72, seconds=1)
    assert (await browser(app).get(invite_path(again["invite_url"]))).status_code == 404


@pytest.mark.parametrize("token", ["null", "undefined", "AAAA", "%00", "e30"])
async def test_false_invites_look_like_missing_ones(database: Database, token: str) -> None:
    client = browser(app_of(database))
    assert (await client.get(f"/api/invites/{token}")).status_code == 404
    other = secrets.sign(SECRET, "visitor", {"workspace": 1, "agent": 1, "stamp": ""})
    assert (await client.get(f"/api/invites/{other}")).status_code == 404


async def test_own_password_needs_the_old_one_and_ends_other_browsers(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    other = browser(app)
    await other.post("/api/sign-in", json={"email": EMAIL, "password": PASSWORD})
    wrong = await owner.patch("/api/me", json={"password": {"old": "not this one", "new": "uus pikk parool"}})
    assert wrong.status_code == 422
    right = await owner.patch(
        "/api/me", json={"language": "et", "password": {"old": PASSWORD, "new": "uus pikk parool"}}
    )
    assert right.json()["agent"]["language"] == "et"
    assert (await owner.get("/api/me")).status_code == 200
    assert (await other.get("/api/me")).status_code == 401


async def test_switched_off_agent_is_out_at_once(database: Database) -> None:
    app = app_of(database)
    owner = await owner_browser(app)
    agent = await invited_browser(app, owner, "agent", "liis@pohjala.example")
    agent_id = (await agent.get("/api/me")).json()["agent"]["id"]
    assert (await owner.patch(f"/api/agents/{agent_id}", json={"active": False})).status_code == 200
    assert (await agent.get("/api/me")).status_code == 401
    signing_in = await agent.post("/api/sign-in", json={"email": "liis@pohjala.example", "password": PASSWORD})
    assert signing_in.status_code == 401
