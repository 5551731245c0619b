"""Handing letters over by SMTP (RFC 5321), over connections that are kept for a while.

With a password TLS is demanded (RFC 3207, RFC 8314). Everything has a limit of time: a peer that says a byte a second
costs one of its own mailbox's four places for a minute at most. When the letter is said and its answer is lost, nobody
knows what became of it: `NotCarried.unknown`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.errors import SMTPAuthenticationError
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

from tugi.channels.email.sending.refusals import SIGN_IN_CODES, Stage, explain, is_permanent
from tugi.channels.email.settings import Security
from tugi.core.safe_addresses import Guard, NotAllowed
from tugi.ports import Carried, NotCarried

# For one answer of the server; for a whole letter, and more for a large one at this speed at least.
ANSWER_SECONDS, LETTER_SECONDS, BYTES_A_SECOND = 20.0, 50.0, 250_000
PLACES = 4
IDLE_SECONDS = 20.0
LETTERS_A_CONNECTION = 100
START_INPUT = 354


@dataclass(frozen=True, slots=True)
class Route:
    """A server with what it wants to know of us. access_token: of OAuth2, used instead of the password."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False, compare=False)


class Line:
    """One connection. `stage` tells how far the talk is; "said" once a whole letter has been written to it."""

    def __init__(self, route: Route, context: ssl.SSLContext, guard: Guard | None) -> None:
        self.route = route
        self._guard = guard
        self.stage: Stage = "connect"
        self.letters = 0
        self.closing: asyncio.TimerHandle | None = None
        self._client = SMTP(
            hostname=route.host,
            port=route.port if guard is None else None,
            use_tls=route.security == "tls",
            start_tls=False,
            tls_context=context,
            timeout=ANSWER_SECONDS,
            local_hostname="localhost",
        )

    @property
    def usable(self) -> bool:
        """Whether another letter may go over it."""
        return self._client.is_connected and self.letters < LETTERS_A_CONNECTION

    async def open(self) -> None:
        """Connect, protect and sign in. Raises SMTPException, OSError."""
        route, client = self.route, self._client
        self.stage = "connect"
        if self._guard is None:
            await client.connect()
        else:
            await client.connect(sock=await self._guard.connect(route.host, route.port, seconds=ANSWER_SECONDS))
        await client.ehlo()
        if route.security == "starttls" or (route.security == "none" and client.supports_extension("starttls")):
            self.stage = "tls"
            if client.supports_extension("starttls"):
                await client.starttls()
                await client.ehlo()
            elif route.user:
                raise SMTPException("it offers no STARTTLS, so the password was not sent")
        elif route.user and route.security == "none":
            self.stage = "tls"
            raise SMTPException("it offers no TLS, so the password was not sent")
        if route.user:
            self.stage = "sign_in"
            if route.access_token:
                await client.auth_xoauth2(route.user, route.access_token)
            else:
                await client.login(route.user, route.password)

    async def hand_over(self, senders: Sequence[str], recipients: Sequence[str], letter: bytes) -> Carried:
        """Say one letter. Raises SMTPException, OSError, NotCarried when whom it is for is refused."""
        client = self._client
        self.letters += 1
        await self._begin(senders, len(letter))
        refused = await self._name(recipients)
        self.stage = "letter"
        start = await client.execute_command(b"DATA")
        if start.code != START_INPUT or client.protocol is None:
            raise SMTPResponseException(start.code, start.message)
        body = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(letter)) + b".\r\n"
        self.stage = "said"
        client.protocol.write(body)
        answer = await client.protocol.read_response(timeout=None)
        if answer.code // 100 != 2:
            raise SMTPResponseException(answer.code, answer.message)
        return Carried(f"{answer.code} {answer.message}", refused)

    async def _begin(self, senders: Sequence[str], size: int) -> None:
        """Name the first sender that the server accepts: some refuse the null sender even of automatic mail."""
        client, self.stage = self._client, "sender"
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        for sender in senders[:-1]:
            try:
                await client.mail(sender, options=options)
            except SMTPResponseException as error:
                if error.code < 500 or error.code in SIGN_IN_CODES:
                    raise
            else:
                return
        await client.mail(senders[-1], options=options)

    async def _name(self, recipients: Sequence[str]) -> dict[str, str]:
        """Name the recipients; what was said of those refused. Raises NotCarried when the first one is refused.

        It is who the letter is written to: copies of an answer that its customer never got are of no use.
        """
        client, self.stage = self._client, "recipient"
        refused: dict[str, str] = {}
        for address in recipients:
            try:
                await client.rcpt(address)
            except SMTPResponseException as error:
                refused[address] = explain(error.code, error.message, self.stage, self.route.host, address)
                if address == recipients[0]:
                    raise NotCarried(refused[address], permanent=is_permanent(error.code, self.stage)) from error
        return refused

    def close(self) -> None:
        """Hang up."""
        if self.closing is not None:
            self.closing.cancel()
        self._client.close()


