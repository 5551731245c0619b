"""Deciding: the workspace's model, the engine it was trained with, and the verdict on a question's facts.

No transaction is open while a model reads or an engine computes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import Files
from tugi.desk.answering import training, vectors, verdicts
from tugi.desk.answering.wording import Draft
from tugi.ports import Embedder, Embedders, EngineFailed
from tugi.robot import facts as robot
from tugi.robot.decide import decide, reconsider
from tugi.robot.model import BadModel, Model, model_from_bytes
from tugi.robot.reading import question_parts, question_text

log = structlog.get_logger("tugi.answering")


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, how it looks on screens, and the milliseconds it took.

    aside: with a hand-over, what the robot would suggest to the person who takes over, if anything.
    vector: the question's, of the engine `variant`, when it had to be computed.
    draft: with a suggestion, a language model's words for the agent. further: suggestions for the other questions of
    a letter that asks several.
    """

    verdict: robot.Verdict
    shown: verdicts.Verdict
    ms: float
    aside: robot.Suggest | None = None
    variant: str = ""
    vector: vectors.Floats | None = None
    draft: Draft | None = None
    further: tuple[robot.Suggest, ...] = ()


class Deciding:
    """Decides for all workspaces of a process. Models are read when first needed."""

    def __init__(self, database: Database, files: Files, embedders: Embedders | None) -> None:
        self._database = database
        self._files = files
        self._embedders = embedders
        self._models: dict[int, tuple[int, Model | None]] = {}

    async def decide(self, workspace_id: int, known: robot.Facts) -> Decision:
        """The robot's verdict on these facts; nothing is stored and no transaction is open."""
        return await self.decide_with(await self._model(workspace_id), known)

    async def decide_with(self, model: Model | None, known: robot.Facts) -> Decision:
        """The same by this model; with none, people answer."""
        started = clock.monotonic()
        embedded = await self._vectors(model, [question_text(known), *question_parts(known)])
        vector, parts = (None, None) if embedded is None else (embedded[0], embedded[1:])
        verdict, aside = _with_aside(known, model, vector, decide(known, model, vector, parts))
        several = _for_each(known, model, parts) if known.by_letter and _asks_several(verdict) else []
        # Candidates are named in the customer's language, as the conversation beside them is.
        titles = _titles(model, (verdict.why.language, *known.languages))
        shown = verdicts.view(verdict, titles)
        ms, variant = (clock.monotonic() - started) * 1000, model.variant if model else ""
        aside, further = (several[0], tuple(several[1:])) if several else (aside, ())
        return Decision(verdict, shown, ms, aside, variant, vector, further=further)

    def reconsidered(self, known: robot.Facts, model: Model, decision: Decision) -> Decision:
        """The decision after what a language model said of its answer; as it was where none was heard."""
        answer = decision.verdict
        # Another model may have come into service meanwhile, and its opinion of this score would be of another score.
        if not isinstance(answer, robot.Answer) or answer.why.model_version != model.version:
            return decision
        fits = answer.why.reading.get("fits")
        if fits is None:
            return decision
        verdict = reconsider(known, model, decision.vector, answer, fits)
        verdict, aside = _with_aside(known, model, decision.vector, verdict)
        shown = verdicts.view(verdict, _titles(model, (verdict.why.language, *known.languages)))
        return replace(decision, verdict=verdict, shown=shown, aside=aside)

    async def warm(self, workspace_id: int) -> None:
        """Read the model and the embedder's weights now, so that the first customer need not wait for them."""
        model = await self._model(workspace_id)
        await self._vector(model, ".")

    async def variant(self, workspace_id: int) -> str | None:
        """The engine whose vectors the workspace's model reads; None: it needs none."""
        model = await self._model(workspace_id)
        return model.variant if model is not None and model.embedded else None

    async def vector(self, workspace_id: int, text: str) -> vectors.Floats | None:
        """The text's vector by that engine, computed with no transaction open."""
        return await self._vector(await self._model(workspace_id), text)

    async def model(self, workspace_id: int) -> tuple[int, Model] | None:
        """The model that serves now, with its id."""
        model = await self._model(workspace_id)
        held = self._models.get(workspace_id)
        return (held[0], model) if held is not None and model is not None else None

    async def embedder(self, workspace_id: int) -> Embedder | None:
        """That engine, opened; None when the model needs none or it cannot be had."""
        variant = await self.variant(workspace_id)
        return await self._embedders.find(variant) if variant and self._embedders else None

    async def _vector(self, model: Model | None, text: str) -> vectors.Floats | None:
        """The text's vector by the model's own engine, or None: then a person takes over."""
        found = await self._vectors(model, [text])
        return None if found is None else found[0]

    async def _vectors(self, model: Model | None, texts: Sequence[str]) -> vectors.Floats | None:
        """The texts' vectors in one go, a row each."""
        if model is None or not model.embedded or self._embedders is None:
            return None
        embedder = await self._embedders.find(model.variant)
        try:
            return await embedder.embed(texts) if embedder else None
        except EngineFailed as error:
            log.warning("the engine failed", variant=model.variant, why=str(error))
            return None

    async def _model(self, workspace_id: int) -> Model | None:
        async with self._database.reading(workspace_id) as tx:
            ready = await training.find_ready(tx)
        return await self._opened(workspace_id, ready)

    async def _opened(self, workspace_id: int, ready: tuple[int, str] | None) -> Model | None:
        """The model of this id and file, read if another served before."""
        if ready is None:
            return None
        model_id, file_hash = ready
        held = self._models.get(workspace_id)
        if held is None or held[0] != model_id:
            content = await self._files.get(workspace_id, file_hash)
            try:
                held = (model_id, await asyncio.to_thread(model_from_bytes, content))
            except BadModel as error:
                # Of an older release: people answer until the training that this start has ordered is over.
                log.warning("a model cannot be read", workspace_id=workspace_id, why=str(error))
                held = (model_id, None)
            self._models[workspace_id] = held
        return held[1]


def _with_aside(
    known: robot.Facts, model: Model | None, vector: vectors.Floats | None, verdict: robot.Verdict
) -> tuple[robot.Verdict, robot.Suggest | None]:
    """The verdict and, with a hand-over, what the person who takes over is offered."""
    if not isinstance(verdict, robot.HandOver):
        return verdict, None
    beside = decide(replace(known, handler="queue"), model, vector)
    # A boundary is read before any entry is; the person who takes over is shown the nearest all the same.
    why = replace(verdict.why, candidates=verdict.why.candidates or beside.why.candidates)
    return replace(verdict, why=why), beside if isinstance(beside, robot.Suggest) else None


def _asks_several(verdict: robot.Verdict) -> bool:
    return isinstance(verdict, robot.HandOver) and verdict.reason == "several_questions"


def _for_each(known: robot.Facts, model: Model | None, parts: vectors.Floats | None) -> list[robot.Suggest]:
    """What a person is offered for each question of a letter, an entry once."""
    texts = question_parts(known)
    if parts is None or len(parts) != len(texts):
        return []
    each = [
        decide(replace(known, burst=(text,), handler="queue"), model, vector)
        for text, vector in zip(texts, parts, strict=True)
    ]
    return list({one.entry_id: one for one in each if isinstance(one, robot.Suggest)}.values())


def _titles(model: Model | None, languages: tuple[str, ...]) -> dict[int, str]:
    if model is None:
        return {}
    return {
        int(entry.id): next((entry.titles[code] for code in languages if code in entry.titles), "")
        for entry in model.entries
    }
