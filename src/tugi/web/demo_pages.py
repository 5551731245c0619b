"""What stands on the demo shop's pages: pure functions from goods and words to HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date

from tugi.web.demo_goods import Order, Product, drawing, price, shop, words
from tugi.web.demo_html import Html, join, tag

STEPS = ("packing", "in_transit", "delivered")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: its language, whether the language was chosen by hand, where it is, which widget it carries.

    has_mail: the customers' mailbox is there.
    """

    language: str
    chosen: bool
    path: str
    widget_key: str
    has_mail: bool = False

    def say(self, key: str, **values: str) -> str:
        """The shop's words for `key`."""
        text = words(self.language)[key]
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", value)
        return text

    def link(self, path: str, language: str | None = None) -> str:
        """An address on this shop that keeps a language chosen by hand."""
        code = language or (self.language if self.chosen else None)
        return f"{path}?lang={code}" if code else path


def front(visit: Visit) -> Html:
    """The front page: what kind of shop this is, and all it has."""
    return join(
        [
            tag(
                "section",
                tag("div", tag("h1", visit.say("home.title")), tag("p", visit.say("home.lead"))),
                drawing("scene"),
                class_="hero",
            ),
            tag("h2", visit.say("home.products"), class_="unseen"),
            _shelf(visit, shop().products),
        ]
    )


def _shelf(visit: Visit, products: list[Product]) -> Html:
    return tag("ul", [tag("li", _card(visit, product)) for product in products], class_="shelf")


def _card(visit: Visit, product: Product) -> Html:
    return tag(
        "a",
        tag("span", drawing(product.drawing), class_="picture"),
        tag("span", product.titles[visit.language], class_="name"),
        tag("span", price(product.price_eur, visit.language), class_="price figures"),
        class_="card",
        href=visit.link(f"/demo/product/{product.slug}"),
    )


def product_view(visit: Visit, product: Product) -> Html:
    """One thing, with what one asks before buying it."""
    place = shop().products.index(product)
    others = [shop().products[(place + step) % len(shop().products)] for step in (1, 4, 7, 9)]
    return join(
        [
            tag(
                "article",
                tag("div", drawing(product.drawing), class_="picture large"),
                tag(
                    "div",
                    tag("p", visit.say("product.number", id=product.id), class_="quiet figures"),
                    tag("h1", product.titles[visit.language]),
                    tag("p", product.descriptions[visit.language], class_="lead"),
                    tag("p", price(product.price_eur, visit.language), class_="price figures"),
                    tag(
                        "div",
                        tag(
                            "button",
                            visit.say("product.add"),
                            type="button",
                            class_="buy",
                            data_add=product.id,
                            data_added=visit.say("product.added"),
                        ),
                        tag("button", visit.say("product.ask"), type="button", class_="ask", data_ask=True),
                        class_="acts",
                    ),
                    tag(
                        "ul",
                        [tag("li", visit.say(f"product.{line}")) for line in ("delivery", "returns")],
                        class_="facts",
                    ),
                    tag("p", role="status", class_="unseen", data_said=True),
                ),
                class_="product",
            ),
            tag("h2", visit.say("product.more")),
            _shelf(visit, others),
        ]
    )


def cart(visit: Visit) -> Html:
    """Every product as a hidden line; the page's script shows those that lie in this browser's cart."""
    lines = [_cart_line(visit, product) for product in shop().products]
    back = tag("a", visit.say("cart.back"), href=visit.link("/demo"))
    return join(
        [
            tag("h1", visit.say("cart.title")),
            tag("div", tag("p", visit.say("cart.empty")), tag("p", back), data_empty=True, class_="empty"),
            tag(
                "div",
                tag("ul", lines, class_="lines"),
                tag(
                    "p",
                    visit.say("cart.total"),
                    " ",
                    tag("strong", class_="figures", data_total=True),
                    class_="total",
                ),
                tag(
                    "button",
                    visit.say("cart.checkout"),
                    type="button",
                    class_="buy",
                    data_checkout=visit.say("cart.demo"),
                ),
                tag("p", role="status", class_="quiet", data_said=True),
                data_filled=True,
                hidden=True,
            ),
        ]
    )


def _cart_line(visit: Visit, product: Product) -> Html:
    return tag(
        "li",
        tag("span", drawing(product.drawing), class_="picture small"),
        tag("a", product.titles[visit.language], href=visit.link(f"/demo/product/{product.slug}")),
        tag(
            "input",
            type="number",
            min="1",
            max="99",
            value="1",
            inputmode="numeric",
            aria_label=visit.say("cart.quantity", title=product.titles[visit.language]),
        ),
        tag("span", price(product.price_eur, visit.language), class_="figures", data_sum=True),
        tag("button", visit.say("cart.remove"), type="button", class_="plain"),
        data_line=product.id,
        data_price=str(product.price_eur),
        hidden=True,
    )


def order_view(visit: Visit, order: Order, today: datetime, buyer: str | None = None) -> Html:
    """A sample order, as a shop shows it to the customer who made it. buyer: who that is, signed, as JSON."""
    placed = today - timedelta(days=order.placed_days_ago)
    reached = STEPS.index(order.status)
    labels = {known.status: known.labels[visit.language] for known in shop().orders}
    steps = [
        tag(
            "li", labels[step], class_="done" if at <= reached else None, aria_current="step" if at == reached else None
        )
        for at, step in enumerate(STEPS)
    ]
    facts = [
        (visit.say("order.placed"), format_date(placed, "long", locale=visit.language)),
        (visit.say("order.carrier"), order.carrier),
        (visit.say("order.tracking"), order.tracking),
    ]
    pairs = [join([tag("dt", name), tag("dd", value)]) for name, value in facts if value]
    others = [
        tag("li", tag("a", known.number, href=visit.link(f"/demo/order/{known.number}")))
        for known in shop().orders
        if known is not order
    ]
    return join(
        [
            tag("h1", visit.say("order.title", number=order.number)),
            tag("ol", steps, class_="steps", aria_label=visit.say("order.status")),
            tag("dl", pairs, class_="pairs figures"),
            _order_lines(visit, order),
            tag("p", tag("button", visit.say("order.ask"), type="button", class_="ask", data_ask=True)),
            tag("span", hidden=True, data_buyer=buyer) if buyer else None,
            tag("h2", visit.say("order.others")),
            tag("ul", others, class_="plainlist"),
        ]
    )


def _order_lines(visit: Visit, order: Order) -> Html:
    by_id = {product.id: product for product in shop().products}
    rows = [
        tag(
            "li",
            tag("span", drawing(by_id[line.product].drawing), class_="picture small"),
            tag("span", by_id[line.product].titles[visit.language]),
            tag("span", f"× {line.quantity}", class_="figures quiet"),
            tag("span", price(by_id[line.product].price_eur * line.quantity, visit.language), class_="figures"),
        )
        for line in order.lines
    ]
    delivery = price(order.delivery_eur, visit.language) if order.delivery_eur else visit.say("order.free")
    total = tag("strong", price(order.total_eur, visit.language), class_="figures")
    return join(
        [
            tag("ul", rows, class_="lines"),
            tag("p", f"{visit.say('order.delivery')} {delivery}", class_="total quiet figures"),
            tag("p", visit.say("cart.total"), " ", total, class_="total"),
        ]
    )


def missing(visit: Visit) -> Html:
    """Nothing is at this address."""
    back = tag("a", visit.say("cart.back"), href=visit.link("/demo"))
    return join([tag("h1", visit.say("missing.title")), tag("p", visit.say("missing.text")), tag("p", back)])
