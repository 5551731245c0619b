"""Help beside the composer over HTTP: what it offers, what an approval does, what is refused."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cast import open_shop
from desk.talk import Talk, open_talk
from tugi.core.database import Database
from tugi.core.files import Folder
from tugi.desk.answering import follow_ups, suggestions
from tugi.desk.answering.answers import Answering
from tugi.desk.people import sessions
from tugi.web import auth
from tugi.web.app import Parts, make_app
from tugi.web.live import Hub

SECRET = "a secret of this test installation"
DRAFT = "Teie pakk on teel."


@dataclass
class Desk:
    """Kadri's browser at her shop."""

    http: httpx.AsyncClient
    talk: Talk

    async def help(self, case_id: int) -> dict[str, Any]:
        """What stands beside the composer."""
        answer = await self.http.get(f"/api/cases/{case_id}/assist")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reply(self, case_id: int, text: str, **more: int) -> httpx.Response:
        """Kadri answers."""
        body = {"client_id": str(uuid.uuid4()), "text": text, **more}
        return await self.http.post(f"/api/cases/{case_id}/messages", json=body)


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """A shop that knows three things, seen through the application without a network."""
    talk = await open_talk(await open_shop(database))

    async def ready() -> None:
        """Always ready."""

    files = Folder(tmp_path)
    app = make_app(Parts(database, files, Hub(database, "", SECRET), Answering(database, files, None), SECRET, ready))
    async with database.transaction(talk.shop.workspace_id) as tx:
        token = await sessions.start(tx, talk.shop.workspace_id, talk.shop.kadri)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://desk.example",
        headers={"origin": "http://desk.example"},
        cookies={auth.COOKIE: token},
    ) as http:
        yield Desk(http, talk)


async def test_what_fits_is_offered_while_the_customer_waits(desk: Desk) -> None:
    talk = desk.talk
    for _ in range(5):
        customer_id = await talk.shop.customer()
        for key in ("parcel", "price"):
            question = await talk.asked(customer_id, f"küsimus {key}")
            await talk.answered(question.case_id, f"vastus {key}", key)
    async with talk.shop.database.transaction(talk.shop.workspace_id) as tx:
        await follow_ups.count(tx)
    question = await talk.asked(await talk.shop.customer("Mari Tamm"), "kus mu pakk on")
    offer = await talk.offered(question, "parcel", DRAFT, "return", "price")
    found = await desk.help(question.case_id)
    assert found["suggestion"]["id"] == offer.id
    assert found["suggestion"]["sources"] == [{"entry_id": talk.entries["parcel"], "title": "Kus on minu pakk?"}]
    assert [one["entry_id"] for one in found["candidates"]] == [talk.entries["return"], talk.entries["price"]]
    assert "Vastus on siin." in found["candidates"][0]["text"]
    assert [(one["title"], one["share"], one["count"]) for one in found["next"]] == [("Kui palju maksab tarne?", 1, 5)]
    assert len(found["similar"]) == 5
    assert {(one["how"], one["likeness"]) for one in found["similar"]} == {("robot", None)}
    assert found["summary"] is None

    dismissed = await desk.http.post(f"/api/suggestions/{offer.id}/dismiss", json={"reason": "wrong_entry"})
    assert dismissed.json()["status"] == "dismissed"
    after = await desk.help(question.case_id)
    assert after["suggestion"] is None
    assert talk.entries["parcel"] not in [one["entry_id"] for one in after["candidates"]]

    assert (await desk.reply(question.case_id, "Vastan ise.")).status_code == 200
    answered = await desk.help(question.case_id)
    assert (answered["candidates"], answered["next"]) == ([], [])


async def test_the_summary_of_a_long_case_is_kept_until_more_is_said(desk: Desk) -> None:
    customer_id = await desk.talk.shop.customer()
    for number in range(9):
        question = await desk.talk.asked(customer_id, f"telgi kaar number {number} on katki")
    first = (await desk.help(question.case_id))["summary"]
    assert first["written_by"] == "robot"
    assert "telgi kaar" in first["text"]
    assert (await desk.help(question.case_id))["summary"]["created_at"] == first["created_at"]
    await desk.talk.asked(customer_id, "ja kott on märg")
    assert (await desk.help(question.case_id))["summary"]["created_at"] > first["created_at"]


