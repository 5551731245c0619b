"""The live feed: one reader a workspace and process follows the log and tells every open socket."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from tugi.core import events as log_events
from tugi.core.database import AWAY, Database
from tugi.core.errors import TugiError
from tugi.core.events import Event
from tugi.web import objects, wire
from tugi.web.visitors import Visitor

log = structlog.get_logger("tugi.live")

TALK = "tugi_talk"
# Further behind than this, a fresh state is cheaper than the events.
TOO_FAR = 1000
# A socket that does not take this many messages is closed; its reader comes back with its cursor.
QUEUE = 500
LOOK_AGAIN = 1.0


class Outlet:
    """One open socket. Sending never waits: a slow reader slows nobody else."""

    __slots__ = ("_hub", "_queue", "_task", "cursor", "ready", "reader", "socket")

    def __init__(self, hub: Hub, socket: WebSocket, reader: Reader) -> None:
        self._hub = hub
        self._queue: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self.socket = socket
        self.reader = reader
        self.cursor = 0
        self.ready = False

    def send(self, message: bytes) -> None:
        """Put a message on its way."""
        if len(self._queue) >= QUEUE:
            self._hub.spawn(self.close(1013))
            return
        self._queue.append(message)
        if self._task is None:
            self._task = self._hub.spawn(self._drain())

    async def _drain(self) -> None:
        try:
            while self._queue:
                await self.socket.send_text(self._queue.popleft().decode())
        except (WebSocketDisconnect, RuntimeError, OSError):
            self._queue.clear()
        finally:
            self._task = None

    async def close(self, code: int) -> None:
        """End the socket; what waits is dropped, its reader comes back with its cursor."""
        self._queue.clear()
        try:
            await self.socket.close(code)
        except (RuntimeError, OSError, WebSocketDisconnect):
            self.ready = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: an agent (agent_id) or a visitor."""

    workspace_id: int
    agent_id: int | None = None
    visitor: Visitor | None = None
    name: str | None = None


@dataclass(slots=True)
class Feed:
    """One workspace in this process: how far its log has been told, and to whom."""

    workspace_id: int
    cursor: int = -1
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    agents: set[Outlet] = field(default_factory=set)
    visitors: dict[int, set[Outlet]] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        """Whether nobody listens."""
        return not self.agents and not self.visitors


