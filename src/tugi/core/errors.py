"""Errors that carry their own HTTP status and say what to do; expected, so they page nobody."""

from __future__ import annotations


class TugiError(Exception):
    """An expected refusal. `message` is a sentence for the person who caused it."""

    status = 400
    code = "invalid"

    def __init__(self, message: str, *, fields: dict[str, str] | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields
        self.retry_after = retry_after


class Invalid(TugiError):
    """The request cannot be understood or breaks a rule; `fields` says where."""

    status = 422
    code = "invalid"


class NotSignedIn(TugiError):
    """No valid session or visitor token."""

    status = 401
    code = "not_signed_in"


class Forbidden(TugiError):
    """The viewer is known and may see the thing, but not do this to it."""

    status = 403
    code = "forbidden"


class NotFound(TugiError):
    """The thing does not exist, or not for this viewer: both look the same."""

    status = 404
    code = "not_found"


class Conflict(TugiError):
    """The state has moved on, or an idempotency key was used for another request."""

    status = 409
    code = "conflict"


class TooLarge(TugiError):
    """The body or file is over its limit."""

    status = 413
    code = "too_large"


class TooMany(TugiError):
    """A rate limit; `retry_after` is in seconds."""

    status = 429
    code = "too_many"


class Unavailable(TugiError):
    """Something we need is away for a moment; the same request may be sent again."""

    status = 503
    code = "unavailable"


def error_body(error: TugiError) -> dict[str, object]:
    """The JSON of an error: `{"error": {"code", "message", "fields"?}}`."""
    inner: dict[str, object] = {"code": error.code, "message": error.message}
    if error.fields:
        inner["fields"] = error.fields
    return {"error": inner}
