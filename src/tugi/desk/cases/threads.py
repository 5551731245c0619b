"""Threads: which case a letter belongs to, and why. Pure rules over facts that one statement reads.

Signals in order: a token of ours, a Message-ID of ours, a Message-ID that this mailbox knows. Each counts only from
somebody who takes part in the case: ids can be guessed, forwarded and forged. Anything less is proposed to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.cases import cases, tokens
from tugi.desk.cases.cases import Handler, Status
from tugi.ports import Letter

Signal = Literal["token", "own_id", "reference", "subject"]
JoinedBy = Literal["token", "own_id", "reference", "new"]
Doubt = Literal["stranger_refers", "case_closed", "same_subject"]

STRONGEST_FIRST: tuple[Signal, ...] = ("token", "own_id", "reference")
# Of fifty thousand references only the nearest and the first of the thread say anything.
MOST_REFERENCES = 60
SAME_SUBJECT = timedelta(days=30)
# Answer and forward marks of the common mail programs, also counted ones such as "Re[2]:" and "AW (3):".
_MARK = re.compile(
    r"\s*(?:re|r|fw|fwd|aw|wg|sv|vs|vl|vb|odp|pd|ynt|ha|vast|edasi|edast|atb|ats|fs|rv|ang|antw|tr|ref|bls|отв|пересл)"
    r"\s*(?:[\[(]\d{1,3}[\])])?\s*[:：]\s*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that something in the letter points to. takes_part: its sender is one of that case's people.

    made_for: the case a Message-ID of ours was made for, where its message has been moved since.
    wrote_to: we have written to this very sender in this case.
    """

    by: Signal
    case_id: int
    status: Status
    handler: Handler
    active_at: datetime
    subject: str
    takes_part: bool
    wrote_to: bool = False
    made_for: int | None = None
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a letter goes: a case and why, or a new case (case_id None), perhaps with a case people may join it to.

    answers_ours: a secret of ours came back from the very address we wrote to.
    """

    case_id: int | None
    joined_by: JoinedBy
    proposed: int | None = None
    doubt: Doubt | None = None
    answers_ours: bool = False


NEW = Place(None, "new")


def bare_subject(subject: str) -> str:
    """The subject without answer and forward marks, for comparison; "" says nothing and matches nothing."""
    rest = " ".join(subject.split())
    while mark := _MARK.match(rest):
        rest = rest[mark.end() :]
    return rest.strip().casefold()


def why_joined(candidates: Sequence[Candidate], subject: str, now: datetime | None) -> Place:
    """The one rule: where a letter of this subject goes. candidates: nearest first within each signal.

    now None: history, whose threads never grow too old, about which nobody is asked, and which does not come between
    the robot and a question it is answering.
    """
    known = sorted((one for one in candidates if one.by != "subject"), key=lambda one: STRONGEST_FIRST.index(one.by))
    moved = {one.made_for for one in known if one.made_for is not None and one.takes_part}
    late: Candidate | None = None
    for one in known:
        if not one.takes_part or (one.by == "token" and one.case_id in moved):
            continue
        if _takes_more(one, now):
            answers_ours = one.by == "token" and one.wrote_to
            return Place(one.case_id, _joined_by(one.by), answers_ours=answers_ours)
        late = late or one
    if now is None:
        return NEW
    if late is not None:
        return Place(None, "new", late.case_id, "case_closed", late.by == "token" and late.wrote_to)
    if known:
        return Place(None, "new", known[0].case_id, "stranger_refers")
    return _by_subject((one for one in candidates if one.by == "subject"), subject, now)


def why_ours_joined(candidates: Sequence[Candidate]) -> Place:
    """The same for a letter that one of us wrote elsewhere: any case that still takes answers."""
    known = [one for one in candidates if one.by != "subject" and one.status not in ("closed", "spam", "merged")]
    if not known:
        return NEW
    first = min(known, key=lambda one: STRONGEST_FIRST.index(one.by))
    return Place(first.case_id, _joined_by(first.by))


def _joined_by(signal: Signal) -> JoinedBy:
    return "new" if signal == "subject" else signal


def _takes_more(case: Candidate, now: datetime | None) -> bool:
    if case.status in ("closed", "spam", "merged"):
        return False
    if now is None:
        return case.handler != "robot" or case.status == "resolved"
    return case.status != "resolved" or case.active_at + cases.REOPEN >= now


def _by_subject(candidates: Iterable[Candidate], subject: str, now: datetime) -> Place:
    wanted = bare_subject(subject)
    for one in candidates:
        if wanted and one.active_at + SAME_SUBJECT >= now and bare_subject(one.subject) == wanted:
            return Place(None, "new", one.case_id, "same_subject")
    return NEW


def references(refers_to: Sequence[str]) -> list[str]:
    """The ids worth looking up and keeping, nearest first: never an empty one."""
    useful = list(dict.fromkeys(one for one in refers_to if one.strip()))
    return useful if len(useful) <= MOST_REFERENCES else [*useful[: MOST_REFERENCES - 10], *useful[-10:]]


# Each step is lateral, so that it starts from the few rows before it whatever the planner believes of tables that it
# has not looked at yet, as in the first minutes of a shop that brings its history along.
CANDIDATES = """
with named as materialized (
    select 'token' as by, t.n, t.case_id, null::bigint as made_for
    from unnest($5::bigint[]) with ordinality as t(case_id, n)
    union all
    select 'own_id', o.n, m.case_id, nullif(o.case_id, m.case_id)
    from unnest($6::bigint[], $7::bigint[]) with ordinality as o(case_id, message_id, n)
    cross join lateral (select case_id from messages where workspace_id = $1 and id = o.message_id limit 1) m
    union all
    select 'reference', found.n, m.case_id, null
    from (
        select r.n, l.message_id from unnest($8::text[]) with ordinality as r(letter_id, n)
        cross join lateral (select message_id from letters where workspace_id = $1 and letter_id = r.letter_id
            offset 0) l
        union all
        (select 1000, message_id from letter_references where workspace_id = $1 and letter_id = $9)
    ) found
    cross join lateral (select case_id from messages where workspace_id = $1 and id = found.message_id
        and channel_account_id = $2 limit 1) m
    union all
    (select 'subject', 2000, c.id, null from cases c
    where c.workspace_id = $1 and c.customer_id = $10 and c.channel = $3 and c.active_at > $11
        and c.status not in ('spam', 'merged') order by c.id desc limit 20)
)
select named.by, named.made_for, c.id as case_id, c.status, c.handler, c.active_at, c.subject, c.merged_into,
    exists (select from participants p where p.workspace_id = $1 and p.case_id = c.id and p.address = $4)
    or exists (select from identities i where i.workspace_id = $1 and i.customer_id = c.customer_id
        and i.channel = $3 and i.address = $4) as takes_part,
    named.by = 'token' and exists (select from outgoing o where o.workspace_id = $1 and o.case_id = c.id
        and o.recipients @> jsonb_build_object('to', jsonb_build_array(jsonb_build_object('email', $4)))) as wrote_to
