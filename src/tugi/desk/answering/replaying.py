"""The work of a replay: question after question in chunks, each stored with how far it has come.

A worker may be killed at any moment: another one goes on after the last stored chunk. The robot rehearses in
processes of its own, so that customers are answered as quickly as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tugi.core.database import Database, Transaction
from tugi.core.files import Files
from tugi.desk.answering import policy, questions, replay, replay_summary, topics, training, truths, vectors
from tugi.desk.answering.failures import Failure
from tugi.desk.answering.questions import PastQuestion
from tugi.desk.answering.rehearsing import Decide, RehearsalFailed, Rehearse
from tugi.desk.answering.replay import Draft, Item, Standing
from tugi.desk.answering.training import Train
from tugi.desk.answering.truths import Judged
from tugi.desk.knowledge import entries
from tugi.desk.people import workspaces
from tugi.robot import facts as robot
from tugi.robot.facts import Permit
from tugi.robot.model import BadModel, model_from_bytes
from tugi.robot.rehearsal import Asked, Decided, Stage

# A second or two of work: as long as a cancelled replay may go on, and as much as a killed one loses.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some questions, newest first, with what is known of them."""

    asked: Sequence[PastQuestion]
    judged: Mapping[int, Judged]
    held: Mapping[int, vectors.Floats]


@dataclass(frozen=True, slots=True)
class _Cast:
    """The robot of a replay. variant: its engine, "" for none; fresh: made for this replay alone."""

    model: bytes | None
    variant: str


class Replaying:
    """Runs replays for all workspaces of a worker."""

    def __init__(self, database: Database, files: Files, rehearse: Rehearse, train: Train) -> None:
        self._database = database
        self._files = files
        self._rehearse = rehearse
        self._train = train

    async def run(self, ids: Mapping[str, Any]) -> None:
        """The job: decide what is left of a replay. Safe to run twice and at once."""
        workspace_id, replay_id = ids["workspace_id"], ids["replay_id"]
        standing = await self._begin(workspace_id, replay_id)
        if standing is None:
            return
        try:
            cast = await self._cast(workspace_id, standing)
            async with self._database.reading(workspace_id) as tx:
                stage = await _stage(tx, standing.draft, cast)
            async with self._rehearse(stage) as decide:
                await self._go_through(workspace_id, replay_id, standing, cast, decide)
        except (RehearsalFailed, BadModel) as error:
            failure = Failure("model", str(error)) if isinstance(error, BadModel) else error.failure
            async with self._database.transaction(workspace_id) as tx:
                await replay.fail(tx, replay_id, failure)

    async def gave_up(self, ids: Mapping[str, Any]) -> None:
        """It failed for good, as far as a worker can tell; people may resume it."""
        async with self._database.transaction(ids["workspace_id"]) as tx:
            await replay.fail(tx, ids["replay_id"], Failure("worker"))

    async def _begin(self, workspace_id: int, replay_id: int) -> Standing | None:
        """Settle once which questions and which robot it is about; None when there is nothing to do."""
        async with self._database.transaction(workspace_id) as tx:
            standing = await replay.find_standing(tx, replay_id, hold=True)
            if standing is None or standing.status not in ("waiting", "running"):
                return None
            if standing.position:
                await replay.run_on(tx, replay_id)
                return standing
            newest = await tx.fetchval("select max(id) from messages where workspace_id = $1", workspace_id)
            position = (newest or 0) + 1
            wanted = await tx.fetchval(
                "select wanted from replays where workspace_id = $1 and id = $2", workspace_id, replay_id
            )
            total = await questions.count(tx, before=position, most=wanted, channel=standing.channel)
            version_id, model_hash = await _robot_of(tx, standing)
            await replay.begin(
                tx, replay_id, total=total, position=position, version_id=version_id, model_hash=model_hash
            )
            return replace(
                standing, status="running", total=total, position=position, version_id=version_id, model_hash=model_hash
            )

    async def _cast(self, workspace_id: int, standing: Standing) -> _Cast:
        """The robot's model: the stored one, or one that learns the draft's knowledge now."""
        model = await self._files.get(workspace_id, standing.model_hash) if standing.model_hash else None
        draft = standing.draft
        if draft.archived or draft.examples:
            async with self._database.reading(workspace_id) as tx:
                known = await entries.for_robot(tx)
            base = await asyncio.to_thread(model_from_bytes, model) if model else None
            if base is not None and standing.version_id is not None:
                known = list(base.entries)
            model = await self._train(drafted(known, draft), (), model, lambda share: None)
        if model is None:
            return _Cast(None, "")
        return _Cast(model, (await asyncio.to_thread(model_from_bytes, model)).variant)

    async def _go_through(
        self, workspace_id: int, replay_id: int, standing: Standing, cast: _Cast, decide: Decide
    ) -> None:
        reading = asyncio.ensure_future(self._read(workspace_id, standing, cast, standing.position, standing.done))
        done, position = standing.done, standing.position
        try:
            while chunk := await reading:
                after = chunk.asked[-1].message_id
                count = done + len(chunk.asked)
                # The next questions are read while the robot thinks about these.
                reading = asyncio.ensure_future(self._read(workspace_id, standing, cast, after, count))
                decided = await decide([asked_of(question, chunk.held) for question in chunk.asked])
                async with self._database.transaction(workspace_id) as tx:
                    now = await replay.find_standing(tx, replay_id, hold=True)
                    if now is None or now.status != "running" or now.position != position:
                        # Cancelled or deleted, or another worker goes on with it.
                        return
                    await replay.store(tx, replay_id, _items(chunk, decided), done=count, position=after)
                    await vectors.keep(tx, cast.variant, _new_vectors(chunk, decided))
                done, position = count, after
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await self._finish(workspace_id, replay_id, position)

    async def _finish(self, workspace_id: int, replay_id: int, position: int) -> None:
        async with self._database.reading(workspace_id) as tx:
            summary = await replay_summary.summarise(tx, replay_id)
        async with self._database.transaction(workspace_id) as tx:
            now = await replay.find_standing(tx, replay_id, hold=True)
            if now is not None and now.status == "running" and now.position == position:
                await replay.finish(tx, replay_id, asdict(summary))

    async def _read(self, workspace_id: int, standing: Standing, cast: _Cast, before: int, done: int) -> _Chunk | None:
        limit = min(CHUNK, standing.total - done)
        if limit <= 0:
            return None
        async with self._database.reading(workspace_id) as tx:
            workspace = await workspaces.get(tx)
            asked = await questions.page(tx, workspace, before=before, limit=limit, channel=standing.channel)
            if not asked:
                return None
            held = await vectors.known(tx, cast.variant, [q.message_id for q in asked]) if cast.variant else {}
            return _Chunk(asked, await truths.judgements(tx, asked), held)


