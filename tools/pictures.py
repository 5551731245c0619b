"""Take the README's pictures from a fresh, running demo: `python tools/pictures.py http://127.0.0.1:8321`.

Needs Debian's Chromium, and the demo's TUGI_HOME: sign-ins come from `tugi demo --credentials`. Waits until the demo's
robot has learned and its past answers are judged, has it replay them, and writes letters to the shop.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
SIZE = {"width": 1440, "height": 900}
# A picture with more bytes than this slows the README down for nobody's good.
LARGEST = 150_000
# Of 256 colours so many are a picture's commonest; the others are chosen by how far they are from these.
COMMONEST = 128
# Learning takes half a minute on a quiet machine.
PATIENCE_SECONDS = 600
QUIET_SECONDS = 12
WRITER, ADDRESS = "Ben Carter", "ben.carter@letters.example"
REPLAY = "Before it answers by itself"
QUESTION = "My parcel is late. May I talk to somebody about it?"


def main() -> None:
    """All pictures, light and dark."""
    url = sys.argv[1].rstrip("/")
    told = subprocess.run(["tugi", "demo", "--credentials"], check=True, capture_output=True, env=os.environ)
    lead = next(one for one in json.loads(told.stdout) if one["role"] == "lead")
    OUT.mkdir(exist_ok=True)
    with httpx.Client(base_url=url, timeout=30) as api, sync_playwright() as playwright:
        replay = _prepared(api, lead)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        letters = _written(browser, url, api)
        asker = _asking(browser, url)
        for scheme, language, question in (
            ("light", "et", "tere, kui kaua tarne eestisse aega võtab"),
            ("dark", "en", "parcel"),
        ):
            _chat(browser, url, scheme, language, question)
            _desk(browser, url, scheme, lead, {"replay": f"/robot/replay/{replay}", "letters": f"/case/T-{letters}"})
        asker.context.close()
        browser.close()


def _until(what: str, look: Callable[[], Any]) -> Any:
    """What `look` finds, as soon as it finds something. Ends the command when that takes too long."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > ends:
            sys.exit(f"{what}: not within {PATIENCE_SECONDS} seconds.")
        time.sleep(1)
    return found


def _prepared(api: httpx.Client, lead: dict[str, str]) -> int:
    """The demo with certificates and a replay, whose id this is; the lead reads English."""
    api.post("/api/sign-in", json={key: lead[key] for key in ("email", "password")}).raise_for_status()
    api.patch("/api/me", json={"language": "en"}).raise_for_status()
    _until("certificates", lambda: _certified(api))
    done = [one["id"] for one in api.get("/api/robot/replays").json()["replays"] if one["name"] == REPLAY]
    replay = done[0] if done else api.post("/api/robot/replays", json={"last": 300, "name": REPLAY}).json()["id"]
    _until("a replay", lambda: api.get(f"/api/robot/replays/{replay}").json()["status"] == "done")
    return replay


def _certified(api: httpx.Client) -> bool:
    """Whether certificates are in force and nothing has been judged for a while: the demo judges for some seconds."""
    before = api.get("/api/robot/topics").json()["topics"]
    time.sleep(QUIET_SECONDS)
    after = api.get("/api/robot/topics").json()["topics"]
    return any(one["certified"] for one in after) and [one["certificate"] for one in before] == [
        one["certificate"] for one in after
    ]


def _written(browser: Browser, url: str, api: httpx.Client) -> int:
    """The number of a case in which a customer wrote, the robot answered, and the customer wrote again."""
    page = _page(browser, "light", "en")
    page.goto(f"{url}/demo/mail?lang=en")
    page.locator("[name=name]").fill(WRITER)
    page.locator("[name=address]").fill(ADDRESS)
    page.locator("[name=address]").blur()
    page.locator("[data-write]").click()
    page.locator("[name=subject]").fill("Delivery to Finland")
    _send(page, "Hello,\n\nhow long does delivery to Finland take?\n\nBen")
    page.locator(".mail-row", has_text="Re: Delivery to Finland").first.click()
    page.locator("[data-reply]").click()
    _send(page, "Thank you. May I pay by invoice, as a company?\n\nBen")
    page.context.close()
    waiting = {"list": "unassigned", "limit": 20}

    def look() -> int | None:
        cases = api.get("/api/cases", params=waiting).json()["cases"]
        return next((one["number"] for one in cases if "invoice" in (one["preview"] or "")), None)

    return _until("the reply to the robot's letter", look)


