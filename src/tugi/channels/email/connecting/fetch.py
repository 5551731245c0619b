"""Fetching what a person or a mail pointed at, without being led anywhere we would not go.

Each hop's address is judged by the guard and the connection goes to the judged address; redirects are followed by hand,
at most three and never from https to http; nothing compressed is accepted, so nothing unpacks to more than it weighs.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from tugi.core.safe_addresses import WEB_PORTS, Guard, NotAllowed, plain_host

LARGEST = 5_000_000
SECONDS = 10.0
REDIRECTS = 3
_MOVED = (301, 302, 303, 307, 308)


class NotFetched(Exception):
    """Nothing was fetched; the message says why in a few words and nothing about networks of ours."""


async def fetch(guard: Guard, url: str, *, types: tuple[str, ...] = (), largest: int = LARGEST) -> bytes:
    """The body at an http(s) address, within 10 s. types: accepted media types; empty: any. Raises NotFetched."""
    try:
        async with asyncio.timeout(SECONDS):
            for _ in range(REDIRECTS + 1):
                found = await _hop(guard, url, types, largest)
                if isinstance(found, bytes):
                    return found
                url = _next(url, found)
    except TimeoutError as error:
        raise NotFetched("no answer in time") from error
    raise NotFetched("it was redirected too often")


async def _hop(guard: Guard, url: str, types: tuple[str, ...], largest: int) -> bytes | str:
    """The body, or where else to look for it."""
    # Starting a process should not cost the client's memory: few of them ever fetch.
    httpx: Any = import_module("httpx")
    parts, host, port = _parts(url)
    try:
        addresses = await guard.allowed(host, port, WEB_PORTS)
    except NotAllowed as error:
        raise NotFetched("the address may not be called") from error
    shown = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    target = parts._replace(netloc=f"{shown}:{port}", fragment="").geturl()
    default = port == (443 if parts.scheme == "https" else 80)
    named = f"[{host}]" if ":" in host else host
    headers = {"host": named if default else f"{named}:{port}", "accept-encoding": "identity", "user-agent": "Tugi"}
    try:
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None) as client,
            client.stream("GET", target, headers=headers, extensions={"sni_hostname": host}) as response,
        ):
            if response.status_code in _MOVED:
                return str(response.headers.get("location", ""))
            if response.status_code != 200:
                raise NotFetched(f"it answered {response.status_code}")
            return await _body(response, types, largest)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise NotFetched("it cannot be reached") from error


async def _body(response: Any, types: tuple[str, ...], largest: int) -> bytes:
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise NotFetched("its answer is compressed")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if types and kind not in types:
        raise NotFetched("its answer is of another type")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > largest:
            raise NotFetched("its answer is too large")
    return bytes(body)


def _next(url: str, moved: str) -> str:
    if not moved:
        raise NotFetched("it was redirected nowhere")
    try:
        found = urljoin(url, moved)
        secure = urlsplit(url).scheme == "https"
        if secure and urlsplit(found).scheme != "https":
            raise NotFetched("it was redirected to an unprotected address")
    except ValueError as error:
        raise NotFetched("it was redirected nowhere") from error
    return found


def _parts(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotFetched("this is no address") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise NotFetched("this is no plain http or https address")
    if not parts.geturl().isprintable():
        raise NotFetched("this is no address")
    try:
        return parts, plain_host(host), port or (443 if parts.scheme == "https" else 80)
    except NotAllowed as error:
        raise NotFetched("this is no address") from error
