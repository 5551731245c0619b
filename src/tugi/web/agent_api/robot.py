"""What the robot may do, on what evidence: policy, topics, certificates, review."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath

from tugi.core.errors import Invalid
from tugi.desk.answering import evidence, policy, review, review_cards, topic_list, topics
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.evidence import Label
from tugi.desk.answering.policy import PolicyChange, Risk, RobotPolicy
from tugi.desk.answering.review_cards import ReviewQueue
from tugi.desk.answering.topic_list import Topic, TopicList, TopicPage
from tugi.robot.facts import Level
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot", tags=["robot"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
Id = Annotated[int, InPath(ge=1, lt=2**53)]
# A level may be set for these before anybody has written there.
ALWAYS = ("widget",)


@dataclass(frozen=True, slots=True)
class PolicyView(RobotPolicy):
    """The policy with the name of the language model that it switches; None: the operator set up none."""

    language_model_name: str | None = None


@dataclass(frozen=True, slots=True)
class TopicForm:
    """A topic's new level, for one channel or everywhere else, or its risk. level null: the policy's default."""

    level: Level | None = None
    channel: str | None = None
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class JudgementForm:
    """A reviewer's judgement. truth_entry_id: with wrong_entry, the right one if there is one."""

    label: Label
    truth_entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items wait for the viewer."""

    waiting: int


@dataclass(frozen=True, slots=True)
class Attention:
    """fallen: topics that fell back to suggestions and that no lead has looked after since."""

    fallen: int


@router.get("/policy")
async def get_policy(request: Request, viewer: Signed) -> PolicyView:
    """What the lead asks of the robot."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return _policy_view(request, await policy.get(tx))


@router.patch("/policy")
async def patch_policy(request: Request, viewer: Signed, change: PolicyChange) -> PolicyView:
    """Change some of it (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return _policy_view(request, await policy.update(tx, change))


def _policy_view(request: Request, stored: RobotPolicy) -> PolicyView:
    answering: Answering = request.app.state.answering
    return PolicyView(**asdict(stored), language_model_name=answering.language_model_name)


@router.get("/attention")
async def get_attention(request: Request, viewer: Signed) -> Attention:
    """What of the robot calls for a lead."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return Attention(await topics.count_fallen(tx))


@router.get("/topics")
async def list_topics(request: Request, viewer: Signed) -> TopicList:
    """Every topic with its level, evidence and certificate; most asked first."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        found = await topic_list.list_all(tx, viewer.language)
    return TopicList(found.topics, found.certificates, sorted({*found.channels, *ALWAYS}), found.totals)


@router.get("/topics/{entry_id}")
async def get_topic(request: Request, viewer: Signed, entry_id: Id) -> TopicPage:
    """One topic with its certificates, changes and judgements."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await topic_list.page(tx, entry_id, viewer.language)


@router.patch("/topics/{entry_id}")
async def patch_topic(request: Request, viewer: Signed, entry_id: Id, form: TopicForm) -> Topic:
    """Set the level or the risk (lead, owner). 409 when "own" has no certificate. An absent level stays as it is."""
    auth.require(viewer, "owner", "lead")
    given: Any = await request.json()
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        if form.channel is not None and form.channel not in {*ALWAYS, *await topics.channels(tx)}:
            raise Invalid("There is no such channel.", fields={"channel": "unknown"})
        if form.risk is not None:
            await topics.set_risk(tx, entry_id, form.risk)
        if isinstance(given, dict) and "level" in given:
            await topics.set_level(tx, entry_id, form.level, form.channel)
        return await topic_list.get(tx, entry_id, viewer.language)


@router.post("/topics/{entry_id}/promote")
async def promote(request: Request, viewer: Signed, entry_id: Id) -> Topic:
    """Confirm what is proposed (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await topics.promote(tx, entry_id)
        return await topic_list.get(tx, entry_id, viewer.language)


@router.post("/topics/{entry_id}/decline")
async def decline(request: Request, viewer: Signed, entry_id: Id) -> Topic:
    """Leave the topic as it is (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await topics.decline(tx, entry_id)
        return await topic_list.get(tx, entry_id, viewer.language)


@router.post("/topics/{entry_id}/keep-evidence")
async def keep_evidence(request: Request, viewer: Signed, entry_id: Id) -> Topic:
    """Judgements of the answer's former words hold for the present ones (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await evidence.keep(tx, entry_id)
        return await topic_list.get(tx, entry_id, viewer.language)


@router.get("/review")
async def get_review(request: Request, viewer: Signed) -> ReviewQueue:
    """What waits for the viewer's judgement, and where reviewers disagree."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await review_cards.queue(tx, viewer.agent_id, viewer.language)


@router.post("/review/{item_id}")
async def post_judgement(request: Request, viewer: Signed, item_id: Id, form: JudgementForm) -> Waiting:
    """Judge an item; a second judgement of the same person takes the first one's place."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await review.judge(tx, item_id, viewer.agent_id, form.label, form.truth_entry_id)
        return Waiting(await review.count_waiting(tx, viewer.agent_id))


@router.post("/review/{item_id}/skip")
async def skip(request: Request, viewer: Signed, item_id: Id) -> Waiting:
    """Not now: it comes again at the end of the viewer's queue."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await review.skip(tx, item_id, viewer.agent_id)
        return Waiting(await review.count_waiting(tx, viewer.agent_id))


@router.delete("/review/{item_id}/judgement")
async def undo(request: Request, viewer: Signed, item_id: Id) -> Waiting:
    """Take one's own judgement back."""
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        await review.undo(tx, item_id, viewer.agent_id)
        return Waiting(await review.count_waiting(tx, viewer.agent_id))
