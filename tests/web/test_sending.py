"""Letters that leave, over HTTP: with copies and a time, taken back, sent again, begun; and what the screen is told."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from cast import open_shop
from desk.post import Post, open_post
from fakes.smtp_peer import Peer, smtp_peer
from tugi.core import clock, events
from tugi.core.database import Database
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import leaving, outbox
from tugi.desk.people import sessions
from tugi.ports import NotCarried
from tugi.web import auth, objects
from tugi.web.app import Parts, make_app
from tugi.web.live import Hub

SECRET = "a secret of this test installation"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


@pytest.fixture
async def post(database: Database, tmp_path: Path, peer: Peer) -> Post:
    return await open_post(database, tmp_path, peer, undo_seconds=15)


@asynccontextmanager
async def browser(post: Post, workspace_id: int = 0, agent_id: int = 0) -> AsyncIterator[httpx.AsyncClient]:
    """An agent's browser, for the length of a block; without an agent nobody is signed in."""

    async def ready() -> None:
        """Always ready."""

    hub = Hub(post.database, "", SECRET)
    app = make_app(Parts(post.database, post.files, hub, Answering(post.database, post.files, None), SECRET, ready))
    cookies: dict[str, str] = {}
    if agent_id:
        async with post.database.transaction(workspace_id) as tx:
            cookies[auth.COOKIE] = await sessions.start(tx, workspace_id, agent_id)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://desk.example",
        headers={"origin": "http://desk.example"},
        cookies=cookies,
    ) as client:
        yield client


@pytest.fixture
async def http(post: Post) -> AsyncIterator[httpx.AsyncClient]:
    """Kadri's browser."""
    async with browser(post, post.shop.workspace_id, post.shop.kadri) as client:
        yield client


@pytest.fixture
def later() -> Iterator[Callable[[float], None]]:
    """Moves the clock by so many seconds."""

    def move(seconds: float) -> None:
        at = clock.now() + timedelta(seconds=seconds)
        clock.set_source(lambda: at)

    yield move
    clock.set_source(None)


async def taken(post: Post) -> list[outbox.Item]:
    """What the postman takes now."""
    async with post.database.transaction(post.shop.workspace_id) as tx:
        return await leaving.take(tx, post.account_id, 10)


async def answered(
    http: httpx.AsyncClient, case_id: int, client_id: str = "answer-0001", **more: object
) -> httpx.Response:
    return await http.post(
        f"/api/cases/{case_id}/messages", json={"client_id": client_id, "text": "Homme, ausalt.", **more}
    )


async def test_an_answer_is_queued_with_copies_and_taken_back_whole(post: Post, http: httpx.AsyncClient) -> None:
    case_id, _ = await post.letter()
    message = (await answered(http, case_id, copies=["juhan@kiri.example"])).json()
    assert message["status"] == "queued"
    assert [one["email"] for one in message["letter"]["copies"]] == ["juhan@kiri.example"]
    assert message["letter"]["sends_at"] is not None
    back = await http.post(f"/api/messages/{message['id']}/take-back")
    assert (back.status_code, back.json()["text"]) == (200, "Homme, ausalt.")
    view = (await http.get(f"/api/cases/{case_id}")).json()
    assert [one["author"]["kind"] for one in view["messages"]] == ["customer"]
    assert (await http.post(f"/api/messages/{message['id']}/take-back")).status_code == 404
    async with post.database.reading(post.shop.workspace_id) as tx:
        newest = (await events.read_after(tx, 0))[-1:]
        batch = await objects.read_batch(tx, newest, viewers=[post.shop.kadri])
    [told] = objects.for_agent(batch, post.shop.kadri)
    assert (told["kind"], told["objects"]["removed"]) == ("MessageTakenBack", {"messages": [message["id"]]})