async def test_an_approved_answer_is_told_with_its_approver_and_only_once(desk: Desk) -> None:
    question = await desk.talk.asked(await desk.talk.shop.customer(), "kus mu pakk on")
    offer = await desk.talk.offered(question, "parcel", DRAFT, click=True)
    answers = [await desk.http.post(f"/api/suggestions/{offer.id}/approve", json={}) for _ in range(2)]
    told = [answer.json() for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert told[0] == told[1]
    assert (told[0]["author"]["kind"], told[0]["approved_by"]) == ("robot", desk.talk.shop.kadri)
    case = (await desk.http.get(f"/api/cases/{question.case_id}")).json()
    assert (case["case"]["handler"], case["case"]["assignee_id"]) == ("robot", None)
    assert [m["text"] for m in case["messages"]] == ["kus mu pakk on", DRAFT]


async def test_one_suggestion_makes_one_message_whoever_sends_it(desk: Desk) -> None:
    question = await desk.talk.asked(await desk.talk.shop.customer(), "kus mu pakk on")
    offer = await desk.talk.offered(question, "parcel", DRAFT)
    assert (await desk.reply(question.case_id, DRAFT, suggestion_id=offer.id)).status_code == 200
    again = await desk.reply(question.case_id, "Teie pakk on kohal.", suggestion_id=offer.id)
    assert again.status_code == 409
    assert (await desk.http.post(f"/api/suggestions/{offer.id}/approve", json={})).status_code == 409
    case = (await desk.http.get(f"/api/cases/{question.case_id}")).json()
    assert len(case["messages"]) == 2


async def test_what_does_not_exist_or_does_not_fit_is_refused(desk: Desk) -> None:
    for path in ("/api/cases/999/assist", "/api/cases/0/assist", f"/api/cases/{10**18}/assist"):
        assert (await desk.http.get(path)).status_code == 404
    assert (await desk.http.post("/api/suggestions/999/approve", json={})).status_code == 404
    question = await desk.talk.asked(await desk.talk.shop.customer(), "kus mu pakk on")
    offer = await desk.talk.offered(question, "parcel", DRAFT)
    path = f"/api/suggestions/{offer.id}"
    assert (await desk.http.post(f"{path}/approve", json={})).status_code == 409
    assert (await desk.http.post(f"{path}/dismiss", json={"reason": "wrong"})).status_code == 422
    desk.http.cookies.clear()
    assert (await desk.http.get(f"/api/cases/{question.case_id}/assist")).status_code == 401


async def test_the_measures_count_what_was_done(desk: Desk) -> None:
    for text in (DRAFT, "Teie pakk on kohal.", None):
        question = await desk.talk.asked(await desk.talk.shop.customer(), "kus mu pakk on")
        offer = await desk.talk.offered(question, "parcel", DRAFT)
        if text:
            await desk.reply(question.case_id, text, suggestion_id=offer.id)
        else:
            await desk.http.post(f"/api/suggestions/{offer.id}/dismiss", json={"reason": "incomplete"})
    found = (await desk.http.get("/api/robot/assist-measures?days=30")).json()
    total = found["total"]
    assert (total["sent"], total["edited"], total["dismissed"]) == (1, 1, 1)
    assert total["acceptance"] == pytest.approx(2 / 3)
    assert found["by_agent"][0]["name"] == "Kadri Mets"


async def test_another_shops_case_does_not_exist(desk: Desk, database: Database) -> None:
    other = await open_talk(await open_shop(database, "Teine Pood"))
    question = await other.asked(await other.shop.customer(), "kus mu pakk on")
    offer = await other.offered(question, "parcel", DRAFT, click=True)
    assert (await desk.http.get(f"/api/cases/{question.case_id}/assist")).status_code == 404
    assert (await desk.http.post(f"/api/suggestions/{offer.id}/approve", json={})).status_code == 404
    async with database.reading(other.shop.workspace_id) as tx:
        assert (await suggestions.get(tx, offer.id)).status == "offered"