from named cross join lateral (select * from cases where workspace_id = $1 and id = named.case_id limit 1) c
order by named.n, c.id desc
"""


async def place(
    tx: Transaction,
    secret: str,
    account_id: int,
    channel: str,
    letter: Letter,
    customer_id: int | None,
    *,
    sender: Literal["person", "pretender", "ourselves"] = "person",
    history: bool = False,
) -> Place:
    """The place of a letter that came to this account. customer_id: the sender, where known.

    A pretender takes part in nothing, we ourselves in every case.
    """
    token_cases = [
        case_id for one in letter.tokens if (case_id := tokens.case_of_token(secret, tx.workspace_id, one)) is not None
    ]
    refers_to = references(letter.refers_to)
    own = [found for one in refers_to if (found := tokens.own_of_letter_id(secret, tx.workspace_id, one))]
    candidates = await _candidates(tx, account_id, channel, letter, customer_id, token_cases, own, refers_to)
    for _ in range(10):
        # A token leads to where its case was joined to.
        joined = {one.case_id: one.merged_into for one in candidates if one.merged_into is not None}
        if not joined:
            break
        token_cases = [joined.get(case_id, case_id) for case_id in token_cases]
        candidates = await _candidates(tx, account_id, channel, letter, customer_id, token_cases, own, refers_to)
    if sender == "ourselves":
        return why_ours_joined(candidates)
    if sender == "pretender":
        candidates = [replace(one, takes_part=False) for one in candidates if one.by != "subject"]
    return why_joined(candidates, letter.subject, None if history else clock.now())


async def _candidates(
    tx: Transaction,
    account_id: int,
    channel: str,
    letter: Letter,
    customer_id: int | None,
    token_cases: Sequence[int],
    own: Sequence[tokens.Own],
    refers_to: Sequence[str],
) -> list[Candidate]:
    rows = await tx.fetch(
        CANDIDATES,
        tx.workspace_id,
        account_id,
        channel,
        letter.sender.email,
        list(token_cases),
        [one.case_id for one in own],
        [one.message_id for one in own],
        list(refers_to),
        letter.letter_id,
        customer_id,
        clock.now() - SAME_SUBJECT,
    )
    return [_candidate(row) for row in rows]


def _candidate(row: Mapping[str, Any]) -> Candidate:
    return Candidate(**dict(row))
