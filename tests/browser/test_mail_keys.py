"""Mail on the desk by keyboard alone, the focus never lost; letters that fail and are sent again; marks of trust."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import sign_in, until
from tests.browser.mailing import ADDRESS, Post, connect, opened, posted
from tests.browser.test_inbox import press
from tests.browser.test_screens import violations

FOCUS = "document.activeElement === document.body ? 'nothing' : document.activeElement.className"


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with posted(tmp_path_factory.mktemp("mail")) as here:
        yield connect(here, undo_seconds=3)


def tab_to(page: Page, selector: str, most: int = 60, key: str = "Tab") -> None:
    """Press Tab until this has the focus."""
    wanted = page.locator(selector).first
    for _ in range(most):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} is not reached by {most} times {key}")


def test_a_letter_is_read_by_keys_alone(post: Post, new_page: Callable[..., Page]) -> None:
    quoted = "Kas klahvidega saab?\n\nOn 22.11.2026 10:00, Pood wrote:\n> Täname\n"
    html = '<p>Kas <b>klahvidega</b> saab?</p><img src="https://track.example/x.png">'
    post.deliver("klahv1", "Klahvid", quoted, html, Cc="Mari Maasikas <mari@kiri.example>")
    number = post.case_of("Klahvid")
    page = new_page()
    sign_in(page, post.demo.url, post.demo.person("lead"))
    press(page, "g", "u")
    row = page.locator(f".row[href='/case/T-{number}']")
    row.wait_for()
    tab_to(page, f".row[href='/case/T-{number}'], .row[tabindex='0']")
    for _ in range(60):
        if row.evaluate("(element) => element === document.activeElement"):
            break
        page.keyboard.press("j")
    press(page, "Enter")
    page.wait_for_url(f"**/case/T-{number}")
    letter = page.locator(".said.customer.letter").first
    letter.wait_for()
    # Whom it is to, what it quotes, how it was formatted: each opens and closes where one stands.
    for selector, shown in (
        (".said .letter-to", ".letter-details"),
        (".said .fold", ".quoted"),
        (".said .said-foot button.link", "iframe"),
    ):
        tab_to(page, selector)
        press(page, "Enter")
        page.locator(shown).first.wait_for()
        assert page.evaluate(FOCUS) != "nothing"
    # The button that loads pictures goes; the focus stays in the conversation.
    tab_to(page, ".formatted-note .link", key="Shift+Tab")
    press(page, "Enter")
    expect(page.locator(".formatted-note")).to_have_count(0)
    assert page.evaluate(FOCUS) == "conversation"


# Presses Enter, and tells where the focus is when the next key could come: before any frame is drawn.
ENTER_AT_ONCE = """async (selector) => {
    const button = document.querySelector(selector);
    button.focus();
    button.click();
    const { port1, port2 } = new MessageChannel();
    await new Promise((soon) => { port1.onmessage = soon; port2.postMessage(0); });
    return document.activeElement.tagName + ' ' + (document.activeElement.getAttribute('role') ?? '');
}"""


def test_the_focus_is_there_before_the_next_key(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("klahv3", "Kiired klahvid", "Kas kiiresti saab?")
    page = new_page()
    opened(page, post, post.case_of("Kiired klahvid"))
    page.locator(".cc-add").wait_for()
    assert page.evaluate(ENTER_AT_ONCE, ".cc-add") == "INPUT "
    press(page, "Escape")
    assert page.evaluate(ENTER_AT_ONCE, ".case-head [aria-haspopup=menu]").startswith("BUTTON menuitem")


def test_a_letter_is_answered_by_keys_alone(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("klahv2", "Vastuseklahvid", "Kas saab?", Cc="Mari Maasikas <mari@kiri.example>")
    page = new_page()
    opened(page, post, post.case_of("Vastuseklahvid"))
    press(page, "r")
    field = page.locator(".composer textarea")
    expect(field).to_be_focused()
    # Mari was only named by a stranger: offered as a copy, and added on wish.
    tab_to(page, ".cc-add", key="Shift+Tab")
    press(page, "Enter")
    expect(page.locator(".cc-field option[value='mari@kiri.example']")).to_have_count(1)
    page.keyboard.type("jüri")
    press(page, "Enter")
    expect(page.locator(".cc-field .state.bad")).to_be_visible()
    press(page, "Escape")
    expect(page.locator(".cc-add")).to_be_focused()
    press(page, "Enter")
    page.keyboard.type("mari@kiri.example")
    press(page, "Enter")
    expect(page.locator(".cc-chip")).to_contain_text("Mari Maasikas")
    expect(page.locator(".cc-add")).to_be_focused()
    tab_to(page, ".cc-chip button", key="Shift+Tab")
    press(page, "Enter")
    expect(page.locator(".cc-chip")).to_have_count(0)
    expect(page.locator(".cc-add")).to_be_focused()
    tab_to(page, ".composer textarea")
    page.keyboard.type("Jah, saab.")
    press(page, "Control+Enter")
    page.locator(".said.agent.letter .state .link").wait_for()
    press(page, "Escape", "z")
    expect(field).to_have_value("Jah, saab.")
    expect(field).to_be_focused()
    press(page, "Control+Enter")
    before = len(post.peer.taken)
    until("the letter is taken", 60, lambda: len(post.peer.taken) > before)
    sent = post.peer.taken[-1]
    assert sent.recipients == ["liisa@kiri.example"]
    assert "Heade soovidega" in sent.mail.get_body(("plain",)).get_content()


def test_a_case_is_split_and_joined_by_keys_alone(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("jaga1", "Jagatav", "Esimene mure.")
    number = post.case_of("Jagatav")
    post.deliver("jaga2", "Re: Jagatav", "Teine mure.", In_Reply_To="<jaga1@kiri.example>")
    page = new_page()
    opened(page, post, number)
    second = page.locator(".said.customer.letter", has_text="Teine mure.")
    second.wait_for()
    tab_to(page, ".said.customer.letter:has-text('Teine mure.') .message-menu")
    press(page, "Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    press(page, "Enter")
    expect(second).to_have_count(0)
    assert page.evaluate(FOCUS) == "conversation"
    tab_to(page, ".timeline .line button.link")
    press(page, "Enter")
    expect(second).to_have_count(1)
    assert page.evaluate(FOCUS) == "conversation"
    # The dialog gives the focus back to the button it came from.
    more = page.locator(".case-acts [aria-haspopup=menu]").last
    more.focus()
    press(page, "Enter")
    page.locator(".menu-item", has=page.locator(".lucide-merge")).wait_for()
    for _ in range(12):
        if page.evaluate("document.activeElement.querySelector('.lucide-merge') !== null"):
            break
        press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.locator(".join-dialog input")).to_be_focused()
    press(page, "Escape")
    expect(page.locator(".join-dialog")).to_have_count(0)
    expect(more).to_be_focused()


def test_the_sheet_names_the_keys_of_letters(post: Post, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, post.demo.url, post.demo.person("lead"))
    page.locator(".row").first.wait_for()
    press(page, "?")
    sheet = page.locator("dialog[open]")
    expect(sheet).to_contain_text("Võta väljaminev kiri tagasi")
    for keys in ("Z", "R", "G C"):
        assert keys.replace(" ", "") in sheet.inner_text().replace(" ", "").replace("\n", "")
    assert violations(page) == []
    press(page, "Escape", "g", "c")
    page.wait_for_url("**/channels")


def test_a_refused_letter_says_why_and_is_sent_again(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("keeld1", "Keeldumine", "Vastake palun.", sender="Kadri <kadri@kiri.example>")
    post.peer.rcpt["kadri@kiri.example"] = "550 5.7.1 not today"
    page = new_page()
    opened(page, post, post.case_of("Keeldumine"))
    page.locator(".composer textarea").fill("Siin on vastus.")
    page.locator("input[type=file]").set_input_files(
        [{"name": "Ärve – märts.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"}]
    )
    expect(page.locator(".uploads .figures")).to_have_count(1)
    page.locator(".composer .button.primary").first.click()
    said = page.locator(".said.agent.letter", has_text="Siin on vastus.")
    expect(said.locator(".state.bad")).to_contain_text("not today")
    assert violations(page) == []
    post.peer.rcpt.clear()
    before = len(post.peer.taken)
    said.locator(".state.bad .link").press("Enter")
    expect(said.locator(".state.bad")).to_have_count(0)
    assert page.evaluate(FOCUS) != "nothing"
    until("the letter is taken", 60, lambda: len(post.peer.taken) > before)
    files = [part.get_filename() for part in post.peer.taken[-1].mail.iter_attachments()]
    assert files == ["Ärve – märts.pdf"]


def test_a_letter_of_unknown_fate_is_said_and_can_be_sent_again(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("teadmata1", "Teadmata saatus", "Kas jõudis?")
    number = post.case_of("Teadmata saatus")
    page = new_page()
    opened(page, post, number)
    page.locator(".composer textarea").fill("Loodetavasti jõuab.")
    page.locator(".composer .button.primary").first.click()
    said = page.locator(".said.agent.letter", has_text="Loodetavasti jõuab.")
    before = len(post.peer.taken)
    until("the letter is taken", 60, lambda: page.evaluate("1") == 1 and len(post.peer.taken) > before)

    def unknown(route: Route) -> None:
        answer = route.fetch()
        view = answer.json()
        for one in view["messages"]:
            if one["author"]["kind"] == "agent":
                one["status"] = "unknown"
        route.fulfill(response=answer, json=view)

    # Three tries over hours come before it is told so; nobody waits that long here.
    page.route(f"**/api/cases/by-number/{number}", unknown)
    page.reload()
    expect(said.locator(".state.bad .link")).to_be_visible()
    expect(said.locator(".state.bad")).to_contain_text("viimasel hetkel")
    assert violations(page) == []


def test_who_vouches_for_a_letter_and_why_it_is_here_is_said(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("usk1", "Usaldus", "Esimene kiri.")
    number = post.case_of("Usaldus")
    post.deliver("usk2", "Re: Usaldus", "Teine kiri.", In_Reply_To="<usk1@kiri.example>")
    post.deliver("usk3", "Kiri meilt", "Ma olen pood ise.", sender=f"Põhjala Pood <{ADDRESS}>")
    page = new_page()
    opened(page, post, number)
    first = page.locator(".said.customer.letter", has_text="Esimene kiri.")
    mark = first.locator(".trust .tip-mark")
    expect(first.locator(".trust.unproven")).to_contain_text("Tõendamata")
    mark.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(first.locator(".trust .tip-words")).to_contain_text("kiri.example")
    second = page.locator(".said.customer.letter", has_text="Teine kiri.")
    expect(second.locator(".tip:not(.trust) .tip-words")).to_contain_text("viite järgi")
    second.locator(".letter-to").click()
    expect(second.locator(".letter-details")).to_contain_text("DMARC")
    assert violations(page) == []
    page.goto(f"{post.demo.url}/case/T-{post.case_of('Kiri meilt')}")
    expect(page.locator(".letter-warning")).to_contain_text("meie aadress")
    expect(page.locator(".said.letter .trust.warning")).to_be_visible()
    assert violations(page) == []


def test_who_gives_no_name_goes_by_the_address(post: Post, new_page: Callable[..., Page]) -> None:
    post.deliver("nimeta1", "", "Ilma nime ja teemata kiri.", sender="nimeta@kiri.example")
    number = post.case_of("Ilma nime ja teemata")
    page = new_page()
    opened(page, post, number)
    row = page.locator(f".row[href='/case/T-{number}']")
    expect(row.locator(".row-name")).to_have_text("nimeta@kiri.example")
    # A letter without a subject is listed by its words, once.
    expect(row.locator(".row-words")).to_have_text("Ilma nime ja teemata kiri.")
    expect(page.locator(".customer-pane h2")).to_contain_text("nimeta@kiri.example")
