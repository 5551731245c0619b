"""The same act once: a request with an Idempotency-Key is carried out once and answered the same ever after.

As Stripe's API does it: the first answer is kept, a repeat gets it again, the same key with another body is refused.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.core.errors import Conflict, Invalid, TugiError
from tugi.web import auth, wire

METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Answers that hold a secret are not kept; uploads are kept by their hash anyway.
NOT_KEPT = (
    "/invite",
    "/identity-secret",
    "/door-key",
    "/attachments",
    "/sign-in",
    "/sign-out",
    "/setup",
    "/api/agents",
)
KEPT = timedelta(hours=24)
BODY_LIMIT = 25 * 1024 * 1024
WAIT = 10.0


class Idempotency:
    """ASGI middleware for the agents' API."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what needs no keeping; run the rest once."""
        if scope["type"] != "http" or scope["method"] not in METHODS or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        key = request.headers.get("idempotency-key")
        token = auth.token_of(request)
        if not key or not token or any(part in scope["path"] for part in NOT_KEPT):
            await self._app(scope, receive, send)
            return
        try:
            await self._once(scope, request, key, send)
        except TugiError as error:
            await wire.refusal(error)(scope, receive, send)

    async def _once(self, scope: Scope, request: Request, key: str, send: Send) -> None:
        if not 8 <= len(key) <= 100 or not key.isascii():
            raise Invalid("Idempotency-Key has 8 to 100 ASCII characters.")
        viewer = await auth.find_viewer(request)
        body = await wire.body_of(request, BODY_LIMIT)
        if viewer is None:
            await self._app(scope, _replay(body), send)
            return
        actor = f"agent:{viewer.agent_id}"
        what = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\n".encode()
        digest = hashlib.sha256(what + body).hexdigest()
        kept = await self._claim(viewer.workspace_id, actor, key, digest)
        if kept is not None:
            await wire.Response(kept[1], kept[0], media_type="application/json")(scope, _replay(b""), send)
            return
        answer = _Answer(send)
        try:
            await self._app(scope, _replay(body), answer.send)
        finally:
            await self._settle(viewer.workspace_id, actor, key, answer)

    async def _claim(self, workspace_id: int, actor: str, key: str, digest: str) -> tuple[int, bytes] | None:
        """None: ours to carry out. Otherwise the answer that was given. Waits for one being carried out now."""
        for attempt in range(int(WAIT / 0.1)):
            async with self._database.transaction(workspace_id) as tx:
                mine = await tx.fetchval(
                    "insert into idempotency_keys (workspace_id, actor, key, request_hash, created_at) "
                    "values ($1, $2, $3, $4, $5) on conflict (workspace_id, actor, key) do update "
                    "set created_at = excluded.created_at where idempotency_keys.status is null "
                    "and idempotency_keys.request_hash = excluded.request_hash "
                    "and idempotency_keys.created_at < excluded.created_at - interval '60 seconds' returning true",
                    workspace_id,
                    actor,
                    key,
                    digest,
                    clock.now(),
                )
                if mine:
                    return None
                row = await tx.fetchrow(
                    "select request_hash, status, response from idempotency_keys "
                    "where workspace_id = $1 and actor = $2 and key = $3",
                    workspace_id,
                    actor,
                    key,
                )
            if row and row["request_hash"] != digest:
                raise Conflict("This Idempotency-Key was used for another request. Use a new one.")
            if row and row["status"] is not None:
                return row["status"], row["response"]
            await asyncio.sleep(0.02 if attempt < 10 else 0.1)
        raise Conflict("The first request with this Idempotency-Key is still being carried out.", retry_after=2)

    async def _settle(self, workspace_id: int, actor: str, key: str, answer: _Answer) -> None:
        """Keep the answer; an act that failed on our side may be tried again."""
        async with self._database.transaction(workspace_id) as tx:
            if answer.status is None or answer.status >= 500:
                await tx.execute(
                    "delete from idempotency_keys where workspace_id = $1 and actor = $2 and key = $3",
                    workspace_id,
                    actor,
                    key,
                )
                return
            await tx.execute(
                "update idempotency_keys set status = $4, response = $5 "
                "where workspace_id = $1 and actor = $2 and key = $3",
                workspace_id,
                actor,
                key,
                answer.status,
                bytes(answer.body),
            )


class _Answer:
    """Passes a response on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
        await self._send(message)


def _replay(body: bytes) -> Receive:
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def is_first(tx: Transaction, actor: str, key: str, what: str) -> bool:
    """Whether the key was not used within a day, or for the very same. For proofs that are good once."""
    used_for = await tx.fetchval(
        "insert into idempotency_keys (workspace_id, actor, key, request_hash, created_at) values ($1, $2, $3, $4, $5) "
        "on conflict (workspace_id, actor, key) do update set key = excluded.key returning request_hash",
        tx.workspace_id,
        actor,
        key,
        what,
        clock.now(),
    )
    return used_for == what


async def forget_old(database: Database) -> None:
    """Drop keys after a day."""
    async with database.everywhere() as tx:
        await tx.execute("delete from idempotency_keys where created_at < $1", clock.now() - KEPT)
