"""The agents' inbox in a browser: by keyboard alone, by two agents at once, read by a machine for accessibility."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Demo, sign_in

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def post(demo: Demo, path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    """One act of a visitor."""
    headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    if token:
        headers["authorization"] = f"Bearer {token}"
    return httpx.post(demo.url + path, json=body, headers=headers, timeout=30).raise_for_status().json()


def a_new_case(demo: Demo, page: Page, text: str) -> tuple[int, str]:
    """A visitor asks for a person; the case's number and the visitor's token."""
    key = page.evaluate("fetch('/api/me').then((answer) => answer.json()).then((me) => me.workspace.widget.key)")
    where = {"url": f"{demo.url}/demo", "title": "Demo", "language": "et"}
    token = post(demo, "/widget/session", {"key": key, "page": where})["token"]
    message = {"client_id": str(uuid.uuid4()), "text": text, "page": where}
    return post(demo, "/widget/messages", message, token)["case"]["number"], token


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_case_is_worked_by_keyboard_and_a_second_agent_sees_each_step(
    demo: Demo, new_page: Callable[..., Page]
) -> None:
    mine, theirs = new_page(), new_page()
    sign_in(mine, demo.url, demo.person("agent"))
    sign_in(theirs, demo.url, demo.person("lead"))
    press(mine, "g", "u")
    mine.wait_for_url("**/inbox/unassigned")
    number, _ = a_new_case(demo, mine, "soovin rääkida inimesega, minu tellimus 10482 on kadunud")
    row = mine.locator(f".row[href='/case/T-{number}']")
    row.wait_for()
    expect(row).to_contain_text("minu tellimus 10482")
    theirs.goto(f"{demo.url}/case/T-{number}")
    timeline = theirs.locator(".timeline")
    timeline.get_by_text("minu tellimus 10482").wait_for()

    row.focus()
    press(mine, "Enter")
    mine.wait_for_url(f"**/case/T-{number}")
    mine.locator("form.composer textarea").wait_for()
    press(mine, "i")
    name = demo.person("agent")["name"]
    expect(theirs.locator(".case-facts .floor")).to_have_text(name)
    press(mine, "n")
    expect(mine.locator("form.composer.note textarea")).to_be_focused()
    mine.keyboard.type("helistan vedajale")
    press(mine, "Enter", "Escape", "p")
    timeline.locator(".note").filter(has_text="helistan vedajale").wait_for()
    press(mine, "r")
    expect(mine.locator("form.composer:not(.note) textarea")).to_be_focused()
    mine.keyboard.type("Uurin kohe.")
    expect(theirs.locator(".collision")).to_contain_text(name)
    press(mine, "Enter")
    timeline.locator(".agent").filter(has_text="Uurin kohe.").wait_for()
    press(mine, "Escape", "e")
    expect(mine.locator(".notice")).to_contain_text(f"T-{number}")
    expect(theirs.locator(".case-acts .primary")).to_have_count(0)

    # Old state and events are the fresh state, also on the screen.
    followed = timeline.inner_text()
    theirs.reload()
    timeline.get_by_text("Uurin kohe.").wait_for()
    assert timeline.inner_text() == followed


def test_a_reply_the_server_refuses_keeps_its_words(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    number, _ = a_new_case(demo, page, "palun inimest appi")
    page.goto(f"{demo.url}/case/T-{number}")
    field = page.locator("form.composer textarea")
    refusal = {"error": {"code": "conflict", "message": "Somebody merged this case"}}
    page.route("**/messages", lambda route: route.fulfill(status=409, json=refusal))
    field.fill("Minu vastus")
    field.press("Enter")
    failed = page.locator(".unsent")
    expect(failed).to_contain_text("Somebody merged this case")
    page.reload()
    expect(failed).to_contain_text("Minu vastus")
    page.unroute("**/messages")
    failed.locator("button").first.click()
    expect(failed).to_have_count(0)
    expect(page.locator(".said.agent").filter(has_text="Minu vastus")).to_have_count(1)


def test_markup_of_a_customer_stays_text(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    text = "inimest palun <img src=x onerror=alert(1)> javascript:alert(1) https://example.com/a?b=1."
    number, _ = a_new_case(demo, page, text)
    page.goto(f"{demo.url}/case/T-{number}")
    bubble = page.locator(".said.customer .bubble").first
    expect(bubble).to_have_text(text)
    assert bubble.locator("img").count() == 0
    assert [link.get_attribute("href") for link in bubble.locator("a").all()] == ["https://example.com/a?b=1"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (375, "light"), (375, "dark")])
def test_nothing_stands_in_the_way_of_assistive_technology(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str
) -> None:
    page = new_page(width, 800, color_scheme=scheme, bypass_csp=True)
    sign_in(page, demo.url, demo.person("agent"))
    for path in ("/inbox/open", "/inbox/robot"):
        page.goto(demo.url + path)
        page.locator("a.row, .blank").first.wait_for()
        assert violations(page) == []
    page.goto(f"{demo.url}/inbox/open")
    page.locator("a.row").first.click()
    page.wait_for_url(re.compile(r"/case/T-\d+"))
    page.locator("form.composer").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def violations(page: Page) -> list[str]:
    page.add_script_tag(path=AXE)
    found = page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(RULES)}}}).then((result) => result.violations)")
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
