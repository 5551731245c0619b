"""The visitors' side by itself: who a visitor is, what they may send, what they are told."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cast import Shop, open_shop
from desk.talk import open_talk
from tugi.core import secrets
from tugi.core.database import Database
from tugi.core.events import ROBOT, Actor
from tugi.core.files import Folder
from tugi.desk.answering.answers import Answering
from tugi.desk.cases import accounts, cases, messages, readings, transcript
from tugi.desk.cases.transcript import MessageChoice
from tugi.desk.people import identities, workspaces
from tugi.web.app import Parts, make_app
from tugi.web.live import Hub

SECRET = "a secret of this test installation"
PAGE = {"url": "https://pood.example/sokid", "title": "Sokid", "language": "et-EE"}


class Chat:
    """A widget of the shop's page."""

    def __init__(self, http: httpx.AsyncClient, shop: Shop, key: str) -> None:
        self.http = http
        self.shop = shop
        self.key = key

    async def open(self, **more: object) -> dict[str, Any]:
        """Open the chat; the answer to it."""
        answer = await self.http.post("/widget/session", json={"key": self.key, "page": PAGE, **more})
        assert answer.status_code == 200, answer.text
        self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return answer.json()

    async def say(self, text: str, **more: object) -> httpx.Response:
        """Send a message."""
        return await self.http.post("/widget/messages", json={"client_id": str(uuid.uuid4()), "text": text, **more})

    async def state(self) -> dict[str, Any]:
        """What the widget shows."""
        return (await self.http.get("/widget/state")).json()

    async def identity(self, user_id: str, **more: str) -> dict[str, str]:
        """What the shop's own server says of its signed-in customer."""
        async with self.shop.database.transaction(self.shop.workspace_id) as tx:
            secret = await workspaces.get_identity_secret(tx)
        return {"user_id": user_id, "signature": secrets.identity_signature(secret, user_id), **more}


@pytest.fixture
async def chat(database: Database, tmp_path: Path) -> AsyncIterator[Chat]:
    """A chat on the page of a new shop, over the application without a network."""
    shop = await open_shop(database)
    async with database.reading(shop.workspace_id) as tx:
        key = (await workspaces.get(tx)).widget.key
    hub = Hub(database, "", SECRET)

    async def ready() -> None:
        """Always ready."""

    files = Folder(tmp_path)
    app = make_app(Parts(database, files, hub, Answering(database, files, None), SECRET, ready))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk.example") as http:
        yield Chat(http, shop, key)


async def robot_says(chat: Chat, case_id: int, choices: tuple[int, ...] = ()) -> int:
    """The robot's message to the customer."""
    async with chat.shop.database.transaction(chat.shop.workspace_id, ROBOT) as tx:
        case = await cases.lock(tx, case_id)
        offered = [MessageChoice(entry_id, f"Valik {entry_id}") for entry_id in choices]
        written = await messages.write(
            tx, case, external_id=f"robot:{uuid.uuid4()}", text="Kas mõtlesite seda?", language="et", choices=offered
        )
        return written.id


async def test_a_visitor_keeps_the_history_by_the_token(chat: Chat) -> None:
    opened = await chat.open()
    assert opened["state"]["language"] == "et"
    await chat.say("tere")
    again = await chat.open(token=opened["token"])
    assert [m["text"] for m in again["state"]["messages"]] == ["tere"]
    stranger = await chat.open()
    assert stranger["state"]["messages"] == []


async def test_a_signed_visitor_is_known_on_every_device_and_a_false_signature_stays_a_stranger(chat: Chat) -> None:
    await chat.open()
    await chat.say("enne sisselogimist")
    identity = await chat.identity("mari-7", name="Mari Maasikas", email="Mari@Example.com")
    token = chat.http.headers["authorization"].removeprefix("Bearer ")
    signed = await chat.open(token=token, identity=identity)
    assert [m["text"] for m in signed["state"]["messages"]] == ["enne sisselogimist"]
    assert signed["state"]["visitor"] == {"name": "Mari Maasikas", "email": "mari@example.com"}
    elsewhere = await chat.open(identity=identity)
    assert [m["text"] for m in elsewhere["state"]["messages"]] == ["enne sisselogimist"]
    for false in ({**identity, "signature": "0" * 64}, {**identity, "user_id": "jaan"}, {"user_id": "mari-7"}):
        refused = await chat.open(identity=false)
        assert refused["identity_refused"] is True
        assert refused["state"]["messages"] == []


