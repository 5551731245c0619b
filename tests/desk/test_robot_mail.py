"""The robot by letter: one answer with a word on who wrote it, drafts otherwise, and never a stranger's words."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.post import Post, at_work, open_post, until
from fakes.smtp_peer import Peer, smtp_peer
from tugi.core import clock
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.answering import by_letter, facts, questions, suggestions, verdicts
from tugi.desk.answering.answers import Answering
from tugi.desk.answering.deciding import Decision
from tugi.desk.cases import accounts, cases, transcript
from tugi.desk.cases.cases import Case
from tugi.desk.cases.transcript import Message
from tugi.desk.knowledge import entries
from tugi.desk.knowledge.entry_checks import Draft, EntryText
from tugi.desk.people import workspaces
from tugi.ports import Trust
from tugi.robot import facts as robot
from tugi.robot.model import Model
from tugi.robot.reading import question_text

VERIFIED = Trust(dmarc="pass")


class Sure(Answering):
    """A robot whose verdict is known beforehand."""

    verdict: robot.Verdict
    further: tuple[robot.Suggest, ...] = ()
    aside: robot.Suggest | None = None
    asked: robot.Facts | None = None

    async def decide_with(self, model: Model | None, known: robot.Facts) -> Decision:
        self.asked = known
        shown = verdicts.view(self.verdict, {})
        return Decision(self.verdict, shown, 1.0, self.aside, further=self.further)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with smtp_peer() as one:
        yield one


@pytest.fixture
async def post(database: Database, tmp_path: Path, peer: Peer) -> AsyncIterator[Post]:
    yield await open_post(database, tmp_path, peer)
    clock.set_source(None)


@pytest.fixture
async def sure(post: Post, tmp_path: Path) -> Sure:
    found = Sure(post.database, Folder(tmp_path), None)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        texts = {"et": EntryText("Kus on minu pakk?", "Pakk jõuab kahe päevaga.")}
        entry_id = (await entries.create(tx, Draft(texts, key="parcel", policy="answer"))).id
    found.verdict = robot.Answer("Pakk jõuab kahe päevaga.", "et", WHY, str(entry_id), 0.97)
    return found


WHY = robot.Why("et", "answered", {"title": "Kus on minu pakk?", "percent": "97"})


async def asked(post: Post, sure: Sure, *, case_id: int | None = None, **letter: Any) -> Case:
    """A letter came and the robot's job ran; the case as it stands then."""
    letter = {"trust": VERIFIED, **letter}
    case_id, message_id = await post.letter(robot=True, case_id=case_id, **letter)
    ids = {"workspace_id": post.shop.workspace_id, "case_id": case_id, "message_id": message_id}
    await sure.answer(ids)
    await sure.answer(ids)
    async with post.database.reading(post.shop.workspace_id) as tx:
        return await cases.get_case(tx, case_id)


async def said(post: Post, case: Case) -> list[Message]:
    async with post.database.reading(post.shop.workspace_id) as tx:
        return [one for one in await transcript.of_case(tx, case.id) if one.author.kind != "customer"]


async def offered(post: Post, case: Case) -> suggestions.Suggestion | None:
    async with post.database.reading(post.shop.workspace_id) as tx:
        return await suggestions.find_offered(tx, case.id)


async def test_an_answer_leaves_marked_as_a_machines_with_who_wrote_it_and_how_to_reach_a_person(
    post: Post, peer: Peer, sure: Sure
) -> None:
    async with at_work(post):
        case = await asked(post, sure)
        await until(lambda: peer.taken)
    taken = peer.taken[0]
    text = taken.mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith("Tere,\n\nPakk jõuab kahe päevaga.\n\nSelle vastuse kirjutas poe Põhjala Pood automaatne")
    assert "vastates jõuate inimeseni" in text
    assert "> Kus on minu pakk?" in text
    assert (taken.sender, taken.mail["Auto-Submitted"]) == ("", "auto-replied")
    assert taken.mail["Subject"] == "Re: Pakk"
    assert case.handler == "robot"
    assert sure.asked is not None
    assert sure.asked.by_letter