class Lines:
    """The connections of a process: at most four to a server for one mailbox, each kept for some seconds of rest.

    guard: says where a server that people named may be; None where only the operator names servers.
    """

    def __init__(self, context: ssl.SSLContext, guard: Guard | None = None) -> None:
        self._context = context
        self._guard = guard
        self._places: dict[Route, asyncio.Semaphore] = {}
        self._resting: dict[Route, list[Line]] = {}

    async def deliver(self, route: Route, senders: Sequence[str], recipients: Sequence[str], letter: bytes) -> Carried:
        """Hand a letter over. senders: in order of preference, "" for the null sender. Raises NotCarried."""
        async with self._places.setdefault(route, asyncio.Semaphore(PLACES)):
            line = self._rested(route)
            if line is not None:
                try:
                    return await self._over(line, senders, recipients, letter)
                except SMTPServerDisconnected:
                    # It had hung up while resting; nothing of the letter was said.
                    pass
            line = Line(route, self._context, self._guard)
            try:
                return await self._over(line, senders, recipients, letter)
            except SMTPServerDisconnected as error:
                raise NotCarried(f"{route.host} hung up. Tugi tries again by itself.", fault="lost") from error

    async def _over(self, line: Line, senders: Sequence[str], recipients: Sequence[str], letter: bytes) -> Carried:
        """Raises NotCarried, and SMTPServerDisconnected when the line was lost before the letter was said."""
        fresh = line.letters == 0
        try:
            async with asyncio.timeout(LETTER_SECONDS + len(letter) / BYTES_A_SECOND):
                if fresh:
                    await line.open()
                carried = await line.hand_over(senders, recipients, letter)
        except SMTPResponseException as error:
            line.close()
            raise _refusal(error, line) from error
        except NotAllowed as error:
            line.close()
            raise NotCarried(f"{error.message} Correct the server under Channels.", fault=error.reason) from error
        except (SMTPException, OSError, TimeoutError) as error:
            line.close()
            if line.stage != "said" and isinstance(error, SMTPServerDisconnected):
                raise
            raise _failure(error, line) from error
        except BaseException:
            line.close()
            raise
        self._rest(line)
        return carried

    def _rested(self, route: Route) -> Line | None:
        resting = self._resting.get(route, [])
        while resting:
            line = resting.pop()
            if line.closing is not None:
                line.closing.cancel()
                line.closing = None
            if line.usable:
                return line
            line.close()
        return None

    def _rest(self, line: Line) -> None:
        if not line.usable:
            line.close()
            return
        self._resting.setdefault(line.route, []).append(line)
        line.closing = asyncio.get_running_loop().call_later(IDLE_SECONDS, line.close)

    def close(self) -> None:
        """Hang up on everybody."""
        for resting in self._resting.values():
            for line in resting:
                line.close()
        self._resting.clear()


def _refusal(error: SMTPResponseException, line: Line) -> NotCarried:
    stage: Stage = "sign_in" if isinstance(error, SMTPAuthenticationError) else line.stage
    if error.code < 400:
        # No answer that SMTP knows: if it came after the letter, nobody can tell what it means.
        return _failure(error, line)
    sentence = explain(error.code, error.message, stage, line.route.host)
    signing_in = stage == "sign_in" or error.code in SIGN_IN_CODES
    fault = "password" if signing_in else {"connect": "refused", "tls": "tls"}.get(stage)
    return NotCarried(sentence, permanent=is_permanent(error.code, stage), fault=fault)


def _failure(error: Exception, line: Line) -> NotCarried:
    host, why = line.route.host, error.message if isinstance(error, SMTPException) else type(error).__name__
    if line.stage == "said":
        return NotCarried(
            f"The letter was handed to {host}, but its answer was lost. Tugi finds out whether it left.", unknown=True
        )
    if line.stage == "tls" or _is_about_certificates(error):
        fault = "certificate" if _is_about_certificates(error) else "tls"
        sentence = f"No protected connection to {host}: {why}. Check the server's settings under Channels."
        return NotCarried(sentence, fault=fault)
    if line.stage == "sign_in":
        sentence = f"{host} offers no way to sign in that Tugi knows: {why}. Check the settings under Channels."
        return NotCarried(sentence, fault="password")
    if isinstance(error, TimeoutError):
        return NotCarried(f"{host} did not answer in time. Tugi tries again by itself.", fault="slow")
    return NotCarried(f"{host} was not reached. Tugi tries again by itself.", fault="unreachable")


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__
    return False
