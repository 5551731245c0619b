"""Tries a mailbox both ways and says what is wrong in closed words, with the server's own words beside them.

With a round trip the mailbox sends two mails to itself, one of them to name+word@, looks for them for 20 s and takes
them away again: this tells whether mail really arrives, and whether answers may come to plus-addresses (RFC 5233).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from tugi.channels.email.connecting import faults
from tugi.channels.email.connecting.check_smtp import SmtpFailed, hand_over, signed_in
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.connecting.records import sender_records
from tugi.channels.email.oauth import SignInFailed
from tugi.channels.email.receiving import folders
from tugi.channels.email.receiving.failing import ImapFailed
from tugi.channels.email.receiving.imap import Connection, Folder, Secret
from tugi.channels.email.receiving.line import Line
from tugi.channels.email.settings import Mailbox, Server
from tugi.core import clock, secrets
from tugi.core.safe_addresses import Guard
from tugi.mail_setup import CheckedMailbox, WayChecked
from tugi.ports import Account

# Of the limits that a mailbox has in service: somebody is waiting for the answer.
PATIENCE = 0.3
BACK_SECONDS, PLUS_SECONDS, LOOK_SECONDS = 20.0, 6.0, 1.0
_JUNK = ("junk", "spam", "bulk mail", "rämpspost", "roskaposti", "wiadomości-śmieci")
Back = Literal["came", "spam", "missing", "not_tried"]
AccessToken = Callable[[Account, str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail to ourselves. refused: the server would not take it."""

    letter_id: str
    recipient: str
    refused: bool = False


class Errand(Connection):
    """A connection that may also take single mails away."""

    def delete_letter(self, folder: str, letter_id: str) -> None:
        """Delete the mail with this Message-ID, if it is there. Raises ImapFailed."""
        self.select(folder)
        with self._explained():
            uids = self._client.search(["HEADER", "Message-ID", f"<{letter_id}>"])
            if not uids:
                return
            self._client.add_flags(uids, [b"\\Deleted"], silent=True)
            # A plain EXPUNGE would take what somebody else has marked (RFC 4315).
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge(uids)


class _Shut(Exception):
    """There is no key that could be tried."""

    def __init__(self, way: WayChecked) -> None:
        super().__init__(way.said)
        self.way = way