def _send(page: Page, text: str) -> None:
    page.locator("[name=text]").fill(text)
    page.locator(".mail-write button[type=submit]").click()
    page.locator(".mail-write").wait_for(state="detached")


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


def _take(page: Page, name: str) -> None:
    """The page as a PNG of 256 colours: a third of the size, and a screen's surfaces have fewer."""
    page.wait_for_timeout(1500)
    path = OUT / f"{name}.png"
    _with_fewer_colours(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        sys.exit(f"{path.name} has {path.stat().st_size:,} bytes, more than {LARGEST:,}.")


def _with_fewer_colours(shot: Image.Image) -> Image.Image:
    """The commonest colours as they are, then those that would be missed most; each other one as the nearest of these.

    Pillow's own ways shift surfaces, and lose a small green dot among greys.
    """
    packed = np.asarray(shot, dtype=np.int32).reshape(-1, 3) @ np.array([1 << 16, 1 << 8, 1], dtype=np.int32)
    numbers, where, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([numbers >> 16, (numbers >> 8) & 255, numbers & 255], axis=1)
    chosen = list(np.argsort(-counts)[:COMMONEST])
    distances = ((colours[:, None, :] - colours[None, chosen, :]) ** 2).sum(axis=2)
    while len(chosen) < min(256, len(colours)):
        missed = int((distances.min(axis=1) * np.sqrt(counts)).argmax())
        chosen.append(missed)
        distances = np.column_stack([distances, ((colours - colours[missed]) ** 2).sum(axis=1)])
    fewer = Image.fromarray(distances.argmin(axis=1)[where].reshape(shot.height, shot.width).astype(np.uint8), "P")
    fewer.putpalette(colours[chosen].astype(np.uint8).tobytes())
    return fewer


def _chat(browser: Browser, url: str, scheme: str, language: str, question: str) -> None:
    page = _page(browser, scheme, language)
    page.goto(f"{url}/demo?lang={language}")
    frame = _frame(page)
    frame.locator("textarea").fill(question)
    frame.locator("textarea").press("Enter")
    frame.locator("li.bubble.robot").first.wait_for()
    _take(page, f"widget-{scheme}")
    page.context.close()


def _asking(browser: Browser, url: str) -> Page:
    """A customer who has asked for a person and still sits before the chat."""
    page = _page(browser, "light", "en")
    page.goto(f"{url}/demo/order/10482?lang=en")
    frame = _frame(page)
    frame.locator("textarea").fill(QUESTION)
    frame.locator("textarea").press("Enter")
    frame.locator("li.bubble.robot").first.wait_for()
    return page


def _desk(browser: Browser, url: str, scheme: str, lead: dict[str, str], more: dict[str, str]) -> None:
    """What agents and leads see. more: further screens by the picture's name."""
    page = _page(browser, scheme, "en")
    page.goto(f"{url}/")
    page.locator("input[type=email]").fill(lead["email"])
    page.locator("input[type=password]").fill(lead["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    page.goto(f"{url}/inbox/unassigned")
    page.get_by_text(QUESTION).first.click()
    page.wait_for_timeout(1500)
    if scheme == "dark":
        page.get_by_role("button", name="why").first.click()
    _take(page, f"inbox-{scheme}")
    page.goto(f"{url}/knowledge")
    page.get_by_text("Where is my parcel?").first.click()
    _take(page, f"knowledge-{scheme}")
    for name, path in {"topics": "/robot", "channels": "/channels", **more}.items():
        page.goto(f"{url}{path}")
        page.locator("main").wait_for()
        _take(page, f"{name}-{scheme}")
    page.context.close()


if __name__ == "__main__":
    main()
