"""A model at the one address that the operator has set: guarded, so that it can be away, slow or mad.

Nothing here follows a redirect, reads a proxy from the environment, or says a key or a text aloud.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tugi.core import clock

# After so many failures within a minute nobody asks for half a minute; then one may try.
FAILURES, WITHIN_SECONDS, OPEN_SECONDS = 5, 60.0, 30.0
# The longest that an address may tell us to stay away.
LONGEST_WAIT = 600.0
_PAUSE = 0.2


class RemoteFailed(Exception):
    """No usable answer; the message says why in a few words, without texts or keys."""


class _Again(Exception):
    """It failed in a way that may be over in `after` seconds."""

    def __init__(self, why: str, after: float = _PAUSE) -> None:
        super().__init__(why)
        self.after = after


class Breaker:
    """Opens after too many failures, so that nobody waits for what will not come."""

    def __init__(self, now: Callable[[], float] = clock.monotonic) -> None:
        self._now = now
        self._failed: deque[float] = deque(maxlen=FAILURES)
        self._closed_from = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether the next call would be refused."""
        return self._now() < self._closed_from or self._trying

    def enter(self) -> None:
        """Raises RemoteFailed while open. After the pause one call at a time may try."""
        if self.is_open:
            raise RemoteFailed("it failed too often and is left alone for a while")
        self._trying = self._closed_from > 0

    def succeeded(self) -> None:
        """It works again."""
        self._failed.clear()
        self._closed_from, self._trying = 0.0, False

    def abandoned(self) -> None:
        """Whoever asked did not wait for the end: another may try."""
        self._trying = False

    def failed(self, away: float = 0.0) -> None:
        """Count a failure. away: seconds for which it asked to be left alone."""
        now = self._now()
        self._failed.append(now)
        often = len(self._failed) == FAILURES and now - self._failed[0] < WITHIN_SECONDS
        if away or self._trying or often:
            self._closed_from = now + max(OPEN_SECONDS, min(away, LONGEST_WAIT))
        self._trying = False


def checked_address(address: str) -> str:
    """The address without a trailing slash. Raises ValueError unless it is plain http or https."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address!r} is no http or https address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("the address must hold no name, password, query or fragment")
    return address.rstrip("/")


class Remote:
    """Posts JSON to paths under one address."""

    def __init__(self, address: str, key: str, *, largest_answer: int, breaker: Breaker | None = None) -> None:
        self.address = checked_address(address)
        self.breaker = breaker or Breaker()
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._largest = largest_answer
        # Only an installation with a model at an address pays for the client.
        self._httpx: Any = import_module("httpx")

    async def ask(self, path: str, body: Mapping[str, Any], *, seconds: float) -> Any:
        """The answer's JSON, within `seconds` over at most two attempts. Raises RemoteFailed."""
        started = clock.monotonic()
        async with self._guarded(seconds):
            try:
                return await self._once(path, body, seconds)
            except _Again as error:
                left = seconds - (clock.monotonic() - started)
                if error.after >= left:
                    raise
                await asyncio.sleep(error.after)
                return await self._once(path, body, left)

    async def lines(self, path: str, body: Mapping[str, Any], *, seconds: float) -> AsyncIterator[str]:
        """The answer's lines as they come, within `seconds` in all. Raises RemoteFailed."""
        async with self._guarded(seconds), self._sent(path, body, seconds) as response:
            size = 0
            async for line in response.aiter_lines():
                size += len(line)
                if size > self._largest:
                    raise RemoteFailed("its answer is too large")
                yield line

    @asynccontextmanager
    async def _guarded(self, seconds: float) -> AsyncGenerator[None]:
        self.breaker.enter()
        settled = False
        try:
            async with asyncio.timeout(seconds):
                yield
            settled = True
            self.breaker.succeeded()
        except TimeoutError as error:
            settled = True
            self.breaker.failed()
            raise RemoteFailed(f"no answer within {seconds:g} s") from error
        except _Again as error:
            settled = True
            self.breaker.failed(error.after if error.after > _PAUSE else 0.0)
            raise RemoteFailed(str(error)) from error
        except RemoteFailed:
            settled = True
            self.breaker.failed()
            raise
        except self._httpx.HTTPError as error:
            settled = True
            self.breaker.failed()
            raise RemoteFailed(f"it cannot be reached ({type(error).__name__})") from error
        finally:
            if not settled:
                # Whoever asked has gone; that says nothing about the address, but a trial must not stay open.
                self.breaker.abandoned()

    async def _once(self, path: str, body: Mapping[str, Any], seconds: float) -> Any:
        try:
            async with self._sent(path, body, seconds) as response:
                content = bytearray()
                async for part in response.aiter_bytes():
                    content += part
                    if len(content) > self._largest:
                        raise RemoteFailed("its answer is too large")
        except self._httpx.TransportError as error:
            raise _Again(f"it cannot be reached ({type(error).__name__})") from error
        try:
            return msgspec.json.decode(bytes(content))
        except msgspec.DecodeError as error:
            raise RemoteFailed("its answer is not JSON") from error

    @asynccontextmanager
    async def _sent(self, path: str, body: Mapping[str, Any], seconds: float) -> AsyncGenerator[Any]:
        # A client of its own for every call: loops and threads differ, and calls are few and far between.
        async with (
            self._httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=seconds) as client,
            client.stream("POST", self.address + path, json=dict(body), headers=self._headers) as response,
        ):
            if response.status_code == 429:
                raise _Again("it asks to be left alone (429)", _retry_after(response))
            if response.status_code >= 500:
                raise _Again(f"it failed with {response.status_code}")
            if response.status_code != 200:
                raise RemoteFailed(f"it refused with {response.status_code}")
            yield response


def _retry_after(response: Any) -> float:
    value = response.headers.get("retry-after", "")
    return min(float(value), LONGEST_WAIT) if value.isascii() and value.isdigit() else 1.0
