"""Letters over HTTP: one whole and raw, cases split, joined and parted, and what each screen hears of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cast import open_shop
from desk.mailroom import Mailroom, open_mailroom, written
from tugi.core import events
from tugi.core.database import Database
from tugi.core.events import Actor
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import joining
from tugi.desk.people import sessions
from tugi.web import auth, objects
from tugi.web.app import Parts, make_app
from tugi.web.live import Hub
from tugi.web.visitors import Visitor

SECRET = "a secret of this test installation"
MARI = "Mari <mari@kiri.example>"


@dataclass
class Desk:
    """Kadri's browser at a shop with a mailbox."""

    http: httpx.AsyncClient
    room: Mailroom
    app: Any


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """The application without a network."""
    room = await open_mailroom(database, tmp_path)

    async def ready() -> None:
        """Always ready."""

    hub = Hub(database, "", SECRET)
    app = make_app(Parts(database, room.files, hub, Answering(database, room.files, None), SECRET, ready))
    async with browser(app, database, room.workspace_id, room.shop.kadri) as http:
        yield Desk(http, room, app)


def browser(app: Any, database: Database, workspace_id: int, agent_id: int) -> Any:
    """A signed-in agent's browser, for the length of a block."""
    return _Browser(app, database, workspace_id, agent_id)


@dataclass
class _Browser:
    app: Any
    database: Database
    workspace_id: int
    agent_id: int
    client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> httpx.AsyncClient:
        async with self.database.transaction(self.workspace_id) as tx:
            token = await sessions.start(tx, self.workspace_id, self.agent_id)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://desk.example",
            headers={"origin": "http://desk.example"},
            cookies={auth.COOKIE: token},
        )
        return self.client

    async def __aexit__(self, *_: object) -> None:
        assert self.client is not None
        await self.client.aclose()


async def test_a_letter_is_read_whole_and_saved_raw(desk: Desk) -> None:
    raw = written(MARI, "Tarne <script>", "Kus?\n> vana")
    taken = await desk.room.deliver(raw)
    whole = (await desk.http.get(f"/api/messages/{taken.message_id}/letter")).json()
    assert (whole["subject"], whole["sender"]["email"]) == ("Tarne <script>", "mari@kiri.example")
    assert (whole["quoted_text"].strip(), whole["joined_by"], whole["has_raw"]) == ("vana", "new", True)
    saved = await desk.http.get(f"/api/messages/{taken.message_id}/raw")
    assert saved.content == raw
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["content-type"] == "application/octet-stream"
    case_id = (await desk.room.case_of(taken)).id
    view = (await desk.http.get(f"/api/cases/{case_id}")).json()
    assert view["messages"][0]["letter"]["trust"]["dmarc"] == "unknown"


async def test_a_case_is_split_joined_and_parted_by_one_click_each(desk: Desk) -> None:
    first = await desk.room.case_of(await desk.room.deliver(written(MARI, "Üks", message_id="1@k")))
    second = await desk.room.deliver(written(MARI, "Re: Üks", message_id="2@k", answers=["1@k"]))
    split = await desk.http.post(f"/api/cases/{first.id}/split", json={"message_id": second.message_id})
    assert split.status_code == 200, split.text
    new = split.json()
    joins = (await desk.http.get(f"/api/cases/{new['id']}/joins")).json()
    assert [(one["kind"], one["from_number"], one["state"]) for one in joins] == [("split", first.number, "done")]
    undone = await desk.http.post(f"/api/joins/{joins[0]['id']}/undo", json={})
    assert undone.json()["id"] == first.id
    assert (await desk.http.post(f"/api/joins/{joins[0]['id']}/undo", json={})).status_code == 409
    other = await desk.room.case_of(await desk.room.deliver(written(MARI, "Re: Üks")))
    proposal = (await desk.http.get(f"/api/cases/{other.id}/joins")).json()[0]
    assert (proposal["kind"], proposal["why"]) == ("proposal", "same_subject")
    joined = await desk.http.post(f"/api/cases/{other.id}/join", json={"number": first.number})
    assert joined.json()["id"] == first.id
    assert len((await desk.http.get(f"/api/cases/{first.id}")).json()["messages"]) == 3
    assert (await desk.http.post(f"/api/joins/{proposal['id']}/dismiss", json={})).status_code == 409


@pytest.mark.parametrize("given", [0, -1, 2**60, 999_999])
async def test_ids_of_nothing_are_not_found(desk: Desk, given: int) -> None:
    acts = [
        ("GET", f"/api/messages/{given}/letter", None),
        ("GET", f"/api/messages/{given}/raw", None),
        ("GET", f"/api/cases/{given}/joins", None),
        ("POST", f"/api/cases/{given}/split", {"message_id": given}),
        ("POST", f"/api/cases/{given}/join", {"number": given}),
        ("POST", f"/api/joins/{given}/undo", {}),
        ("POST", f"/api/joins/{given}/dismiss", {}),
    ]
    for method, path, body in acts:
        assert (await desk.http.request(method, path, json=body)).status_code == 404, path


