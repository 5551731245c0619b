"""Take the README's pictures from a running demo: `python tools/pictures.py http://127.0.0.1:8321`.

Needs Debian's Chromium and a demo whose robot has learned. Sign-ins come from `tugi demo --credentials`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SIZE = {"width": 1440, "height": 900}


def main() -> None:
    """All pictures, light and dark."""
    url = sys.argv[1].rstrip("/")
    told = subprocess.run(["tugi", "demo", "--credentials"], check=True, capture_output=True, env=os.environ)
    lead = next(one for one in json.loads(told.stdout) if one["role"] == "lead")
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for scheme, language, question in (
            ("light", "et", "tere, kui kaua tarne eestisse aega võtab"),
            ("dark", "en", "parcel"),
        ):
            _chat(browser, url, scheme, language, question)
            _desk(browser, url, scheme, lead)
        browser.close()


def _page(browser: Browser, scheme: str, language: str) -> Page:
    context = browser.new_context(viewport=SIZE, color_scheme=scheme, locale=language)
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def _frame(page: Page) -> Frame:
    page.wait_for_function("window.Tugi !== undefined")
    page.evaluate("window.Tugi.open()")
    page.wait_for_timeout(1500)
    return next(frame for frame in page.frames if "/widget/frame" in frame.url)


def _chat(browser: Browser, url: str, scheme: str, language: str, question: str) -> None:
    page = _page(browser, scheme, language)
    page.goto(f"{url}/demo?lang={language}")
    frame = _frame(page)
    frame.locator("textarea").fill(question)
    frame.locator("textarea").press("Enter")
    frame.locator("li.bubble.robot").first.wait_for()
    page.wait_for_timeout(800)
    page.screenshot(path=OUT / f"widget-{scheme}.png")
    page.context.close()


def _desk(browser: Browser, url: str, scheme: str, lead: dict[str, str]) -> None:
    question = "I ordered a tent on Monday and it still has not arrived, can I talk to someone about my late parcel?"
    asker = _page(browser, scheme, "en")
    asker.goto(f"{url}/demo/order/10482?lang=en")
    frame = _frame(asker)
    frame.locator("textarea").fill(question)
    frame.locator("textarea").press("Enter")
    frame.locator("li.bubble.robot").first.wait_for()
    page = _page(browser, scheme, "en")
    page.goto(f"{url}/")
    page.locator("input[type=email]").fill(lead["email"])
    page.locator("input[type=password]").fill(lead["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    page.evaluate(
        "fetch('/api/me', {method: 'PATCH', headers: {'content-type': 'application/json'}, "
        "body: JSON.stringify({language: 'en'})})"
    )
    page.goto(f"{url}/inbox/unassigned")
    page.get_by_text("I ordered a tent on Monday").first.click()
    page.wait_for_timeout(1500)
    if scheme == "dark":
        page.get_by_role("button", name="why").first.click()
        page.wait_for_timeout(500)
    page.screenshot(path=OUT / f"inbox-{scheme}.png")
    page.goto(f"{url}/knowledge")
    page.get_by_text("Where is my parcel?").first.click()
    page.wait_for_timeout(1500)
    page.screenshot(path=OUT / f"knowledge-{scheme}.png")
    page.context.close()
    asker.context.close()


if __name__ == "__main__":
    main()
