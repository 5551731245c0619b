"""Tokens: whatever was not signed here, for this purpose, in time, is refused with the same words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tugi.core import clock, secrets
from tugi.core.errors import NotSignedIn

SECRET = "installation"
CLAIMS = st.dictionaries(st.text(max_size=5).filter(lambda key: key != "exp"), st.integers() | st.text(max_size=20))


def storable(claims: dict[str, object]) -> bool:
    """Whether JSON can carry it: numbers of 64 bits."""
    return all(not isinstance(v, int) or -(2**63) <= v < 2**63 for v in claims.values())


@given(CLAIMS.filter(storable))
def test_a_token_carries_its_claims(claims: dict[str, object]) -> None:
    assert secrets.verify(SECRET, "visitor", secrets.sign(SECRET, "visitor", claims)) == claims


@given(st.text() | st.binary().map(lambda b: b.hex()))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(NotSignedIn):
        secrets.verify(SECRET, "visitor", text)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_token_is_refused(place: int, change: int) -> None:
    token = secrets.sign(SECRET, "visitor", {"w": 1, "c": 2})
    place %= len(token)
    altered = token[:place] + chr((ord(token[place]) + change) % 128) + token[place + 1 :]
    try:
        claims = secrets.verify(SECRET, "visitor", altered)
    except NotSignedIn:
        return
    # Base64 has characters that mean the same; what comes out must be what was signed.
    assert claims == {"w": 1, "c": 2}


def test_a_token_of_another_secret_or_purpose_or_day_is_refused() -> None:
    token = secrets.sign(SECRET, "visitor", {"w": 1, "exp": 1_800_000_000})
    for secret, purpose in (("other", "visitor"), (SECRET, "visitor-file"), (SECRET, "")):
        with pytest.raises(NotSignedIn):
            secrets.verify(secret, purpose, token)
    clock.set_source(lambda: datetime.fromtimestamp(1_800_000_001, UTC))
    try:
        with pytest.raises(NotSignedIn):
            secrets.verify(SECRET, "visitor", token)
    finally:
        clock.set_source(None)