async def test_another_shop_reaches_none_of_it(desk: Desk, database: Database) -> None:
    room = desk.room
    first = await room.deliver(written(MARI, "KANAARILIND", "KANAARILIND", message_id="1@k"))
    second = await room.deliver(written(MARI, "Re: KANAARILIND", answers=["1@k"]))
    case = await room.case_of(first)
    await desk.http.post(f"/api/cases/{case.id}/split", json={"message_id": second.message_id})
    join_id = (await desk.http.get(f"/api/cases/{case.id}/joins")).json()[0]["id"]
    other = await open_shop(database, "Teine Pood")
    async with browser(desk.app, database, other.workspace_id, other.kadri) as http:
        for method, path, body in (
            ("GET", f"/api/messages/{first.message_id}/letter", None),
            ("GET", f"/api/messages/{first.message_id}/raw", None),
            ("GET", f"/api/cases/{case.id}/joins", None),
            ("POST", f"/api/cases/{case.id}/split", {"message_id": first.message_id}),
            ("POST", f"/api/cases/{case.id}/join", {"number": case.number}),
            ("POST", f"/api/joins/{join_id}/undo", {}),
            ("POST", f"/api/joins/{join_id}/dismiss", {}),
        ):
            answer = await http.request(method, path, json=body)
            assert answer.status_code == 404, path
            assert "kanaarilind" not in answer.text.lower()
    assert (await desk.http.get(f"/api/cases/{case.id}/joins")).json()[0]["state"] == "done"


async def told(desk: Desk, after: int, visitor: Visitor | None = None) -> list[dict[str, Any]]:
    """What a screen hears of everything since an event."""
    async with desk.room.database.reading(desk.room.workspace_id) as tx:
        batch = await objects.read_batch(tx, await events.read_after(tx, after), viewers=[desk.room.shop.kadri])
    return objects.for_visitor(batch, visitor, SECRET) if visitor else objects.for_agent(batch, desk.room.shop.kadri)


async def cursor(desk: Desk) -> int:
    """The number of the newest event."""
    async with desk.room.database.reading(desk.room.workspace_id) as tx:
        return await events.cursor(tx)


async def test_agents_hear_of_moved_messages_and_broken_deliveries(desk: Desk) -> None:
    first = await desk.room.case_of(await desk.room.deliver(written(MARI, "Üks", message_id="1@k")))
    second = await desk.room.deliver(written(MARI, "Re: Üks", answers=["1@k"]))
    at = await cursor(desk)
    new = (await desk.http.post(f"/api/cases/{first.id}/split", json={"message_id": second.message_id})).json()
    heard = {one["kind"]: one["objects"] for one in await told(desk, at)}
    moved = heard["SplitOff"]["messages"]
    assert [(one.id, one.case_id) for one in moved] == [(second.message_id, new["id"])]
    assert [case.id for case in heard["CaseSplit"]["cases"]] == [first.id]
    assert heard["CaseSplit"]["lines"][0].data["number"] == new["number"]
    at = await cursor(desk)
    await desk.room.deliver(written(MARI, X_Unreadable="Torn."))
    assert [one["objects"]["channels"] for one in await told(desk, at) if one["kind"] == "DeliveryQuarantined"] == [{}]
    async with desk.room.database.transaction(desk.room.workspace_id) as tx:
        tx.happened("MessageTakenBack", case_id=first.id, message_id=77)
    assert (await told(desk, at))[-1]["objects"]["removed"] == {"messages": [77]}


async def test_a_visitor_hears_nothing_of_letters_outside_the_chat(desk: Desk, database: Database) -> None:
    room = desk.room
    customer_id = await room.shop.customer()
    _, chat = await room.shop.say(customer_id, "tere")
    visitor = Visitor(room.workspace_id, customer_id, "visitor:x")
    async with database.transaction(room.workspace_id) as tx:
        await tx.execute(
            "insert into identities (workspace_id, customer_id, channel, address, verified_by, created_at) "
            "values ($1, $2, 'email', 'mari@kiri.example', 'mailbox', now())",
            room.workspace_id,
            customer_id,
        )
    at = await cursor(desk)
    letter = await room.case_of(await room.deliver(written(MARI, "Muu asi", "SALAJANE")))
    assert letter.customer_id == customer_id
    assert await told(desk, at, visitor) == []
    # Joined to the chat by an agent, it is part of it, without what only agents see.
    async with database.transaction(room.workspace_id, Actor("agent", room.shop.kadri)) as tx:
        await joining.join(tx, letter.id, chat.number)
    heard = [one for event in await told(desk, at, visitor) for one in event["objects"].get("messages", [])]
    assert [(one.text.strip(), one.letter) for one in heard] == [("SALAJANE", None)]


