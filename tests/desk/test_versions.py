"""Versions: one for each robot there was, and putting one back brings its very verdicts back at once."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cast import Shop
from desk.judging import open_desk
from desk.rehearsal import asks, engine, learn, replayed, replies, taught_shop, train
from tugi.core.database import Database
from tugi.core.errors import NotFound
from tugi.core.events import Actor
from tugi.core.files import Files, Folder
from tugi.desk.answering import policy, topics, training, versions
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.answering.replay import Draft
from tugi.desk.answering.versions import Version
from tugi.desk.knowledge import entries, entry_checks
from tugi.desk.knowledge.entry_checks import EntryText
from tugi.robot.decide import decide
from tugi.robot.facts import Facts, Verdict
from tugi.robot.model import model_from_bytes
from tugi.robot.reading import question_text
from tugi.web.agent_api.versions import PLAIN

TODAY = date(2026, 11, 21)
QUESTIONS = (
    "where is my parcel?", "i need an invoice", "when are you open", "do you sell gift cards?",
    "shop hours please", "the receipt did not come", "tracking of my package",
)  # fmt: skip


async def listed(shop: Shop) -> list[Version]:
    """All versions, newest first."""
    async with shop.database.reading(shop.workspace_id) as tx:
        return await versions.list_all(tx, PLAIN)


async def verdicts(shop: Shop, files: Files) -> list[dict[str, Any]]:
    """What the serving robot would do with the questions, with its reasons."""
    async with shop.database.reading(shop.workspace_id) as tx:
        ready = await training.find_ready(tx)
        allowed = await topics.permits(tx, "widget")
        permits, other = allowed.by_entry, allowed.other
    assert ready is not None
    model = model_from_bytes(await files.get(shop.workspace_id, ready[1]))
    found: list[Verdict] = []
    for text in QUESTIONS:
        facts = Facts((text,), TODAY, "Põhjala Pood", permits=permits, default_permit=other)
        found.append(decide(facts, model, engine().embed_now([question_text(facts)])[0]))
    return [verdict.to_json() for verdict in found]


async def change(shop: Shop, ids: dict[str, int]) -> int:
    """Another answer, another example, one entry out of use, one new, another level and policy; the new entry's id."""
    async with shop.database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        old = await entries.get(tx, ids["hours"])
        draft = old.draft()
        draft.texts["en"] = EntryText("Opening hours", "We are closed for good.")
        draft.examples["en"] = ["are you closed", *draft.examples["en"][:3]]
        await entries.update(
            tx, old.id, old.version, entry_checks.Draft(draft.texts, draft.key, "suggest", examples=draft.examples)
        )
        await entries.set_archived(tx, ids["invoice"], True)
        gift = entry_checks.Draft(
            {"en": EntryText("Gift cards", "Yes.")}, examples={"en": [f"gift card {n}" for n in "abcdef"]}
        )
        made = await entries.create(tx, gift)
        await topics.set_level(tx, ids["tracking"], "off")
        await topics.set_level(tx, ids["tracking"], "click", "e-mail")
        await topics.set_risk(tx, ids["hours"], "high")
        await policy.update(tx, PolicyChange(minutes_per_contact=9, targets={"low": 0.1}))
    return made.id


