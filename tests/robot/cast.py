"""A small shop for the robot's tests: its knowledge, and facts with everything ordinary filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tugi.robot.facts import Entry, Facts

TODAY = date(2026, 11, 21)

DELIVERY = Entry(
    id="delivery_time",
    titles={"en": "How long does delivery take?", "et": "Kui kaua tarne aega võtab?"},
    answers={"en": "Delivery takes 2 days, {first_name}.", "et": "Tarne võtab aega 2 tööpäeva."},
    examples={
        "en": (
            "how long is delivery",
            "delivery time",
            "when will it arrive if i order today",
            "how many days to ship",
        ),
        "et": ("kaua tarne aega võtab", "mitu päeva läheb kui täna tellin", "tarneaeg", "millal kaup kohale jõuab"),
    },
)
TRACKING = Entry(
    id="tracking",
    titles={"en": "Where is my parcel?", "et": "Kus mu pakk on?"},
    answers={"en": "Follow it with the link in your e-mail.", "et": "Jälgige pakki e-kirjas oleva lingiga."},
    examples={
        "en": ("where is my parcel", "track my order", "my package has not arrived", "tracking number"),
        "et": ("kus mu pakk on", "kuidas pakki jälgida", "pakk pole kohale jõudnud", "jälgimiskood"),
    },
)
CANCEL = Entry(
    id="cancel",
    titles={"en": "Cancelling an order", "et": "Tellimuse tühistamine"},
    answers={"en": "You can cancel until we ship.", "et": "Saate tühistada kuni saatmiseni."},
    examples={
        "en": ("i want to cancel my order", "cancel the order please", "can i cancel", "please cancel it"),
        "et": ("tahan tellimuse tühistada", "kuidas tellimust tühistada", "tühistage palun", "tellimuse tühistamine"),
    },
)
DAMAGED = Entry(
    id="damaged",
    policy="people",
    titles={"en": "It arrived broken", "et": "Kaup saabus katkisena"},
    answers={"en": "Send us a photo.", "et": "Saatke meile pilt."},
    examples={
        "en": ("it arrived broken", "my mug is cracked", "item damaged in the post", "the box was crushed"),
        "et": ("kaup tuli katki", "kruus on mõraga", "pakk sai transpordis kahjustada", "asi on katki"),
    },
)
INVOICE = Entry(
    id="invoice",
    policy="suggest",
    titles={"en": "Getting an invoice", "et": "Arve saamine"},
    answers={"en": "We e-mail the invoice.", "et": "Saadame arve e-postiga."},
    examples={
        "en": ("i need an invoice", "where is the invoice", "send me a receipt", "invoice for my company"),
        "et": ("vajan arvet", "kus arve on", "saatke mulle arve", "arve firmale"),
    },
)
SHOP = (DELIVERY, TRACKING, CANCEL, DAMAGED, INVOICE)


def entry_of_demo(data: dict[str, Any]) -> Entry:
    """An entry of the demo shop's knowledge files, under its key."""
    return Entry(
        id=data["key"],
        policy=data["policy"],
        titles=data["titles"],
        answers=data["answers"],
        examples={language: tuple(texts) for language, texts in data["examples"].items()},
    )


ORDINARY = Facts(burst=("tere",), today=TODAY, shop_name="Põhjala Pood", languages=("en", "et"))


def facts(*burst: str, **other: Any) -> Facts:
    """Facts of an ordinary case in which the customer just wrote this."""
    return replace(ORDINARY, burst=burst, **other)
