"""From an empty installation to the first topic promoted: set up, import, answer, replay, confirm, approve."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from tests.browser.conftest import ROOT, _answers, _free_port, until

PASSWORD = "kolm kollast kassi"
KNOWLEDGE = """key,language,title,answer,policy,examples
delivery,en,How long does delivery take?,Delivery takes 1 to 3 working days.,answer,\
how long is delivery|when will my order arrive|delivery time|how many days to ship|how fast do you deliver|shipping time
returns,en,How do I return an item?,Send it back within 30 days with the slip in the box.,answer,\
how do i return this|can i send it back|return an item|i want to return my order|returning something|making a return
gift,en,Do you wrap gifts?,We wrap gifts for 3 euros; choose it in the cart.,answer,\
can you gift wrap|do you wrap presents|gift wrapping|is gift paper available|wrap it as a gift|how much is gift wrap
"""
QUESTIONS = (
    "how long does delivery take",
    "hi, how long is the delivery to Tartu",
    "when will the order arrive if i buy today",
    "what is your delivery time",
    "how many days does shipping take",
    "how fast is delivery",
    "delivery time please",
    "how long until it is delivered",
    "shipping time to Estonia?",
    "how many days to ship to Narva",
    "how long is delivery",
    "when will my order arrive",
    "how fast do you ship",
    "how long does shipping take",
)


@dataclass(frozen=True)
class Fresh:
    """An installation nobody has set up."""

    url: str


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    home, port = tmp_path_factory.mktemp("fresh"), _free_port()
    environment = os.environ | {"TUGI_HOME": str(home), "TUGI_PORT": str(port)}
    log = (home / "log").open("wb")
    command = [sys.executable, "-c", "from tugi.cli import main; main()", "serve"]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
    try:
        until("the installation answers", 120, lambda: _answers(f"http://127.0.0.1:{port}/readyz"))
        yield Fresh(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def get(http: APIRequestContext, path: str) -> Any:
    answer = http.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def post(http: APIRequestContext, path: str, data: object, **headers: str) -> Any:
    answer = http.post(path, data=data, headers={"Idempotency-Key": str(uuid.uuid4()), **headers})
    assert answer.ok, answer.text()
    return answer.json()


def set_up(page: Page, fresh: Fresh) -> None:
    page.goto(f"{fresh.url}/")
    page.wait_for_url("**/setup")
    fields = page.locator(".door input")
    fields.nth(0).fill("Põhjala Pood")
    fields.nth(1).fill("liis@pohjala.example")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")


def colleague(page: Page, fresh: Fresh, new_page: Callable[..., Page]) -> Page:
    """A second person, so that nobody's clicks are all the evidence there is."""
    form = {"name": "Kadri Mets", "email": "kadri@pohjala.example", "role": "agent", "language": "en"}
    invite = post(page.request, f"{fresh.url}/api/agents", form)["invite_url"]
    theirs = new_page()
    theirs.goto(f"{fresh.url}{invite}")
    theirs.locator("#password").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/inbox/**")
    return theirs


def import_knowledge(page: Page, fresh: Fresh) -> None:
    page.goto(f"{fresh.url}/knowledge")
    page.locator(".entry-list header .icon-button").click()
    file = {"name": "kb.csv", "mimeType": "text/csv", "buffer": KNOWLEDGE.encode()}
    page.locator("dialog input[type=file]").set_input_files(file)
    expect(page.locator(".entry-list header .figures")).to_contain_text("3")
    page.keyboard.press("Escape")
    until(
        "the robot has learned",
        300,
        lambda: get(page.request, f"{fresh.url}/api/knowledge?limit=1")["model"]["status"] == "ready",
    )


def ask(page: Page, fresh: Fresh, question: str) -> tuple[int, str]:
    """A new customer asks; (case, token) once the robot has decided."""
    place = {"url": "https://pood.example/", "title": "Pood", "language": "en"}
    key = get(page.request, f"{fresh.url}/api/me")["workspace"]["widget"]["key"]
    token = post(page.request, f"{fresh.url}/widget/session", {"key": key, "page": place})["token"]
    body = {"client_id": str(uuid.uuid4()), "text": question, "page": place}
    sent = post(page.request, f"{fresh.url}/widget/messages", body, Authorization=f"Bearer {token}")
    case_id = sent["message"]["case_id"]
    until(
        f"the robot has decided on “{question}”",
        60,
        lambda: bool(get(page.request, f"{fresh.url}/api/cases/{case_id}")["verdicts"]),
    )
    return case_id, token


def send_suggestions(pages: tuple[Page, Page], fresh: Fresh, cases: list[int]) -> None:
    """Both people send what is suggested, after having read it."""
    page = pages[0]
    page.wait_for_timeout(2_200)
    for place, case_id in enumerate(cases):
        who = pages[place % 2]
        offer = get(who.request, f"{fresh.url}/api/cases/{case_id}")["suggestion"]
        assert offer is not None, QUESTIONS[place]
        reply = {"client_id": str(uuid.uuid4()), "text": offer["text"], "suggestion_id": offer["id"]}
        post(who.request, f"{fresh.url}/api/cases/{case_id}/messages", reply)


def test_an_empty_installation_becomes_a_robot_that_answers_after_a_click(
    fresh: Fresh, new_page: Callable[..., Page]
) -> None:
    page = new_page(locale="en")
    set_up(page, fresh)
    import_knowledge(page, fresh)
    theirs = colleague(page, fresh, new_page)
    cases = [ask(page, fresh, question)[0] for question in QUESTIONS]
    said = get(page.request, f"{fresh.url}/api/cases/{cases[0]}")
    assert said["case"]["handler"] == "queue", "a new shop's robot only suggests"
    send_suggestions((page, theirs), fresh, cases)

    page.goto(f"{fresh.url}/robot/replay")
    page.locator(".replay-form button[type=submit]").click()
    page.wait_for_url("**/robot/replay/*")
    replay = int(page.url.rpartition("/")[2])
    until(
        "the replay is done",
        120,
        lambda: get(page.request, f"{fresh.url}/api/robot/replays/{replay}")["status"] == "done",
    )
    assert get(page.request, f"{fresh.url}/api/robot/replays/{replay}")["total"] == len(QUESTIONS)

    page.goto(f"{fresh.url}/robot")
    proposal = page.locator(".proposal", has_text="How long does delivery take?")
    proposal.locator(".button.primary").click()
    row = page.locator("fieldset.dimmer", has_text="How long does delivery take?")
    expect(row.locator("input[value=click]")).to_be_checked()

    case_id, token = ask(page, fresh, "how long will delivery take?")
    number = get(page.request, f"{fresh.url}/api/cases/{case_id}")["case"]["number"]
    page.goto(f"{fresh.url}/case/T-{number}")
    page.locator(".offer .button.robot").click()
    until(
        "the robot has said it",
        30,
        lambda: any(
            message["entry_id"] and message["author"]["kind"] == "robot"
            for message in get(page.request, f"{fresh.url}/api/cases/{case_id}")["messages"]
        ),
    )
    state = page.request.get(f"{fresh.url}/widget/state", headers={"Authorization": f"Bearer {token}"}).json()
    assert state["messages"][-1]["text"] == "Delivery takes 1 to 3 working days."
    assert get(page.request, f"{fresh.url}/api/cases/{case_id}")["case"]["handler"] == "robot"
