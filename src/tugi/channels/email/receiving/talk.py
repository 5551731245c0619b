"""One connection to our door: a mail received in pieces, in any length, and nothing but its true end taken for its end.

The end of a mail is CR LF . CR LF and nothing that merely looks like it (CVE-2023-51764).
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from tugi.channels.email.receiving.door import Listener
from tugi.desk.cases import doors
from tugi.ports import Account

# Bytes of mails that are just being received, over all connections.
MOST_IN_HAND = 256_000_000
DATA_SECONDS = 600.0
PIECE = 1 << 16
MAYBE_END, END = b".\r\n", b"\r\n.\r\n"
# What has come already is taken without a pause; others want to be served too.
PIECES_IN_A_ROW = 500

TOO_LARGE = f"552 5.3.4 The mail is larger than {doors.LARGEST} bytes."
TOO_BUSY = "452 4.3.1 Too much mail at once. Please try again."


class Talk(SMTP):
    """One connection. Reads a mail in pieces, whatever the length of its lines."""

    line_length_limit = PIECE
    show_smtp_greeting = True

    def __init__(self, listener: Listener, **values: Any) -> None:
        self._listener = listener
        self.accounts: dict[str, Account] = {}
        self._peer = ""
        super().__init__(listener, **values)

    def connection_made(self, transport: Any) -> None:
        """Turn away those that are too many."""
        if self.transport is not None:
            # The same connection once more, after STARTTLS.
            super().connection_made(transport)
            return
        peer = (transport.get_extra_info("peername") or ("local",))[0]
        listener, limits = self._listener, self._listener.limits
        super().connection_made(transport)
        self._peer = peer
        listener.open.add(self)
        listener.peers[peer] += 1
        over = listener.way == "smtp" and listener.peers[peer] > limits.from_one
        if over or len(listener.open) > limits.connections:
            transport.write(b"421 4.7.0 Too many connections. Please try again.\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """One fewer."""
        if self in self._listener.open:
            self._listener.open.discard(self)
            self._listener.peers[self._peer] -= 1
            self._listener.peers += Counter()
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        """Receive a mail, hand it to the listener, answer."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say first who it is for.")
            return
        if arg:
            await self.push("501 5.5.4 DATA takes nothing more.")
            return
        await self.push("354 End with a dot on a line of its own.")
        self._reset_timeout(DATA_SECONDS)
        content, refusal = await self._read_mail()
        if refusal:
            count = len(self.envelope.rcpt_tos) if self._listener.way == "lmtp" else 1
            status: Any = "\r\n".join([refusal] * count)
        else:
            self.envelope.content = self.envelope.original_content = content
            del content
            status = await self._call_handler_hook("DATA")
        self._set_post_data_state()
        self.accounts.clear()
        await self.push(status)

    async def _read_mail(self) -> tuple[bytes, str]:
        """(the mail, "") or (b"", why it is refused), read to its end in either case."""
        listener, whole, refusal = self._listener, io.BytesIO(), ""
        held = pieces = 0
        # The line break before the dot may be the one after DATA: then the mail is empty.
        last = b"\r\n"
        try:
            while last != END:
                piece = await self._next_piece()
                last = (last + piece)[-len(END) :]
                size = whole.tell() + len(piece)
                if not refusal and size > listener.limits.bytes + len(END):
                    refusal = TOO_LARGE
                elif not refusal and listener.in_hand + len(piece) > MOST_IN_HAND:
                    refusal = TOO_BUSY
                if refusal:
                    listener.in_hand, held = listener.in_hand - held, 0
                    whole = io.BytesIO()
                else:
                    whole.write(piece)
                    listener.in_hand, held = listener.in_hand + len(piece), held + len(piece)
                pieces += 1
                if pieces % PIECES_IN_A_ROW == 0:
                    await asyncio.sleep(0)
            return (b"" if refusal else _unstuffed(whole)), refusal
        finally:
            listener.in_hand -= held

    async def _next_piece(self) -> bytes:
        """Up to what may be the mail's end, so that its end is always a piece's; of long ones a part."""
        try:
            return await self._reader.readuntil(MAYBE_END)
        except asyncio.LimitOverrunError as error:
            # No end among so many bytes, nor a beginning of it.
            return await self._reader.readexactly(error.consumed)


class LmtpTalk(Talk, LMTP):
    """The same, with an answer for each recipient."""

    show_smtp_greeting = False


def _unstuffed(whole: io.BytesIO) -> bytes:
    """A mail without its end and without the dots that were put before its own (RFC 5321 4.5.2)."""
    whole.truncate(max(0, whole.tell() - len(b".\r\n")))
    raw = whole.getvalue()
    if raw.startswith(b"."):
        raw = raw[1:]
    return raw.replace(b"\r\n.", b"\r\n") if b"\r\n." in raw else raw
