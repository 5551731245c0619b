"""What the lead asks of the robot: targets, shares to review, what a language model may do. Writes `robot_policies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

import msgspec

from tugi.core.database import Transaction
from tugi.core.errors import Invalid
from tugi.desk.people.checks import Checks
from tugi.robot import phrases
from tugi.robot.facts import Level

Risk: TypeAlias = Literal["low", "normal", "high"]
Audited: TypeAlias = Literal["audit", "own"]
ModelUse: TypeAlias = Literal["rewrite", "draft", "judge", "translate", "summarise"]

RISKS: tuple[Risk, ...] = ("low", "normal", "high")
# Below this share of wrong answers no shop has enough questions to show it; above it a certificate says nothing.
TARGETS = (0.005, 0.3)
CONFIDENCES = (0.8, 0.995)
MOST_OWN = 100
# Characters of an own boundary as it is compared. Shorter words stand in too much that people ask.
OWN_LENGTHS = (3, 60)


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
    own_boundaries: words and phrases whose messages always go to a person, see `tugi.robot.phrases`.
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
    own_boundaries: list[str] = field(default_factory=list[str])


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
    own_boundaries: list[str] | None = None


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
    new = _checked(new)
    if new != old:
        await tx.execute(
            "update robot_policies set settings = $2 where workspace_id = $1", tx.workspace_id, asdict(new)
        )
        tx.happened("RobotPolicyChanged")
    return new


def _checked(policy: RobotPolicy) -> RobotPolicy:
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
    own = tidy_boundaries(checks, "own_boundaries", policy.own_boundaries)
    checks.done()
    return replace(policy, own_boundaries=own)


def tidy_boundaries(checks: Checks, field_name: str, written: Sequence[str]) -> list[str]:
    """Own boundaries as they are kept: without empty ones and those that say the same as an earlier one."""
    kept: dict[tuple[str, ...], str] = {}
    for one in written:
        phrase = checks.line(field_name, one, 10 * OWN_LENGTHS[1], required=False)
        words = phrases.words_of(phrase)
        length = len(" ".join(words).replace("*", ""))
        if phrase and phrases.has_stray_star(phrase):
            checks.problem(field_name, f"“{phrase}”: put * only at the end of a word, as in refund*.")
        elif phrase and not OWN_LENGTHS[0] <= length <= OWN_LENGTHS[1]:
            checks.problem(field_name, f"“{phrase}”: write {OWN_LENGTHS[0]} to {OWN_LENGTHS[1]} letters or digits.")
        elif phrase:
            kept.setdefault(words, phrase)
    if len(kept) > MOST_OWN:
        checks.problem(field_name, f"At most {MOST_OWN} words or phrases. Remove {len(kept) - MOST_OWN}.")
    return list(kept.values())
