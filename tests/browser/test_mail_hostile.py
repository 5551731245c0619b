"""Hostile letters on the desk and in the customer's mailbox: what they carry in body, subject, names, addresses, file
names, content ids and links runs nothing and calls nobody.

They come in by the mail door and are stored and shown as any letter is. A sentinel hears every alert, prompt and
confirm of any frame; a port hears everybody whom the browser asks for anything outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.conftest import CHROMIUM, PATIENCE, QUIET, Demo, serving, sign_in, until
from tests.browser.hostile_letters import EVIL, PIXEL, Outside, letter, outside, payloads

TOGETHER = 9
SENTINEL = """
window.fired = [];
for (const name of ['alert', 'prompt', 'confirm', 'print']) {
  window[name] = (...said) => {
    window.fired.push(name);
    if (window.sentinel !== undefined) void window.sentinel(`${name} in ${location.href}`);
  };
}
"""
# Every element is touched: what waits for a pointer or the focus has no excuse. Links and buttons are not pressed.
TOUCH = """() => {
  for (const element of document.querySelectorAll('body *')) {
    for (const name of ['mouseover', 'mouseenter', 'pointerover', 'focus', 'focusin', 'load', 'error', 'toggle']) {
      element.dispatchEvent(new Event(name, { bubbles: name.endsWith('over') || name === 'focusin' }));
    }
  }
}"""
RUNNING = """() => [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]
  .filter(({ name, value }) => name.startsWith('on') || /^(xlink:)?(href|src|srcdoc|action|formaction|data)$/.test(name)
    && /^\\s*(javascript|vbscript|data:text)/i.test(value))
  .map(({ name, value }) => `${element.tagName} ${name}=${value}`.slice(0, 100)))"""


@dataclass
class Watched:
    """A browser whose every page has the sentinel, with the world outside it."""

    world: Outside
    context: BrowserContext
    fired: list[str] = field(default_factory=list[str])

    def page(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def note(self, what: str) -> None:
        self.fired.append(what)

    def note_dialog(self, dialog: Dialog) -> None:
        self.fired.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def assert_quiet(self) -> None:
        """Nothing ran, nobody was called, no page opened by itself."""
        for page in self.context.pages:
            for frame in page.frames:
                if frame.url.startswith("http"):
                    self.fired.extend(frame.evaluate("window.fired ?? []"))
        assert self.fired == []
        assert self.world.evil() == []


@dataclass(frozen=True)
class Hostile:
    """The demo with hostile letters in it, and their cases, oldest first."""

    demo: Demo
    lead: httpx.Client
    door: str
    cases: list[dict[str, Any]]

    def send(self, raw: bytes, sender: str | None = None) -> None:
        """Hand a letter over at the mail door, as a provider does. sender: the envelope's."""
        envelope = {"to": ["abi@pohjala.example"], "from": sender}
        form = {"email": (None, raw), "envelope": (None, json.dumps(envelope))}
        httpx.post(self.door, files=form, timeout=30).raise_for_status()

    def settled(self) -> None:
        """Wait until every letter is understood."""
        until("every letter is understood", 120, lambda: self._waiting() == 0)

    def _waiting(self) -> int:
        return sum(one["waiting"] for one in self.lead.get("/api/channels").json()["channels"])

    def found(self, words: str) -> list[dict[str, Any]]:
        """The open cases with these words, oldest first."""
        answer = self.lead.get("/api/cases", params={"list": "open", "limit": 100, "q": words}).raise_for_status()
        return sorted(answer.json()["cases"], key=lambda one: one["number"])

    def whole(self, case: dict[str, Any]) -> dict[str, Any]:
        """A case with its messages."""
        return self.lead.get(f"/api/cases/{case['id']}").raise_for_status().json()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """Some 120 letters, nine to a case."""
    with (
        serving(tmp_path_factory.mktemp("hostile"), TUGI_ENGINE="ngrams") as demo,
        httpx.Client(base_url=demo.url, timeout=30) as lead,
    ):
        person = demo.person("lead")
        words = {"email": person["email"], "password": person["password"]}
        lead.post("/api/sign-in", json=words).raise_for_status()
        here = Hostile(demo, lead, str(lead.get("/api/channels").json()["doors"]["http"]), [])
        every = payloads()
        for begin in range(0, len(every), TOGETHER):
            sender = f"halb{begin}@halb.example"
            here.send(letter(every[begin], sender, begin))
            here.settled()
            for number, one in enumerate(every[begin + 1 : begin + TOGETHER], begin + 1):
                here.send(letter(one, sender, number, answers=begin))
            here.settled()
        here.cases.extend(here.found("halb.example"))
        yield here