async def test_an_address_beside_a_signed_user_id_proves_nothing(chat: Chat) -> None:
    """The signature covers the user id alone: whoever has an own account could put anybody's address beside it."""
    await chat.open(identity=await chat.identity("ründaja-1", email="mari@example.com"))
    async with chat.shop.database.reading(chat.shop.workspace_id) as tx:
        rows = await tx.fetch("select verified_by from identities where address = 'mari@example.com'")
        assert [row["verified_by"] for row in rows] == ["typed"]
        assert await identities.find_owner(tx, "email", "mari@example.com") is None


@pytest.mark.parametrize(("sending", "promised"), [({}, False), ({"smtp": {"host": "smtp.pood.example"}}, True)])
async def test_answers_by_mail_are_promised_only_where_a_mailbox_sends(
    chat: Chat, sending: dict[str, Any], promised: bool
) -> None:
    async with chat.shop.database.transaction(chat.shop.workspace_id) as tx:
        await accounts.create(tx, "email", "Abi", "abi@pood.example", {"sending": sending}, None)
    assert (await chat.open())["state"]["shop"]["by_mail"] is promised


async def test_logging_out_leaves_the_signed_history_behind(chat: Chat) -> None:
    signed = await chat.open(identity=await chat.identity("mari-7"))
    await chat.say("minu tellimus")
    after = await chat.open(token=signed["token"])
    assert after["state"]["messages"] == []


async def test_what_the_robot_offered_can_be_chosen_and_nothing_else(chat: Chat) -> None:
    await chat.open()
    case_id = (await chat.say("kuidas tagastada")).json()["case"]["id"]
    offer = await robot_says(chat, case_id, (11, 12))
    for message_id, entry_id in ((offer, 13), (offer + 1, 11), (offer - 1, 11)):
        refused = await chat.say("x", choice={"message_id": message_id, "entry_id": entry_id})
        assert refused.status_code == 422
    chosen = await chat.say("Valik 12", choice={"message_id": offer, "entry_id": 12})
    assert chosen.json()["message"]["chosen_entry_id"] == 12


async def test_reading_moves_forward_only_and_tells_what_is_unread(chat: Chat) -> None:
    await chat.open()
    case_id = (await chat.say("tere")).json()["case"]["id"]
    first, second = await robot_says(chat, case_id), await robot_says(chat, case_id)
    assert (await chat.state())["unread"] == 2
    await chat.http.post("/widget/read", json={"message_id": second})
    await chat.http.post("/widget/read", json={"message_id": first})
    state = await chat.state()
    assert (state["unread"], state["cases"][0]["customer_read_id"]) == (0, second)


async def test_the_visitor_learns_that_somebody_has_read(chat: Chat) -> None:
    await chat.open()
    said = (await chat.say("tere")).json()["message"]
    assert (await chat.state())["cases"][0]["agent_read_id"] == 0
    async with chat.shop.database.transaction(chat.shop.workspace_id, Actor("agent", chat.shop.kadri)) as tx:
        await readings.note(tx, said["case_id"], chat.shop.kadri, said["id"])
    assert (await chat.state())["cases"][0]["agent_read_id"] == said["id"]


async def test_a_thumb_is_for_the_robots_own_answers(chat: Chat) -> None:
    await chat.open()
    said = (await chat.say("tere")).json()["message"]
    answer = await robot_says(chat, said["case_id"])
    own = await chat.http.post("/widget/feedback", json={"message_id": said["id"], "value": "up"})
    assert own.status_code == 404
    given = await chat.http.post("/widget/feedback", json={"message_id": answer, "value": "down"})
    assert given.json()["message"]["feedback"] == "down"


