"""What the lead asks of the robot: targets, shares to review, what a language model may do. Writes `robot_policies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec

from tugi.core.database import Transaction
from tugi.core.errors import Invalid
from tugi.desk.people.checks import Checks
from tugi.robot.facts import Level

Risk: TypeAlias = Literal["low", "normal", "high"]
Audited: TypeAlias = Literal["audit", "own"]
ModelUse: TypeAlias = Literal["rewrite", "draft", "judge", "translate", "summarise"]

RISKS: tuple[Risk, ...] = ("low", "normal", "high")
# Below this share of wrong answers no shop has enough questions to show it; above it a certificate says nothing.
TARGETS = (0.005, 0.3)
CONFIDENCES = (0.8, 0.995)


def _targets() -> dict[Risk, float]:
    return {"low": 0.05, "normal": 0.05, "high": 0.02}


def _audit_share() -> dict[Audited, float]:
    return {"audit": 0.2, "own": 0.05}


def _language_model() -> dict[ModelUse, bool]:
    return {"rewrite": False, "draft": False, "judge": False, "translate": False, "summarise": True}


@dataclass(frozen=True, slots=True)
class RobotPolicy:
    """The lead's wishes. Shares are from 0 to 1.

    default_level: for topics without a level of their own; "own" takes effect only where it is certified.
    targets: the largest share of wrong answers, by risk; confidence: how sure a certificate must be.
    audit_share: of the robot's own answers, by level, and hand_over_share of handed-over contacts, that are drawn
    for review; second_judge_share of those go to two people. minutes_per_contact: what an answered contact saves.
    order_topic: the entry whose answer is read from the customer's own order, after proof; 0: there is none.
    """

    default_level: Level = "suggest"
    targets: dict[Risk, float] = field(default_factory=_targets)
    confidence: float = 0.95
    automatic_promotion: bool = False
    audit_share: dict[Audited, float] = field(default_factory=_audit_share)
    hand_over_share: float = 0.05
    second_judge_share: float = 0.2
    minutes_per_contact: float = 4.0
    language_model: dict[ModelUse, bool] = field(default_factory=_language_model)
    order_topic: int = 0


# Read with every question, so it is made once.
_DEFAULTS: Mapping[str, Any] = asdict(RobotPolicy())


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """The wishes to change; None leaves one as it is. Of the tables only the given lines change."""

    default_level: Level | None = None
    targets: dict[Risk, float] | None = None
    confidence: float | None = None
    automatic_promotion: bool | None = None
    audit_share: dict[Audited, float] | None = None
    hand_over_share: float | None = None
    second_judge_share: float | None = None
    minutes_per_contact: float | None = None
    language_model: dict[ModelUse, bool] | None = None
    order_topic: int | None = None


async def get(tx: Transaction) -> RobotPolicy:
    """The workspace's policy; what nobody has set has its default."""
    settings = await tx.fetchval("select settings from robot_policies where workspace_id = $1", tx.workspace_id)
    return policy_from_json(settings or {})


def policy_from_json(settings: Mapping[str, Any]) -> RobotPolicy:
    """A policy from stored settings, which may lack what later releases added."""
    whole = dict(_DEFAULTS)
    _lay_over(whole, settings)
    return msgspec.convert(whole, RobotPolicy)


def _lay_over(whole: dict[str, Any], change: Mapping[str, Any]) -> None:
    for name, value in change.items():
        if isinstance(value, Mapping) and name in whole:
            whole[name] = {**whole[name], **value}
        elif name in whole and value is not None:
            whole[name] = value


async def update(tx: Transaction, change: PolicyChange) -> RobotPolicy:
    """Change some wishes. Raises Invalid with every problem by field."""
    await tx.execute(
        "insert into robot_policies (workspace_id, settings) values ($1, '{}') on conflict do nothing", tx.workspace_id
    )
    await tx.fetchval("select true from robot_policies where workspace_id = $1 for update", tx.workspace_id)
    old = await get(tx)
    whole: dict[str, Any] = asdict(old)
    _lay_over(whole, asdict(change))
    try:
        new = msgspec.convert(whole, RobotPolicy)
    except msgspec.ValidationError as error:
        raise Invalid(f"This policy cannot be read: {error}") from error
    _check(new)
    if new != old:
        await tx.execute(
            "update robot_policies set settings = $2 where workspace_id = $1", tx.workspace_id, asdict(new)
        )
        tx.happened("RobotPolicyChanged")
    return new


def _check(policy: RobotPolicy) -> None:
    checks = Checks()

    def within(name: str, value: float, least: float, most: float) -> None:
        if not least <= value <= most:
            checks.problem(name, f"It must be between {least:g} and {most:g}.")

    for risk, target in policy.targets.items():
        within(f"targets.{risk}", target, *TARGETS)
    within("confidence", policy.confidence, *CONFIDENCES)
    for level, share in policy.audit_share.items():
        # Answers that nobody looks at would keep their certificate whatever became of them.
        within(f"audit_share.{level}", share, 0.01, 1)
    within("hand_over_share", policy.hand_over_share, 0, 1)
    within("second_judge_share", policy.second_judge_share, 0, 1)
    within("minutes_per_contact", policy.minutes_per_contact, 0, 120)
    checks.done()
