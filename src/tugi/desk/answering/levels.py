"""The dimmer's rules: what a level amounts to, when it falls, and which one the evidence speaks for next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tugi.desk.answering.certificates import DRIFT, Certificate
from tugi.desk.answering.policy import Risk
from tugi.robot.facts import Level, Permit

# Right judgements before a topic is proposed for answering after a click.
ENOUGH_TO_CLICK = 10
# Audited answers, besides the certificate, before a topic is proposed to be the robot's own.
ENOUGH_AUDITED = 20
# After a lead has declined a proposal it is not made again for so long.
DECLINED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Setting:
    """What was set for a topic; level None: the policy's default."""

    risk: Risk = "normal"
    level: Level | None = None
    channel_levels: Mapping[str, Level] = field(default_factory=dict[str, Level])
    demoted_at: datetime | None = None
    demoted_why: str | None = None
    proposed: Level | None = None
    proposed_at: datetime | None = None

    @property
    def barred(self) -> bool:
        """Whether its own traffic spoke against it, so that only a certificate of its own covers it again."""
        return self.demoted_why in DRIFT

    def level_on(self, channel: str | None, default: Level) -> Level:
        """The level asked for on this channel, or (None) where no channel has its own."""
        own = self.channel_levels.get(channel) if channel else None
        return own or self.level or default


def effective(level: Level, certified: bool) -> Level:
    """What a level amounts to: on its own only under a certificate, otherwise it falls back to suggesting."""
    return "suggest" if level == "own" and not certified else level


def demoted(level: Level, by_certificate: bool) -> Level:
    """The level once the certificate is void. by_certificate: the certificate was what brought it here."""
    return "suggest" if level == "own" or (level == "audit" and by_certificate) else level


def proposal(level: Level, *, certified: bool, right: int, wrong: int, audited: int) -> Level | None:
    """The next level that the evidence speaks for, if any; the robot speaks without a click only where certified.

    audited: how many of the topic's answers by the robot itself reviewers have looked at.
    """
    if level in ("suggest", "click") and certified:
        return "audit"
    if level == "suggest" and right >= ENOUGH_TO_CLICK and right >= 9 * wrong:
        return "click"
    if level == "audit" and certified and audited >= ENOUGH_AUDITED:
        return "own"
    return None


def permit(level: Level, certificate: Certificate | None, only_suggests_in: tuple[str, ...] = ()) -> Permit:
    """A level and the certificate in force that covers the topic, as the robot is told."""
    if certificate is None:
        return Permit(effective(level, False), only_suggests_in=only_suggests_in)
    return Permit(
        level=effective(level, True),
        threshold=certificate.threshold,
        certificate_id=certificate.id,
        cases=certificate.answered,
        errors=certificate.errors,
        bound=certificate.bound,
        only_suggests_in=only_suggests_in,
    )
