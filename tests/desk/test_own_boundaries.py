"""The shop's own boundaries: kept and refused with the policy, heeded by the robot at work and by replays."""

from dataclasses import asdict
from pathlib import Path

import pytest

from cast import Shop, open_shop
from desk.rehearsal import asks, replayed, taught_shop
from tugi.core.database import Database
from tugi.core.errors import Invalid
from tugi.core.events import Actor
from tugi.core.files import Folder
from tugi.desk.answering import policy, replay, verdicts, versions
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.answering.replay import Draft
from tugi.desk.cases import cases


async def wish(shop: Shop, own: list[str]) -> list[str]:
    """Have these boundaries; as they are kept."""
    async with shop.database.transaction(shop.workspace_id, Actor("agent", shop.kadri)) as tx:
        await policy.update(tx, PolicyChange(own_boundaries=own))
        return (await policy.get(tx)).own_boundaries


async def test_they_are_kept_once_each_as_they_were_written(database: Database) -> None:
    shop = await open_shop(database)
    kept = await wish(shop, ["  Hulgimüük* ", "", "hulgimuuk*", "gift   card", "Gift-Card", "gift card*"])
    assert kept == ["Hulgimüük*", "gift card", "gift card*"]
    async with database.transaction(shop.workspace_id) as tx:
        await policy.update(tx, PolicyChange(confidence=0.9))
        assert (await policy.get(tx)).own_boundaries == kept
    assert await wish(shop, []) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["ab"], "“ab”: write 3 to 60 letters or digits."),
        (["gift card", "!?*"], "“!?*”: put * only"),
        (["C++"], "“C++”: write 3"),
        (["a" * 61], "write 3 to 60"),
        (["re*fund"], "put * only at the end of a word"),
        ([f"word {n}" for n in range(102)], "At most 100 words or phrases. Remove 2."),
        (["nul \0 byte"], "cannot be stored"),
    ],
)
async def test_what_does_not_fit_is_refused_by_field(database: Database, wrong: list[str], told: str) -> None:
    shop = await open_shop(database)
    await wish(shop, ["gift card"])
    with pytest.raises(Invalid) as refused:
        await wish(shop, wrong)
    assert told in (refused.value.fields or {})["own_boundaries"]
    async with database.transaction(shop.workspace_id) as tx:
        assert (await policy.get(tx)).own_boundaries == ["gift card"]
        with pytest.raises(Invalid) as refused:
            await replay.ask(tx, last=5, draft=Draft(own_boundaries=wrong))
    assert told in (refused.value.fields or {})["draft.own_boundaries"]


async def test_the_robot_hands_over_before_it_asks_a_model_and_says_why(database: Database, tmp_path: Path) -> None:
    shop = await open_shop(database)
    await wish(shop, ["kinkekaar*", "hulgimüük*"])
    answering = Answering(database, Folder(tmp_path), None)
    message, case = await shop.say(await shop.customer(), "Kas teil HULGIMUUKI ka on")
    await answering.answer({"workspace_id": shop.workspace_id, "case_id": case.id, "message_id": message.id})
    async with database.reading(shop.workspace_id) as tx:
        after = await cases.get_case(tx, case.id)
        [found] = await verdicts.of_case(tx, case.id)
    assert (after.handler, after.hand_over_reason) == ("queue", "own")
    assert (found.kind, found.reason, found.why.sentence) == ("hand_over", "own", "own")
    assert dict(found.why.parameters) == {"cue": "hulgimuuki"}
    assert [(one.name, one.cue) for one in found.why.boundaries if not one.passed] == [("own", "hulgimuuki")]


async def test_a_draft_with_other_words_hands_over_what_todays_robot_answers(
    database: Database, tmp_path: Path
) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    parcel = await asks(shop, "where is my parcel?")
    hours = await asks(shop, "when are you open on friday?")

    async def kinds(draft: Draft | None = None) -> dict[int, tuple[str, str | None]]:
        done = await replayed(shop, files, draft=draft)
        async with database.reading(shop.workspace_id) as tx:
            rows = await tx.fetch("select message_id, kind, reason from replay_items where replay_id = $1", done.id)
        return {row["message_id"]: (row["kind"], row["reason"]) for row in rows}

    answered, left = ("answer", None), ("hand_over", "own")
    assert await kinds() == {parcel.id: answered, hours.id: answered}
    assert await kinds(Draft(own_boundaries=["Parcel*"])) == {parcel.id: left, hours.id: answered}
    async with database.reading(shop.workspace_id) as tx:
        assert (await policy.get(tx)).own_boundaries == []
        assert await tx.fetchval("select count(*) from messages where author_kind <> 'customer'") == 0
        assert await tx.fetchval("select count(*) from verdicts") == 0
    await wish(shop, ["friday"])
    assert await kinds() == {parcel.id: answered, hours.id: left}
    assert await kinds(Draft(own_boundaries=[])) == {parcel.id: answered, hours.id: answered}


async def test_a_version_keeps_them_and_restoring_brings_them_back(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    await wish(shop, ["gift card*"])
    assert await versions.make(database, files, shop.workspace_id, "training") == 1
    await wish(shop, [])
    assert await versions.make(database, files, shop.workspace_id, "policy") == 2
    [turned] = (await versions.compare(database, files, shop.workspace_id, 1, 2)).policy_changed
    assert (turned.name, turned.before, turned.after) == ("own_boundaries", ["gift card*"], [])
    await versions.restore(database, files, shop.workspace_id, 1, Actor("agent", shop.kadri))
    async with database.reading(shop.workspace_id) as tx:
        assert (await policy.get(tx)).own_boundaries == ["gift card*"]


async def test_a_replay_of_a_release_without_them_is_still_its_versions(database: Database, tmp_path: Path) -> None:
    files = Folder(tmp_path)
    shop, _ = await taught_shop(database, files)
    await versions.make(database, files, shop.workspace_id, "training")
    await asks(shop, "where is my parcel?")
    done = await replayed(shop, files)
    async with database.transaction(shop.workspace_id) as tx:
        await tx.execute("update replays set draft = draft - 'own_boundaries' where id = $1", done.id)
        assert (await replay.get(tx, done.id)).draft == Draft()
    await replayed(shop, files, draft=Draft(own_boundaries=["parcel"]))
    async with database.reading(shop.workspace_id) as tx:
        [only] = await versions.list_all(tx, asdict(Draft()))
    assert only.replay is not None
    assert only.replay.answered == 1
