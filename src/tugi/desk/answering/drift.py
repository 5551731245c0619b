"""Drift: signs that today's traffic is no longer what a certificate was made on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from tugi.core.database import Transaction
from tugi.desk.answering.certificates import Scope
from tugi.desk.answering.judged import Judged
from tugi.robot.certificate import at_least
from tugi.robot.shift import answerable_share, standard_error

# Verdicts that are compared with those before the certificate, and the fewest of either that say anything.
WINDOW, FEWEST = 200, 100
# A population stability index above this is a shift by the trade's common rule.
SHIFTED = 0.25
# The estimated answerable share may move by this much, and by so many standard errors of the estimates: with 200
# scores the first alone would raise one alarm in six where nothing has moved.
MOVED, SURE = 0.10, 3.0
# Audited answers speak against a certificate at this level.
LEVEL = 0.05
# And against one topic of many.
LEVEL_OF_ONE = 0.01
BINS = 10
# Decimals that a stored verdict keeps of a probability.
KEPT = 4


def spread(scores: Sequence[float]) -> dict[str, Any]:
    """How scores are spread, to be kept with a certificate; empty when there are too few.

    cuts: their deciles; shares: of them between the cuts; prior: their mean;
    answerable, error: the share estimated from them and its standard error.
    """
    if len(scores) < FEWEST:
        return {}
    # Between two values that are kept, so that the same score always falls on the same side; the first one is below
    # all of them.
    kept, half = np.round(scores, KEPT), 0.5 * 10**-KEPT
    deciles = np.quantile(kept, np.arange(1, BINS) / BINS, method="lower")
    cuts = [float(kept.min()) - half, *(np.unique(np.round(deciles, KEPT)) + half).tolist()]
    prior = float(np.mean(scores))
    share = answerable_share(scores, prior)
    return {
        "cuts": cuts,
        "shares": _shares(cuts, scores),
        "prior": prior,
        "answerable": share,
        "error": standard_error(scores, prior, share),
    }


def has_shifted(reference: Mapping[str, Any], scores: Sequence[float]) -> bool:
    """Whether scores are spread otherwise than `reference` says, or much more or less of them can be answered."""
    if not reference or len(scores) < FEWEST:
        return False
    if stability_index(reference["shares"], _shares(reference["cuts"], scores)) > SHIFTED:
        return True
    now = answerable_share(scores, reference["prior"])
    error = float(np.hypot(reference["error"], standard_error(scores, reference["prior"], now)))
    return abs(now - reference["answerable"]) > max(MOVED, SURE * error)


def stability_index(before: Sequence[float], after: Sequence[float]) -> float:
    """The population stability index of two sets of shares: 0 when they are the same."""
    old, new = np.asarray(before), np.asarray(after)
    return float(((new - old) * np.log(new / old)).sum())


def _shares(cuts: Sequence[float], scores: Sequence[float]) -> list[float]:
    """Shares between the cuts, with half a score added to each so that none is empty."""
    counts = np.bincount(np.searchsorted(cuts, np.round(scores, KEPT)), minlength=len(cuts) + 1) + 0.5
    return (counts / counts.sum()).tolist()


async def scores_since(tx: Transaction, scope: Scope, risks: Mapping[int, str], since: datetime) -> list[float]:
    """The newest scores of decisions on the scope's topics since then, at most WINDOW; risks: by entry id."""
    entry_ids = [entry_id for entry_id, risk in risks.items() if covers(scope, entry_id, risk, scope.language)]
    rows = await tx.fetch(
        "select first_probability from verdicts where workspace_id = $1 and created_at > $2 "
        "and first_entry_id = any($3::bigint[]) and ($4::text is null or language = $4) "
        "and kind <> 'stay_silent' and why ->> 'sentence' <> 'chosen' order by created_at desc limit $5",
        tx.workspace_id,
        since,
        entry_ids,
        scope.language,
        WINDOW,
    )
    return [row["first_probability"] for row in rows]


def audits_speak_against(
    scope: Scope,
    found: Sequence[Judged],
    risks: Mapping[int, str],
    since: datetime,
    target: float,
    level: float = LEVEL,
) -> bool:
    """Whether reviewers found significantly more errors than the target in what the robot said since then by itself."""
    seen = [
        one
        for one in found
        if one.kind == "answer"
        and one.drawn in ("random", "risk")
        and one.asked_at > since
        and one.entry_id is not None
        and covers(scope, one.entry_id, risks.get(one.entry_id, "normal"), one.language)
    ]
    errors = sum(not one.right for one in seen)
    return errors > 0 and at_least(errors, len(seen), target) < level


def covers(scope: Scope, entry_id: int, risk: str, language: str | None) -> bool:
    """Whether a decision on this topic in this language belongs to the scope."""
    if scope.kind == "topic":
        return scope.entry_id == entry_id
    return scope.risk == risk and (scope.kind == "risk" or scope.language == language)
