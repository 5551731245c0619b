"""Letters that leave, over HTTP: with copies and a time, taken back, sent again, begun; and what the screen is told."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from desk.post import Post, open_post
from fakes.smtp_peer import Peer, smtp_peer
from tugi.core import clock, events
from tugi.core.database import Database
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import leaving
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


@pytest.fixture
async def http(post: Post) -> AsyncIterator[httpx.AsyncClient]:
    """Kadri's browser."""

    async def ready() -> None:
        """Always ready."""

    hub = Hub(post.database, "", SECRET)
    app = make_app(Parts(post.database, post.files, hub, Answering(post.database, post.files, None), SECRET, ready))
    async with post.database.transaction(post.shop.workspace_id) as tx:
        token = await sessions.start(tx, post.shop.workspace_id, post.shop.kadri)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://desk.example",
        headers={"origin": "http://desk.example"},
        cookies={auth.COOKIE: token},
    ) as client:
        yield client


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
