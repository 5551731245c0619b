"""The demo shop: a few server-made pages that carry the widget as any shop would, by one script line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tugi.core import clock
from tugi.core.i18n import LANGUAGES
from tugi.web import demo_mail, pages, wire
from tugi.web.demo_goods import drawing, shop
from tugi.web.demo_html import Html, tag
from tugi.web.demo_mail import CustomersPost
from tugi.web.demo_pages import Visit, cart, front, missing, order_view, product_view

# (visit, request, signed buyer as JSON) -> (title, content), or None when there is no such page
Make = Callable[[Visit, Request, str | None], tuple[str, Html] | None]
NAMES = {"en": "English", "et": "Eesti", "fi": "Suomi", "pl": "Polski"}
# As strict as a shop can be, so that the widget is proven to work there.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "vary": "accept-language"}


def routes(
    widget_key_of: Callable[[], Awaitable[str]],
    sign: Callable[[str], Awaitable[dict[str, str]]] | None = None,
    post: CustomersPost | None = None,
) -> list[Route]:
    """The pages under /demo. `widget_key_of` gives the key that the script line carries; `sign` what the shop's
    server says of the buyer of an order; `post` is the customers' mail, without which there is no such page."""

    def page(
        make: Callable[[Visit, Request, str | None], tuple[str, Html] | None],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            visit = _visit(request, await widget_key_of(), has_mail=post is not None)
            buyer = msgspec.json.encode(await sign(number)).decode() if sign and (number := _order(request)) else None
            made = make(visit, request, buyer)
            title, content = made or (visit.say("missing.title"), missing(visit))
            return HTMLResponse(document(visit, title, content), 200 if made else 404, HEADERS)

        return wire.guarded(answer)

    return [
        Route("/demo", page(lambda visit, _request, _buyer: (shop().name, front(visit)))),
        Route("/demo/product/{slug}", page(_product_page)),
        Route("/demo/cart", page(lambda visit, _request, _buyer: (visit.say("cart.title"), cart(visit)))),
        Route("/demo/order/{number}", page(_order_page)),
        *([] if post is None else demo_mail.routes(post, page(_mail_page))),
    ]


def _visit(request: Request, widget_key: str, *, has_mail: bool) -> Visit:
    wished = request.query_params.get("lang", "")
    chosen = wished in LANGUAGES
    accepted = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    known = next((code for code in accepted if code in LANGUAGES), shop().default_language)
    return Visit(wished if chosen else known, chosen, request.url.path, widget_key, has_mail)


def _order(request: Request) -> str | None:
    """The number of the sample order that is asked for, if there is such."""
    number: str | None = request.path_params.get("number")
    return number if number and shop().find_order(number) else None


def _product_page(visit: Visit, request: Request, _buyer: str | None) -> tuple[str, Html] | None:
    product = shop().find_product(request.path_params["slug"])
    return None if product is None else (product.titles[visit.language], product_view(visit, product))


def _order_page(visit: Visit, request: Request, buyer: str | None) -> tuple[str, Html] | None:
    order = shop().find_order(request.path_params["number"])
    if order is None:
        return None
    return visit.say("order.title", number=order.number), order_view(visit, order, clock.now(), buyer)


def _mail_page(visit: Visit, _request: Request, _buyer: str | None) -> tuple[str, Html] | None:
    return visit.say("mail.title"), demo_mail.view(visit)


def document(visit: Visit, title: str, content: Html) -> str:
    """A whole page around its content."""
    files = pages.manifest()
    name = shop().name
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", name if title == name else f"{title} · {name}"),
        tag("link", rel="icon", href="/favicon.svg", type="image/svg+xml"),
        [tag("link", rel="stylesheet", href=f"/static/{files[name]}") for name in _styles(visit) if name in files],
    )
    body = tag(
        "body",
        tag("a", visit.say("nav.skip"), class_="skip", href="#content"),
        _top(visit),
        tag("main", content, id="content"),
        _foot(visit),
        tag("script", type="module", src=f"/static/{files['shop/shop.js']}") if "shop/shop.js" in files else None,
        _mail_script(visit, files),
        # This line is all that a shop adds to its pages.
        tag("script", src="/widget.js", data_key=visit.widget_key, data_accent=shop().accent, async_=True),
    )
    return f"<!doctype html>{tag('html', head, body, lang=visit.language)}"


def _styles(visit: Visit) -> list[str]:
    return ["shop/shop.css", *(["shop/mail.css"] if visit.path == demo_mail.PATH else [])]


def _mail_script(visit: Visit, files: Mapping[str, str]) -> Html | None:
    """What fills the mailbox in, on its page only."""
    if visit.path != demo_mail.PATH or "shop/mail.js" not in files:
        return None
    return tag("script", type="module", src=f"/static/{files['shop/mail.js']}")


def _top(visit: Visit) -> Html:
    languages = [
        tag(
            "a",
            code.upper(),
            href=visit.link(visit.path, code),
            lang=code,
            hreflang=code,
            title=NAMES[code],
            aria_current="true" if code == visit.language else None,
        )
        for code in LANGUAGES
    ]
    return tag(
        "header",
        tag("a", drawing("mark"), shop().name, class_="brand", href=visit.link("/demo")),
        tag(
            "nav",
            tag("a", visit.say("nav.order"), href=visit.link(f"/demo/order/{shop().orders[0].number}")),
            tag("a", visit.say("nav.mail"), href=visit.link(demo_mail.PATH)) if visit.has_mail else None,
            tag(
                "a",
                visit.say("nav.cart"),
                tag("span", "0", class_="count figures", hidden=True),
                href=visit.link("/demo/cart"),
            ),
            aria_label=shop().name,
        ),
        tag("nav", languages, class_="languages", aria_label=visit.say("nav.languages")),
        class_="top",
    )


def _foot(visit: Visit) -> Html:
    about = shop()
    opening = about.hours["mon"]
    return tag(
        "footer",
        tag("p", about.name, " · ", about.address),
        tag(
            "p",
            tag("a", about.phone, href="tel:" + about.phone.replace(" ", "")),
            " · ",
            tag("a", about.email, href="mailto:" + about.email),
            " · " + visit.say("footer.hours", hours="–".join(opening)) if opening else None,
        ),
        tag("p", visit.say("home.demo"), class_="quiet"),
        class_="foot",
    )
