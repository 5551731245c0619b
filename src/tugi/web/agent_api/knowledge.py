"""Knowledge entries: list, edit, import, find."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request

from tugi.core import clock
from tugi.desk.answering import policy, topics, training
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.training import Model
from tugi.desk.answering.verdicts import Verdict
from tugi.desk.knowledge import entries, imports
from tugi.desk.knowledge import search as searching
from tugi.desk.knowledge.entries import Entry, Filter
from tugi.desk.knowledge.entry_checks import Draft, EntryText, Policy
from tugi.desk.knowledge.formats import File
from tugi.desk.knowledge.imports import Import
from tugi.desk.knowledge.search import Found
from tugi.desk.people import workspaces
from tugi.desk.people.checks import Checks, Language
from tugi.robot import facts as robot
from tugi.web import auth, wire
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/knowledge", tags=["knowledge"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
LARGEST_IMPORT = 25_000_000
LONGEST_TRIAL = 2_000


@dataclass(frozen=True, slots=True)
class EntryList:
    """Some entries, how many there are in all, and what the robot has learned of them."""

    entries: list[Entry]
    total: int
    model: Model


@dataclass(frozen=True, slots=True)
class EntryForm:
    """An entry as the editor sends it; `version` is the one that was read (0 for a new entry)."""

    texts: dict[Language, EntryText]
    key: str = ""
    policy: Policy = "answer"
    valid_from: date | None = None
    valid_until: date | None = None
    version: int = 0
    examples: dict[Language, list[str]] = field(default_factory=dict[Language, list[str]])

    def draft(self) -> Draft:
        """What the desk stores of it."""
        return Draft(self.texts, self.key, self.policy, self.valid_from, self.valid_until, self.examples)


@dataclass(frozen=True, slots=True)
class ArchiveWish:
    """Whether the entry shall be out of use."""

    archived: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """A message as a customer might write it; language: the page's, if known."""

    text: str
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class TrialChoice:
    """One "did you mean" button."""

    entry_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the robot would do with the message, as its topics stand in the widget; nothing is stored."""

    verdict: Verdict
    reply: str | None
    choices: list[TrialChoice] | None


@dataclass(frozen=True, slots=True)
class Results:
    """Entries found, best first."""

    results: list[Found]


@router.get("")
async def list_entries(request: Request, viewer: Signed, wanted: Annotated[Filter, Depends(Filter)]) -> EntryList:
    """Entries by key; `q` finds words in any language, beginnings suffice."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        page = await entries.list_page(tx, wanted)
        return EntryList(page.entries, page.total, await training.state(tx))


@router.get("/search")
async def search(request: Request, viewer: Signed, q: str = "", language: Language | None = None) -> Results:
    """Entries for a reply, best first; without words the first by key."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return Results(await searching.search(tx, q[:500], language))


@router.post("/import")
async def import_file(request: Request, viewer: Signed, name: str, partial: bool = False) -> Import:
    """Take in a file (raw body): CSV, JSON, JSON Lines, Markdown, or a ZIP of these (lead, owner).

    With problems nothing is stored, unless `partial`; the same file again changes nothing.
    """
    auth.require(viewer, "owner", "lead")
    content = await wire.body_of(request, LARGEST_IMPORT)
    return await imports.import_files(
        auth.database_of(request),
        viewer.workspace_id,
        [File(name[:300], content)],
        actor=viewer.actor,
        partial=partial,
    )


@router.post("/try")
async def try_text(request: Request, viewer: Signed, trial: Trial) -> Tried:
    """The robot's verdict on a message, with its reasons."""
    checks = Checks()
    text = checks.text("text", trial.text, LONGEST_TRIAL)
    checks.done()
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        workspace = await workspaces.get(tx)
        wishes = await policy.get(tx)
        permits = (await topics.allowed(tx, wishes)).on("widget")
    known = robot.Facts(
        burst=(text,),
        today=clock.now().astimezone(ZoneInfo(workspace.timezone)).date(),
        shop_name=workspace.name,
        language_hint=trial.language,
        languages=tuple(workspace.languages),
        permits=permits.by_entry,
        default_permit=permits.other,
        own_boundaries=tuple(wishes.own_boundaries),
    )
    answering: Answering = request.app.state.answering
    decision = await answering.decide(viewer.workspace_id, known)
    return Tried(decision.shown, *_said(decision.verdict))


def _said(verdict: robot.Verdict) -> tuple[str | None, list[TrialChoice] | None]:
    """What the customer would read (of a suggestion: what the agent would be offered), and the buttons."""
    match verdict:
        case robot.Ask():
            return verdict.text, [TrialChoice(int(c.entry_id), c.title) for c in verdict.choices]
        case robot.StaySilent():
            return None, None
        case _:
            return verdict.text, None


@router.get("/model")
async def get_model(request: Request, viewer: Signed) -> Model:
    """How the robot's learning stands."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await training.state(tx)


@router.get("/{entry_id:int}")
async def get_entry(request: Request, viewer: Signed, entry_id: int) -> Entry:
    """One entry in all its languages."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await entries.get(tx, entry_id)


@router.post("")
async def create_entry(request: Request, viewer: Signed, form: EntryForm) -> Entry:
    """A new entry (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await entries.create(tx, form.draft())


@router.put("/{entry_id:int}")
async def update_entry(request: Request, viewer: Signed, entry_id: int, form: EntryForm) -> Entry:
    """Replace an entry's content (lead, owner). 409 when `version` is no longer the latest."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await entries.update(tx, entry_id, form.version, form.draft())


@router.post("/{entry_id:int}/archive")
async def archive_entry(request: Request, viewer: Signed, entry_id: int, wish: ArchiveWish) -> Entry:
    """Take an entry out of use, or back into it (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await entries.set_archived(tx, entry_id, wish.archived)
