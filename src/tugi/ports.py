"""What the desk needs of the outside world. Plugs in channels/, shops/ and engines/ fulfil these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class EngineFailed(Exception):
    """An engine cannot be opened or did not answer in time; the message is a sentence for the operator."""


class Embedder(Protocol):
    """Turns texts into unit vectors of meaning.

    `variant` names the exact weights and arithmetic; vectors of different variants must not be mixed.
    `dimensions` is the length of a vector. Any string is accepted, also hostile or empty ones.
    """

    @property
    def variant(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [len(texts), dimensions], computed off the event loop. Raises EngineFailed."""
        ...

    def embed_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same in the calling thread, for commands and child processes."""
        ...


class Embedders(Protocol):
    """The embedders a process may need: this installation's, and that of a model trained by an earlier one."""

    @property
    def current(self) -> Embedder | None:
        """The one that new models are trained with; None: character n-grams alone."""
        ...

    async def find(self, variant: str) -> Embedder | None:
        """The embedder of that variant, opened when first asked for; None when it cannot be had here."""
        ...


class LanguageModelFailed(Exception):
    """The language model gave no usable words in time; the message says why, without anybody's text."""


class LanguageModel(Protocol):
    """Writes words. What it is given as `user` is data; what it gives is checked before anyone reads it."""

    @property
    def name(self) -> str: ...

    async def complete(self, system: str, user: str, *, max_tokens: int, seconds: float) -> str:
        """Its whole answer, within `seconds` over all attempts. Raises LanguageModelFailed."""
        ...

    def stream(self, system: str, user: str, *, max_tokens: int, seconds: float) -> AsyncIterator[str]:
        """Its answer piece by piece, within `seconds` in all. Raises LanguageModelFailed."""
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
