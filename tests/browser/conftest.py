"""The running demo and a real browser, shared by the browser tests of a process."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.cable import Cable

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ROOT = Path(__file__).parents[2]
# Milliseconds a page may take on a machine that runs other tests too.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Demo:
    """The demo being served: its port and sign-ins by role."""

    port: int
    credentials: list[dict[str, str]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def person(self, role: str) -> dict[str, str]:
        return next(one for one in self.credentials if one["role"] == role)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def until(what: str, seconds: float, check: Callable[[], bool], every: float = 0.2) -> None:
    """Wait until `check` holds; fails naming `what` after so many seconds."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        threading.Event().wait(every)


@contextmanager
def serving(home: Path, **more: str) -> Iterator[Demo]:
    """`tugi demo` on an empty home; `more` are further TUGI_* settings."""
    port = _free_port()
    environment = os.environ | {"TUGI_HOME": str(home), "TUGI_PORT": str(port)} | more
    command = [sys.executable, "-c", "from tugi.cli import main; main()", "demo"]
    log = (home / "log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
    try:
        until("the demo answers", 300, lambda: _answers(f"http://127.0.0.1:{port}/readyz"))
        told = subprocess.run(
            [*command, "--credentials"], env=environment, check=True, capture_output=True, cwd=ROOT, timeout=300
        )
        yield Demo(port, json.loads(told.stdout))
    finally:
        server.terminate()
        server.wait(30)
        log.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`tugi demo` on an empty home, its robot trained."""
    with serving(tmp_path_factory.mktemp("demo")) as running:
        person = running.person("lead")
        words = {"email": person["email"], "password": person["password"]}
        with httpx.Client(base_url=running.url, timeout=30) as lead:
            lead.post("/api/sign-in", json=words).raise_for_status()
            # Training embeds some 4,000 texts at low priority: seconds alone, minutes beside other tests.
            until("the robot has learned", 900, lambda: _learned(lead), every=1)
        yield running


def _learned(lead: httpx.Client) -> bool:
    return lead.get("/api/knowledge?limit=1").json()["model"]["status"] == "ready"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def cables(demo: Demo) -> Iterator[tuple[Cable, Cable]]:
    """The customer's and the agent's own way to the server."""
    both = Cable(demo.port), Cable(demo.port)
    yield both
    for cable in both:
        cable.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a browser of its own; whatever it logs as an error fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    def make(width: int = 1440, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: broken.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert broken == []


def sign_in(page: Page, url: str, person: dict[str, str]) -> None:
    """Through the form, as a person does."""
    page.goto(f"{url}/")
    page.locator("input[type=email]").fill(person["email"])
    page.locator("input[type=password]").fill(person["password"])
    page.keyboard.press("Enter")
    page.locator("[role=listbox], [role=feed], main").first.wait_for()
    page.wait_for_url("**/inbox/**")