def drafted(known: Sequence[robot.Entry], draft: Draft) -> list[robot.Entry]:
    """The knowledge as the draft would have it."""
    added: dict[str, dict[str, list[str]]] = {}
    for example in draft.examples:
        added.setdefault(str(example.entry_id), {}).setdefault(example.language, []).append(example.text)
    gone = {str(entry_id) for entry_id in draft.archived}
    return [_with_examples(entry, added.get(entry.id, {})) for entry in known if entry.id not in gone]


def _with_examples(entry: robot.Entry, added: Mapping[str, Sequence[str]]) -> robot.Entry:
    if not added:
        return entry
    examples = {code: (*entry.examples.get(code, ()), *added.get(code, ())) for code in {*entry.examples, *added}}
    return replace(entry, examples=examples)


async def _robot_of(tx: Transaction, standing: Standing) -> tuple[int | None, str | None]:
    """The version and the model file of the replayed robot; a robot of today is that of the newest version, if one
    was made of it."""
    if standing.version_id is not None:
        file_hash = await tx.fetchval(
            "select m.file_hash from versions v join models m on m.workspace_id = v.workspace_id and m.id = v.model_id "
            "where v.workspace_id = $1 and v.id = $2",
            tx.workspace_id,
            standing.version_id,
        )
        return standing.version_id, file_hash
    ready = await training.find_ready(tx)
    if ready is None:
        return None, None
    version = await tx.fetchrow(
        "select id, model_id from versions where workspace_id = $1 order by id desc limit 1", tx.workspace_id
    )
    return (version["id"] if version and version["model_id"] == ready[0] else None), ready[1]


async def _stage(tx: Transaction, draft: Draft, cast: _Cast) -> Stage:
    known = await entries.for_robot(tx)
    channels = await tx.fetch("select distinct channel from channel_accounts where workspace_id = $1", tx.workspace_id)
    return Stage(
        model=cast.model,
        permits={row["channel"]: await permits_of(tx, draft, row["channel"]) for row in channels},
        answers=[(entry.id, answer) for entry in known for answer in entry.answers.values()],
        answer_cut=draft.answer_cut,
        ask_cut=draft.ask_cut,
        own_boundaries=await boundaries_of(tx, draft),
    )


async def boundaries_of(tx: Transaction, draft: Draft) -> tuple[str, ...]:
    """The shop's own boundaries of the replayed robot. See `Draft`."""
    own = draft.own_boundaries
    return tuple((await policy.get(tx)).own_boundaries if own is None else own)


async def permits_of(tx: Transaction, draft: Draft, channel: str) -> tuple[dict[str, Permit], Permit]:
    """What the replayed robot may do on this channel, by entry id and otherwise. See `Draft`."""
    permits = await topics.permits(tx, channel)
    today, other = permits.by_entry, permits.other
    if not draft.levels and draft.default_level is None:
        off = other.level != "off"
        return {key: Permit("off") for key, permit in today.items() if off and permit.level == "off"}, Permit("audit")
    if draft.default_level is not None:
        other = _at(other, draft.default_level)
    return today | {
        str(entry_id): _at(today.get(str(entry_id), other), level) for entry_id, level in draft.levels.items()
    }, other


def _at(permit: Permit, level: robot.Level) -> Permit:
    """On its own without a certificate is a question a draft may ask: then the estimated cut decides."""
    return replace(permit, level="audit" if level == "own" and permit.threshold is None else level)


def asked_of(question: PastQuestion, held: Mapping[int, vectors.Floats]) -> Asked:
    """The question as a rehearsing robot is asked it; held: kept vectors by message id."""
    vector = held.get(question.message_id)
    return Asked(
        facts=question.facts,
        text=question.text,
        channel=question.channel,
        vector=None if vector is None else vector.astype("float16").tobytes(),
        reply=question.agent_text,
    )


def _items(chunk: _Chunk, decided: Sequence[Decided]) -> list[Item]:
    items: list[Item] = []
    for question, one in zip(chunk.asked, decided, strict=True):
        origin = int(one.origin) if one.origin else None
        truth = truths.truth_of(question, chunk.judged.get(question.message_id), origin)
        outcome = truths.outcome_of(one, truth)
        items.append(Item(question.message_id, question.case_id, question.channel, one, truth, outcome))
    return items


def _new_vectors(chunk: _Chunk, decided: Sequence[Decided]) -> list[tuple[int, int, vectors.Floats]]:
    return [
        (question.message_id, question.case_id, vectors.of_bytes(one.vector))
        for question, one in zip(chunk.asked, decided, strict=True)
        if one.vector is not None
    ]
