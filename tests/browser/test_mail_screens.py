"""Mail on the desk, with a real Dovecot and SMTP server: connected, read, answered, taken back, moved between cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in, until
from tests.browser.mailing import ADDRESS, PASSWORD, USER, Post, connect, opened, posted
from tests.browser.test_screens import TOO_WIDE, speak, violations

SENTINEL = "fired"
# Offered answers stand in a row that is pulled sideways; a row's last words are cut with three dots.
OUTSIDE = TOO_WIDE.replace(".unseen, table", ".unseen, table, .alternatives, .cut *")
HOSTILE = f"""<p>Kampsun on <b>vale suurusega</b>.</p><p><img src="cid:foto1" alt="foto"></p>
<img src="https://track.example/pixel.gif" width="1" height="1">
<script>parent.document.title="{SENTINEL}"; top.{SENTINEL}=1</script>
<img src="x" onerror="parent.document.title='{SENTINEL}'"><svg onload="top.{SENTINEL}=1"></svg>
<a href="javascript:top.{SENTINEL}=1">link</a>
<form action="https://evil.example"><input autofocus onfocus="top.{SENTINEL}=1"></form>"""


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """No mailbox is connected yet."""
    with posted(tmp_path_factory.mktemp("mail")) as here:
        yield here


@pytest.fixture(scope="module")
def mailbox(post: Post) -> Post:
    return connect(post)


def test_a_mailbox_is_connected_step_by_step(post: Post, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, post.demo.url, post.demo.person("owner"))
    page.goto(f"{post.demo.url}/channels")
    page.locator("a[href='/channels/new']").first.click()
    page.locator(".with-save input").fill(ADDRESS)
    page.keyboard.press("Enter")
    page.locator(".key-form").wait_for()
    assert violations(page) == []
    page.locator(".key-form input[type=password]").fill("wrong")
    for form, port in zip(page.locator(".server-form").all(), (post.dovecot.tls_port, post.peer.port), strict=True):
        form.locator("input").nth(0).fill("localhost")
        form.locator("input").nth(2).fill(USER)
        form.locator("input").nth(1).fill(str(port))
    page.locator(".server-form select").nth(1).select_option("starttls")
    page.locator(".server-form").nth(1).locator("input").nth(1).fill(str(post.peer.port))
    page.locator(".key-form > .button").click()
    # Both ways refuse it, say so in plain words, and in the server's own.
    expect(page.locator(".step.bad")).to_have_count(2)
    expect(page.locator(".step.bad .health-said").first).to_contain_text("AUTHENTICATIONFAILED")
    expect(page.locator(".finish")).to_have_count(0)
    page.locator(".key-form input[type=password]").fill(PASSWORD)
    page.locator(".key-form > .button").click()
    page.locator(".finish").wait_for()
    expect(page.locator(".step.good")).not_to_have_count(0)
    assert violations(page) == []
    page.locator("textarea[lang=et]").fill("Heade soovidega\nPõhjala Pood")
    page.get_by_role("radio").nth(3).check()
    page.locator(".finish .button").click()
    page.wait_for_url("**/channels/*")
    expect(page.locator(".health.good")).to_be_visible()
    kept = post.account()
    assert (kept["address"], kept["active"], kept["secrets"]) == (ADDRESS, True, ["password"])
    assert kept["settings"]["sending"]["signature"]["et"].endswith("Pood")


def test_a_letter_is_read_and_its_frame_runs_nothing(mailbox: Post, new_page: Callable[..., Page]) -> None:
    quoted = (
        "Kampsun on vale suurusega, palun abi.\n\nOn 22.11.2026 10:00, Põhjala Pood wrote:\n> Täname tellimuse eest\n"
    )
    mailbox.deliver("kampsun", "Kampsunisuurus vale", quoted, HOSTILE, Cc="Mari <mari@kiri.example>")
    page = new_page()
    opened(page, mailbox, mailbox.case_of("Kampsunisuurus"))
    letter = page.locator(".said.customer.letter").first
    expect(page.locator(".letter-subject").first).to_have_text("Kampsunisuurus vale")
    expect(letter.locator(".words").first).to_contain_text("palun abi")
    expect(letter.locator(".words").first).not_to_contain_text("Täname")
    letter.locator(".fold").click()
    expect(letter.locator(".quoted")).to_contain_text("Täname tellimuse eest")
    letter.locator(".letter-to").click()
    expect(letter.locator(".letter-details")).to_contain_text("mari@kiri.example")
    blocked: list[str] = []
    failed: list[str] = []
    page.on("console", lambda one: blocked.append(one.text) if "Content Security Policy" in one.text else None)
    page.on("console", lambda one: failed.append(one.location["url"]) if "ERR_" in one.text else None)
    letter.locator(".said-foot button.link").first.click()
    frame = letter.locator("iframe")
    sandbox = (frame.get_attribute("sandbox") or "").split()
    assert {"allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation"} & set(sandbox) == set()
    inside = frame.content_frame
    expect(inside.locator("b")).to_have_text("vale suurusega")
    # The picture that came with it is shown, the one that would tell its sender is not asked for.
    expect(inside.locator("img[src^='data:image/png']")).to_have_js_property("naturalWidth", 40)
    assert any("track.example" in text for text in blocked)
    assert failed == []
    letter.locator(".formatted-note .link").click()
    # The frame's requests are not told to Playwright; that nobody lives there is.
    until("the pixel is asked for", 30, lambda: page.evaluate("1") == 1 and any("track.example" in u for u in failed))
    assert SENTINEL not in page.title()
    assert page.evaluate(f"window.{SENTINEL}") is None
    with page.expect_download() as loading:
        letter.locator("a[download]").click()
    raw = Path(loading.value.path()).read_bytes()
    assert b"<kampsun@kiri.example>" in raw


def test_an_answer_is_taken_back_and_its_words_return(mailbox: Post, new_page: Callable[..., Page]) -> None:
    mailbox.deliver("tagasi", "Tagasivõtmine", "Kas saab kauba tagastada?")
    page = new_page()
    opened(page, mailbox, mailbox.case_of("Tagasivõtmine"))
    expect(page.locator(".recipients")).to_contain_text("liisa@kiri.example")
    expect(page.locator(".signature-line")).to_contain_text("Heade soovidega")
    before = len(mailbox.peer.taken)
    field = page.locator(".composer textarea")
    field.fill("Liiga vara.\n\nTeine lõik.")
    field.press("Control+Enter")
    said = page.locator(".said.agent.letter", has_text="Liiga vara.")
    said.locator(".state .link").click()
    expect(field).to_have_value("Liiga vara.\n\nTeine lõik.")
    expect(said).to_have_count(0)
    page.reload()
    expect(page.locator(".composer textarea")).to_have_value("Liiga vara.\n\nTeine lõik.")
    expect(page.locator(".said.agent.letter", has_text="Liiga vara.")).to_have_count(0)
    # Put off, it waits with its time, and can be taken back as well.
    page.locator(".send-more").click()
    page.locator(".menu-item").last.click()
    waiting = page.locator(".said.agent.letter", has_text="Liiga vara.")
    expect(waiting.locator(".state .link")).to_be_visible()
    assert violations(page) == []
    waiting.locator(".state .link").click()
    expect(waiting).to_have_count(0)
    # Left alone it goes, with a copy to whom the agent added.
    page.locator(".cc-add").click()
    page.locator(".cc-field input").fill("mari@kiri.example")
    page.keyboard.press("Enter")
    page.locator(".composer textarea").fill("Nüüd päriselt.")
    page.locator(".composer .button.primary").first.click()
    gone = page.locator(".said.agent.letter", has_text="Nüüd päriselt.")
    expect(gone.locator(".state .link")).to_be_visible()
    expect(gone.locator(".state .link")).to_have_count(0)
    until("the letter is taken", 60, lambda: len(mailbox.peer.taken) == before + 1)
    assert mailbox.peer.taken[-1].recipients == ["liisa@kiri.example", "mari@kiri.example"]


def test_cases_are_split_joined_and_parted_again(mailbox: Post, new_page: Callable[..., Page]) -> None:
    mailbox.deliver("poolita1", "Poolitatav asi", "Esimene küsimus.")
    number = mailbox.case_of("Poolitatav")
    mailbox.deliver("poolita2", "Re: Poolitatav asi", "Hoopis muu mure.", In_Reply_To="<poolita1@kiri.example>")
    page = new_page()
    opened(page, mailbox, number)
    second = page.locator(".said.customer.letter", has_text="Hoopis muu mure.")
    second.hover()
    second.locator(".message-menu").click()
    page.get_by_role("menuitem").first.click()
    expect(second).to_have_count(0)
    line = page.locator(".timeline .line", has=page.locator("a[href^='/case/']"))
    other = str(line.locator("a").get_attribute("href"))
    line.locator("button.link").click()
    expect(second).to_have_count(1)
    # The emptied case leads back; a third one is joined by its number, and parted again.
    assert other != f"/case/T-{number}"
    mailbox.deliver("liida1", "Liidetav asi", "Kolmas mure.")
    third = mailbox.case_of("Liidetav")
    page.goto(f"{mailbox.demo.url}/case/T-{third}")
    page.locator(".said.letter").first.wait_for()
    page.locator(".case-acts [aria-haspopup=menu]").last.click()
    page.locator(".menu-item", has=page.locator(".lucide-merge")).click()
    page.locator(".join-dialog input").fill(f"T-{number}")
    expect(page.locator(".join-dialog [role=option]")).to_have_count(1)
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/case/T-{number}")
    joined = page.locator(".said.customer.letter", has_text="Kolmas mure.")
    expect(joined).to_have_count(1)
    page.locator(".timeline .line button.link").last.click()
    expect(joined).to_have_count(0)
    page.goto(f"{mailbox.demo.url}/case/T-{third}")
    expect(page.locator(".said.customer.letter", has_text="Kolmas mure.")).to_have_count(1)


def test_a_likely_case_is_proposed_and_put_away(mailbox: Post, new_page: Callable[..., Page]) -> None:
    mailbox.deliver("sama1", "Sama teema jälle", "Esimene kiri.")
    first = mailbox.case_of("Sama teema jälle")
    mailbox.deliver("sama2", "Sama teema jälle", "Teine kiri samast asjast.")
    until("the second case", 60, lambda: mailbox.case_of("Sama teema jälle") != first)
    page = new_page()
    opened(page, mailbox, mailbox.case_of("Sama teema jälle"))
    expect(page.locator(".join-offer a")).to_have_text(f"T-{first}")
    assert violations(page) == []
    page.locator(".join-offer button").last.click()
    expect(page.locator(".join-offer")).to_have_count(0)
    page.reload()
    page.locator(".said.letter").first.wait_for()
    expect(page.locator(".join-offer")).to_have_count(0)


def test_leads_hear_of_a_mailbox_that_refuses(mailbox: Post, new_page: Callable[..., Page]) -> None:
    page = new_page()
    sign_in(page, mailbox.demo.url, mailbox.demo.person("lead"))
    known = mailbox.lead.get("/api/channels").json()
    broken = mailbox.account() | {"alarm": {"code": "refuses", "since": "2026-01-01T10:00:00Z", "said": "NO"}}
    broken["health"] |= {"failure": {"code": "password", "said": "NO"}, "failing_since": "2026-01-01T10:00:00Z"}
    # A mailbox refuses for ten minutes before anybody is called; nobody waits that long here.
    page.route("**/api/channels", lambda route: route.fulfill(json=known | {"channels": [broken], "quarantined": 2}))
    page.reload()
    expect(page.locator(".banner a")).to_have_attribute("href", f"/channels/{broken['id']}")
    expect(page.locator(".attention-count")).to_contain_text("3")
    page.locator(".banner a").click()
    expect(page.locator(".health.bad")).to_be_visible()
    expect(page.locator(".health-todo")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1440, "light", "en"), (375, "dark", "et"), (320, "light", "pl")]
)
def test_screens_of_mail_are_read_by_machine_and_fit(
    mailbox: Post, new_page: Callable[..., Page], width: int, scheme: str, language: str
) -> None:
    mailbox.deliver(
        f"laius{width}", f"Laiusproov {width}", "Lühike küsimus.", HOSTILE, sender=f"{'pikk' * 12}@kiri.example"
    )
    number = mailbox.case_of(f"Laiusproov {width}")
    page = new_page(width=width, color_scheme=scheme)
    sign_in(page, mailbox.demo.url, mailbox.demo.person("lead"))
    speak(page, language)
    identifier = mailbox.account()["id"]
    unreadable = {
        "id": 7, "channel_account_id": 1, "account_name": "Pood", "size": 4200, "envelope": {"from": "a@b.ee" * 12},
        "status": "quarantined", "failure": "It has more parts than are read.", "received_at": "2026-01-01T10:00:00Z",
    }  # fmt: skip
    page.route("**/api/deliveries?*", lambda route: route.fulfill(json=[unreadable]))
    for path, whole in (
        ("channels", ".mailbox .health"),
        (f"channels/{identifier}", ".finish, .part .steps, .part"),
        ("channels/new", ".with-save"),
        ("channels/unreadable", ".delivery"),
        (f"case/T-{number}", ".said.letter .letter-to"),
    ):
        page.goto(f"{mailbox.demo.url}/{path}")
        page.locator(f"html[lang={language}]").wait_for()
        page.locator(whole).first.wait_for(state="attached")
        if path.startswith("case"):
            page.locator(".said.letter .letter-to").first.click()
            page.locator(".said.letter .said-foot button.link").first.click()
            page.locator("iframe").wait_for()
        assert violations(page) == [], path
        assert page.evaluate(OUTSIDE) == [], path
    speak(page, "en")