@pytest.fixture(scope="module")
def world() -> Iterator[Outside]:
    with outside() as listening:
        yield listening


@pytest.fixture(scope="module")
def closed_in(browser: Browser, world: Outside) -> Iterator[Browser]:
    """A browser for which every name outside is our port."""
    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{world.port}, EXCLUDE 127.0.0.1"
    started = browser.browser_type.launch(executable_path=CHROMIUM, args=[*QUIET, rules])
    yield started
    started.close()


@pytest.fixture
def watched(closed_in: Browser, world: Outside) -> Iterator[Watched]:
    """A window; quiet to the end."""
    context = closed_in.new_context(viewport={"width": 1440, "height": 900})
    mine = Watched(world, context)
    context.expose_function("sentinel", mine.note)
    context.add_init_script(SENTINEL)
    context.on("dialog", mine.note_dialog)
    yield mine
    context.close()


def test_the_sentinel_and_the_port_hear(watched: Watched) -> None:
    page = watched.page()
    page.set_content(f"<img src=x:x onerror=alert(1)><img src='https://{EVIL}/heard'>")
    until("the sentinel hears", 30, lambda: page.evaluate("window.fired") == ["alert"] and watched.fired != [])
    until("the port hears", 30, lambda: page.evaluate("1") == 1 and watched.world.evil() != [])
    watched.world.asked.clear()


