"""The demo shop's pages: whole, escaped, in four languages, under a policy as strict as a shop's can be."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from tugi.core.i18n import LANGUAGES
from tugi.web import demo_goods, demo_shop, pages
from tugi.web.demo_html import Html, join, tag
from tugi.web.demo_pages import Visit, order_view, product_view

KEY = 'w_"><script>alert(1)</script>'
VOID = {"meta", "link", "input", "img", "br"}


class Balance(HTMLParser):
    """Reads a page and notes what is open at its end, what closes what it never opened, and the attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def read(page: str) -> Balance:
    found = Balance()
    found.feed(page)
    found.close()
    return found


@pytest.fixture
async def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The shop with built files of its own, so that the test needs no front-end build."""
    built = {"shop/shop.js": "shop/shop-A.js", "shop/shop.css": "shop/shop-B.css"}
    (tmp_path / "manifest.json").write_text(json.dumps(built))
    monkeypatch.setattr(pages, "STATIC", tmp_path)

    async def key() -> str:
        return KEY

    transport = httpx.ASGITransport(Starlette(routes=demo_shop.routes(key)))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client


ADDRESSES = ["/demo", "/demo/product/wool-blanket-raba", "/demo/cart", "/demo/order/10482", "/demo/order/10491"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_page_is_whole_and_carries_the_widget_once(
    browser: httpx.AsyncClient, address: str, language: str
) -> None:
    answer = await browser.get(address, params={"lang": language})
    assert answer.status_code == 200
    page = read(answer.text)
    assert (page.open, page.wrong) == ([], [])
    assert page.seen[0] == ("html", {"lang": language})
    widgets = [attributes for name, attributes in page.seen if attributes.get("src") == "/widget.js"]
    assert [w["data-key"] for w in widgets] == [KEY]
    assert "{{" not in answer.text


@pytest.mark.parametrize("address", ADDRESSES)
async def test_nothing_inline_so_that_the_policy_holds(browser: httpx.AsyncClient, address: str) -> None:
    answer = await browser.get(address)
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = read(answer.text)
    assert not [a for _, a in page.seen for name in a if name.startswith("on") or name == "style"]
    assert all("src" in attributes for name, attributes in page.seen if name == "script")
    assert not [name for name, _ in page.seen if name == "style"]


async def test_language_is_the_chosen_one_then_the_browsers_then_the_shops(browser: httpx.AsyncClient) -> None:
    async def language(params: dict[str, str], accept: str) -> str:
        answer = await browser.get("/demo", params=params, headers={"accept-language": accept})
        return re.findall(r'<html lang="(\w+)"', answer.text)[0]

    assert await language({"lang": "pl"}, "fi") == "pl"
    assert await language({}, "sv-SE,fi-FI;q=0.8,en;q=0.5") == "fi"
    assert await language({"lang": "sv"}, "de") == "et"


async def test_a_chosen_language_stays_on_every_link(browser: httpx.AsyncClient) -> None:
    page = read((await browser.get("/demo", params={"lang": "fi"})).text)
    links = [str(a["href"]) for name, a in page.seen if name == "a" and str(a["href"]).startswith("/demo")]
    assert len(links) > 15
    assert all("?lang=" in link for link in links)


@pytest.mark.parametrize("address", ["/demo/product/nothing", "/demo/order/1"])
async def test_what_is_not_there_says_so_and_still_has_the_chat(browser: httpx.AsyncClient, address: str) -> None:
    answer = await browser.get(address, params={"lang": "en"})
    assert answer.status_code == 404
    assert "This page is not here" in answer.text
    assert "/widget.js" in answer.text


def test_texts_are_escaped_and_html_is_not_escaped_twice() -> None:
    made = tag("p", "<b>&", tag("i", '"x"'), title='"><script>', hidden=True, id=None)
    assert made == '<p title="&quot;&gt;&lt;script&gt;" hidden>&lt;b&gt;&amp;<i>"x"</i></p>'
    assert join([made, Html("<br>")]) == made + "<br>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_product_has_its_drawing_its_words_and_its_price(language: str) -> None:
    visit = Visit(language, True, "/demo", "k")
    for product in demo_goods.shop().products:
        view = product_view(visit, product)
        assert tag("h1", product.titles[language]) in view
        assert demo_goods.drawing(product.drawing) in view
        assert demo_goods.price(product.price_eur, language) in view


def test_prices_are_written_as_each_language_does() -> None:
    said = [demo_goods.price(1234.5, language).replace("\xa0", " ") for language in LANGUAGES]
    assert said == ["€1,234.50", "1 234,50 €", "1 234,50 €", "1 234,50 €"]
    assert demo_goods.price(39, "en") == "€39"


def test_an_order_shows_the_day_it_was_placed_and_how_far_it_is() -> None:
    order = demo_goods.shop().find_order("10482")
    assert order is not None
    page = order_view(Visit("en", True, "/demo", "k"), order, datetime(2026, 11, 21, tzinfo=UTC))
    assert "November 19, 2026" in page
    steps = [attributes for name, attributes in read(page).seen if name == "li"][:3]
    assert [step.get("class") for step in steps] == ["done", "done", None]
    assert [step.get("aria-current") for step in steps] == [None, "step", None]


def test_every_orders_total_is_the_sum_of_what_it_shows() -> None:
    prices = {product.id: product.price_eur for product in demo_goods.shop().products}
    for order in demo_goods.shop().orders:
        lines = sum(prices[line.product] * line.quantity for line in order.lines)
        assert order.total_eur == pytest.approx(lines + order.delivery_eur)
