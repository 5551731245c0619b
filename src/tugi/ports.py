"""What the desk needs of the outside world. Plugs in channels/, shops/ and engines/ fulfil these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into unit vectors of meaning.

    `variant` names the exact weights and arithmetic; vectors of different variants must not be mixed.
    `dimensions` is the length of a vector. Any string is accepted, also hostile or empty ones.
    """

    variant: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [len(texts), dimensions], computed off the event loop."""
        ...

    def embed_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same in the calling thread, for commands and child processes."""
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a customer, as every channel hands it to the desk.

    address: the sender's address on the channel (visitor id, e-mail, phone); `proven` tells whether
    the channel vouches for it. external_id: the sender's or provider's own id of the message,
    unique within the channel account: a redelivery carries the same one.
    page: {"url", "title", "language"} of the shop page, if any.
    chosen: (message id, entry id) of a "did you mean" choice the customer clicked.
    """

    channel: str
    channel_account_id: int
    address: str
    external_id: str
    text: str
    proven: bool = False
    name: str | None = None
    language: str | None = None
    page: Mapping[str, str] | None = None
    attachment_ids: tuple[int, ...] = ()
    chosen: tuple[int, int] | None = None


class MailFailed(Exception):
    """A mail was not handed over; the message says why. permanent: trying again is useless."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent


class Mailer(Protocol):
    """Sends single mails of the shop itself, such as one-time codes."""

    async def send(self, to: str, subject: str, text: str, message_id: str) -> None:
        """Hand one plain-text mail over. message_id: local part of its Message-ID, the same on every try.

        Raises MailFailed.
        """
        ...
