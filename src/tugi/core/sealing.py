"""Secrets at rest: passwords and tokens of mailboxes, sealed with a key made from the installation's secret.

AES-256-GCM (NIST SP 800-38D) by the library `cryptography`. A copy of the table alone opens nothing; whoever holds the
whole database holds the installation's secret too, unless the operator keeps that one elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tugi.core.errors import Unavailable

NONCE = 12


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens secrets of this installation."""

    secret: str

    def close(self, purpose: str, values: Mapping[str, str]) -> bytes:
        """The values, readable only by `open` with the same purpose."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._key()).encrypt(nonce, msgspec.json.encode(values), purpose.encode())

    def open(self, purpose: str, sealed: bytes | None) -> dict[str, str]:
        """What was sealed, if anything. Raises Unavailable when this installation's key does not fit."""
        if not sealed:
            return {}
        try:
            plain = AESGCM(self._key()).decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())
            return msgspec.json.decode(plain, type=dict[str, str])
        except (InvalidTag, ValueError, msgspec.DecodeError) as error:
            raise Unavailable(
                "The stored password cannot be opened with this installation's key. Enter it anew."
            ) from error

    def _key(self) -> bytes:
        return hmac.new(self.secret.encode(), b"sealing", hashlib.sha256).digest()
