"""The robot's screens in a browser: a level changed by keyboard and taken back, one topic, versions, policy, pause."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, sign_in
from tests.browser.test_screens import speak, violations

# What stands out to the right of the window; tabs and filters scroll inside their own line.
OUTSIDE = """() => Array.from(document.querySelectorAll('main *')).filter((one) => {
  const { width, right } = one.getBoundingClientRect();
  return width > 0 && right > innerWidth + 1 && one.closest('.robot-tabs, .chips, .unseen') === null;
}).map((one) => one.outerHTML.slice(0, 80))"""
LEVELS = ["off", "suggest", "click", "audit", "own"]


def levels_of(page: Page, entry_id: str) -> dict[str, bool]:
    """The steps of a topic's dimmer on the page and whether each is chosen."""
    steps = page.locator(".topic-row", has=page.locator(f"a[href='/robot/topic/{entry_id}']")).locator("input")
    return {str(step.get_attribute("value")): step.is_checked() for step in steps.all()}


def open_topics(page: Page, demo: Demo, role: str) -> None:
    sign_in(page, demo.url, demo.person(role))
    page.goto(f"{demo.url}/robot")
    page.locator(".topic-title").first.wait_for()


def test_a_level_is_chosen_by_keyboard_seen_by_others_and_taken_back(demo: Demo, new_page: Callable[..., Page]) -> None:
    lead, agent = new_page(), new_page()
    open_topics(lead, demo, "lead")
    open_topics(agent, demo, "agent")
    entry_id = str(lead.locator(".topic-title").first.get_attribute("href")).rsplit("/", 1)[1]
    before = levels_of(lead, entry_id)
    assert list(before) == LEVELS
    assert sum(before.values()) == 1
    row = ".topic-row:has(a[href='/robot/topic/" + entry_id + "'])"
    # Arrow keys walk over the steps; the one that is rested on counts.
    lead.locator(f"{row} input:checked").focus()
    lead.keyboard.press("ArrowLeft")
    lead.keyboard.press("ArrowLeft")
    wanted = LEVELS[LEVELS.index(next(name for name, on in before.items() if on)) - 2]
    expect(lead.locator(".notice")).to_be_visible()
    expect(agent.locator(f"{row} input[value={wanted}]")).to_be_checked()
    expect(agent.locator(f"{row} input").first).to_be_disabled()
    expect(agent.locator(".no-permission")).to_be_visible()
    lead.locator(".notice .link").click()
    chosen = next(name for name, on in before.items() if on)
    expect(agent.locator(f"{row} input[value={chosen}]")).to_be_checked()
    lead.reload()
    expect(lead.locator(f"{row} input[value={chosen}]")).to_be_checked()