async def test_nothing_a_stranger_wrote_goes_to_an_address_nobody_vouches_for(
    post: Post, peer: Peer, sure: Sure
) -> None:
    async with at_work(post):
        await asked(post, sure, trust=Trust(), subject="Osta odavaid pille", text="PILLID https://kuri.example")
        await until(lambda: peer.taken)
    raw = peer.taken[0].content.decode("utf-8", "replace")
    mail = peer.taken[0].mail
    assert mail["Subject"] == "Põhjala Pood: meie vastus"
    assert "kuri.example" not in raw
    assert "pille" not in str(mail["Subject"])
    assert sure.asked is not None
    assert sure.asked.first_name is None


async def test_a_reply_to_the_answer_goes_to_a_person_with_a_draft(post: Post, sure: Sure) -> None:
    case = await asked(post, sure)
    at = clock.now() + timedelta(days=2)
    clock.set_source(lambda: at)
    case = await asked(post, sure, case_id=case.id, text="Ei, kus see ikkagi on?")
    assert case.handler == "queue"
    assert len(await said(post, case)) == 1
    draft = await offered(post, case)
    assert draft is not None
    assert draft.text == "Pakk jõuab kahe päevaga."


async def test_a_second_question_of_the_day_is_a_draft(post: Post, sure: Sure) -> None:
    await asked(post, sure)
    other = await asked(post, sure, subject="Teine asi")
    assert (other.handler, await said(post, other)) == ("queue", [])
    assert await offered(post, other) is not None


@pytest.mark.parametrize("kind", ["greeting", "ask", "hand_over"])
async def test_what_needs_a_person_goes_there_without_a_letter(post: Post, sure: Sure, kind: str) -> None:
    sure.verdict = {
        "greeting": robot.Answer("Tere. Kuidas saan aidata?", "et", WHY, kind="courtesy"),
        "ask": robot.Ask("Kas mõtlesite:", (robot.Choice("1", "a"), robot.Choice("2", "b")), "et", WHY),
        "hand_over": robot.HandOver("complaint", "Annan edasi.", "et", WHY),
    }[kind]
    case = await asked(post, sure)
    assert (case.handler, await said(post, case)) == ("queue", [])
    assert case.waiting_since is not None


async def test_thanks_get_no_letter_and_change_nothing(post: Post, sure: Sure) -> None:
    sure.verdict = robot.StaySilent("thanks", WHY)
    case = await asked(post, sure, text="Aitäh.")
    assert (case.handler, await said(post, case)) == ("robot", [])


async def test_a_letter_with_several_questions_is_one_draft_of_all_answers(post: Post, sure: Sure) -> None:
    answer = sure.verdict
    assert isinstance(answer, robot.Answer)
    one = robot.Suggest(answer.entry_id or "", "Kahe päevaga.", "", "et", 0.8, WHY)
    sure.verdict = robot.HandOver("several_questions", "Annan edasi.", "et", WHY)
    sure.aside, sure.further = one, (replace(one, text="Tagastada saab 14 päeva."),)
    case = await asked(post, sure)
    draft = await offered(post, case)
    assert draft is not None
    assert draft.text == "Kahe päevaga.\n\nTagastada saab 14 päeva."
    assert len(draft.sources) == 2
    assert (case.handler, await said(post, case)) == ("queue", [])


async def test_a_machines_letter_in_between_leaves_no_question_without_a_verdict(post: Post, sure: Sure) -> None:
    case_id, message_id = await post.letter(robot=True, trust=VERIFIED)
    await post.letter("Olen puhkusel.", case_id=case_id, automatic="auto_submitted", trust=VERIFIED)
    ids = {"workspace_id": post.shop.workspace_id, "case_id": case_id, "message_id": message_id}
    await sure.answer(ids)
    assert sure.asked is not None
    assert sure.asked.burst == ("Kus on minu pakk?",)
    async with post.database.reading(post.shop.workspace_id) as tx:
        case = await cases.get_case(tx, case_id)
    # Where a machine wrote last the robot writes nothing (RFC 3834 2), so a person has it, with a draft.
    assert (case.handler, await said(post, case)) == ("queue", [])
    assert await offered(post, case) is not None