def test_every_letter_is_there(hostile: Hostile) -> None:
    every = payloads()
    assert len(hostile.cases) == -(-len(every) // TOGETHER)
    messages = [one for case in hostile.cases for one in hostile.whole(case)["messages"]]
    said = sum(one["author"]["kind"] == "customer" for one in messages)
    assert said == len(every)
    assert hostile.lead.get("/api/deliveries", params={"status": "quarantined"}).json() == []


def test_letters_in_their_cases_run_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    frames = 0
    for case in hostile.cases:
        page.goto(f"{hostile.demo.url}/case/T-{case['number']}")
        letters = page.locator(".said.customer.letter")
        letters.first.wait_for()
        for opener in (".letter-to", ".fold", ".said-foot button.link"):
            for one in letters.locator(opener).all():
                one.click()
        expect(page.locator(".letter-details")).to_have_count(letters.count())
        expect(page.locator(".formatted .skeleton")).to_have_count(0)
        for frame in page.locator("iframe").all():
            frame.content_frame.locator("body").wait_for(state="attached")
            frames += 1
        page.evaluate(TOUCH)
        assert page.evaluate(RUNNING) == []
        # What came with the letter is shown under its own name, which is words only.
        expect(page.locator(".attachments a").first).to_be_attached()
        watched.assert_quiet()
    assert frames > len(payloads()) * 0.9


def test_lists_search_palette_and_customer_run_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    page.goto(f"{hostile.demo.url}/inbox/open")
    page.locator(".row", has_text="alert(1)").first.wait_for()
    rows = page.locator(".row")
    for _ in range(4):
        page.evaluate(TOUCH)
        rows.last.scroll_into_view_if_needed()
    for words in (
        "alert(1)",
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "nobody<svg onload=alert(1)>",
    ):
        page.locator("input[type=search], .search input").first.fill(words)
        page.wait_for_url("**q=**")
        page.locator(".row, .blank").first.wait_for()
        page.evaluate(TOUCH)
        page.keyboard.press("Control+k")
        page.locator("dialog.palette input").last.fill("alert")
        page.locator("dialog.palette [role=option]").first.wait_for()
        page.evaluate(TOUCH)
        page.keyboard.press("Escape")
        watched.assert_quiet()
    page.goto(f"{hostile.demo.url}/case/T-{hostile.cases[0]['number']}")
    page.locator(".customer-pane h2").wait_for()
    expect(page.locator(".customer-pane h2")).to_contain_text("alert(1)")
    page.evaluate(TOUCH)
    assert page.evaluate(RUNNING) == []
    watched.assert_quiet()


def test_a_hostile_letter_that_comes_in_live_and_its_moves_run_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    words = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    page.goto(f"{hostile.demo.url}/inbox/open")
    page.locator(".row").first.wait_for()
    hostile.send(letter(words, "elav@halb.example", 9001))
    row = page.locator(".row", has_text="<script>alert(1)</script>").first
    row.wait_for()
    # The same sender and subject again: another case, with a proposal.
    hostile.settled()
    hostile.send(letter(words, "elav@halb.example", 9002))
    hostile.settled()
    row.click()
    page.locator(".said.customer.letter").first.wait_for()
    newest = hostile.found("elav@halb.example")[-1]["number"]
    page.goto(f"{hostile.demo.url}/case/T-{newest}")
    page.locator(".join-offer").wait_for()
    page.locator(".case-acts [aria-haspopup=menu]").last.click()
    page.locator(".menu-item", has=page.locator(".lucide-merge")).click()
    page.locator(".join-dialog [role=option]").first.wait_for()
    page.evaluate(TOUCH)
    page.locator(".join-dialog input").fill("alert(1)")
    expect(page.locator(".join-dialog [role=option]")).not_to_have_count(0)
    page.evaluate(TOUCH)
    watched.assert_quiet()
    page.keyboard.press("Enter")
    page.locator(".notice").wait_for()
    page.evaluate(TOUCH)
    watched.assert_quiet()


def test_the_composer_with_hostile_people_and_files_runs_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    page.goto(f"{hostile.demo.url}/case/T-{hostile.cases[1]['number']}")
    page.locator(".recipients .recipient-to").wait_for()
    page.locator(".cc-add").click()
    expect(page.locator(".cc-field datalist option")).not_to_have_count(0)
    page.locator(".cc-field input").fill('"<img src=x onerror=alert(1)>" <kolmas@halb.example>')
    page.keyboard.press("Enter")
    expect(page.locator(".cc-field .state.bad")).to_be_visible()
    file = {"name": "<img src=x onerror=alert(1)>.png", "mimeType": "image/png", "buffer": PIXEL.encode()}
    drawing = {"name": "x' onload='alert(1).svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    page.locator("input[type=file]").set_input_files([file, drawing])
    expect(page.locator(".uploads li")).to_have_count(2)
    page.locator(".composer textarea").fill("<script>alert(1)</script>\nhttps://halb.example/'onmouseover='alert(1)")
    page.evaluate(TOUCH)
    expect(page.locator(".uploads progress")).to_have_count(0)
    watched.assert_quiet()
    # Nobody is left out unnoticed: the letter waits until the copy is an address, or gone.
    page.locator(".composer textarea").press("Control+Enter")
    expect(page.locator(".cc-field input")).to_be_focused()
    page.locator(".cc-field input").fill("onerror=alert(1) <kolmas@halb.example>")
    page.keyboard.press("Enter")
    expect(page.locator(".cc-chip", has_text="kolmas@halb.example")).to_be_visible()
    page.locator(".composer .button.primary").first.click()
    page.locator(".said.agent.letter", has_text="<script>").wait_for()
    page.evaluate(TOUCH)
    assert page.evaluate(RUNNING) == []
    watched.assert_quiet()


def test_files_opened_by_themselves_run_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    files = [file for one in hostile.whole(hostile.cases[0])["messages"] for file in one["attachments"]]
    dangerous = [file for file in files if not file["media_type"].startswith("image/png")]
    assert dangerous != []
    # In a frame of the desk's own origin, and in a page of their own: the harshest places there are.
    for file in dangerous:
        page.evaluate(
            """(address) => new Promise((done) => {
              const frame = document.createElement('iframe');
              frame.onload = frame.onerror = () => done(1);
              setTimeout(() => done(0), 2000);
              frame.src = address;
              document.body.append(frame);
            })""",
            f"/api/attachments/{file['id']}",
        )
        answer = page.request.get(f"{hostile.demo.url}/api/attachments/{file['id']}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        shown = answer.headers.get("content-disposition", "")
        assert shown.startswith("attachment") or "sandbox" in answer.headers.get("content-security-policy", ""), file
    watched.assert_quiet()


def test_what_could_not_be_read_runs_nothing(hostile: Hostile, watched: Watched) -> None:
    for words in ("<img src=x onerror=alert(1)>", "\"><svg onload='alert(1)'>"):
        # No header and no text: nobody can read it.
        hostile.send(b"\r\n\r\n" + b" " * len(words), f"{words}@{EVIL}")
    hostile.settled()
    page = watched.page()
    sign_in(page, hostile.demo.url, hostile.demo.person("lead"))
    page.goto(f"{hostile.demo.url}/channels/unreadable")
    expect(page.locator(".delivery", has_text="alert(1)")).to_have_count(2)
    page.locator(".delivery .icon-button").first.click()
    page.evaluate(TOUCH)
    assert page.evaluate(RUNNING) == []
    page.locator(".delivery-acts .danger").click()
    expect(page.locator(".delivery")).to_have_count(1)
    watched.assert_quiet()
    # Trying again ends the same: it is back, and still only words.
    page.locator(".delivery-acts button").first.click()
    page.locator(".notice").wait_for()
    hostile.settled()
    page.reload()
    expect(page.locator(".delivery", has_text="alert(1)")).to_have_count(1)
    watched.assert_quiet()


def test_the_customers_mailbox_runs_nothing(hostile: Hostile, watched: Watched) -> None:
    page = watched.page()
    address = "klient@halb.example"
    words = ["<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "\"'><svg onload=alert(1)>"]
    for one in words:
        form = {"name": one, "address": address, "subject": one, "text": f"{one}\njavascript:alert(1)"}
        httpx.post(f"{hostile.demo.url}/demo/mail/letters", json=form, timeout=30).raise_for_status()
    hostile.settled()
    until("the cases are there", 60, lambda: len(hostile.found(address)) == len(words), every=0.5)
    for case in hostile.found(address):
        key = f"vastus-{case['number']}"
        body = {"text": f"{case['subject']} <a href='javascript:alert(1)'>go</a>", "client_id": key}
        path = f"/api/cases/{case['id']}/messages"
        hostile.lead.post(path, json=body, headers={"idempotency-key": key}).raise_for_status()
    page.goto(f"{hostile.demo.url}/demo/mail?lang=en")
    page.locator("[name=name]").fill(words[0])
    page.locator("[name=address]").fill(address)
    page.locator("[name=address]").blur()
    rows = page.locator(".mail-row")
    expect(rows).to_have_count(2 * len(words))
    for at in range(2 * len(words)):
        rows.nth(at).click()
        page.locator("[data-reply]").wait_for()
        page.evaluate(TOUCH)
        page.locator("[data-reply]").click()
        page.locator("[name=text]").wait_for()
        page.evaluate(TOUCH)
        assert page.evaluate(RUNNING) == []
        watched.assert_quiet()