def test_a_topic_is_found_opened_and_left_by_keyboard(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    open_topics(page, demo, "lead")
    count = page.locator(".topic-title").count()
    page.keyboard.press("/")
    page.keyboard.type("pakk" if page.locator("html").get_attribute("lang") == "et" else "parcel")
    expect(page.locator(".topic-title")).not_to_have_count(count)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    title = page.locator(".topic-title").first
    expect(title).to_be_focused()
    name = title.text_content() or ""
    page.keyboard.press("Enter")
    page.wait_for_url("**/robot/topic/*")
    expect(page.locator("h1")).to_have_text(name)
    # The title may begin with how much is unread.
    expect(page).to_have_title(re.compile(rf"(\(\d+\) )?{re.escape(name)} · Robot · Tugi"))
    # The risk of a topic is the lead's, and its history names who changed the level.
    page.locator(".level-now input[value=off]").check(force=True)
    expect(page.locator(".happenings li").first.locator("strong")).to_contain_text("→")
    page.locator(".level-now .link").click()
    expect(page.locator(".level-now input[value=off]")).not_to_be_checked()
    page.locator("h1").click()
    page.keyboard.press("Escape")
    page.wait_for_url("**/robot")


def test_the_robot_is_paused_in_one_click_and_back_in_another(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    open_topics(page, demo, "owner")
    page.locator(".pause .button").click()
    expect(page.locator(".robot-note .button")).to_be_visible()
    expect(page.locator(".pause")).to_have_count(0)
    page.locator(".notice .link").click()
    expect(page.locator(".pause .button")).to_be_visible()
    expect(page.locator(".robot-note")).to_have_count(0)


def test_every_figure_explains_itself(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    open_topics(page, demo, "lead")
    for figure in [*page.locator(".total").all(), page.locator(".topic-proof .explained").first]:
        figure.press("Enter")
        sheet = page.locator(".explain:popover-open")
        expect(sheet.locator("h2")).to_be_visible()
        expect(sheet.locator("a")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(sheet).to_have_count(0)


def test_the_serving_version_is_named_and_none_is_lost(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/robot/versions")
    serving = page.locator(".version.serving")
    expect(serving).to_have_count(1)
    serving.locator(".version-name button").click()
    page.keyboard.type("Enne talvemüüki")
    page.keyboard.press("Enter")
    expect(serving.locator(".version-name span").first).to_have_text("Enne talvemüüki")
    page.reload()
    expect(serving.locator(".version-name span").first).to_have_text("Enne talvemüüki")


def test_the_policy_is_saved_in_parts_and_says_what_is_wrong(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/robot/policy")
    targets = page.locator(".shares").first.locator("input")
    kept = targets.nth(2).input_value()
    targets.nth(2).fill("90")
    page.keyboard.press("Control+s")
    expect(page.locator(".shares .field-problem")).to_have_count(1)
    targets.nth(2).fill("3")
    page.locator(".save-bar .primary").click()
    expect(page.locator(".save-bar")).to_be_hidden()
    page.reload()
    expect(targets.nth(2)).to_have_value("3")
    targets.nth(2).fill(kept)
    page.keyboard.press("Control+s")
    expect(page.locator(".save-bar")).to_be_hidden()


def test_the_shops_own_words_are_kept_refused_in_words_and_tried_in_a_replay(
    demo: Demo, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/robot/policy")
    own = page.locator("textarea")
    own.fill("re*fund")
    page.keyboard.press("Control+s")
    expect(page.locator(".labelled .field-problem")).to_contain_text("*")
    own.fill("hulgimüük*\n\nkinkekaar*")
    page.keyboard.press("Control+s")
    expect(page.locator(".save-bar")).to_be_hidden()
    expect(own).to_have_value("hulgimüük*\nkinkekaar*")
    page.goto(f"{demo.url}/robot/replay?new=1")
    page.locator(".replay-draft summary").click()
    page.locator(".replay-draft .tick input").check()
    tried = page.locator(".replay-draft textarea")
    expect(tried).to_have_value("hulgimüük*\nkinkekaar*")
    tried.fill("pakk*")
    page.locator(".replay-form button[type=submit]").click()
    expect(page.locator(".fact.draft")).to_have_text("1 oma sõna")
    page.goto(f"{demo.url}/robot/policy")
    own.fill("")
    page.keyboard.press("Control+s")
    expect(page.locator(".save-bar")).to_be_hidden()


# Types, and saves by key before any frame is drawn; true when the key was taken.
SAVE_AT_ONCE = """async (field) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "4");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const { port1, port2 } = new MessageChannel();
    await new Promise((soon) => { port1.onmessage = soon; port2.postMessage(0); });
    const key = new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true, cancelable: true });
    return !field.dispatchEvent(key);
}"""


def test_what_was_typed_is_saved_by_the_very_next_key(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/robot/policy")
    target = page.locator(".shares").first.locator("input").nth(2)
    kept = target.input_value()
    assert target.evaluate(SAVE_AT_ONCE)
    expect(page.locator(".save-bar")).to_be_hidden()
    page.reload()
    expect(target).to_have_value("4")
    target.fill(kept)
    page.keyboard.press("Control+s")
    expect(page.locator(".save-bar")).to_be_hidden()


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1440, "light", "en"), (1440, "dark", "et"), (320, "light", "pl"), (375, "dark", "fi"), (900, "light", "et")],
)
def test_robot_screens_are_read_by_machine_and_fit(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str, language: str
) -> None:
    page = new_page(width=width, color_scheme=scheme)
    sign_in(page, demo.url, demo.person("lead"))
    speak(page, language)
    for path, whole in (
        ("robot", ".topic-row"),
        ("robot/topic/1", ".proof-card"),
        ("robot/versions", ".version"),
        ("robot/policy", ".shares"),
    ):
        page.goto(f"{demo.url}/{path}")
        page.locator(f"html[lang={language}]").wait_for()
        page.locator(whole).first.wait_for(state="attached")
        assert violations(page) == [], path
        assert page.evaluate(OUTSIDE) == [], path
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), path