async def test_what_the_visitor_says_of_an_answer_is_kept_once_and_weighs_nothing(chat: Chat) -> None:
    talk = await open_talk(chat.shop)
    await chat.open()
    said = (await chat.say("kus mu pakk on")).json()["message"]
    question = (await chat.state())["messages"][-1]
    async with chat.shop.database.reading(chat.shop.workspace_id) as tx:
        asked = (await transcript.of_ids(tx, [question["id"]]))[0]
    verdict_id = await talk.judged(asked, "parcel")
    async with chat.shop.database.transaction(chat.shop.workspace_id, ROBOT) as tx:
        answer = await messages.write(
            tx, await cases.lock(tx, asked.case_id), external_id="robot:answer", text="Vaadake lingilt.",
            language="et", entry_id=talk.entries["parcel"], verdict_id=verdict_id,
        )  # fmt: skip
    for value in ("down", "down", "up"):
        await chat.http.post("/widget/feedback", json={"message_id": answer.id, "value": value})
    await chat.http.post("/widget/solved", json={"case_id": said["case_id"]})
    async with chat.shop.database.reading(chat.shop.workspace_id) as tx:
        rows = await tx.fetch("select source, label, weight, agent_id from judgements order by id")
    assert [tuple(row) for row in rows] == [("not_solved", "wrong_entry", 0, None), ("solved", "right", 0, None)]


async def test_a_wish_for_a_person_hands_over_and_needs_no_message_before(chat: Chat) -> None:
    await chat.open()
    for _ in range(2):
        wish = await chat.http.post("/widget/person", json={"client_id": str(uuid.uuid4()), "page": PAGE})
        assert wish.json()["case"]["handler"] == "queue"
    assert wish.json()["case"]["number"] == (await chat.say("tere")).json()["case"]["number"]


async def test_an_address_left_is_typed_and_proves_nothing(chat: Chat) -> None:
    await chat.open()
    said = (await chat.say("tere")).json()["message"]
    assert (await chat.http.post("/widget/email", json={"email": " Mari@Example.com "})).json()["email"]
    assert (await chat.state())["visitor"]["email"] == "mari@example.com"
    async with chat.shop.database.transaction(chat.shop.workspace_id) as tx:
        case = await cases.get_case(tx, said["case_id"])
        owner = await identities.find_owner(tx, "email", "mari@example.com")
    assert owner in (None, case.customer_id)
    await chat.open()
    assert (await chat.http.post("/widget/email", json={"email": "mari@example.com"})).status_code == 200
    assert (await chat.state())["messages"] == []


async def test_a_flood_is_slowed_down_without_losing_what_was_taken(chat: Chat) -> None:
    await chat.open()
    answers = [await chat.say(f"{n}") for n in range(80)]
    taken = [a for a in answers if a.status_code == 200]
    slowed = [a for a in answers if a.status_code == 429]
    assert len(taken) + len(slowed) == 80
    assert len(taken) >= 60
    assert all(int(a.headers["retry-after"]) > 0 for a in slowed)
    assert len((await chat.state())["messages"]) == len(taken)


async def test_nothing_internal_is_told_to_a_visitor(chat: Chat) -> None:
    await chat.open()
    case_id = (await chat.say("tere")).json()["case"]["id"]
    async with chat.shop.database.transaction(chat.shop.workspace_id, Actor("agent", chat.shop.kadri)) as tx:
        held = await cases.lock(tx, case_id)
        await messages.write(tx, held, external_id="agent:1:00000000", text="Tere", language=None)
    state = await chat.state()
    answer = state["messages"][-1]
    assert (answer["author"], answer["author_name"]) == ({"kind": "agent", "id": None}, "Kadri")
    assert answer["verdict_id"] is None
    assert set(state["cases"][0]) == {
        "id", "number", "status", "handler", "waiting_since", "agent_read_id", "customer_read_id"
    }  # fmt: skip
