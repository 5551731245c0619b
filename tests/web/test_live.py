"""The live feed: whoever comes back is told everything since, however many come back at once."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from spine.house import Agent, Feed, Process, Visitor, close_browsers, following, free_port, running, serving, until

CROWD = 150


@pytest.fixture(scope="module")
def server(server_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A web process, ready; one for the tests of this file."""
    with serving("web", server_dsn, tmp_path_factory.mktemp("live")) as process:
        yield process


@pytest.fixture
async def served(server: Process) -> AsyncIterator[Process]:
    """The file's server; browsers are closed after each test."""
    yield server
    await close_browsers()


async def told_since(address: str, path: str, token: str, cursor: int, wanted: int) -> bool:
    """Whether a reader who comes with this cursor is told of the message before its cursor passes it."""
    async with connect(address.replace("http", "ws", 1) + path, ping_interval=None, max_queue=None) as ws:
        await ws.send(json.dumps({"type": "hello", "after": cursor, "token": token}))
        async with asyncio.timeout(60):
            async for text in ws:
                told = json.loads(text)
                if told["type"] == "events":
                    return any(m["id"] == wanted for e in told["events"] for m in e["objects"].get("messages", ()))
    return False


async def test_a_crowd_that_comes_back_while_others_talk_is_told_all_it_missed(served: Process) -> None:
    owner = await Agent.found(served.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    crowd = [await Visitor.come(served.address, key) for _ in range(CROWD)]
    talkers = [await Visitor.come(served.address, key) for _ in range(4)]
    cursor = (await owner.ask("GET", "/api/me"))["cursor"]
    missed = [(await visitor.say("kas keegi on seal"))["id"] for visitor in crowd]
    gate = asyncio.Semaphore(10)

    async def come_back(visitor: Visitor, message_id: int) -> bool:
        async with gate:
            return await told_since(served.address, "/widget/live", visitor.token, cursor, message_id)

    async def talk(visitor: Visitor) -> None:
        for number in range(50):
            await visitor.say(f"jutt {number}")

    # Somebody listens all the while, so that the feed goes on reading while others come.
    desk = Feed(served.address, "/api/live", {}, owner.cookie, cursor)
    async with following([desk]):
        talking = asyncio.gather(*(talk(visitor) for visitor in talkers))
        told = await asyncio.gather(*(come_back(*pair) for pair in zip(crowd, missed, strict=True)))
        await talking
    assert told.count(False) == 0


async def test_a_reader_too_far_behind_or_from_the_future_is_told_to_load_anew(served: Process) -> None:
    owner = await Agent.found(served.address)
    for after in (10**9, 2**62):
        async with connect(
            served.address.replace("http", "ws", 1) + "/api/live", additional_headers={"cookie": owner.cookie}
        ) as ws:
            await ws.send(json.dumps({"type": "hello", "after": after}))
            assert json.loads(await asyncio.wait_for(ws.recv(), 20)) == {"type": "reset"}
        polled = await owner.ask("GET", f"/api/events?after={after}")
        assert polled == {"reset": True}


async def closed_with(ws: ClientConnection) -> int:
    """The code with which the server ends the socket."""
    try:
        async with asyncio.timeout(20):
            async for _ in ws:
                pass
    except ConnectionClosed:
        pass
    return ws.close_code or 0


async def test_strangers_and_nonsense_are_shown_out(served: Process) -> None:
    owner = await Agent.found(served.address)
    key = (await owner.ask("GET", "/api/me"))["workspace"]["widget"]["key"]
    visitor = await Visitor.come(served.address, key)
    where = served.address.replace("http", "ws", 1)
    async with connect(where + "/api/live") as ws:
        assert await closed_with(ws) == 4401
    for hello in (
        '{"type": "hello", "token": "null"}', '{"type": "hello"}', json.dumps({"type": "hello", "token": "x" * 7000}),
    ):  # fmt: skip
        async with connect(where + "/widget/live") as ws:
            await ws.send(hello)
            assert await closed_with(ws) == 4401
    good = json.dumps({"type": "hello", "after": 0, "token": visitor.token})
    for nonsense in ("", "null", "[" * 5000, '{"type": 7}', "\x00", "x" * 60_000, '{"type": "hello", "after": -1}'):
        async with connect(where + "/widget/live") as ws:
            await ws.send(good)
            await ws.send(nonsense)
            if "hello" in nonsense:
                await ws.close()
            else:
                assert await closed_with(ws) in (4400, 1007), nonsense
    async with connect(where + "/widget/live") as ws:
        await ws.send(good)
        await ws.send(b"\xff\xfe")
        assert await closed_with(ws) in (4400, 1003, 1007)
    assert (await visitor.say("tere"))["text"] == "tere"


async def test_typing_reaches_the_other_side_only(served: Process) -> None:
    owner = await Agent.found(served.address)
    me = await owner.ask("GET", "/api/me")
    key = me["workspace"]["widget"]["key"]
    mari, jaan = await Visitor.come(served.address, key), await Visitor.come(served.address, key)
    case_id = (await mari.say("tere"))["case_id"]
    await jaan.say("tere")
    where = served.address.replace("http", "ws", 1)
    async with (
        connect(where + "/widget/live") as customer,
        connect(where + "/widget/live") as stranger,
        connect(where + "/api/live", additional_headers={"cookie": owner.cookie}) as agent,
    ):
        for ws, token in ((customer, mari.token), (stranger, jaan.token), (agent, None)):
            await ws.send(json.dumps({"type": "hello", "after": 0, "token": token}))
            await heard(ws, "events")
        await customer.send('{"type": "typing"}')
        assert (await heard(agent, "typing"))["case_id"] == case_id
        await agent.send(json.dumps({"type": "typing", "case_id": case_id}))
        said = await heard(customer, "typing")
        assert (said["who"], said["name"]) == ("agent", "Anu")
        await jaan.say("veel")
        # The stranger hears of their own message without ever having heard of the typing.
        seen = await heard(stranger, "events")
        assert {e["case_id"] for e in seen["events"]} != {case_id}


async def heard(ws: ClientConnection, kind: str) -> dict[str, object]:
    """The next message of this kind; what is not of it and not pinging must not come to a stranger."""
    async with asyncio.timeout(20):
        while True:
            told = json.loads(await ws.recv())
            if told["type"] == kind:
                return told


async def test_an_event_reaches_both_sides_of_two_servers(dsn: str, tmp_path: Path) -> None:
    settings = {"TUGI_DATABASE_URL": dsn}
    with (
        running("web", tmp_path / "a", free_port(), settings) as one,
        running("web", tmp_path / "b", free_port(), settings) as two,
    ):
        await one.ready()
        await two.ready()
        owner = await Agent.found(one.address)
        me = await owner.ask("GET", "/api/me")
        visitor = await Visitor.come(two.address, me["workspace"]["widget"]["key"])
        desk = Feed(one.address, "/api/live", {}, owner.cookie, me["cursor"])
        chat = Feed(two.address, "/widget/live", {"token": visitor.token}, "", me["cursor"])
        async with following([desk, chat]):
            message = await visitor.say("kas kuulete")
            body = {"client_id": str(uuid.uuid4()), "text": "kuuleme"}
            await owner.ask("POST", f"/api/cases/{message['case_id']}/messages", body)

            async def both() -> bool:
                return all({m["text"] for m in feed.messages()} >= {"kas kuulete", "kuuleme"} for feed in (desk, chat))

            await until(both, 20)
        assert desk.resets == chat.resets == 0
        await close_browsers()
