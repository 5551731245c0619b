"""Passwords: argon2id, computed in threads of their own so that a sign-in never holds up a message."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from tugi.core import secrets
from tugi.desk.people.checks import Checks

SHORTEST = 10
LONGEST = 200

_argon2id = PasswordHash.recommended()
# Each computation takes 64 MB: two at a time bound the memory a flood of sign-ins can take.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
# Verified instead of a missing hash, so that an unknown address takes as long as a known one.
# Computed beside the start, which it would otherwise hold up.
_nobody = _threads.submit(_argon2id.hash, secrets.new_token())


def check(checks: Checks, field: str, password: str) -> None:
    """Notes a problem when the password is too short or too long."""
    if len(password) < SHORTEST:
        checks.problem(field, f"A password needs at least {SHORTEST} characters.")
    elif len(password) > LONGEST:
        checks.problem(field, f"A password has at most {LONGEST} characters.")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


async def hashed(password: str) -> str:
    """What is stored of a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _argon2id.hash, _bytes(password))


def _matches(password: str, stored: str | None) -> bool:
    try:
        return _argon2id.verify(_bytes(password), stored or _nobody.result()) and stored is not None
    except PwdlibError:
        return False


async def matches(password: str, stored: str | None) -> bool:
    """Whether the password belongs to the stored hash; takes the same time when there is none."""
    if len(password) > LONGEST:
        password = password[: LONGEST + 1]
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, _matches, password, stored)
