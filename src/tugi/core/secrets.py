"""Tokens that carry their own proof, and comparisons that take the same time whatever the answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import msgspec

from tugi.core import clock
from tugi.core.errors import NotSignedIn


def new_token(size: int = 32) -> str:
    """A random URL-safe token of `size` bytes (32 bytes: 256 bits)."""
    return secrets.token_urlsafe(size)


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex. Random tokens need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(first: str | bytes, second: str | bytes) -> bool:
    """Constant-time equality."""
    a = first.encode() if isinstance(first, str) else first
    b = second.encode() if isinstance(second, str) else second
    return hmac.compare_digest(a, b)


def identity_signature(secret: str, user_id: str) -> str:
    """Hex HMAC-SHA256 by which a shop's server proves who its visitor is (RFC 2104)."""
    return hmac.new(secret.encode(), user_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _mac(secret: str, purpose: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:16]


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(secret: str, purpose: str, claims: dict[str, object]) -> str:
    """A token carrying `claims` (JSON values; `exp` = Unix seconds of expiry), valid for one purpose only."""
    body = msgspec.json.encode(claims)
    packed = base64.urlsafe_b64encode(body + _mac(secret, purpose, body))
    return packed.rstrip(b"=").decode()


def verify(secret: str, purpose: str, token: str) -> dict[str, object]:
    """The claims of a token made by `sign`.

    Raises NotSignedIn when the token is malformed, altered, made for another purpose, or expired.
    """
    try:
        packed = _unpad(token)
        body, mac = packed[:-16], packed[-16:]
        if not same(mac, _mac(secret, purpose, body)):
            raise ValueError
        claims = msgspec.json.decode(body, type=dict[str, object])
    except (ValueError, msgspec.DecodeError, UnicodeError) as error:
        raise NotSignedIn("This token is not valid. Start a new session.") from error
    expires = claims.get("exp")
    if isinstance(expires, int | float) and expires < clock.now().timestamp():
        raise NotSignedIn("This token has expired. Start a new session.")
    return claims
