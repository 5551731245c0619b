"""A language model's summary of a long case, made after the robot's own and kept in its place where it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.errors import NotFound
from tugi.desk.answering import summaries
from tugi.desk.answering.summaries import Summary
from tugi.desk.answering.wording import WRITTEN_BY, Wording
from tugi.desk.cases import cases, transcript
from tugi.robot.facts import Turn

# The model reads the newest so many messages.
READ = 80


class Summarising:
    """The job that follows a summary of the robot's own."""

    def __init__(self, database: Database, wording: Wording | None) -> None:
        self._database = database
        self._wording = wording

    async def run(self, ids: Mapping[str, Any]) -> None:
        """Summarise the case `case_id` in `language`. Safe to run twice; without a model it does nothing."""
        if self._wording is None or not self._wording.has_model:
            return
        workspace_id, case_id, language = ids["workspace_id"], ids["case_id"], ids["language"]
        async with self._database.reading(workspace_id) as tx:
            try:
                await cases.get_case(tx, case_id)
            except NotFound:
                return
            said = await transcript.of_case(tx, case_id, limit=READ)
        turns = [Turn(m.author.kind, m.text) for m in said if m.author.kind != "system"]
        text = await self._wording.summarise(workspace_id, turns, language) if turns else None
        if text is None:
            return
        async with self._database.transaction(workspace_id) as tx:
            await summaries.keep(tx, case_id, language, Summary(text, WRITTEN_BY, clock.now(), said[-1].id))
