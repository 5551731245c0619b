"""The main job, in two browsers: asked in Estonian, answered, asked back, handed over, answered by a person."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.cable import Cable
from tests.browser.conftest import Demo, sign_in


def open_chat(page: Page, url: str, language: str = "et") -> Frame:
    """Open the demo shop's chat as a customer does."""
    page.goto(f"{url}/demo?lang={language}")
    return show_chat(page)


def show_chat(page: Page) -> Frame:
    """The chat's frame, opened if it is closed. The launcher lies in a closed shadow root, so its API opens it."""
    page.wait_for_function("window.Tugi !== undefined")
    page.evaluate("window.Tugi.open()")
    for _ in range(200):
        frame = next((one for one in page.frames if "/widget/frame" in one.url), None)
        if frame is not None:
            frame.locator("textarea").wait_for()
            return frame
        page.wait_for_timeout(50)
    raise AssertionError("the chat did not open")


def say(frame: Frame, text: str) -> None:
    """Type and send."""
    frame.locator("textarea").fill(text)
    frame.locator("textarea").press("Enter")


def bubbles(frame: Frame, who: str) -> Locator:
    """The messages of one side: own, robot or agent."""
    return frame.locator(f"[role=log] li.bubble.{who}")


def test_an_estonian_question_is_answered_by_the_robot(demo: Demo, new_page: Callable[..., Page]) -> None:
    frame = open_chat(new_page(), demo.url)
    say(frame, "tere, kui kaua tarne eestis aega võtab")
    bubbles(frame, "own").filter(has_text="tarne eestis").wait_for()
    # How soon is a figure of `make bench`, not of a test on a loaded machine.
    bubbles(frame, "robot").filter(has_text="tööpäev").wait_for()
    expect(frame.locator("body")).to_contain_text("Soovin rääkida inimesega")


def test_a_refund_goes_to_a_person(demo: Demo, new_page: Callable[..., Page]) -> None:
    frame = open_chat(new_page(), demo.url)
    say(frame, "tahan oma raha tagasi")
    bubbles(frame, "robot").filter(has_text="kolleeg").wait_for()
    agent = new_page()
    sign_in(agent, demo.url, demo.person("lead"))
    agent.goto(f"{demo.url}/inbox/unassigned")
    agent.get_by_text("tahan oma raha tagasi").first.wait_for()


def test_a_doubtful_question_is_asked_back_and_answered_on_a_click(demo: Demo, new_page: Callable[..., Page]) -> None:
    frame = open_chat(new_page(), demo.url)
    say(frame, "maksmise kohta küsimus")
    choice = frame.locator("button.choice").first
    choice.wait_for()
    title = choice.inner_text()
    choice.click()
    bubbles(frame, "own").filter(has_text=title).wait_for()
    expect(bubbles(frame, "robot")).to_have_count(2)


def test_both_lose_the_network_and_miss_nothing(
    demo: Demo, new_page: Callable[..., Page], cables: tuple[Cable, Cable]
) -> None:
    """Customer and agent talk; both reload; both networks fail; what was typed meanwhile arrives once."""
    theirs, ours = cables
    customer = new_page(390, 800)
    frame = open_chat(customer, f"http://127.0.0.1:{theirs.port}")
    marker = f"soovin inimest {time.time_ns()}"
    say(frame, marker)
    bubbles(frame, "own").filter(has_text=marker).wait_for()

    agent = new_page()
    sign_in(agent, f"http://127.0.0.1:{ours.port}", demo.person("agent"))
    agent.goto(f"http://127.0.0.1:{ours.port}/inbox/open")
    agent.get_by_text(marker).first.click()
    reply = agent.get_by_placeholder("Kirjutage kliendile")
    reply.fill("Tere, mina olen inimene.")
    reply.press("Control+Enter")
    bubbles(frame, "agent").filter(has_text="Tere, mina olen inimene.").wait_for()

    customer.reload()
    agent.reload()
    frame = show_chat(customer)
    bubbles(frame, "agent").filter(has_text="Tere, mina olen inimene.").wait_for()

    # Both screens are whole again before the networks fail.
    agent.get_by_placeholder("Kirjutage kliendile").wait_for()
    agent.get_by_text("Tere, mina olen inimene.").first.wait_for()
    theirs.pull()
    ours.pull()
    say(frame, "kirjutasin ilma võrguta")
    reply = agent.get_by_placeholder("Kirjutage kliendile")
    reply.fill("Vastus ilma võrguta.")
    reply.press("Control+Enter")
    bubbles(frame, "own").filter(has_text="kirjutasin ilma võrguta").wait_for()
    agent.get_by_text("Vastus ilma võrguta.").first.wait_for()
    theirs.plug()
    ours.plug()

    bubbles(frame, "agent").filter(has_text="Vastus ilma võrguta.").wait_for()
    agent.locator("main").get_by_text("kirjutasin ilma võrguta").first.wait_for()
    expect(bubbles(frame, "own").filter(has_text="kirjutasin ilma võrguta")).to_have_count(1)
    expect(bubbles(frame, "agent").filter(has_text="Vastus ilma võrguta.")).to_have_count(1)
    customer.reload()
    frame = show_chat(customer)
    expect(bubbles(frame, "own").filter(has_text="kirjutasin ilma võrguta")).to_have_count(1)
    expect(bubbles(frame, "agent").filter(has_text="Vastus ilma võrguta.")).to_have_count(1)
