"""Ranking many past questions with one model, embedding only what was not kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np

from tugi.core.database import Database
from tugi.desk.answering import vectors
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.vectors import Floats
from tugi.ports import Embedder
from tugi.robot.model import Model, Ranking
from tugi.robot.reading import read_turn

# One embedding call at a time holds the engine no longer than a second or two.
BATCH = 256


async def rank(
    database: Database, embedder: Embedder | None, workspace_id: int, model: Model, questions: Sequence[PastQuestion]
) -> list[Ranking]:
    """The model's ranking of each question, in order; new vectors are kept. No transaction is open meanwhile.

    Raises ValueError when the model needs vectors and there is no embedder.
    """
    found: Floats | None = None
    if model.embedded:
        if embedder is None:
            raise ValueError("this model needs vectors, and no embedder is installed")
        found = await embedded(database, embedder, workspace_id, model.variant, questions)
    return await asyncio.to_thread(_ranked, model, questions, found)


async def embedded(
    database: Database, embedder: Embedder, workspace_id: int, variant: str, questions: Sequence[PastQuestion]
) -> Floats:
    """Vectors [len(questions), d] of the questions' texts; those not kept yet are computed and kept."""
    async with database.reading(workspace_id) as tx:
        held = await vectors.known(tx, variant, [question.message_id for question in questions])
    missing = [question for question in questions if question.message_id not in held]
    for start in range(0, len(missing), BATCH):
        some = missing[start : start + BATCH]
        made = await embedder.embed([question.text for question in some])
        held.update((question.message_id, vector) for question, vector in zip(some, made, strict=True))
        async with database.transaction(workspace_id) as tx:
            await vectors.keep(tx, variant, [(q.message_id, q.case_id, v) for q, v in zip(some, made, strict=True)])
    rows = [held[question.message_id] for question in questions]
    return np.stack(rows) if rows else np.zeros((0, embedder.dimensions), np.float32)


def _ranked(model: Model, questions: Sequence[PastQuestion], found: Floats | None) -> list[Ranking]:
    return [
        model.rank(question.text, read_turn(question.facts.burst).negated, None if found is None else found[place])
        for place, question in enumerate(questions)
    ]
