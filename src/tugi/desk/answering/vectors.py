"""Vectors of customers' questions, kept so that replays, certificates and likeness need not compute them again.

Only this file writes `question_vectors`. They are kept at half precision: a thousandth is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tugi.core.database import Transaction

Floats = NDArray[np.float32]


async def known(tx: Transaction, variant: str, message_ids: Sequence[int]) -> dict[int, Floats]:
    """The kept vectors of this engine for questions that end with these messages, by message id."""
    rows = await tx.fetch(
        "select message_id, vector from question_vectors "
        "where workspace_id = $1 and variant = $2 and message_id = any($3::bigint[])",
        tx.workspace_id,
        variant,
        list(message_ids),
    )
    return {row["message_id"]: of_bytes(row["vector"]) for row in rows}


def of_bytes(content: bytes) -> Floats:
    """A vector from the half-precision bytes it is kept as."""
    return np.frombuffer(content, np.float16).astype(np.float32)


async def keep(tx: Transaction, variant: str, items: Sequence[tuple[int, int, Floats]]) -> None:
    """Keep (message id, case id, vector) of this engine; what is kept already stays. Cases that are gone are
    left out."""
    if not items:
        return
    await tx.execute(
        "insert into question_vectors (workspace_id, message_id, case_id, variant, vector) "
        "select $1, v.message_id, v.case_id, $2, v.vector "
        "from unnest($3::bigint[], $4::bigint[], $5::bytea[]) as v(message_id, case_id, vector) "
        "where exists (select from cases c where c.workspace_id = $1 and c.id = v.case_id) "
        "on conflict (workspace_id, variant, message_id) do nothing",
        tx.workspace_id,
        variant,
        [message_id for message_id, _, _ in items],
        [case_id for _, case_id, _ in items],
        [vector.astype(np.float16).tobytes() for _, _, vector in items],
    )
