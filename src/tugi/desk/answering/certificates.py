"""Certificates: statements about how often the robot's answers are wrong. Writes `certificates`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from tugi.core.database import Row, Transaction
from tugi.desk.answering.policy import Risk

Scope: TypeAlias = Literal["risk", "language", "topic"]
Standing: TypeAlias = Literal["in_force", "insufficient", "voided", "replaced"]
VoidReason: TypeAlias = Literal["knowledge_changed", "scores_shifted", "audit_errors", "engine_changed", "new_evidence"]

SELECT = (
    "select id, scope, risk, language, entry_id, model_id, target, confidence, threshold, cases, answered, errors, "
    "bound, needed, evidence_from, evidence_to, scores, status, void_reason, created_at, "
    "(select max(v.number) from versions v where v.workspace_id = c.workspace_id and v.model_id = c.model_id) "
    "as version from certificates c where c.workspace_id = $1 "
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One statement: of `answered` judged questions with a score of at least `threshold`, `errors` were wrong, so
    the share of wrong answers is at most `bound`, with `confidence`; it is in force while that is within `target`.

    cases: judged questions of the scope; needed: more judged answers, all right, until it is in force.
    """

    id: int
    scope: Scope
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


def certificate_of(row: Row) -> Certificate:
    """A certificate from a row of SELECT."""
    values = dict(row)
    del values["model_id"], values["scores"]
    return Certificate(**values)


async def in_force(tx: Transaction) -> list[Certificate]:
    """All that hold now."""
    rows = await tx.fetch(SELECT + "and status = 'in_force' order by id", tx.workspace_id)
    return [certificate_of(row) for row in rows]
