"""How the team works with the suggestions, in a browser: a wrong one is put right by one key and counted at once."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, Demo, sign_in, until
from tests.browser.test_assist import a_question, ask, topic
from tests.browser.test_screens import speak, violations

# What stands out to the right of the window; tabs and tables scroll inside their own place.
OUTSIDE = """() => Array.from(document.querySelectorAll('main *')).filter((one) => {
  const { width, right } = one.getBoundingClientRect();
  return width > 0 && right > innerWidth + 1 && one.closest('.robot-tabs, .chips, .unseen, .scrolled') === null;
}).map((one) => one.outerHTML.slice(0, 80))"""


def dismissed(page: Page) -> int:
    """How many suggestions people have put away so far."""
    return int(ask(page, "GET", "/api/robot/assist-measures?days=30")["total"]["dismissed"])


def put_away(demo: Demo, page: Page, *keys: str) -> int:
    """A suggestion is called a wrong answer, and these keys say which was right; the case's id."""
    number = a_question(demo, page, "kus mu pakk on", "parcel_tracking", "suggest")
    page.locator(".offer").wait_for()
    page.keyboard.press("x")
    expect(page.locator("[role=menuitem]:focus")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".right-entry .alternative").last).to_be_focused()
    assert violations(page) == []
    for key in keys:
        page.keyboard.press(key)
    return int(ask(page, "GET", f"/api/cases/by-number/{number}")["case"]["id"])


def test_the_right_entry_is_named_or_passed_over_by_one_key(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    sent: list[object] = []
    page.on("request", lambda one: sent.append(one.post_data_json) if one.url.endswith("/dismiss") else None)
    before = dismissed(page)
    case_id = put_away(demo, page, "Escape")
    expect(page.locator(".right-entry")).to_have_count(0)
    expect(page.locator(".offer")).to_have_count(1)
    assert ask(page, "GET", f"/api/cases/{case_id}")["suggestion"] is not None
    put_away(demo, page, "1")
    until("the right entry is stored", 30, lambda: dismissed(page) == before + 1)
    put_away(demo, page, "Enter")
    until("it is put away without one", 30, lambda: dismissed(page) == before + 2)
    named, passed = sent
    assert isinstance(named, dict)
    assert named["reason"] == "wrong_entry"
    assert named["truth_entry_id"] not in (None, topic(page, "parcel_tracking"))
    assert passed == {"reason": "wrong_entry"}


def test_measures_explain_themselves_and_fit_everywhere(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    before = dismissed(page)
    put_away(demo, page, "0")
    until("it is counted", 30, lambda: dismissed(page) == before + 1)
    page.goto(f"{demo.url}/robot/measures?days=7")
    expect(page.locator(".chip[aria-pressed=true]")).to_contain_text("7")
    expect(page.locator(".robot-tabs [aria-current=page]")).to_have_attribute("href", "/robot/measures")
    total = ask(page, "GET", "/api/robot/assist-measures?days=7")["total"]
    parts = page.locator(".mix-part .figures strong")
    expect(parts).to_have_text([str(total[part]) for part in ("sent", "edited", "dismissed", "unanswered")])
    page.locator(".total").first.click()
    expect(page.locator(".explain:popover-open")).to_contain_text(f"÷ {total['offered']}")
    page.keyboard.press("Escape")
    head = page.locator(".measure-table").first.locator("th[aria-sort]").nth(5)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    for width, dark in ((1440, True), (320, False)):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if dark else "light")
        for language in ("pl", "et"):
            speak(page, language)
            page.reload()
            page.locator(".measure-table").first.wait_for()
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert violations(page) == []
            assert page.evaluate(OUTSIDE) == []


def pause_in_palette(page: Page) -> Locator:
    """The palette, open, and its way to pause the robot."""
    page.keyboard.press("Control+k")
    page.locator(".palette [role=option]").first.wait_for()
    words = json.loads((ROOT / f"src/tugi/locales/inbox/{page.locator('html').get_attribute('lang')}.json").read_text())
    return page.get_by_role("option", name=words["key.pause_robot"], exact=True)


def test_the_palette_pauses_the_robot_for_leads_and_takes_it_back(demo: Demo, new_page: Callable[..., Page]) -> None:
    lead, agent = new_page(), new_page()
    sign_in(lead, demo.url, demo.person("lead"))
    sign_in(agent, demo.url, demo.person("agent"))
    expect(pause_in_palette(agent)).to_have_count(0)
    mode = ask(lead, "GET", "/api/me")["workspace"]["robot"]["mode"]
    pause_in_palette(lead).click()
    lead.locator(".notice .link").wait_for()
    assert (mode, ask(lead, "GET", "/api/me")["workspace"]["robot"]["mode"]) == ("answer", "off")
    lead.locator(".notice .link").click()
    until("the robot works again", 30, lambda: ask(lead, "GET", "/api/me")["workspace"]["robot"]["mode"] == mode)


def test_an_unknown_address_has_a_heading(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    page.goto(f"{demo.url}/robot/measures/7")
    expect(page.locator("h1")).to_have_count(1)
    assert violations(page) == []
