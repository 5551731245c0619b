"""Review by keyboard alone, a replay of the demo's questions, and a lesson accepted, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, sign_in, until
from tests.browser.test_inbox import a_new_case
from tests.browser.test_screens import TOO_WIDE, speak, violations

# Tabs scroll by themselves.
WIDE = TOO_WIDE.replace(".language-tabs", ".language-tabs, .robot-tabs")
QUESTIONS = ("kus mu pakk on?", "how long does delivery take?", "mult võeti kaks korda raha, tahan raha tagasi")


def call(page: Page, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """An act of the signed-in person, past the screen."""
    script = """([method, path, body]) => fetch(path, {method, body: body && JSON.stringify(body),
      headers: {'Content-Type': 'application/json'}}).then((answer) => answer.json())"""
    return page.evaluate(script, [method, path, body])


def draw_all(demo: Demo, page: Page) -> None:
    """Every decision from now on is drawn for review; then customers ask."""
    call(page, "PATCH", "/api/robot/policy", {"audit_share": {"audit": 1, "own": 1}, "hand_over_share": 1})
    for question in QUESTIONS:
        a_new_case(demo, page, question)


def waiting(page: Page) -> list[dict[str, Any]]:
    return call(page, "GET", "/api/robot/review")["items"]


def test_decisions_are_judged_by_keyboard_alone(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("owner"))
    draw_all(demo, page)
    page.goto(f"{demo.url}/robot/review")
    expect(page.locator(".judge-label").first).to_be_visible()
    progress = page.locator(".review-progress .figures")
    expect(progress).to_contain_text(re.compile(r"^[3-9]|^\d\d"))
    before = call(page, "GET", "/api/robot/review")
    first = page.locator(".review-question").text_content()

    page.keyboard.press("1")
    expect(page.locator(".review-question")).not_to_have_text(first or "")
    expect(progress).to_contain_text(str(before["mine_today"] + 1))
    page.keyboard.press("z")
    expect(page.locator(".review-question")).to_have_text(first or "")

    page.keyboard.press("2")
    expect(page.locator(".entry-picker")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("gift card")
    found = page.locator(".pick-row:not(.none)")
    expect(found.first).to_contain_text(re.compile("gift|kinke", re.IGNORECASE))
    picked = found.first.locator(".pick-title").text_content()
    page.keyboard.press("Enter")
    expect(page.locator(".review-question")).not_to_have_text(first or "")

    item = before["items"][0]
    # The screen is ahead of the server.
    until("it is judged", 30, lambda: item["id"] not in [one["id"] for one in waiting(page)])
    seen = call(page, "GET", f"/api/cases/by-number/{item['case_number']}")
    topic = item["entry"]["id"] if item["entry"] else None
    assert seen["case"]["number"] == item["case_number"]
    if topic is not None:
        judged = call(page, "GET", f"/api/robot/topics/{topic}")["judgements"]
        mine = [one for one in judged if one["verdict_id"] == item["verdict_id"] and one["source"] == "review"]
        assert [one["label"] for one in mine] == ["wrong_entry"], picked

    page.keyboard.press("o")
    page.wait_for_url("**/case/T-*")


def test_a_hand_over_is_judged_by_another_question(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    draw_all(demo, page)
    page.goto(f"{demo.url}/robot/review")
    for _ in range(40):
        expect(page.locator(".judge-label").first).to_be_visible()
        if page.locator(".judge-label").count() == 2:
            break
        shown = page.locator(".review-card").get_attribute("aria-label") or ""
        page.keyboard.press("s")
        expect(page.locator(f".review-card[aria-label='{shown}']")).to_have_count(0)
    expect(page.locator(".judge-label")).to_have_count(2)
    number = (page.locator(".review-facts a").text_content() or "").removeprefix("T-")
    page.keyboard.press("1")
    expect(page.locator(".review-facts a", has_text=f"T-{number}")).to_have_count(0)
    # The screen is ahead of the server.
    until("it is judged", 30, lambda: number not in [str(one["case_number"]) for one in waiting(page)])


def test_a_replay_shows_figures_curve_and_each_question(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/robot/replay?last=120&cut=0.8")
    expect(page.locator(".replay-draft input").first).to_have_value("80")
    page.locator(".replay-form .primary").click()
    page.wait_for_url(re.compile(r"/robot/replay/\d+$"))
    expect(page.locator(".replay-figures .total")).to_have_count(5)
    expect(page.locator(".replay-item")).to_have_count(40)

    page.locator(".replay-figures .total").nth(1).click()
    link = page.locator(".explain a[href*='kind=answer']")
    answered = int(re.sub(r"\D", "", link.text_content() or ""))
    link.click()
    page.wait_for_url("**kind=answer")
    expect(page.locator(".explain:popover-open")).to_have_count(0)
    expect(page.locator(".replay-item .side.robot")).to_have_count(min(answered, 40))

    slider = page.locator("[role=slider]")
    slider.focus()
    page.keyboard.press("End")
    end = slider.get_attribute("aria-valuetext")
    page.keyboard.press("Home")
    expect(slider).not_to_have_attribute("aria-valuetext", end or "")
    page.locator(".curve summary").click()
    assert page.locator(".curve tbody tr").count() == int(slider.get_attribute("aria-valuemax") or 0) + 1
    assert violations(page) == []
    page.reload()
    expect(page.locator(".replay-filters select").nth(1)).to_have_value("answer")

    call(page, "POST", "/api/robot/replays", {"last": 120, "name": "Kõrvuti"})
    page.goto(f"{demo.url}/robot/replay")
    expect(page.locator(".replay-row", has_text="Kõrvuti").first.locator(".badge.done")).to_be_visible()
    page.locator(".replay-row a", has_text="Kõrvuti").first.click()
    page.locator(".page-head select").select_option(index=1)
    page.wait_for_url("**with=*")
    expect(page.locator("table.compare tbody tr")).to_have_count(7)
    assert violations(page) == []


def judged_otherwise(demo: Demo, page: Page, question: str) -> int:
    """A customer asks, and a reviewer says that another entry would have been right; that entry's id."""
    call(page, "PATCH", "/api/robot/policy", {"audit_share": {"audit": 1, "own": 1}, "hand_over_share": 1})
    number, _ = a_new_case(demo, page, question)
    drawn: list[dict[str, Any]] = []

    def is_drawn() -> bool:
        items = waiting(page)
        drawn[:] = [one for one in items if one["case_number"] == number]
        # The queue shows so many at once; what other tests left there goes to its end.
        for one in items if not drawn else ():
            call(page, "POST", f"/api/robot/review/{one['id']}/skip", {})
        return bool(drawn)

    until("the decision is drawn for review", 60, is_drawn)
    known = call(page, "GET", "/api/knowledge?limit=50")["entries"]
    given = drawn[0]["entry"]["id"] if drawn[0]["entry"] else 0
    other = next(one["id"] for one in known if one["id"] != given)
    judgement = {"label": "wrong_entry", "truth_entry_id": other}
    call(page, "POST", f"/api/robot/review/{drawn[0]['id']}", judgement)
    return other


