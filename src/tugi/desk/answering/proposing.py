"""Promotions: what the evidence speaks for is proposed to the lead, or done where the lead has said so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.desk.answering import topics
from tugi.desk.answering.judged import Judged, capped
from tugi.desk.answering.levels import DECLINED_FOR, Setting, effective, proposal
from tugi.desk.answering.policy import RobotPolicy


async def propose(tx: Transaction, wishes: RobotPolicy, found: Sequence[Judged], entry_ids: set[int]) -> None:
    """Bring every topic's proposal up to date. found: all judged questions; entry_ids: topics that may be answered."""
    kept = capped([one for one in found if one.sure])
    right = Counter(one.entry_id for one in kept if one.right and one.drawn != "signal")
    wrong = Counter(one.entry_id for one in kept if not one.right)
    audited = Counter(one.entry_id for one in found if one.kind == "answer" and one.drawn in ("random", "risk"))
    known, cover = await topics.settings(tx), await topics.cover(tx)
    for entry_id in sorted(entry_ids):
        setting = known.get(entry_id, Setting())
        certified = cover.of(entry_id, setting) is not None
        level = effective(setting.level_on(None, wishes.default_level), certified)
        next_level = proposal(
            level, certified=certified, right=right[entry_id], wrong=wrong[entry_id], audited=audited[entry_id]
        )
        if next_level == setting.proposed:
            continue
        if next_level is None:
            await topics.withdraw(tx, entry_id)
        elif not _was_declined(setting):
            await topics.propose(tx, entry_id, next_level)
            if wishes.automatic_promotion:
                await topics.promote(tx, entry_id, "automatic")


def _was_declined(setting: Setting) -> bool:
    if setting.proposed is not None or setting.proposed_at is None:
        return False
    return clock.now() - setting.proposed_at < DECLINED_FOR
