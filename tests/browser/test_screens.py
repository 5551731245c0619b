"""Knowledge, team, settings and entrance in a browser: written, tried, invited, and read by a machine."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Demo, sign_in

AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ESTONIAN = ".language[lang=et]"
# What stands out to the right of the window; code and hidden words may be longer than it.
TOO_WIDE = """() => Array.from(document.querySelectorAll('main *')).filter((one) => {
  const { width, right } = one.getBoundingClientRect();
  return width > 0 && right > innerWidth + 1 && one.closest('pre, .language-tabs, .unseen, table') === null;
}).map((one) => one.outerHTML.slice(0, 80))"""


def violations(page: Page) -> list[str]:
    """What axe finds wrong, rule by rule."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("(rules) => axe.run(document, { runOnly: rules })", RULES)["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def speak(page: Page, language: str) -> None:
    """The viewer's own language, as chosen in the settings."""
    script = """(language) => fetch('/api/me', {method: 'PATCH', body: JSON.stringify({language}),
      headers: {'Content-Type': 'application/json'}})"""
    page.evaluate(script, language)


def test_the_robot_is_tried_while_one_types(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("agent"))
    page.goto(f"{demo.url}/knowledge")
    page.locator(".try input").fill("kus mu pakk on?")
    expect(page.locator(".try-result.answer .try-reply")).to_contain_text("https://pohjala.example")
    expect(page.locator(".try-result .candidates li").first).to_contain_text("%")
    page.locator(".try input").fill("tahan oma raha kohe tagasi")
    expect(page.locator(".try-result.hand_over .boundaries .touched")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".try-result")).to_have_count(0)


def test_two_people_change_one_entry_and_neither_loses_words(demo: Demo, new_page: Callable[..., Page]) -> None:
    mine, theirs = new_page(), new_page()
    sign_in(mine, demo.url, demo.person("owner"))
    sign_in(theirs, demo.url, demo.person("lead"))
    mine.goto(f"{demo.url}/knowledge/new")
    mine.locator(f"{ESTONIAN} input").fill("Kas poes saab kohvi juua?")
    mine.locator(f"{ESTONIAN} textarea").first.fill("Jah, {first_name}, letis on kohv.")
    mine.locator(f"{ESTONIAN} .questions").fill("- kas kohvi saab\n2. Kas kohvi saab\nkohvik poes")
    mine.keyboard.press("Control+s")
    mine.wait_for_url(lambda url: url.rsplit("/", 1)[1].isdigit())
    expect(mine.locator(f"{ESTONIAN} .questions")).to_have_value("kas kohvi saab\nkohvik poes")
    theirs.goto(mine.url)
    theirs.locator(f"{ESTONIAN} textarea").first.fill("Nende vastus.")
    mine.locator(f"{ESTONIAN} textarea").first.fill("Minu vastus.")
    theirs.locator(".editor .button.primary").click()
    expect(mine.locator(".conflict td").nth(0)).to_have_text("Nende vastus.")
    expect(mine.locator(".conflict td").nth(1)).to_have_text("Minu vastus.")
    mine.locator(".conflict .button").nth(1).click()
    mine.locator(".editor .button.primary").click()
    expect(theirs.locator(f"{ESTONIAN} textarea").first).to_have_value("Minu vastus.")
    mine.locator(".editor-head .button:not(.primary)").click()
    expect(mine.locator(".editor-note")).to_be_visible()


