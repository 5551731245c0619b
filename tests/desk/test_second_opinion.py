"""What a language model judged of answers: learned from evidence, tested by certificates, switched off again."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from desk.judging import Desk, learn, open_desk
from tugi.core import clock
from tugi.core.database import Database
from tugi.desk.answering import judged, policy, training
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.policy import PolicyChange
from tugi.desk.answering.wording import Wording
from tugi.engines.openai_compatible import ChatModel
from tugi.robot import facts as robot
from tugi.robot.model import Model, model_from_bytes
from tugi.robot.second_opinion import NO_OPINION, SecondOpinion

LEARNED = SecondOpinion(slope=12.0, middle=0.8)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    opened = await open_desk(database, tmp_path)
    # It is never called here: what it said of each answer is in the verdicts.
    model = ChatModel("http://127.0.0.1:1/v1", "fake-1", "the-key")
    opened.answering = Answering(database, opened.files, None, None, Wording(database, model, 0))
    return opened


async def listen(desk: Desk, judge: bool) -> None:
    """The lead's wish that the language model judges, or does not."""
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        uses = (await policy.get(tx)).language_model
        await policy.update(tx, PolicyChange(language_model={**uses, "judge": judge}))


async def serving(desk: Desk) -> Model:
    found = await desk.answering.model(desk.shop.workspace_id)
    assert found is not None
    return found[1]


async def learn_with_opinion(
    known: Sequence[robot.Entry], labelled: Sequence[robot.Labelled], previous: bytes | None, report: Any
) -> bytes | None:
    content = await learn(known, labelled, previous, report)
    assert content is not None
    return replace(model_from_bytes(content), opinion=LEARNED).to_bytes()


async def give_opinion(desk: Desk) -> None:
    """The robot has learned to heed the language model."""
    wanted = (desk.database, desk.files, learn_with_opinion, "ngrams that heed", desk.shop.workspace_id)
    assert await training.train(*wanted)
    assert (await serving(desk)).opinion == LEARNED


async def test_what_people_judged_teaches_the_robot_what_the_judgement_is_worth(desk: Desk) -> None:
    words = product(("kus", "millal", "kas"), ("mu", "minu", "see"), ("pakk", "saadetis"), ("on", "tuleb", "saabub"))
    for place, (one, (first, *rest)) in enumerate((half, w) for w in words for half in ("täna", "homme", "nüüd")):
        wrong = place % 5 == 0
        asked = " ".join((first, *rest, one))
        verdicts = await desk.decided(1, role="teach", asked=asked, fits=0.1 if wrong else 0.9)
        await desk.judge(verdicts, "hand_over" if wrong else "right")
    async with desk.database.reading(desk.shop.workspace_id) as tx:
        taught = await judged.for_teaching(tx)
    parcel = str(desk.entries["parcel"])
    assert {(one.entry_id, one.fits, one.candidate) for one in taught} == {(None, 0.1, parcel), (parcel, 0.9, parcel)}
    assert (await serving(desk)).opinion == NO_OPINION
    await desk.learn()
    opinion = (await serving(desk)).opinion
    assert opinion.slope > 1
    assert 0.6 < opinion.middle < 0.9


async def test_a_judgement_of_another_entry_is_not_heard(desk: Desk) -> None:
    verdicts = await desk.decided(1, role="teach", fits=0.1)
    await desk.judge(verdicts)
    async with desk.database.transaction(desk.shop.workspace_id) as tx:
        await tx.execute("update judgements set entry_id = $2 where workspace_id = $1",
                         desk.shop.workspace_id, desk.entries["hours"])  # fmt: skip
        assert [one.fits for one in await judged.of_role(tx, "teach")] == [None]


async def test_a_certificate_tests_the_score_the_robot_goes_by(desk: Desk) -> None:
    await listen(desk, True)
    await desk.judge(await desk.decided(140, fits=1.0))
    await desk.judge(await desk.decided(20, fits=0.0), "wrong_entry", truth="returns")
    await desk.certify()
    unheard = await desk.standing()
    assert (unheard.status, unheard.answered, unheard.errors) == ("insufficient", 160, 20)
    await give_opinion(desk)
    await desk.certify()
    heard = await desk.standing()
    assert (heard.status, heard.cases, heard.answered, heard.errors) == ("in_force", 160, 140, 0)
    # A judgement that was not heard leaves the score as it was.
    await desk.judge(await desk.decided(3), "wrong_entry", truth="returns")
    await desk.certify()
    assert ((await desk.standing()).answered, (await desk.standing()).errors) == (143, 3)
    await listen(desk, False)
    await desk.certify()
    alone = await desk.standing()
    assert (alone.status, alone.answered, alone.errors) == ("insufficient", 163, 23)


async def test_without_a_language_model_no_certificate_counts_on_one(desk: Desk) -> None:
    await listen(desk, True)
    await desk.judge(await desk.decided(140, fits=1.0))
    await desk.judge(await desk.decided(20, fits=0.0), "wrong_entry", truth="returns")
    await give_opinion(desk)
    desk.answering = Answering(desk.database, desk.files, None)
    await desk.certify()
    assert (await desk.standing()).errors == 20


async def test_praise_certifies_nothing_that_would_not_be_answered(desk: Desk) -> None:
    await listen(desk, True)
    await desk.judge(await desk.decided(130, fits=0.8))
    await give_opinion(desk)
    await desk.certify()
    plain = await desk.standing()
    await desk.judge(await desk.decided(30, asked="kinganööri värv", fits=1.0))
    scored = await desk.answering.decide(
        desk.shop.workspace_id, robot.Facts(("kinganööri värv",), clock.now().date(), "Pood", languages=("et",))
    )
    assert scored.shown.why.candidates[0].probability < 0.5
    await desk.certify()
    assert (await desk.standing()).answered == plain.answered
