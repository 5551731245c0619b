"""What the desk needs of the outside world. Plugs in channels/, shops/ and engines/ fulfil these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

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


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address in lower case with the name written beside it, if any."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A file that came with a letter. content_id: without brackets, where the HTML shows it by "cid:"."""

    name: str
    media_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that did not arrive (RFC 3464, or told in words).

    letter_id: its Message-ID without brackets, where the bounce says it. code: such as "5.1.1" (RFC 3463).
    permanent: the address itself is of no use. delayed: not lost, the other side still tries; nothing has failed yet.
    """

    letter_id: str | None
    recipient: str | None
    permanent: bool
    code: str | None
    why: str
    delayed: bool = False


Result = Literal["pass", "fail", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Trust:
    """What the receiving side's own header says of the sender (RFC 8601); "unknown" where it says nothing.

    warnings: closed words, such as "reply_to_elsewhere", "several_senders", "lookalike", "claims_to_be_us".
    """

    spf: Result = "unknown"
    dkim: Result = "unknown"
    dmarc: Result = "unknown"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was understood.

    letter_id: its Message-ID without brackets, made from its bytes where there is none. refers_to: the ids it answers,
    nearest first, without repetitions or empty ones. tokens: what plus-addresses of ours among its recipients carry.
    new_text + quoted_text is all that was written; html is clean. automatic: why no person wrote it, else None.
    """

    letter_id: str
    sender: Address
    subject: str
    new_text: str
    quoted_text: str = ""
    html: str | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    refers_to: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    sent_at: datetime | None = None
    automatic: str | None = None
    bounce: Bounce | None = None
    report: bool = False
    trust: Trust = field(default_factory=Trust)
    parts: tuple[Part, ...] = ()
    language: str | None = None


UnreadableCode = Literal["empty", "no_mail", "fault", "missing", "slow", "no_reader", "ended", "ours", "other"]


class Unreadable(Exception):
    """A delivery that could not be understood; the message is a sentence for an agent, the code says the same.

    empty, no_mail (no headers, no text), fault (of the reader), missing (the raw letter), slow, no_reader (for what
    comes through this channel), ended (the program, each time), ours (it was read and could not be stored), other.
    """

    def __init__(self, said: str, code: UnreadableCode = "other") -> None:
        super().__init__(said)
        self.code: UnreadableCode = code


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox, page, number or widget. settings and secrets are the channel's own business."""

    id: int
    workspace_id: int
    channel: str
    name: str
    address: str | None
    active: bool
    settings: Mapping[str, object]
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a letter answers: who wrote it, when, and all of its text."""

    sender: Address
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One letter to carry. The same `letter_id` is used on every try, so that a second copy is known as such.

    answers: the ids it answers, nearest first. automatic: a machine's answer (RFC 3834), which nobody shall bounce.
    """

    letter_id: str
    recipients: tuple[Address, ...]
    copies: tuple[Address, ...]
    subject: str
    text: str
    html: str | None
    language: str
    answers: tuple[str, ...]
    automatic: bool
    token: str | None = None
    unsubscribe: str | None = None
    parts: tuple[Part, ...] = ()
    quote: Quote | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What the other side answered, and by address what it said of recipients it refused."""

    answer: str
    refused: Mapping[str, str] = field(default_factory=dict[str, str])


class NotCarried(Exception):
    """A channel did not carry something out. The message is a sentence for an agent that says what to do.

    permanent: trying again is useless. unknown: it may have been carried. retry_after: seconds.
    fault: a closed word where it is the account's and not this letter's, such as "password" or "unreachable".
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        retry_after: float | None = None,
        fault: str | None = None,
    ) -> None:
        super().__init__(why)
        self.fault = fault
        self.permanent = permanent
        self.unknown = unknown
        self.retry_after = retry_after


class Channel(Protocol):
    """A kind of transport with raw deliveries and an outbox."""

    def read(self, raw: bytes, account: Account, envelope: Mapping[str, object]) -> Letter:
        """Understand a delivery, in the calling thread. Raises Unreadable and nothing else."""
        ...

    async def send(self, account: Account, outgoing: Outgoing) -> Carried:
        """Carry it out to at least one recipient. Raises NotCarried."""
        ...

    async def was_sent(self, account: Account, letter_id: str) -> bool | None:
        """Whether a letter of unknown fate left after all; None where that cannot be found out."""
        ...