async def test_what_is_on_its_way_is_not_taken_back_and_what_failed_is_sent_again(
    post: Post, http: httpx.AsyncClient
) -> None:
    case_id, _ = await post.letter()
    message_id = (await answered(http, case_id)).json()["id"]
    assert (await http.post(f"/api/messages/{message_id}/resend")).status_code == 409
    await post.due_now()
    async with post.database.transaction(post.shop.workspace_id) as tx:
        [item] = await leaving.take(tx, post.account_id, 1)
    late = await http.post(f"/api/messages/{message_id}/take-back")
    assert (late.status_code, "on its way" in late.json()["error"]["message"]) == (409, True)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await leaving.not_sent(tx, item, NotCarried("No such address. Check it.", permanent=True), 0.5)
    shown = (await http.get(f"/api/cases/{case_id}")).json()["messages"][-1]
    assert (shown["status"], shown["failure"]) == ("failed", "No such address. Check it.")
    again = await http.post(f"/api/messages/{message_id}/resend")
    assert (again.status_code, again.json()["status"]) == (200, "queued")


async def test_a_time_to_send_at_is_kept_and_a_wrong_one_is_explained(post: Post, http: httpx.AsyncClient) -> None:
    case_id, _ = await post.letter()
    at = clock.now() + timedelta(days=3)
    message = (await answered(http, case_id, send_at=at.isoformat())).json()
    assert message["letter"]["sends_at"][:19] == at.isoformat()[:19]
    past = await answered(http, case_id, "answer-0002", send_at="2020-01-01T00:00:00Z")
    assert (past.status_code, past.json()["error"]["fields"]) == (422, {"send_at": "within a year"})


async def test_a_case_is_begun_by_a_letter_once(post: Post, http: httpx.AsyncClient) -> None:
    letter = {
        "client_id": "begin-0001",
        "account_id": post.account_id,
        "to": "uus@kiri.example",
        "subject": "Teie tellimus",
        "text": "Tere. Kas aadress on õige?",
    }
    first, again = await http.post("/api/cases", json=letter), await http.post("/api/cases", json=letter)
    assert first.status_code == 200, first.text
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["subject"] == "Teie tellimus"
    for wrong in ({"to": "nowhere"}, {"subject": ""}, {"account_id": post.shop.account_id}, {"text": " "}):
        refused = await http.post("/api/cases", json={**letter, "client_id": "begin-0002", **wrong})
        assert refused.status_code == 422, wrong


@pytest.mark.parametrize("number", [0, -1, 2**63, 999_999])
async def test_messages_that_are_not_there(http: httpx.AsyncClient, number: int) -> None:
    for act in ("take-back", "resend"):
        assert (await http.post(f"/api/messages/{number}/{act}")).status_code == 404


async def test_for_fifteen_seconds_a_letter_is_taken_back_and_not_sent(
    post: Post, http: httpx.AsyncClient, later: Callable[[float], None]
) -> None:
    case_id, _ = await post.letter()
    first = (await answered(http, case_id)).json()
    second = (await answered(http, case_id, "answer-0002")).json()
    later(14)
    assert await taken(post) == []
    assert (await http.post(f"/api/messages/{first['id']}/take-back")).status_code == 200
    later(2)
    assert [item.message_ids for item in await taken(post)] == [(second["id"],)]
    late = await http.post(f"/api/messages/{second['id']}/take-back")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    shown = (await http.get(f"/api/cases/{case_id}")).json()["messages"]
    assert [(one["id"], one["status"]) for one in shown[1:]] == [(second["id"], "sending")]


