"""Participants: who may go on with a case by letter. Pure rules; `letters` keeps them.

Whoever wrote first takes part, and whoever we write to. People in copy take part only on the word of a sender whose
domain vouches for them: else anybody could let himself into a case by writing in another's name (security 16).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tugi.ports import Address, Letter

MOST = 50


def who_joins(letter: Letter, ours: Collection[str], *, vouched: bool) -> list[Address]:
    """Who takes part in a case by this letter. ours: our mailboxes; vouched: the sender is who it seems."""
    people = [letter.sender, *(others(letter, ours) if vouched else ())]
    return [one for one in people if one.email][:MOST]


def others(letter: Letter, ours: Collection[str]) -> list[Address]:
    """Whom the sender wrote to beside us, once each: they stay in copy when we answer."""
    seen = {letter.sender.email, *map(bare, ours)}
    found: list[Address] = []
    for one in (*letter.to, *letter.cc):
        if one.email and bare(one.email) not in seen and one.email not in seen:
            seen.add(one.email)
            found.append(one)
    return found


def bare(address: str) -> str:
    """The address in lower case without what follows a plus: all plus-addresses are one mailbox (RFC 5233)."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def first_foreign(people: Sequence[Address], ours: Collection[str]) -> Address | None:
    """The first who is not one of our mailboxes."""
    own = {bare(one) for one in ours}
    return next((one for one in people if one.email and bare(one.email) not in own), None)
