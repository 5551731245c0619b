"""Topics: what the robot may do with each knowledge entry, by channel. Writes `topics` and `topic_changes`."""

from __future__ import annotations

from tugi.core.database import Transaction
from tugi.desk.answering import certificates, policy
from tugi.desk.answering.certificates import Certificate
from tugi.robot.facts import Level, Permit


def effective(level: Level, certified: bool) -> Level:
    """What a level amounts to: on its own only under a certificate, otherwise it falls back to suggesting."""
    return "suggest" if level == "own" and not certified else level


async def permits(tx: Transaction, channel: str) -> tuple[dict[str, Permit], Permit]:
    """What the robot may do on this channel: by entry id, and with every other entry."""
    wishes = await policy.get(tx)
    in_force = await certificates.in_force(tx)
    by_entry = {one.entry_id: one for one in in_force if one.scope == "topic"}
    by_risk = {one.risk: one for one in in_force if one.scope == "risk"}
    found = {
        str(entry_id): permit(wishes.default_level, one) for entry_id, one in by_entry.items() if entry_id is not None
    }
    for row in await tx.fetch(
        "select entry_id, risk, level, channel_levels from topics where workspace_id = $1", tx.workspace_id
    ):
        level = row["channel_levels"].get(channel) or row["level"] or wishes.default_level
        found[str(row["entry_id"])] = permit(level, by_entry.get(row["entry_id"]) or by_risk.get(row["risk"]))
    return found, permit(wishes.default_level, by_risk.get("normal"))


def permit(level: Level, certificate: Certificate | None) -> Permit:
    """A level and the certificate in force that covers the topic, as the robot is told."""
    if certificate is None:
        return Permit(effective(level, False))
    return Permit(
        level=effective(level, True),
        threshold=certificate.threshold,
        certificate_id=certificate.id,
        cases=certificate.answered,
        errors=certificate.errors,
        bound=certificate.bound,
    )