def test_unsaved_words_are_not_left_behind_by_accident(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/knowledge/new")
    page.locator(f"{ESTONIAN} input").fill("Pooleli")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.locator("nav a[href='/team']").click()
    assert len(asked) == 1
    assert page.url.endswith("/knowledge/new")
    expect(page.locator(f"{ESTONIAN} input")).to_have_value("Pooleli")
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("nav a[href='/team']").click()
    page.wait_for_url("**/team")


def test_an_import_says_what_is_wrong_and_stores_nothing(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/knowledge")
    count = page.locator(".entry-list header .figures")
    expect(count).to_contain_text("5")
    before = count.text_content()
    page.locator(".entry-list header .icon-button").click()
    rows = "key,language,title,answer\nkohv,et,Kohv?,Jah.\n,et,x,y\nz,de,x,y\n"
    page.locator("dialog input[type=file]").set_input_files(
        {"name": "kb.csv", "mimeType": "text/plain", "buffer": rows.encode("utf-16")}
    )
    cells = page.locator(".import-problems td.figures")
    expect(cells).to_have_text(["3", "4"])
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(count).to_have_text(before or "")


def test_an_invited_person_chooses_a_password_and_comes_in(demo: Demo, new_page: Callable[..., Page]) -> None:
    owner, guest = new_page(), new_page(width=375, height=700)
    sign_in(owner, demo.url, demo.person("owner"))
    owner.goto(f"{demo.url}/team")
    owner.locator(".page-head .button").click()
    owner.locator(".card-form input").nth(0).fill("Uus Inimene")
    owner.locator(".card-form input[type=email]").fill("uus@pohjala.example")
    owner.locator(".card-form .button.primary").click()
    link = owner.locator(".handed code").text_content() or ""
    guest.goto(link)
    guest.locator("#password").fill("kolm kollast kassi")
    assert violations(guest) == []
    guest.keyboard.press("Enter")
    guest.wait_for_url("**/inbox/**")
    again = new_page()
    again.goto(link)
    expect(again.locator(".door a[href='/sign-in']")).to_be_visible()
    owner.locator(".person", has_text="Uus Inimene").locator("[aria-haspopup=menu]").click()
    owner.once("dialog", lambda dialog: dialog.accept())
    owner.locator(".menu-item").last.click()
    guest.wait_for_url("**/sign-in**")


def test_a_name_is_kept_by_enter_and_left_by_escape(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/team")
    page.locator(".page-head button").click()
    expect(page.locator(".card-form input").first).to_be_focused()
    name, sent = page.locator(".team strong").first, []
    was = name.inner_text()
    page.on("request", lambda request: sent.append(request.method) if "/api/teams/" in request.url else None)
    page.locator(".team button").first.click()
    expect(page.locator(".team input")).to_be_focused()
    page.keyboard.type("Muu nimi")
    page.keyboard.press("Escape")
    expect(name).to_have_text(was)
    page.locator(".team button").first.click()
    page.keyboard.type("Abilised")
    page.keyboard.press("Enter")
    expect(name).to_have_text("Abilised")
    # What Escape gave up never left, and Enter sent it once, though the field lost the focus by both.
    assert sent == ["PATCH"]


def test_settings_name_what_is_wrong_and_keep_the_rest(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, demo.url, demo.person("lead"))
    page.goto(f"{demo.url}/settings")
    closes = page.locator(".day").first.locator("input[type=time]").nth(1)
    closes.fill("08:00")
    page.keyboard.press("Control+s")
    expect(page.locator(".day .field-problem")).to_be_visible()
    closes.fill("18:00")
    page.locator(".save-bar .primary").click()
    expect(page.locator(".save-bar")).to_be_hidden()
    page.reload()
    expect(closes).to_have_value("18:00")


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1440, "light", "en"), (1440, "dark", "et"), (320, "light", "pl"), (375, "dark", "fi")],
)
def test_screens_are_read_by_machine_and_fit(
    demo: Demo, new_page: Callable[..., Page], width: int, scheme: str, language: str
) -> None:
    page = new_page(width=width, color_scheme=scheme)
    page.goto(f"{demo.url}/sign-in")
    page.locator("#password").wait_for()
    assert violations(page) == []
    sign_in(page, demo.url, demo.person("lead"))
    speak(page, language)
    for path, whole in (
        ("knowledge", ".entry-row"),
        ("knowledge/1", ".language"),
        ("knowledge/new", ".language"),
        ("team", ".person"),
        ("settings", ".day"),
        ("widget-settings", ".preview-frame"),
    ):
        page.goto(f"{demo.url}/{path}")
        page.locator(f"html[lang={language}]").wait_for()
        page.locator(whole).first.wait_for(state="attached")
        assert violations(page) == [], path
        assert page.evaluate(TOO_WIDE) == [], path


def test_first_run_asks_three_things(demo: Demo, new_page: Callable[..., Page]) -> None:
    """The demo is set up, so its own first run is over: the page leads on, and the server refuses."""
    page = new_page()
    page.goto(f"{demo.url}/setup")
    page.locator("#password").wait_for()
    assert page.locator(".door input").count() == 3
    asked = {"shop_name": "Mine", "email": "x@example.com", "password": "kolm kollast kassi"}
    assert httpx.post(f"{demo.url}/api/setup", json=asked, timeout=30).status_code == 409
