"""What is left of hostile HTML runs nothing in a real browser: not in the desk's frame, not in a frame that may run
scripts, and not where it is put straight into a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright
from tests.browser.conftest import CHROMIUM, QUIET

from channels.email.hostile_html import PAYLOADS
from public_lists import naughty_strings, scripts
from tugi.channels.email.understanding.html import clean

# What the desk writes around a letter (front/inbox/mail/frame-source.ts), but with scripts allowed and no policy: more
# than any agent's page ever gives it.
FRAME = "<!doctype html><html><head><meta charset=utf-8>{sentinel}</head><body>{html}</body></html>"
SENTINEL = (
    "<script>for (const name of ['alert', 'prompt', 'confirm', 'print', 'open'])"
    " self[name] = () => parent.postMessage('fired ' + self.name, '*');</script>"
)
START = """() => {
  window.fired = [];
  window.now = '';
  for (const name of ['alert', 'prompt', 'confirm', 'print', 'open']) {
    window[name] = () => { window.fired.push(window.now); };
  }
  window.addEventListener('message', ({ data }) => {
    if (data.startsWith('fired ')) window.fired.push(data.slice(6));
  });
}"""
# Put in, read out and put in again: what changes its meaning on the way is found. Then everything is touched.
STRAIGHT = """async (pieces) => {
  const events = ['mouseover', 'mouseenter', 'focus', 'toggle', 'load', 'error', 'begin', 'start', 'wheel', 'copy'];
  const addresses = ['src', 'href', 'xlink:href', 'action', 'formaction', 'background', 'poster', 'data', 'srcdoc'];
  const bad = [];
  for (const [at, html] of pieces) {
    window.now = at;
    const first = document.createElement('div'), second = document.createElement('div');
    document.body.replaceChildren(first, second);
    first.innerHTML = html;
    second.innerHTML = first.innerHTML;
    for (const element of document.body.querySelectorAll('*')) {
      for (const name of events) element.dispatchEvent(new Event(name));
      for (const { name, value } of element.attributes) {
        const runs = addresses.includes(name) && /^\\s*(javascript|vbscript|data:text)/i.test(value);
        if (runs || name.startsWith('on')) bad.push([at, name, value]);
      }
      if (element.matches('a[href]') && !['http:', 'https:', 'mailto:', 'tel:'].includes(element.protocol)) {
        bad.push([at, 'href', element.href]);
      }
      if (element.matches('script,style,iframe,object,embed,svg,math,form,input,button,base,meta,link')) {
        bad.push([at, element.tagName]);
      }
    }
    // A pause costs 4 ms: what failed to load tells so also when it is no longer in the page.
    if (at % 25 === 0) await new Promise((done) => setTimeout(done, 0));
  }
  await new Promise((done) => setTimeout(done, 100));
  return bad;
}"""
FRAMED = """async ([frames, sandbox]) => {
  const all = frames.map(([at, source]) => {
    const frame = document.createElement('iframe');
    frame.name = at;
    frame.setAttribute('sandbox', sandbox);
    frame.srcdoc = source;
    return frame;
  });
  const loaded = all.map((frame) => new Promise((done) => { frame.onload = done; }));
  document.body.replaceChildren(...all);
  await Promise.all(loaded);
  await new Promise((done) => setTimeout(done, 100));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that goes nowhere and notes who runs something in it."""
    context = browser.new_context()
    opened = context.new_page()

    def refuse(route: Route) -> None:
        route.abort()

    def note(dialog: Dialog) -> None:
        dialog.dismiss()
        opened.evaluate("window.fired.push('a dialog')")

    opened.route("**/*", refuse)
    opened.on("dialog", note)
    opened.evaluate(START)
    yield opened
    context.close()


def every() -> list[str]:
    """The project's own payloads and the public lists' strings."""
    return list(dict.fromkeys(text for text in [*PAYLOADS, *scripts(), *naughty_strings()] if text.strip()))


def settings(text: str) -> list[str]:
    """The text in the places of a letter that a sender fills."""
    return [
        text,
        f"<div><table><td>{text}</td></table></div>",
        f'<p title="{text}">Hi</p>',
        f"<a href='{text}'>go</a>",
        f'<img alt="{text}" src="cid:{text}">',
        f"<span style='{text}'>Hi</span>",
    ]


def numbered(pieces: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(at), piece) for at, piece in enumerate(pieces)]


def fired(page: Page) -> list[str]:
    """The numbers of those that ran something."""
    return page.evaluate("window.fired")


def framed(page: Page, pieces: Sequence[str], sandbox: str) -> list[str]:
    """Which of these run something in a frame with that sandbox; 40 frames at a time."""
    sources = [(at, FRAME.format(sentinel=SENTINEL, html=piece)) for at, piece in numbered(pieces)]
    for begin in range(0, len(sources), 40):
        page.evaluate(FRAMED, [sources[begin : begin + 40], sandbox])
    return fired(page)


def straight(page: Page, pieces: Sequence[str]) -> list[object]:
    """Which of these run something, or could, put straight into the page."""
    bad: list[object] = []
    for begin in range(0, len(pieces), 500):
        bad += page.evaluate(STRAIGHT, numbered(pieces)[begin : begin + 500])
    return bad + fired(page)


def test_the_sentinel_fires_on_what_was_not_cleaned(page: Page) -> None:
    raw = [payload for payload in PAYLOADS if "\0" not in payload]
    assert len(set(framed(page, raw, "allow-scripts"))) >= 20
    page.evaluate(START)
    straight(page, raw)
    assert len(set(fired(page))) >= 10


def test_the_desk_s_own_frame_runs_nothing_even_of_what_was_not_cleaned(page: Page) -> None:
    assert framed(page, PAYLOADS, "allow-popups allow-popups-to-escape-sandbox") == []


def test_nothing_runs_straight_in_a_page(page: Page) -> None:
    # What is left of most is nothing, or the same as of others.
    pieces = list(dict.fromkeys(clean(piece) for text in every() for piece in settings(text)))
    assert len(pieces) > 100
    assert straight(page, pieces) == []


def test_own_payloads_in_a_frame_that_may_run_scripts(page: Page) -> None:
    assert framed(page, [clean(payload) for payload in PAYLOADS], "allow-scripts") == []


def test_nothing_runs_in_a_frame_that_may_run_scripts(page: Page) -> None:
    cleaned = list(dict.fromkeys(clean(text) for text in every()))
    # Several in one frame: a frame each would take minutes; an end of one that swallows the next only hides that one.
    pieces = ["<hr>".join(cleaned[begin : begin + 20]) for begin in range(0, len(cleaned), 20)]
    assert framed(page, pieces, "allow-scripts") == []
