"""The customer's chat in a browser: quiet until opened, by keyboard, hostile words, files, identity."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import ROOT, Demo, sign_in
from tests.browser.test_main_job import bubbles, open_chat, say, show_chat

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    '"><svg onload=alert(1)>',
    "{{name}} ${alert(1)}",
    "\ufdfa" * 200,
    "\u202egnp.exe https://pohjala.example/\u202e",
]


def violations(place: Page | Frame) -> list[Any]:
    """What axe finds wrong; its script is put in by the debugger, so the page's own policy stays as it is."""
    place.evaluate(AXE)
    told = "found.violations.map(one => [one.id, one.nodes.map(node => node.html)])"
    run = f"rules => axe.run(document, {{runOnly: rules}}).then(found => {told})"
    return place.evaluate(run, RULES)


def test_nothing_is_fetched_or_stored_before_the_chat_is_opened(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.removeprefix(demo.url)))
    page.goto(f"{demo.url}/demo?lang=et", wait_until="networkidle")
    page.wait_for_function("window.Tugi !== undefined")
    assert [url for url in fetched if "widget" in url] == ["/widget.js"]
    assert page.evaluate("[...Object.keys(localStorage), document.cookie].filter(Boolean)") == []


def test_by_keyboard_there_and_back(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.goto(f"{demo.url}/demo/cart?lang=en")
    page.wait_for_function("window.Tugi !== undefined")
    page.locator("footer a").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    frame = show_chat(page)
    expect(frame.locator("textarea")).to_be_focused()
    page.keyboard.type("half a thought")
    page.keyboard.press("Escape")
    # The launcher lies in a closed shadow root; that the focus has left the frame is what one can see of it.
    frame.wait_for_function("!document.hasFocus()")
    assert page.evaluate("document.activeElement.getRootNode() === document && document.hasFocus()")
    page.keyboard.press("Enter")
    expect(frame.locator("textarea")).to_be_focused()
    expect(frame.locator("textarea")).to_have_value("half a thought")


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1440, "light", "en"), (375, "dark", "et"), (320, "light", "pl")]
)
def test_a_machine_finds_nothing_wrong(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str, language: str
) -> None:
    page = new_page(width, 740, color_scheme=scheme)
    for path in ("/demo", "/demo/product/wool-blanket-raba", "/demo/cart", "/demo/order/10482"):
        page.goto(f"{demo.url}{path}?lang={language}")
        assert violations(page) == []
    # The page of an order vouches for its buyer, who may have talked before; this visitor is a stranger.
    page.goto(f"{demo.url}/demo?lang={language}")
    frame = show_chat(page)
    frame.locator("h2").wait_for()
    assert violations(frame) == []
    frame.locator(".choice").first.click()
    bubbles(frame, "robot").first.wait_for(timeout=15_000)
    frame.locator(".bar button").first.click()
    frame.locator("form.card").wait_for(timeout=15_000)
    assert violations(frame) == []
    assert frame.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_words_are_shown_as_words(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    frame = open_chat(page, demo.url)
    for text in HOSTILE:
        say(frame, text)
        bubbles(frame, "own").filter(has_text=text[:20]).first.wait_for()
    expect(bubbles(frame, "own").locator("img, script, svg")).to_have_count(0)
    links = bubbles(frame, "own").locator("a").all()
    assert [link.get_attribute("href") for link in links] == ["https://pohjala.example/"]
    page.reload()
    expect(bubbles(show_chat(page), "own")).to_have_count(len(HOSTILE))
    assert dialogs == []


def test_files_too_large_are_named_and_the_others_arrive(
    demo: Demo, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = new_page()
    frame = open_chat(page, demo.url)
    (tmp_path / "receipt.pdf").write_bytes(b"%PDF-1.4 receipt")
    with (tmp_path / "film.bin").open("wb") as film:
        film.truncate(21_000_000)
    page.screenshot(path=tmp_path / "picture.png")
    frame.locator("input[type=file]").set_input_files(
        [tmp_path / name for name in ("receipt.pdf", "film.bin", "picture.png")]
    )
    expect(frame.locator(".uploads .bad")).to_contain_text("Suurem kui 20 MB")
    frame.locator(".uploads img").wait_for()
    say(frame, "lisan pildid")
    sent = bubbles(frame, "own").filter(has_text="lisan pildid")
    expect(sent.locator(".files li")).to_have_count(2)
    drawn = "image => image.decode().then(() => image.naturalWidth)"
    assert sent.locator(".files img").evaluate(drawn) > 0
    expect(frame.locator(".uploads li")).to_have_count(1)


def test_a_signed_visitor_is_known_to_the_agent_and_forgotten_on_logout(
    demo: Demo, new_page: Callable[..., Page]
) -> None:
    agent = new_page()
    sign_in(agent, demo.url, demo.person("owner"))
    call = "([path, how]) => fetch(path, how).then(answer => answer.json())"
    how = {"method": "POST", "headers": {"content-type": "application/json"}, "body": "{}"}
    secret = agent.evaluate(call, ["/api/workspace/identity-secret", how])["secret"]
    signature = hmac.new(secret.encode(), b"user-77", hashlib.sha256).hexdigest()
    identity = {
        "user_id": "user-77",
        "name": "Helmi Allikas",
        "email": "helmi@customer.example",
        "signature": signature,
    }

    page = new_page()
    page.add_init_script(f"if (self === top) window.tugi = {json.dumps({'identity': identity})}")
    frame = open_chat(page, demo.url)
    say(frame, "tahan oma raha tagasi")
    bubbles(frame, "robot").first.wait_for(timeout=15_000)
    found = agent.evaluate(call, ["/api/cases?list=unassigned&limit=1", {}])["cases"][0]
    assert found["customer_name"] == "Helmi Allikas"
    view = agent.evaluate(call, [f"/api/cases/{found['id']}", {}])
    assert {(one["channel"], one["verified_by"]) for one in view["customer"]["identities"]} >= {("widget", "signed")}
    assert view["messages"][0]["page"] == {"url": f"{demo.url}/demo?lang=et", "title": "Põhjala Pood", "language": "et"}

    page.evaluate("window.Tugi.logout()")
    frame.locator("h2").wait_for()
    expect(frame.locator("li.bubble")).to_have_count(0)
