"""The sockets: hello with a cursor, then events as they happen; typing passes through and is not stored."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from tugi.core import clock
from tugi.core.errors import NotFound, NotSignedIn, TugiError
from tugi.desk.cases import cases
from tugi.desk.people import customers
from tugi.web import auth, visitors
from tugi.web.live import Hub, Outlet, Reader

HELLO_SECONDS = 15
FRAME_LIMIT = 8192
TYPING_EVERY = 1.5
DEAD_SESSION = 4401
MALFORMED = 4400


class Said(msgspec.Struct):
    """What a browser may say on its socket."""

    type: str
    after: int = 0
    token: str | None = None
    case_id: int | None = None
    page: dict[str, str] | None = None


class Sockets:
    """The two socket routes."""

    def __init__(self, hub: Hub, secret: str) -> None:
        self._hub = hub
        self._secret = secret

    def routes(self) -> list[WebSocketRoute]:
        """One for agents, one for visitors."""
        return [
            WebSocketRoute("/api/live", self.agents),
            WebSocketRoute("/widget/live", self.visitors),
        ]

    async def agents(self, socket: WebSocket) -> None:
        """An agent's feed; the session cookie is the proof, and only our own pages may send it."""
        if await _from_elsewhere(socket):
            return
        await socket.accept()
        try:
            viewer = await auth.find_viewer(socket)
        except TugiError:
            await socket.close(1013)
            return
        if viewer is None:
            await socket.close(DEAD_SESSION)
            return
        reader = Reader(viewer.workspace_id, agent_id=viewer.agent_id, name=viewer.name)
        await self._serve(socket, reader, await _hear(socket, HELLO_SECONDS))

    async def visitors(self, socket: WebSocket) -> None:
        """A visitor's feed; the token comes in the hello, so that no log of addresses holds it."""
        if await _from_elsewhere(socket):
            return
        await socket.accept()
        said = await _hear(socket, HELLO_SECONDS)
        if said is None:
            return
        try:
            visitor = visitors.visitor_of(self._secret, said.token)
        except NotSignedIn:
            await socket.close(DEAD_SESSION)
            return
        await self._serve(socket, Reader(visitor.workspace_id, visitor=visitor), said)

    async def _serve(self, socket: WebSocket, reader: Reader, hello: Said | None) -> None:
        if hello is None:
            return
        if hello.type != "hello" or hello.after < 0:
            await socket.close(MALFORMED)
            return
        outlet = Outlet(self._hub, socket, reader)
        outlet.cursor = hello.after
        self._hub.join(outlet)
        typed = 0.0
        try:
            while (said := await _hear(socket)) is not None:
                if said.type == "typing" and clock.monotonic() - typed > TYPING_EVERY:
                    typed = clock.monotonic()
                    await self._typing(reader, said.case_id)
                elif said.type == "page" and reader.visitor and said.page:
                    await self._page(reader, said.page)
        finally:
            self._hub.leave(outlet)

    async def _typing(self, reader: Reader, case_id: int | None) -> None:
        """Tell the other side. A visitor's own case is looked up, an agent's is checked."""
        try:
            async with self._hub.database.transaction(reader.workspace_id) as tx:
                if reader.visitor:
                    case = await cases.find_current(tx, reader.visitor.customer_id, visitors.CHANNEL)
                else:
                    case = await cases.get_case(tx, case_id or 0)
        except (NotFound, TugiError):
            return
        if case is None:
            return
        message: dict[str, Any] = {"type": "typing", "case_id": case.id}
        if reader.visitor:
            message |= {"who": "customer", "name": case.customer_name}
            await self._hub.talk(reader.workspace_id, "agents", message)
            return
        message |= {"who": "agent", "name": (reader.name or "").split(" ")[0]}
        await self._hub.talk(reader.workspace_id, case.customer_id, message)
        others = message | {"name": reader.name}
        await self._hub.talk(reader.workspace_id, "agents", others, not_agent=reader.agent_id or 0)

    async def _page(self, reader: Reader, page: dict[str, str]) -> None:
        url = str(page.get("url", ""))[:2000]
        if reader.visitor is None or not url.startswith(("http://", "https://")):
            return
        seen = {
            "url": url,
            "title": str(page.get("title", ""))[:300],
            "language": str(page.get("language", ""))[:35],
        }
        try:
            async with self._hub.database.transaction(reader.workspace_id, reader.visitor.actor) as tx:
                await customers.seen(tx, reader.visitor.customer_id, seen)
        except TugiError:
            return


async def _from_elsewhere(socket: WebSocket) -> bool:
    """Refuse pages of other sites: both our apps run on our own origin, the widget in its frame."""
    origin = socket.headers.get("origin")
    if origin and urlsplit(origin).netloc.lower() != socket.headers.get("host", "").lower():
        await socket.close(1008)
        return True
    return False


async def _hear(socket: WebSocket, seconds: float | None = None) -> Said | None:
    """The next thing said; None when the socket ended, was silent too long, or spoke nonsense."""
    try:
        async with asyncio.timeout(seconds):
            received = await socket.receive()
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        await _close(socket, MALFORMED)
        return None
    if received["type"] != "websocket.receive":
        return None
    text = received.get("text") or ""
    try:
        if len(text) > FRAME_LIMIT:
            raise ValueError
        return msgspec.json.decode(text, type=Said)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError, RecursionError):
        await _close(socket, MALFORMED)
        return None


async def _close(socket: WebSocket, code: int) -> None:
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return