async def test_a_letter_is_read_again_as_it_was_read(post: Post, sure: Sure) -> None:
    """Replays and certificates rest on the very question that was decided; a machine's letter is none."""
    case = await asked(post, sure, subject="Tellimus 12345")
    known = sure.asked
    assert known is not None
    await post.letter("Olen puhkusel.", case_id=case.id, automatic="auto_submitted", trust=VERIFIED)
    await post.letter("Võida telefon.", "uudised@kiri.example", automatic="list")
    async with post.database.reading(post.shop.workspace_id) as tx:
        workspace = await workspaces.get(tx)
        assert await questions.count(tx, before=None, most=9) == 1
        [past] = await questions.page(tx, workspace, before=None, limit=9)
        latest = await tx.fetchval("select max(id) from messages where case_id = $1", case.id)
        assert await questions.of_messages(tx, workspace, [latest]) == {}
    assert past.facts.burst == known.burst == ("Tellimus 12345.\nKus on minu pakk?",)
    assert past.facts.by_letter
    assert past.text == question_text(known)
    # Two letters with a machine's between them are one question.
    _, last = await post.letter("Kas keegi loeb?", case_id=case.id, robot=True, trust=VERIFIED, joined_by="token")
    async with post.database.reading(post.shop.workspace_id) as tx:
        found = await questions.page(tx, workspace, before=None, limit=9)
    assert [one.message_id for one in found] == [last, past.message_id]


async def test_an_answer_that_no_longer_holds_uses_up_no_letter(post: Post, peer: Peer, sure: Sure) -> None:
    """People took the entry for themselves after the model was trained: its writer is told that the letter came."""
    async with post.database.transaction(post.shop.workspace_id) as tx:
        account = await accounts.get(tx, post.account_id)
        await accounts.update(tx, post.account_id, settings={**account.settings, "acknowledge": True})
        await tx.execute("update entries set policy = 'people'")
    case = await asked(post, sure)
    [message] = await said(post, case)
    assert "kohal" in message.text
    assert case.handler == "queue"
    async with post.database.reading(post.shop.workspace_id) as tx:
        [verdict] = await verdicts.of_case(tx, case.id)
    assert (verdict.kind, verdict.reason) == ("hand_over", "entry_for_people")


async def test_only_a_mailbox_that_wants_it_acknowledges_once_a_day(post: Post, peer: Peer, sure: Sure) -> None:
    async with post.database.transaction(post.shop.workspace_id) as tx:
        account = await accounts.get(tx, post.account_id)
        await accounts.update(tx, post.account_id, settings={**account.settings, "acknowledge": True})
    sure.verdict = robot.HandOver("complaint", "Annan edasi.", "et", WHY)
    async with at_work(post):
        case = await asked(post, sure)
        await asked(post, sure, subject="Veel")
        await until(lambda: peer.taken)
    [message] = await said(post, case)
    assert "kohal" in message.text
    assert case.handler == "queue"
    assert case.waiting_since is not None
    assert len(peer.taken) == 1
    assert peer.taken[0].mail["Auto-Submitted"] == "auto-replied"


async def test_a_robot_that_fails_hands_over_without_a_letter(post: Post, sure: Sure) -> None:
    case_id, message_id = await post.letter(robot=True, trust=VERIFIED)
    await sure.gave_up({"workspace_id": post.shop.workspace_id, "case_id": case_id, "message_id": message_id})
    async with post.database.reading(post.shop.workspace_id) as tx:
        case = await cases.get_case(tx, case_id)
    assert (case.handler, await said(post, case)) == ("queue", [])


async def test_a_verified_customer_is_greeted_by_name(post: Post) -> None:
    _, message_id = await post.letter(robot=True, trust=VERIFIED)
    async with post.database.transaction(post.shop.workspace_id) as tx:
        await tx.execute("update customers set name_given_by_customer = true")
        row = await tx.fetchval("select case_id from messages where id = $1", message_id)
        question = await facts.find_question(tx, await facts.find_shop(tx), row, message_id)
    assert question is not None
    assert question.facts.first_name == "Mari"


@pytest.mark.parametrize(
    ("subject", "text", "read"),
    [
        ("Re: Kus mu pakk on?", "kus mu pakk on", "kus mu pakk on"),
        ("Tellimus 12345", "Kus see on?", "Tellimus 12345.\nKus see on?"),
        ("Millal pakk jõuab?", "Tellisin esmaspäeval.", "Millal pakk jõuab?\nTellisin esmaspäeval."),
        ("Tagastamine?", "Kuidas see käib?", "Tagastamine.\nKuidas see käib?"),
        ("", "Kuidas see käib?", "Kuidas see käib?"),
        ("Re:", "Kuidas see käib?", "Kuidas see käib?"),
    ],
)
def test_the_subject_joins_the_question_where_it_says_more(subject: str, text: str, read: str) -> None:
    assert by_letter.with_subject(subject, text) == read