async def test_what_did_not_change_makes_no_version(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    assert await versions.make(database, files, shop.workspace_id, "training") == 1
    assert await versions.make(database, files, shop.workspace_id, "policy") is None
    async with database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await topics.set_level(tx, ids["hours"], "off")
    assert await versions.make(database, files, shop.workspace_id, "policy") == 2
    second, first = await listed(shop)
    assert (second.number, second.made_for, second.serving, second.actor) == (
        2,
        "policy",
        True,
        Actor("agent", shop.kadri),
    )
    assert (first.number, first.serving, first.entries, first.examples) == (1, False, 3, 21)


async def test_a_restored_version_brings_its_very_verdicts_back_at_once(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    before = await verdicts(shop, files)
    gift = await change(shop, ids)
    await train(shop, files)
    await versions.make(database, files, shop.workspace_id, "training")
    assert await verdicts(shop, files) != before
    made = await versions.restore(database, files, shop.workspace_id, 1, Actor("agent", shop.kadri))
    assert await verdicts(shop, files) == before
    # Nothing is left to learn, and nothing to keep: the robot is that of version 1 already.
    assert not await training.train(database, files, learn, engine().variant, shop.workspace_id)
    assert await versions.make(database, files, shop.workspace_id, "training") is None
    newest = (await listed(shop))[0]
    assert (newest.number, newest.made_for, newest.restored_from, newest.serving) == (made, "restore", 1, True)
    async with database.reading(shop.workspace_id) as tx:
        assert (await entries.get(tx, gift)).archived
        assert not (await entries.get(tx, ids["invoice"])).archived
        assert (await entries.get(tx, ids["hours"])).policy == "answer"
        assert (await policy.get(tx)).minutes_per_contact == policy.RobotPolicy().minutes_per_contact
        assert (await topics.settings(tx))[ids["hours"]].risk == "normal"


async def test_restoring_makes_one_version_also_when_people_have_judged_since(
    database: Database, tmp_path: Path
) -> None:
    desk = await open_desk(database, tmp_path)
    shop, files = desk.shop, desk.files
    assert await versions.make(database, files, shop.workspace_id, "training") == 1
    await desk.judge(await desk.decided(12, role="teach"), truth="parcel")
    await desk.change_answer("hours", "Oleme alati avatud.")
    assert await versions.make(database, files, shop.workspace_id, "training") == 2
    await versions.restore(database, files, shop.workspace_id, 1, Actor("agent", shop.kadri))
    # What follows from its events: nothing is left to learn, nothing to keep.
    await desk.learn()
    assert await versions.make(database, files, shop.workspace_id, "training") is None
    assert await versions.make(database, files, shop.workspace_id, "policy") is None
    found = [(version.number, version.made_for, version.restored_from) for version in await listed(shop)]
    assert found == [(3, "restore", 1), (2, "training", None), (1, "training", None)]
    assert (await versions.compare(database, files, shop.workspace_id, 1, 3)).cuts_changed == []


async def test_a_version_made_in_the_middle_of_restoring_is_the_restored_one(
    database: Database, tmp_path: Path
) -> None:
    class Meddling(Folder):
        """The worker keeps the robot just when the restored one is to be kept."""

        async def put(self, workspace_id: int, content: bytes) -> str:
            digest = await super().put(workspace_id, content)
            await versions.make(database, Folder(tmp_path), workspace_id, "training")
            return digest

    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    await change(shop, ids)
    await train(shop, files)
    await versions.make(database, files, shop.workspace_id, "training")
    made = await versions.restore(database, Meddling(tmp_path), shop.workspace_id, 1, Actor("agent", shop.kadri))
    found = [(version.number, version.made_for, version.restored_from, version.actor) for version in await listed(shop)]
    assert found[0] == (made, "restore", 1, Actor("agent", shop.kadri))
    assert len(found) == 3


async def test_two_versions_are_compared(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    gift = await change(shop, ids)

    async def learn_strictly(*given: Any) -> bytes | None:
        model = model_from_bytes(await learn(*given) or b"")
        surer = replace(model.answer, weights=model.answer.weights + 1.0)
        return replace(model, answer=surer, answer_cut=1.01, ask_cut=0.25).to_bytes()

    assert await training.train(database, files, learn_strictly, engine().variant, shop.workspace_id)
    await versions.make(database, files, shop.workspace_id, "training")
    found = await versions.compare(database, files, shop.workspace_id, 1, 2, "en")
    assert [(one.id, one.title) for one in found.entries_added] == [(gift, "Gift cards")]
    assert [one.id for one in found.entries_removed] == [ids["invoice"]]
    assert [one.id for one in found.entries_changed] == [ids["hours"]]
    cuts = {one.name: (one.before, one.after) for one in found.cuts_changed}
    assert (cuts["answer_cut"][1], cuts["ask_cut"][1]) == (1.01, 0.25)
    assert 0 < cuts["answer_cut"][0] < 1
    assert 0 < cuts["calibration"][0] < cuts["calibration"][1] < 1
    turned = {one.name: (one.before, one.after) for one in found.policy_changed}
    assert turned["minutes_per_contact"] == (4.0, 9.0)
    assert turned["targets.low"] == (0.05, 0.1)
    assert turned[f"topic.{ids['tracking']}.level"] == (None, "off")
    assert turned[f"topic.{ids['tracking']}.level.e-mail"] == (None, "click")
    with pytest.raises(NotFound):
        await versions.compare(database, files, shop.workspace_id, 1, 3)


async def test_a_version_shows_its_latest_plain_replay(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, ids = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    await replies(shop, await asks(shop, "where is my parcel?"), "Look.", entry_id=ids["tracking"])
    done = await replayed(shop, files)
    await replayed(shop, files, draft=Draft(answer_cut=1.0))
    assert done.version == 1
    assert (await listed(shop))[0].replay == versions.Replayed(answered=1, right=1, wrong=0, questions=1)


async def test_a_version_has_the_name_people_give_it(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    async with database.transaction(shop.workspace_id) as tx:
        await versions.rename(tx, 1, " Before Christmas ")
        with pytest.raises(NotFound):
            await versions.rename(tx, 2, "x")
    assert [version.name for version in await listed(shop)] == ["Before Christmas"]