def test_a_lesson_is_found_edited_and_accepted(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    entry = judged_otherwise(demo, page, "kas vanaema villased sokid sobivad telgi sisse")
    page.goto(f"{demo.url}/robot/learning")
    page.locator(".look .button").click()
    lesson = page.locator(".lesson", has=page.locator(f"h3 a[href='/knowledge/{entry}']")).filter(
        has=page.locator("[aria-label*='villased sokid']")
    )
    expect(lesson).to_be_visible()
    assert violations(page) == []
    texts = lesson.locator(".lesson-examples .field")
    for place in range(texts.count()):
        if "villased sokid" in texts.nth(place).input_value():
            texts.nth(place).fill("kas villased sokid sobivad telki")
    lesson.locator(".button.primary").click()
    expect(lesson).to_have_count(0)
    page.locator(".segments button").nth(1).click()
    accepted = page.locator(".lesson.accepted", has_text="kas villased sokid sobivad telki")
    expect(accepted.locator(".badge.accepted")).to_be_visible()
    examples = call(page, "GET", f"/api/knowledge/{entry}")["examples"]
    assert "kas villased sokid sobivad telki" in [text for texts in examples.values() for text in texts]


def test_agents_are_told_who_may_replay(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    page.goto(f"{demo.url}/robot/replay")
    expect(page.locator(".no-permission")).to_contain_text("Marko")


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1440, "light", "en"), (375, "dark", "et"), (320, "light", "pl"), (375, "light", "fi")],
)
def test_the_screens_are_read_by_machine_and_fit(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str, language: str
) -> None:
    page = new_page(width=width, color_scheme=scheme)
    sign_in(page, demo.url, demo.person("lead"))
    if not call(page, "GET", "/api/robot/replays")["replays"]:
        call(page, "POST", "/api/robot/replays", {"last": 60})
    speak(page, language)
    for path, whole in (
        ("robot/review", ".review-progress"),
        ("robot/replay", ".replay-row"),
        ("robot/replay?new", ".replay-form"),
        ("robot/learning", ".segments"),
    ):
        page.goto(f"{demo.url}/{path}")
        page.locator(f"html[lang={language}]").wait_for()
        page.locator(whole).first.wait_for()
        assert violations(page) == [], path
        assert page.evaluate(WIDE) == [], path
