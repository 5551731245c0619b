"""Intake: what a delivery becomes, once, however often and in whatever order it comes."""

from pathlib import Path

from desk.mailroom import open_mailroom, written
from tugi.core.database import Database


async def test_a_letter_becomes_a_case_with_a_customer(database: Database, tmp_path: Path) -> None:
    room = await open_mailroom(database, tmp_path)
    taken = await room.deliver(written("Mari Maasikas <mari@kiri.example>", "Tarne", "Kus mu pakk on?\n> vana jutt"))
    assert (taken.status, taken.outcome, taken.failure) == ("taken", "message", None)
    case = await room.case_of(taken)
    assert (case.subject, case.status, case.handler, case.customer_name) == ("Tarne", "new", "robot", "Mari Maasikas")
    assert case.waiting_since is not None
    message = (await room.messages())[0]
    assert (message["text"], message["status"], message["author_kind"]) == ("Kus mu pakk on?", "delivered", "customer")