async def test_agents_of_any_role_sort_letters_and_nobody_else_does(desk: Desk, database: Database) -> None:
    first = await desk.room.deliver(written(MARI, "Üks", message_id="1@k"))
    case = await desk.room.case_of(first)
    acts = [
        ("GET", f"/api/messages/{first.message_id}/letter", None),
        ("GET", f"/api/messages/{first.message_id}/raw", None),
        ("GET", f"/api/cases/{case.id}/correspondence", None),
        ("GET", f"/api/cases/{case.id}/joins", None),
        ("POST", f"/api/cases/{case.id}/split", {"message_id": first.message_id}),
        ("POST", f"/api/cases/{case.id}/join", {"number": case.number}),
        ("POST", "/api/joins/1/undo", {}),
        ("POST", "/api/joins/1/dismiss", {}),
    ]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(desk.app),
        base_url="http://desk.example",
        headers={"origin": "http://desk.example"},
    ) as nobody:
        for method, path, body in acts:
            assert (await nobody.request(method, path, json=body)).status_code == 401, path
    # Kadri's role is the least there is.
    for method, path, body in acts[:4]:
        assert (await desk.http.request(method, path, json=body)).status_code == 200, path


async def test_what_cannot_be_split_or_joined_is_said_and_nothing_moves(desk: Desk) -> None:
    first = await desk.room.deliver(written(MARI, "Üks", message_id="1@k"))
    second = await desk.room.deliver(written(MARI, "Re: Üks", message_id="2@k", answers=["1@k"]))
    elsewhere = await desk.room.deliver(written("Jüri <jyri@kiri.example>", "Muu"))
    case, other = await desk.room.case_of(first), await desk.room.case_of(elsewhere)
    refusals = [
        (f"/api/cases/{case.id}/split", {"message_id": first.message_id}, 409),
        (f"/api/cases/{case.id}/split", {"message_id": elsewhere.message_id}, 404),
        (f"/api/cases/{case.id}/split", {}, 422),
        (f"/api/cases/{case.id}/split", {"message_id": "x"}, 422),
        (f"/api/cases/{case.id}/join", {"number": case.number}, 409),
        (f"/api/cases/{case.id}/join", {"number": 99_999}, 404),
        (f"/api/cases/{case.id}/join", {"number": None}, 422),
    ]
    for path, body, status in refusals:
        refused = await desk.http.post(path, json=body)
        assert refused.status_code == status, (path, body, refused.text)
        assert refused.json()["error"]["message"].endswith((".", "?"))
    view = (await desk.http.get(f"/api/cases/{case.id}")).json()
    assert [one["id"] for one in view["messages"]] == [first.message_id, second.message_id]
    assert (await desk.http.get(f"/api/cases/{other.id}/joins")).json() == []


async def test_the_same_split_twice_makes_one_case(desk: Desk) -> None:
    case = await desk.room.case_of(await desk.room.deliver(written(MARI, "Üks", message_id="1@k")))
    second = await desk.room.deliver(written(MARI, "Re: Üks", message_id="2@k", answers=["1@k"]))
    key = {"idempotency-key": "split-00001"}
    body = {"message_id": second.message_id}
    made = [await desk.http.post(f"/api/cases/{case.id}/split", json=body, headers=key) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"] != case.id
    # Without a key the message simply is not there any more.
    assert (await desk.http.post(f"/api/cases/{case.id}/split", json=body)).status_code == 404
    assert len(await desk.room.cases()) == 2


async def test_a_proposal_is_dismissed_or_carried_out_once(desk: Desk) -> None:
    first = await desk.room.case_of(await desk.room.deliver(written(MARI, "Üks")))
    second = await desk.room.case_of(await desk.room.deliver(written(MARI, "Re: Üks")))
    [proposal] = (await desk.http.get(f"/api/cases/{second.id}/joins")).json()
    assert (proposal["kind"], proposal["state"]) == ("proposal", "open")
    assert (await desk.http.post(f"/api/joins/{proposal['id']}/undo", json={})).status_code == 409
    # Saying so twice says no more.
    for _ in range(2):
        assert (await desk.http.post(f"/api/joins/{proposal['id']}/dismiss", json={})).status_code == 200
    assert (await desk.http.get(f"/api/cases/{second.id}/joins")).json()[0]["state"] == "dismissed"
    # It may be joined all the same, and parted again.
    joined = await desk.http.post(f"/api/cases/{second.id}/join", json={"number": first.number})
    assert joined.json()["id"] == first.id
    done = [one for one in (await desk.http.get(f"/api/cases/{first.id}/joins")).json() if one["state"] == "done"]
    assert (await desk.http.post(f"/api/joins/{done[0]['id']}/undo", json={})).json()["id"] == second.id
    for case in (first, second):
        assert len((await desk.http.get(f"/api/cases/{case.id}")).json()["messages"]) == 1


async def test_a_chat_has_no_letter(desk: Desk) -> None:
    message, case = await desk.room.shop.say(await desk.room.shop.customer(), "tere")
    for path in (f"/api/messages/{message.id}/letter", f"/api/messages/{message.id}/raw"):
        refused = await desk.http.get(path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    assert (await desk.http.get(f"/api/cases/{case.id}/joins")).json() == []
