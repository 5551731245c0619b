"""Mail in the demo: a customer writes, the robot answers, the customer replies, a person answers; all in one case."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, sign_in, until
from tests.browser.test_screens import TOO_WIDE, violations

ADDRESS = "linda@kiri.example"
PERSONS_WORDS = "Tere, Linda! Jah, kuller toob selle kahe päevaga ukseni."


def be(page: Page, demo: Demo, address: str, name: str = "Linda Lill") -> None:
    """At one's own mailbox."""
    page.goto(f"{demo.url}/demo/mail?lang=et")
    page.locator("[name=name]").fill(name)
    page.locator("[name=address]").fill(address)
    page.locator("[name=address]").blur()
    page.locator("[data-write]").wait_for()


def write(page: Page, subject: str, text: str) -> None:
    page.locator("[data-write]").click()
    page.locator("[name=subject]").fill(subject)
    send(page, text)


def send(page: Page, text: str) -> None:
    page.locator("[name=text]").fill(text)
    page.locator(".mail-write button[type=submit]").click()
    expect(page.locator(".mail-write")).to_have_count(0)


def cases_of(lead: httpx.Client, address: str) -> list[int]:
    """The numbers of this customer's cases."""
    found = lead.get("/api/cases", params={"list": "all", "q": address}).json()
    return [one["number"] for one in found["cases"]]


def test_a_customers_letter_is_answered_by_the_robot_then_by_a_person_in_one_case(
    demo: Demo, new_page: Callable[..., Page]
) -> None:
    theirs, mine = new_page(locale="et"), new_page()
    be(theirs, demo, ADDRESS)
    write(theirs, "Tarne", "Kui kaua tarne Eestisse aega võtab?")
    answer = theirs.locator(".mail-row", has_text="Re: Tarne")
    expect(answer).to_have_count(1, timeout=20_000)
    answer.click()
    letter = theirs.frame_locator(".mail-frame")
    expect(letter.locator("body")).to_contain_text("1–2")
    expect(letter.locator("body")).to_contain_text("automaatne abiline")

    theirs.locator("[data-reply]").click()
    expect(theirs.locator(".mail-write")).to_contain_text("abi+t")
    expect(theirs.locator("[name=subject]")).to_have_value("Re: Tarne")
    send(theirs, "Aga kas kuller toob ka Kihnu saarele ukseni? Soovin vastust inimeselt.")

    sign_in(mine, demo.url, demo.person("agent"))
    with httpx.Client(base_url=demo.url, cookies={c["name"]: c["value"] for c in mine.context.cookies()}) as agent:
        number = 0

        def look() -> bool:
            nonlocal number
            waiting = agent.get("/api/cases", params={"list": "unassigned"}).json()["cases"]
            number = next((one["number"] for one in waiting if "Kihnu" in (one["preview"] or "")), 0)
            return number > 0

        until("the reply waits for a person", 60, look)
    mine.goto(f"{demo.url}/case/T-{number}")
    timeline = mine.locator(".timeline")
    timeline.get_by_text("Kihnu").wait_for()
    # One case holds all of it.
    expect(timeline.get_by_text("Kui kaua tarne Eestisse aega võtab?").first).to_be_visible()
    field = mine.locator("form.composer textarea").first
    field.fill(PERSONS_WORDS)
    field.press("Control+Enter")
    timeline.get_by_text(PERSONS_WORDS).wait_for()
    # An agent may take a letter back for some seconds; then it leaves.
    rows = theirs.locator(".mail-row", has_text="Linda! Jah, kuller")
    expect(rows).to_have_count(1)
    rows.click()
    expect(theirs.frame_locator(".mail-frame").locator("body")).to_contain_text(PERSONS_WORDS)


def test_a_question_about_money_goes_to_a_person(demo: Demo, new_page: Callable[..., Page]) -> None:
    theirs, mine = new_page(locale="et"), new_page()
    be(theirs, demo, "raha@kiri.example", "Rein Raha")
    write(theirs, "Raha tagasi", "Palun kandke tellimuse 10467 raha minu kontole tagasi, ootan juba kaks nädalat.")
    sign_in(mine, demo.url, demo.person("agent"))
    mine.goto(f"{demo.url}/inbox/unassigned")
    mine.locator("a.row", has_text="Rein Raha").wait_for()
    expect(theirs.locator(".mail-row")).to_have_count(1)
    theirs.reload()
    expect(theirs.locator("[name=address]")).to_have_value("raha@kiri.example")
    expect(theirs.locator(".mail-row")).to_have_count(1)


def test_the_shops_own_address_is_nobodys_to_write_from(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    be(page, demo, "liis@pohjala.example", "Liis")
    page.locator("[data-write]").click()
    page.locator("[name=text]").fill("Tere")
    page.locator(".mail-write button[type=submit]").click()
    expect(page.locator(".mail-problem")).not_to_be_empty()
    expect(page.locator("[name=text]")).to_have_value("Tere")


def test_a_letter_that_cannot_be_opened_says_so(demo: Demo, new_page: Callable[..., Page]) -> None:
    page = new_page()
    be(page, demo, "avaja@kiri.example", "Ave Avaja")
    write(page, "Avamine", "Kas see avaneb?")
    page.locator(".mail-row").wait_for()
    page.route("**/demo/mail/letters/*?*", lambda route: route.abort())
    page.locator(".mail-row").click()
    expect(page.locator(".mail-problem")).to_have_text("Seda kirja ei saanud avada. Proovige hetke pärast uuesti.")
    page.unroute("**/demo/mail/letters/*?*")
    page.locator(".mail-row").click()
    page.locator("[data-reply]").wait_for()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_the_mailbox_is_fit_for_everybody(demo: Demo, new_page: Callable[..., Page], width: int, scheme: str) -> None:
    page = new_page(width, 800, color_scheme=scheme, bypass_csp=True)
    be(page, demo, f"keegi{width}@kiri.example", "Keegi")
    assert violations(page) == []
    write(page, "", "Tere, kas teil on saun?")
    page.locator(".mail-row").first.click()
    page.locator("[data-reply]").wait_for()
    assert violations(page) == []
    page.locator("[data-reply]").click()
    page.locator("[name=text]").wait_for()
    assert violations(page) == []
    assert page.evaluate(TOO_WIDE) == []