async def test_a_letter_for_later_is_taken_back_until_it_leaves(
    post: Post, http: httpx.AsyncClient, later: Callable[[float], None]
) -> None:
    case_id, _ = await post.letter()
    at = clock.now() + timedelta(days=3)
    first = (await answered(http, case_id, send_at=at.isoformat())).json()
    second = (await answered(http, case_id, "answer-0002", send_at=at.isoformat())).json()
    later(2 * 86_400)
    assert await taken(post) == []
    assert (await http.post(f"/api/messages/{first['id']}/take-back")).status_code == 200
    later(86_400 + 60)
    assert [item.message_ids for item in await taken(post)] == [(second["id"],)]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"send_at": "tomorrow"}, "send_at"),
        ({"send_at": "2020-01-01T00:00:00Z"}, "send_at"),
        ({"send_at": "9999-01-01T00:00:00Z"}, "send_at"),
        ({"send_at": "2027-01-01T00:00:00"}, "send_at"),
        ({"copies": ["nobody"]}, "copies"),
        ({"copies": ["a@b.example\r\nBcc: thief@evil.example"]}, "copies"),
        ({"copies": [f"c{number}@kiri.example" for number in range(21)]}, "copies"),
        ({"copies": "juhan@kiri.example"}, "copies"),
        ({"copies": [5]}, "copies"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_with_its_place_and_nothing_is_queued(
    post: Post, http: httpx.AsyncClient, more: dict[str, object], field: str
) -> None:
    case_id, _ = await post.letter()
    refused = await answered(http, case_id, **more)
    assert refused.status_code == 422, refused.text
    assert any(name.startswith(field) for name in refused.json()["error"].get("fields", {})), refused.text
    assert len((await http.get(f"/api/cases/{case_id}")).json()["messages"]) == 1
    await post.due_now()
    assert await taken(post) == []


async def test_the_same_answer_twice_is_one_letter(post: Post, http: httpx.AsyncClient) -> None:
    case_id, _ = await post.letter()
    first, again = await answered(http, case_id), await answered(http, case_id)
    assert (first.json()["id"], again.status_code) == (again.json()["id"], 200)
    await post.due_now()
    assert len(await taken(post)) == 1


@pytest.mark.parametrize("fate", ["failed", "unknown"])
async def test_a_letter_is_sent_again_once_however_often_one_asks(
    post: Post, http: httpx.AsyncClient, fate: str
) -> None:
    case_id, _ = await post.letter()
    message_id = (await answered(http, case_id)).json()["id"]
    await post.due_now()
    [item] = await taken(post)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        why = NotCarried("Its answer was lost.", unknown=fate == "unknown", permanent=fate == "failed")
        await leaving.not_sent(tx, item, why, 0.5)
    shown = (await http.get(f"/api/cases/{case_id}")).json()["messages"][-1]
    assert shown["status"] == fate
    assert shown["failure"]
    key = {"idempotency-key": "resend-0001"}
    first = await http.post(f"/api/messages/{message_id}/resend", headers=key)
    repeated = await http.post(f"/api/messages/{message_id}/resend", headers=key)
    assert (first.status_code, first.json()["status"], first.json()["failure"]) == (200, "queued", None)
    assert (repeated.status_code, repeated.json()["status"]) == (200, "queued")
    another = await http.post(f"/api/messages/{message_id}/resend")
    assert another.status_code == 409
    assert "sent again" in another.json()["error"]["message"]
    [again] = await taken(post)
    assert again.letter_id == item.letter_id


async def test_only_our_own_letters_are_taken_back_or_sent_again(post: Post, http: httpx.AsyncClient) -> None:
    _, theirs = await post.letter()
    customer_id = await post.shop.customer()
    chat, _ = await post.shop.say(customer_id, "tere")
    spoken = (await answered(http, chat.case_id)).json()["id"]
    for message_id, status in ((theirs, 404), (spoken, 409)):
        for act in ("take-back", "resend"):
            refused = await http.post(f"/api/messages/{message_id}/{act}")
            assert refused.status_code == status, (message_id, act)
            assert refused.json()["error"]["message"]


async def test_another_shop_and_strangers_send_and_take_back_nothing(post: Post, http: httpx.AsyncClient) -> None:
    case_id, _ = await post.letter()
    message_id = (await answered(http, case_id)).json()["id"]
    other = await open_shop(post.database, "Teine Pood")
    letter = {
        "client_id": "begin-0001",
        "account_id": post.account_id,
        "to": "uus@kiri.example",
        "subject": "x",
        "text": "x",
    }
    acts = [
        (f"/api/messages/{message_id}/take-back", None, 404),
        (f"/api/messages/{message_id}/resend", None, 404),
        (f"/api/cases/{case_id}/messages", {"client_id": "answer-0009", "text": "x"}, 404),
        ("/api/cases", letter, 404),
    ]
    async with browser(post, other.workspace_id, other.kadri) as theirs, browser(post) as nobody:
        for path, body, status in acts:
            assert (await theirs.post(path, json=body)).status_code == status, path
            assert (await nobody.post(path, json=body)).status_code == 401, path
    assert (await http.get(f"/api/cases/{case_id}")).json()["messages"][-1]["status"] == "queued"
    async with post.database.reading(other.workspace_id) as tx:
        assert await tx.fetchval("select count(*) from outgoing where workspace_id = $1", other.workspace_id) == 0
