"""E-mail as a channel: raw deliveries understood, letters carried out."""

from __future__ import annotations

from collections.abc import Mapping

from tugi.channels.email.judging import forms
from tugi.channels.email.sending.carrying import Carrying
from tugi.channels.email.settings import mailbox_of
from tugi.channels.email.understanding import reading
from tugi.ports import Account, Letter


class EmailChannel(Carrying):
    """The `Channel` port over SMTP and IMAP."""

    def read(self, raw: bytes, account: Account, envelope: Mapping[str, object]) -> Letter:
        """See ports.Channel."""
        receiving = mailbox_of(account).receiving
        own = (account.address or "").lower()
        letter = reading.read(
            raw,
            own_addresses=[own] if own else [],
            trusted_server=receiving.trusted_server,
            envelope=envelope,
        )
        return forms.as_written(letter, own, receiving.forms)