class Hub:
    """All feeds of a process. `run` listens to the bell until cancelled."""

    def __init__(self, database: Database, dsn: str, secret: str) -> None:
        self.database = database
        self._dsn = dsn
        self._secret = secret
        self._feeds: dict[int, Feed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_event: list[Callable[[int, Event], None]] = []
        self.closing = False

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something on the hub's account: it is kept, logged when it fails, and ended with the hub."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("live task failed", exc_info=error)

    async def run(self) -> None:
        """Listen to the bell and to talk between processes; comes back after every lost connection."""
        while True:
            try:
                await self._listen()
            except (*AWAY, TugiError) as error:
                log.warning("live feed lost the database", error=str(error) or type(error).__name__)
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection: Any = await asyncpg.connect(self._dsn, timeout=5)
        gone = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(log_events.CHANNEL, self._rung)
            await connection.add_listener(TALK, self._heard)
            for feed in self._feeds.values():
                feed.wake.set()
            await gone.wait()
        finally:
            if not connection.is_closed():
                connection.terminate()

    def _rung(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        for number in payload.split(","):
            if number.isdigit() and (feed := self._feeds.get(int(number))):
                feed.wake.set()

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        """Typing and the like: told once, stored nowhere."""
        try:
            talk = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            return
        feed = self._feeds.get(talk.get("workspace_id", 0))
        if feed is None:
            return
        message = wire.encoded(talk["message"])
        to = feed.agents if talk["to"] == "agents" else feed.visitors.get(talk["to"], set())
        for outlet in list(to):
            if outlet.ready and outlet.reader.agent_id != talk.get("not_agent", -1):
                outlet.send(message)

    async def talk(self, workspace_id: int, to: str | int, message: dict[str, Any], not_agent: int = -1) -> None:
        """Tell the agents ("agents") or one customer (an id) something that need not last."""
        payload = {"workspace_id": workspace_id, "to": to, "message": message, "not_agent": not_agent}
        try:
            await self.database.notify(TALK, wire.encoded(payload).decode())
        except (OSError, ConnectionError, TimeoutError):
            log.info("talk was dropped while the database is away")

    def join(self, outlet: Outlet) -> None:
        """Begin telling this socket; it must have said hello."""
        feed = self._feeds.get(outlet.reader.workspace_id)
        if feed is None:
            feed = self._feeds[outlet.reader.workspace_id] = Feed(outlet.reader.workspace_id)
            feed.task = self.spawn(self._follow(feed))
        if outlet.reader.visitor:
            feed.visitors.setdefault(outlet.reader.visitor.customer_id, set()).add(outlet)
        else:
            feed.agents.add(outlet)
        feed.wake.set()

    def leave(self, outlet: Outlet) -> None:
        """Stop telling this socket."""
        feed = self._feeds.get(outlet.reader.workspace_id)
        if feed is None:
            return
        feed.agents.discard(outlet)
        if outlet.reader.visitor:
            customer_id = outlet.reader.visitor.customer_id
            if own := feed.visitors.get(customer_id):
                own.discard(outlet)
                if not own:
                    del feed.visitors[customer_id]
        if feed.empty and feed.task:
            feed.task.cancel()
            del self._feeds[feed.workspace_id]

    async def _follow(self, feed: Feed) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_AGAIN):
                    await feed.wake.wait()
            except TimeoutError:
                pass
            feed.wake.clear()
            try:
                await self._catch_up(feed)
            except TugiError:
                await asyncio.sleep(0.3)

    async def _catch_up(self, feed: Feed) -> None:
        late = [o for group in (feed.agents, *feed.visitors.values()) for o in group if not o.ready]
        async with self.database.reading(feed.workspace_id) as tx:
            top = await log_events.cursor(tx)
            start = feed.cursor if feed.cursor >= 0 else top
            for outlet in late:
                if outlet.cursor > top or top - outlet.cursor > TOO_FAR:
                    outlet.send(b'{"type":"reset"}')
                    outlet.cursor = top
                start = min(start, outlet.cursor)
            found = await log_events.read_after(tx, start, TOO_FAR + 200) if start < top else []
            viewers = sorted({o.reader.agent_id for o in feed.agents if o.reader.agent_id})
            batch = await objects.read_batch(tx, found, viewers=viewers) if found else None
        end = found[-1].number if found else top
        for event in found:
            if event.number > feed.cursor >= 0:
                for listener in self.on_event:
                    listener(feed.workspace_id, event)
        feed.cursor = max(feed.cursor, end)
        self._tell(feed, batch, end, set(late))
        if end < top:
            feed.wake.set()

    def _tell(self, feed: Feed, batch: objects.Batch | None, end: int, late: set[Outlet]) -> None:
        """Tell everybody who was there when the batch was read; who came since has a gap of their own, read next."""

        def was_there(outlet: Outlet) -> bool:
            return outlet.ready or outlet in late

        if batch:
            self._dismiss(feed, batch)
        by_agent: dict[int, list[dict[str, Any]]] = {}
        for outlet in filter(was_there, list(feed.agents)):
            agent_id = outlet.reader.agent_id or 0
            if batch and agent_id not in by_agent:
                by_agent[agent_id] = objects.for_agent(batch, agent_id)
            self._pass_on(outlet, by_agent.get(agent_id, []), end)
        touched = {c.customer_id for c in batch.changed.cases.values()} if batch else set()
        everyone = batch is not None and any(e.kind == "WorkspaceChanged" for e in batch.events)
        for customer_id, outlets in list(feed.visitors.items()):
            concerned = batch is not None and (everyone or customer_id in touched)
            for outlet in filter(was_there, list(outlets)):
                if not concerned:
                    if outlet.ready:
                        outlet.cursor = max(outlet.cursor, end)
                    else:
                        self._pass_on(outlet, [], end)
                    continue
                own = objects.for_visitor(batch, outlet.reader.visitor, self._secret)
                self._pass_on(outlet, own, end)

    def _dismiss(self, feed: Feed, batch: objects.Batch) -> None:
        """Close the sockets of agents who were switched off."""
        gone = {a.id for a in batch.others.get("agents", {}).values() if not a.active}
        for outlet in [o for o in feed.agents if o.reader.agent_id in gone]:
            self.leave(outlet)
            self.spawn(outlet.close(4401))

    def _pass_on(self, outlet: Outlet, shown: list[dict[str, Any]], end: int) -> None:
        fresh = [event for event in shown if event["number"] > outlet.cursor]
        if fresh or not outlet.ready:
            outlet.send(wire.encoded({"type": "events", "events": fresh, "cursor": max(end, outlet.cursor)}))
        outlet.ready = True
        outlet.cursor = max(outlet.cursor, end)

    async def read_for(self, reader: Reader, after: int) -> dict[str, Any]:
        """The fall-back without a socket: the events after a number, or {"reset": true}."""
        async with self.database.reading(reader.workspace_id) as tx:
            top = await log_events.cursor(tx)
            if after > top or top - after > TOO_FAR:
                return {"reset": True}
            found = await log_events.read_after(tx, after, TOO_FAR)
            batch = await objects.read_batch(tx, found, viewers=[reader.agent_id] if reader.agent_id else [])
        if reader.visitor:
            shown = objects.for_visitor(batch, reader.visitor, self._secret)
        else:
            shown = objects.for_agent(batch, reader.agent_id or 0)
        return {"events": shown, "cursor": found[-1].number if found else after}

    def online_agents(self, workspace_id: int) -> set[int]:
        """The agents with a socket in this process."""
        feed = self._feeds.get(workspace_id)
        return {o.reader.agent_id for o in feed.agents if o.reader.agent_id} if feed else set()

    @property
    def feeds(self) -> dict[int, Feed]:
        """The workspaces somebody listens to in this process."""
        return self._feeds

    async def close(self) -> None:
        """Close every socket so that readers come back to another process."""
        self.closing = True
        for feed in list(self._feeds.values()):
            for outlet in [*feed.agents, *(o for group in feed.visitors.values() for o in group)]:
                self.spawn(outlet.close(1012))
        await asyncio.sleep(0.1)
        for task in list(self._tasks):
            task.cancel()
