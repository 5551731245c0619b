"""What the demo shop sells, in four languages: read once from the files beside the demo's other data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from babel.numbers import format_currency

from tugi.core.i18n import LANGUAGES
from tugi.web.demo_html import Html

Texts = dict[str, str]


class Product(msgspec.Struct, frozen=True):
    """One thing on the shelf. price_eur includes VAT."""

    id: str
    slug: str
    titles: Texts
    descriptions: Texts
    price_eur: float
    drawing: str


class OrderLine(msgspec.Struct, frozen=True):
    product: str
    quantity: int


class Order(msgspec.Struct, frozen=True):
    """A sample order; its age is counted from today, so that it never grows old."""

    number: str
    placed_days_ago: int
    status: Literal["packing", "in_transit", "delivered"]
    carrier: str
    tracking: str | None
    delivery_eur: float
    lines: list[OrderLine]
    total_eur: float
    labels: Texts


class Shop(msgspec.Struct, frozen=True):
    """The shop itself. email: as its pages tell it; mailbox: the one that Tugi reads."""

    name: str
    email: str
    mailbox: str
    phone: str
    address: str
    accent: str
    default_language: str
    hours: dict[str, tuple[str, str] | None]
    products: list[Product]
    orders: list[Order]

    def find_product(self, slug: str) -> Product | None:
        """By its part of the address."""
        return next((product for product in self.products if product.slug == slug), None)

    def find_order(self, number: str) -> Order | None:
        """By the number a customer knows."""
        return next((order for order in self.orders if order.number == number), None)


@cache
def shop() -> Shop:
    """The shop of `src/tugi/demo/shop.json`."""
    return msgspec.json.decode((resources.files("tugi.demo") / "shop.json").read_bytes(), type=Shop)


@cache
def words(language: str) -> Mapping[str, str]:
    """The pages' own words in one of our languages."""
    known = language if language in LANGUAGES else "en"
    path = resources.files("tugi.locales") / "shop" / f"{known}.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str])


@cache
def drawing(name: str) -> Html:
    """An inline picture of ours, so that it takes the page's colours. Raises FileNotFoundError."""
    path = resources.files("tugi.demo") / "drawings" / f"{name}.svg"
    return Html(path.read_text("utf-8").strip())


def price(amount: float, language: str) -> str:
    """Euros as the language writes them, without cents where there are none."""
    pattern = {"en": "¤#,##0", "et": "#,##0 ¤", "fi": "#,##0 ¤", "pl": "#,##0 ¤"}[language]
    if amount % 1:
        pattern = pattern.replace("##0", "##0.00")
    return format_currency(amount, "EUR", pattern, locale=language, currency_digits=False)
