"""Help beside the composer in a browser: it appears by itself, is used by keys, and what was done is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, sign_in, until
from tests.browser.test_inbox import AXE, RULES, a_new_case
from tests.browser.test_main_job import open_chat, say

ASK = """([method, path, body]) => fetch(path, {method, headers: {'content-type': 'application/json'},
  body: body === null ? undefined : JSON.stringify(body)}).then((answer) => answer.json())"""


def ask(page: Page, method: str, path: str, body: object = None) -> Any:
    """A request of the signed-in person's own page."""
    return page.evaluate(ASK, [method, path, body])


def topic(page: Page, key: str) -> int:
    """The id of a topic of the demo, by its entry's key."""
    return next(e["id"] for e in ask(page, "GET", "/api/knowledge?limit=1000")["entries"] if e["key"] == key)


def a_question(demo: Demo, page: Page, text: str, key: str, level: str) -> int:
    """A customer asks about a topic on which the robot has this level; the page shows the case."""
    ask(page, "PATCH", f"/api/robot/topics/{topic(page, key)}", {"level": level})
    number, _ = a_new_case(demo, page, text)
    page.goto(f"{demo.url}/case/T-{number}")
    return number


def violations(page: Page) -> list[Any]:
    """What a machine finds wrong for people who cannot see, point or tell colours."""
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then((result) => result.violations)")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_a_suggestion_comes_by_itself_and_goes_with_a_reason(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str
) -> None:
    page = new_page(width, 800, color_scheme=scheme)
    sign_in(page, demo.url, demo.person("lead"))
    number = a_question(demo, page, "kus pakk jääb, see hilineb", "parcel_tracking", "suggest")
    offer = page.locator(".offer")
    offer.wait_for()
    expect(offer.locator("header a")).to_have_attribute("href", f"/knowledge/{topic(page, 'parcel_tracking')}")
    page.locator(".alternative").first.wait_for()
    assert violations(page) == []
    page.keyboard.press("y")
    field = page.locator("form.composer textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value(offer.locator(".offer-text").inner_text())
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(field).not_to_have_value(offer.locator(".offer-text").inner_text())
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    page.locator("[role=menuitem]").filter(visible=True).first.click()
    page.locator(".right-entry .alternative").last.click()
    expect(offer).to_have_count(0)
    view = ask(page, "GET", f"/api/cases/by-number/{number}")
    until(
        "the dismissal is stored",
        30,
        lambda: ask(page, "GET", f"/api/cases/{view['case']['id']}")["suggestion"] is None,
    )
    assert [message["author"]["kind"] for message in view["messages"]] == ["customer", "robot"]


def test_the_robot_says_what_was_approved_and_the_customer_may_ask_on(
    demo: Demo, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    number = a_question(demo, page, "palju maksab tarne", "delivery_cost", "click")

    def anticipated() -> bool:
        # What is asked next is counted once a day, the first time a minute after the start.
        page.reload()
        page.locator(".offer-text").wait_for()
        page.wait_for_load_state("networkidle")
        return page.locator(".next-questions .link").count() > 0

    until("the next question is known", 150, anticipated)
    text = page.locator(".offer-text").inner_text()
    view = ask(page, "GET", f"/api/cases/by-number/{number}")
    assert text not in [message["text"] for message in view["messages"]]
    page.keyboard.press("Control+Enter")
    said = page.locator(".said.robot").filter(has_text=text)
    said.wait_for()
    expect(page.locator(".offer")).to_have_count(0)
    view = ask(page, "GET", f"/api/cases/by-number/{number}")
    message = next(one for one in view["messages"] if one["text"] == text)
    assert message["approved_by"] == ask(page, "GET", "/api/me")["agent"]["id"]
    assert (view["case"]["handler"], view["case"]["assignee_id"]) == ("robot", None)
    assert [one["entry_id"] for one in message["follow_ups"]] == [topic(page, "delivery_time")]
    assert violations(page) == []


def test_similar_cases_stand_beside_the_customer(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    number, _ = a_new_case(demo, page, "kus mu pakk on, tahan inimesega rääkida")
    page.goto(f"{demo.url}/case/T-{number}")
    first = page.locator(".similar-section .similar a").first

    def known() -> bool:
        # Past questions have their vectors some seconds after the first training.
        page.reload()
        page.locator("form.composer").first.wait_for()
        page.wait_for_load_state("networkidle")
        return first.count() > 0

    until("similar cases are known", 150, known)
    expect(first).to_contain_text("T-")
    first.click()
    page.wait_for_url(lambda url: "/case/T-" in url and not url.endswith(f"T-{number}"))


def test_a_button_under_the_answer_asks_on(demo: Demo, new_page: Callable[..., Page]) -> None:
    lead = new_page()
    sign_in(lead, demo.url, demo.person("lead"))
    for key in ("delivery_cost", "delivery_time"):
        ask(lead, "PATCH", f"/api/robot/topics/{topic(lead, key)}", {"level": "audit"})
    page = new_page(375, 760, locale="en")
    frame = open_chat(page, demo.url, "en")
    say(frame, "how much is delivery to Estonia")
    button = frame.locator(".follow-up").first
    button.wait_for()
    asked = button.inner_text()
    button.click()
    frame.locator(".bubble.own").filter(has_text=asked).wait_for()
    frame.locator(".bubble.robot").nth(1).wait_for()
    expect(frame.locator(".follow-up")).to_have_count(0)
