"""What goes over the wire: JSON in and out, errors included, for the hot paths outside FastAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tugi.core.errors import Invalid, NotFound, TooLarge, TugiError, error_body

log = structlog.get_logger("tugi.web")
T = TypeVar("T")
JSON_LIMIT = 256 * 1024
LARGEST_ID = 2**53
_encode = msgspec.json.Encoder().encode


def encoded(value: object) -> bytes:
    """JSON bytes of dataclasses, dates, numbers, lists and maps."""
    return _encode(value)


def reply(value: object, status: int = 200) -> Response:
    """A JSON response that no cache keeps."""
    return Response(encoded(value), status, media_type="application/json", headers={"cache-control": "no-store"})


def refusal(error: TugiError) -> Response:
    """The response to an expected refusal."""
    response = reply(error_body(error), error.status)
    if error.retry_after is not None:
        response.headers["retry-after"] = str(error.retry_after)
    return response


async def body_of(request: Request, limit: int) -> bytes:
    """The raw body. Raises TooLarge before reading more than `limit` bytes, Invalid when the sender left."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"The body is larger than {limit:,} bytes.")
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise TooLarge(f"The body is larger than {limit:,} bytes.")
            parts.append(part)
    except ClientDisconnect as error:
        raise Invalid("The connection ended before the body did.") from error
    return b"".join(parts)


async def json_of(request: Request, shape: type[T], limit: int = JSON_LIMIT) -> T:
    """The body as `shape`. Raises Invalid saying where it does not fit, TooLarge."""
    return decoded(await body_of(request, limit), shape)


def decoded(body: bytes | str, shape: type[T]) -> T:
    """JSON as `shape`. Raises Invalid, also for nesting deeper than the parser follows."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise Invalid(f"The JSON does not fit: {error}") from error
    except RecursionError as error:
        raise Invalid("The JSON is nested too deeply.") from error


Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose expected refusals become their responses."""

    async def act(request: Request) -> Response:
        try:
            return await endpoint(request)
        except TugiError as error:
            return refusal(error)

    return act


def whole_number(values: Any, name: str, default: int | None = None) -> int:
    """A query or path parameter as a number from 0 to 2^53. Raises Invalid."""
    text = values.get(name)
    if text is None and default is not None:
        return default
    if text is None or not str(text).isascii() or not str(text).isdigit() or len(str(text)) > 16:
        raise Invalid(f"`{name}` must be a whole number.", fields={name: "a whole number"})
    return int(text)


def checked_id(given: int, what: str) -> int:
    """A number that may be an id at all. Raises NotFound: "There is no such" `what`."""
    if not 0 < given < LARGEST_ID:
        raise NotFound(f"There is no such {what}.")
    return given
