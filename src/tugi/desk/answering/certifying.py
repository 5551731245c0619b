"""Certifying: all judged questions, ranked anew by today's model, and what they show for each scope.

A job after every judgement and every training. It holds no transaction while it ranks, and running it twice or
being killed in the middle changes nothing: what it writes follows from what is stored.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tugi.core import clock
from tugi.core.database import Database, Transaction
from tugi.desk.answering import certificates, evidence, judged, policy, proposing, questions, scoring, topics
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.filing import Filing, Known, Scored, Tested
from tugi.desk.answering.judged import Judged
from tugi.desk.answering.levels import Setting
from tugi.desk.answering.policy import Risk
from tugi.desk.people import workspaces
from tugi.robot.model import Model, Ranking
from tugi.robot.second_opinion import NO_OPINION, SecondOpinion

# Rankings remembered; more are computed again.
REMEMBERED = 8_000
# Decisions of late whose scores say how scores are spread today.
LATELY = 600
# Questions read and ranked at a time, so that no statement takes long.
CHUNK = 500
_LOCK = "select pg_advisory_xact_lock($1, 7215)"


class Certifying:
    """Keeps the certificates of all workspaces of a worker up to date."""

    def __init__(self, database: Database, answering: Answering) -> None:
        self._database = database
        self._answering = answering
        self._turns: dict[int, asyncio.Lock] = {}
        self._marks: dict[int, object] = {}
        self._ranked: OrderedDict[tuple[int, int, int], Scored | None] = OrderedDict()

    async def run(self, ids: Mapping[str, Any]) -> None:
        """The job. A burst of judgements is one piece of work: who comes later finds it done."""
        workspace_id = ids["workspace_id"]
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            await self._run(workspace_id)

    async def _run(self, workspace_id: int) -> None:
        async with self._database.transaction(workspace_id) as tx:
            await evidence.refresh(tx)
        serving = await self._answering.model(workspace_id)
        if serving is None:
            return
        model_id, model = serving
        async with self._database.reading(workspace_id) as tx:
            known = await _read(tx, model_id)
        if self._marks.get(workspace_id) == known.mark:
            return
        wanted = [*known.lately, *(one.message_id for one in known.found)]
        scored = await self._score(workspace_id, model_id, model, wanted)
        heard = known.wishes.language_model["judge"] and self._answering.language_model_name is not None
        tested = _tested(known.found, scored, model.opinion if heard else NO_OPINION)
        lately = [one for message_id in known.lately if (one := scored.get(message_id))]
        async with self._database.transaction(workspace_id) as tx:
            await tx.execute(_LOCK, workspace_id % 2**31)
            if await _model_id(tx) != model_id:
                # A newer model serves already; the job that its training has ordered does this work.
                return
            await Filing(tx, model_id, known, tested, lately).file()
            await proposing.propose(tx, known.wishes, [*known.found, *known.taught], set(known.risks))
        self._marks[workspace_id] = known.mark

    async def _score(
        self, workspace_id: int, model_id: int, model: Model, message_ids: Sequence[int]
    ) -> dict[int, Scored]:
        """Today's ranking of these questions by message id; without those that the robot would not answer so."""
        missing = [m for m in dict.fromkeys(message_ids) if (workspace_id, model_id, m) not in self._ranked]
        embedder = await self._answering.embedder(workspace_id) if missing else None
        for start in range(0, len(missing), CHUNK):
            some = missing[start : start + CHUNK]
            async with self._database.reading(workspace_id) as tx:
                asked = await questions.of_messages(tx, await workspaces.get(tx), some)
            given = list(asked.values())
            rankings = await scoring.rank(self._database, embedder, workspace_id, model, given)
            fresh = {q.message_id: _scored(model, r) for q, r in zip(given, rankings, strict=True)}
            for message_id in some:
                self._ranked[workspace_id, model_id, message_id] = fresh.get(message_id)
        found = {m: self._ranked[workspace_id, model_id, m] for m in message_ids}
        while len(self._ranked) > REMEMBERED:
            self._ranked.popitem(last=False)
        return {message_id: one for message_id, one in found.items() if one is not None}


def _scored(model: Model, ranking: Ranking) -> Scored | None:
    first = model.find_entry(ranking.candidates[0].entry_id) if ranking.candidates else None
    if first is None or first.policy != "answer" or ranking.negation_differs:
        return None
    return Scored(int(first.id), ranking.probability, None)


def _tested(found: Sequence[Judged], scored: Mapping[int, Scored], opinion: SecondOpinion) -> list[Tested]:
    """The judged questions with the score the robot goes by: a language model's opinion of the same entry counts as
    it does when the robot answers, where it can only hold back."""
    tested: list[Tested] = []
    for one in found:
        score = scored.get(one.message_id)
        if score is not None:
            right = one.known and one.truth == score.entry_id
            fits = one.fits if one.entry_id == score.entry_id else None
            probability = opinion.careful(score.probability, fits)
            tested.append(Tested(one, replace(score, probability=probability, language=one.language), right))
    return tested


async def _read(tx: Transaction, model_id: int) -> Known:
    wishes = await policy.get(tx)
    settings = await topics.settings(tx)
    rows = await tx.fetch(
        "select id from entries where workspace_id = $1 and not archived and policy = 'answer'", tx.workspace_id
    )
    risks: dict[int, Risk] = {row["id"]: settings.get(row["id"], Setting()).risk for row in rows}
    found = await judged.of_role(tx, "certify")
    taught = await judged.of_role(tx, "teach")
    lately = await tx.fetch(
        "select message_id from verdicts where workspace_id = $1 and first_entry_id is not null "
        "and kind <> 'stay_silent' and why ->> 'sentence' <> 'chosen' order by id desc limit $2",
        tx.workspace_id,
        LATELY,
    )
    fresh_since = await certificates.fresh_since(tx)
    newest = await tx.fetchval("select max(id) from verdicts where workspace_id = $1", tx.workspace_id)
    mark = (
        model_id, repr(wishes), repr(settings), sorted(risks), hash(tuple(found)), hash(tuple(taught)),
        (newest or 0) // 25, clock.now().date(), sorted(map(repr, fresh_since)),
    )  # fmt: skip
    return Known(wishes, found, taught, [row["message_id"] for row in lately], risks, fresh_since, mark)


async def _model_id(tx: Transaction) -> int | None:
    return await tx.fetchval("select max(id) from models where workspace_id = $1 and status = 'ready'", tx.workspace_id)