@dataclass(frozen=True, slots=True)
class Check:
    """access_token: a fresh one for an account that signs in with a provider; it raises SignInFailed."""

    guard: Guard
    names: Names
    context: ssl.SSLContext
    access_token: AccessToken
    back_seconds: float = BACK_SECONDS

    async def run(self, account: Account, mailbox: Mailbox, *, round_trip: bool) -> CheckedMailbox:
        """Both directions at once, then the round trip if both are well."""
        domain = (account.address or "").rpartition("@")[2]
        line = Line("check", PATIENCE)
        try:
            (receiving, found), sending, records = await asyncio.gather(
                self._receive(account, mailbox, line),
                self._send(account, mailbox),
                sender_records(self.names, domain, mailbox.sending.dkim_selector),
            )
            checked = CheckedMailbox(
                receiving,
                sending,
                tuple(one.name for one in found),
                folders.sent_folder(found),
                records=records,
            )
            well = receiving is not None and receiving.ok and sending is not None and sending.ok
            if not (round_trip and well):
                return checked
            return await self._there_and_back(account, mailbox, line, checked, found)
        finally:
            await line.hang_up()
            line.end()

    async def _receive(
        self, account: Account, mailbox: Mailbox, line: Line
    ) -> tuple[WayChecked | None, Sequence[Folder]]:
        server, found = mailbox.receiving.imap, list[Folder]()
        if server is None:
            return None, found
        try:
            secret = await self._secret(account, mailbox, ("password",))
            connection = Errand(server, secret, self.guard, self.context)
            await line.open(connection)
            found = await line.do(connection.folders)
            for name in [*mailbox.receiving.folders, *filter(None, [mailbox.receiving.sent_folder])]:
                await line.do(connection.select, name)
        except _Shut as error:
            return error.way, found
        except ImapFailed as error:
            return WayChecked(False, _imap_code(error, server.host), error.said), found
        return WayChecked(True, "ok", f"{server.host} lets us in."), found

    async def _send(self, account: Account, mailbox: Mailbox) -> WayChecked | None:
        server, address = mailbox.sending.smtp, account.address or ""
        if server is None:
            return None
        try:
            secret = await self._secret(account, mailbox, ("smtp_password", "password"))
            async with signed_in(server, secret, self.guard, self.context) as client:
                await hand_over(client, server, address, address, None)
        except _Shut as error:
            return error.way
        except SmtpFailed as error:
            return WayChecked(False, error.code, error.said)
        return WayChecked(True, "ok", f"{server.host} takes mail from {address}.")

    async def _secret(self, account: Account, mailbox: Mailbox, names: Sequence[str]) -> Secret:
        if mailbox.sign_in == "password":
            return Secret(password=next((account.secrets[name] for name in names if account.secrets.get(name)), ""))
        try:
            return Secret(access_token=await self.access_token(account, mailbox.sign_in))
        except SignInFailed as error:
            raise _Shut(WayChecked(False, error.code, error.said)) from error

    async def _there_and_back(
        self, account: Account, mailbox: Mailbox, line: Line, checked: CheckedMailbox, found: Sequence[Folder]
    ) -> CheckedMailbox:
        server = mailbox.sending.smtp
        if server is None:
            return checked
        try:
            whole, plus = await self._mail_ourselves(account, mailbox, server)
        except SmtpFailed as error:
            return replace(checked, sending=WayChecked(False, error.code, error.said))
        junk = [one.name for one in found if "\\junk" in one.flags or one.name.lower() in _JUNK]
        try:
            came = await self._look(line, whole, plus)
            spam = [] if whole.letter_id in came else await self._among(line, junk, whole)
            await self._clear(line, ["INBOX", *junk, *filter(None, [checked.sent_folder])], [whole, plus])
        except ImapFailed as error:
            return replace(checked, receiving=WayChecked(False, _imap_code(error, server.host), error.said))
        back: Back = "came" if whole.letter_id in came else "spam" if spam else "missing"
        return replace(checked, round_trip=back, plus=plus.letter_id in came)

    async def _mail_ourselves(self, account: Account, mailbox: Mailbox, server: Server) -> tuple[Trial, Trial]:
        """Raises SmtpFailed when not even the plain address is taken."""
        address, word = account.address or "", secrets.new_token(9).lower()
        local, _, domain = address.rpartition("@")
        whole = Trial(f"tugi-test.{word}.1@{domain}", address)
        plus = Trial(f"tugi-test.{word}.2@{domain}", f"{local}+{word[:8]}@{domain}")
        try:
            secret = await self._secret(account, mailbox, ("smtp_password", "password"))
        except _Shut as error:
            raise SmtpFailed(error.way.code, error.way.said) from error
        async with signed_in(server, secret, self.guard, self.context) as client:
            await hand_over(client, server, address, whole.recipient, _letter(address, whole))
            try:
                await hand_over(client, server, address, plus.recipient, _letter(address, plus))
            except SmtpFailed:
                return whole, replace(plus, refused=True)
        return whole, plus

    async def _look(self, line: Line, whole: Trial, plus: Trial) -> set[str]:
        """Whose mails came within the time; for the plus-address's the other one's coming sets a shorter one."""
        came: set[str] = set()
        wanted = {one.letter_id for one in (whole, plus) if not one.refused}
        ends = clock.monotonic() + self.back_seconds
        while came != wanted and clock.monotonic() < ends:
            for letter_id in wanted - came:
                if await line.do(line.connection.has_letter, "INBOX", letter_id):
                    came.add(letter_id)
                    ends = min(ends, clock.monotonic() + PLUS_SECONDS)
            if came != wanted:
                await asyncio.sleep(min(LOOK_SECONDS, self.back_seconds / 10))
        return came

    async def _among(self, line: Line, names: Sequence[str], trial: Trial) -> list[str]:
        return [name for name in names if await line.do(line.connection.has_letter, name, trial.letter_id)]

    async def _clear(self, line: Line, names: Sequence[str], trials: Sequence[Trial]) -> None:
        """Take the trial mails away, wherever they lie."""
        connection = line.connection
        if isinstance(connection, Errand):
            for name in dict.fromkeys(names):
                for trial in trials:
                    await line.do(connection.delete_letter, name, trial.letter_id)


def _letter(sender: str, trial: Trial) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = sender, trial.recipient, f"<{trial.letter_id}>"
    mail["Subject"], mail["Date"] = "Tugi: test", format_datetime(clock.now())
    # RFC 3834: no machine shall answer this.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Tugi is checking that this mailbox can send and receive. This mail goes away by itself.\n")
    return mail.as_bytes()


_FINER: Mapping[str, Callable[[ImapFailed, str], str]] = {
    "password": lambda error, host: faults.sign_in_code(error.said, host),
    "certificate": lambda error, _host: faults.certificate_code(error),
}


def _imap_code(error: ImapFailed, host: str) -> str:
    finer = _FINER.get(error.code)
    return finer(error, host) if finer else error.code
