"""Certificates: statements about how often the robot's answers are wrong. Only this file writes `certificates`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from tugi.core import clock
from tugi.core.database import Row, Transaction
from tugi.desk.answering.policy import Risk
from tugi.robot.certificate import Statement

Kind: TypeAlias = Literal["risk", "language", "topic"]
Standing: TypeAlias = Literal["in_force", "insufficient", "voided", "replaced"]
VoidReason: TypeAlias = Literal["knowledge_changed", "scores_shifted", "audit_errors", "engine_changed", "new_evidence"]

# After these the world is another one: what was judged before says nothing about it.
DRIFT: tuple[VoidReason, ...] = ("scores_shifted", "audit_errors")

SELECT = (
    "select c.id, c.scope, c.risk, c.language, c.entry_id, c.target, c.confidence, c.threshold, c.cases, c.answered, "
    "c.errors, c.bound, c.needed, c.evidence_from, c.evidence_to, c.status, c.void_reason, c.created_at, "
    "(select max(v.number) from versions v where v.workspace_id = c.workspace_id and v.model_id = c.model_id) "
    "as version, c.held_back, c.model_id, c.scores, c.ended_at from certificates c where c.workspace_id = $1 "
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a certificate speaks of: a risk class, one language of it, or one topic."""

    kind: Kind
    risk: Risk
    language: str | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """One statement: of `answered` judged questions with a score of at least `threshold`, `errors` were wrong, so
    the share of wrong answers is at most `bound`, with `confidence`; it is in force while that is within `target`.

    cases: judged questions of the scope; needed: more judged answers, all right, until it is in force. held_back: of a
    language in which the robot only suggests, because its judged answers are worse than promised.
    """

    id: int
    scope: Kind
    risk: Risk
    language: str | None
    entry_id: int | None
    target: float
    confidence: float
    threshold: float | None
    cases: int
    answered: int
    errors: int
    bound: float | None
    needed: int
    evidence_from: datetime | None
    evidence_to: datetime | None
    status: Standing
    void_reason: VoidReason | None
    created_at: datetime
    version: int | None
    held_back: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate with what it was made by: the model, and how the scores were spread then."""

    certificate: Certificate
    model_id: int
    scores: Mapping[str, Any]
    ended_at: datetime | None

    @property
    def scope(self) -> Scope:
        """What it speaks of."""
        one = self.certificate
        return Scope(one.scope, one.risk, one.language, one.entry_id)


def _held(row: Row) -> Held:
    values: dict[str, Any] = dict(row)
    model_id, scores, ended_at = values.pop("model_id"), values.pop("scores"), values.pop("ended_at")
    # Single precision in the table: 0.05 is 0.05 again for people and for comparisons.
    for name in ("target", "confidence", "threshold", "bound"):
        values[name] = None if values[name] is None else round(values[name], 6)
    return Held(Certificate(**values), model_id, scores, ended_at)


async def current(tx: Transaction) -> dict[Scope, Held]:
    """The present statement of each scope: the one in force, else the one that says what is missing."""
    rows = await tx.fetch(
        SELECT + "and c.status in ('in_force', 'insufficient') order by c.status = 'in_force', c.id", tx.workspace_id
    )
    found = [_held(row) for row in rows]
    return {held.scope: held for held in found}


async def in_effect(tx: Transaction) -> list[Certificate]:
    """All that hold now, and those of languages that are held back."""
    rows = await tx.fetch(SELECT + "and (c.status = 'in_force' or c.held_back) order by c.id", tx.workspace_id)
    return [_held(row).certificate for row in rows]


async def of_languages(tx: Transaction) -> dict[Scope, Certificate]:
    """The newest statement of each language, whatever has become of it."""
    rows = await tx.fetch(SELECT + "and c.scope = 'language' and c.status <> 'replaced' order by c.id", tx.workspace_id)
    found = [_held(row) for row in rows]
    return {held.scope: held.certificate for held in found}


async def of_topic(tx: Transaction, entry_id: int, risk: Risk, limit: int = 30) -> list[Certificate]:
    """The statements about a topic and about its risk class, newest first."""
    rows = await tx.fetch(
        SELECT + "and (c.entry_id = $2 or (c.scope = 'risk' and c.risk = $3)) order by c.id desc limit $4",
        tx.workspace_id,
        entry_id,
        risk,
        limit,
    )
    return [_held(row).certificate for row in rows]


async def fresh_since(tx: Transaction) -> dict[Scope, datetime]:
    """By scope, since when judgements count: a drift makes a new beginning."""
    rows = await tx.fetch(
        SELECT + "and c.status = 'voided' and c.void_reason = any($2::text[]) order by c.id",
        tx.workspace_id,
        list(DRIFT),
    )
    found = [_held(row) for row in rows]
    return {held.scope: held.ended_at for held in found if held.ended_at is not None}


async def put(
    tx: Transaction,
    scope: Scope,
    statement: Statement,
    *,
    model_id: int,
    target: float,
    confidence: float,
    period: tuple[datetime, datetime] | None,
    scores: Mapping[str, Any],
) -> int:
    """A new statement in place of the scope's present one; in force when a threshold has passed."""
    await tx.execute(
        "update certificates set status = 'replaced', ended_at = $6 where workspace_id = $1 and scope = $2 "
        "and risk = $3 and language is not distinct from $4 and entry_id is not distinct from $5 "
        "and status in ('in_force', 'insufficient')",
        tx.workspace_id,
        scope.kind,
        scope.risk,
        scope.language,
        scope.entry_id,
        clock.now(),
    )
    return await tx.fetchval(
        "insert into certificates (workspace_id, scope, risk, language, entry_id, model_id, target, confidence, "
        "threshold, cases, answered, errors, bound, needed, evidence_from, evidence_to, scores, status, created_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning id",
        tx.workspace_id,
        scope.kind,
        scope.risk,
        scope.language,
        scope.entry_id,
        model_id,
        target,
        confidence,
        statement.threshold,
        statement.cases,
        statement.answered,
        statement.errors,
        statement.bound,
        statement.needed,
        period[0] if period else None,
        period[1] if period else None,
        scores,
        "insufficient" if statement.threshold is None else "in_force",
        clock.now(),
    )


async def renew(
    tx: Transaction, certificate_id: int, statement: Statement, period: tuple[datetime, datetime] | None
) -> None:
    """The same threshold, or still none, on more evidence."""
    await tx.execute(
        "update certificates set cases = $3, answered = $4, errors = $5, bound = $6, needed = $7, evidence_from = $8, "
        "evidence_to = $9 where workspace_id = $1 and id = $2",
        tx.workspace_id,
        certificate_id,
        statement.cases,
        statement.answered,
        statement.errors,
        statement.bound,
        statement.needed,
        period[0] if period else None,
        period[1] if period else None,
    )


async def hold_back(tx: Transaction, scope: Scope, certificate_id: int | None) -> None:
    """The robot only suggests in this language from now on, because of this statement; None: it may speak again."""
    await tx.execute(
        "update certificates set held_back = id is not distinct from $4 where workspace_id = $1 and scope = 'language' "
        "and risk = $2 and language = $3 and (held_back or id = $4)",
        tx.workspace_id,
        scope.risk,
        scope.language,
        certificate_id,
    )


async def void(tx: Transaction, certificate_id: int, reason: VoidReason) -> None:
    """It holds no longer."""
    await tx.execute(
        "update certificates set status = 'voided', void_reason = $3, ended_at = $4 "
        "where workspace_id = $1 and id = $2 and status = 'in_force'",
        tx.workspace_id,
        certificate_id,
        reason,
        clock.now(),
    )
