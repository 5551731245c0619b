"""Contact forms: whose letter it is, and what a stranger cannot make of that."""

from dataclasses import replace

import pytest

from tugi.channels.email.judging.forms import as_written
from tugi.ports import Address, Bounce, Letter, Trust

OWN = "info@kaup.ee"
MARI = Address("mari@kiri.ee", "Mari Maasikas")
PASS = Trust("pass", "pass", "pass")


def letter(sender: str, trust: Trust = PASS, **more: object) -> Letter:
    """What a form sends."""
    plain = Letter("1@kaup.ee", Address(sender), "Sõnum kodulehelt", "Kas see on laos?", to=(Address(OWN),))
    return replace(plain, **{"reply_to": (MARI,), "trust": trust, **more})


def is_form(one: Letter, *named: str, own: str = OWN) -> bool:
    """Whether it is taken for its writer's."""
    read = as_written(one, own, named)
    assert read is one or (read.sender, read.trust, read.automatic) == (MARI, Trust(warnings=("by_form",)), None)
    return read is not one


@pytest.mark.parametrize(
    "sender",
    ["info@kaup.ee", "wordpress@kaup.ee", "noreply@kaup.ee", "pood@kaup.ee", "contact-form@kaup.ee"]
    + ["mailer@shopify.com", "form-submission@squarespace.info", "no-reply-forms@webflow.com"],
)
def test_a_form_of_ours_or_of_a_platform_writes_for_its_customer(sender: str) -> None:
    assert is_form(letter(sender))
    # In its name only: the domain did not say so.
    for dmarc in ("unknown", "none", "fail"):
        assert not is_form(letter(sender, Trust(dmarc=dmarc)))


@pytest.mark.parametrize(
    "sender", ["mari@kaup.ee", "anna.kask@kaup.ee", "noreply@dhl.example", "support@shopify.com", "wordpress@kaup2.ee"]
)
def test_an_ordinary_reply_to_stays_as_it_is(sender: str) -> None:
    assert not is_form(letter(sender))


def test_a_lead_names_other_senders_of_forms() -> None:
    unsigned = letter("veeb@veebimajutus.example", Trust())
    assert not is_form(unsigned)
    assert is_form(unsigned, "Veeb@Veebimajutus.example ")
    assert is_form(unsigned, "@veebimajutus.example")
    assert not is_form(letter("veeb@veebimajutus.example", Trust(dmarc="fail")), "veeb@veebimajutus.example")
    # Everybody has an address there.
    assert not is_form(letter("kes.iganes@gmail.com", Trust()), "@gmail.com")
    # A mailbox that writes to itself carries nobody's word on who sent it.
    own = letter("pood@gmail.com", Trust(warnings=("claims_to_be_us",)), to=(Address("pood@gmail.com"),))
    assert not is_form(own, own="pood@gmail.com")
    assert is_form(own, "pood@gmail.com", own="pood@gmail.com")


def test_marks_of_sending_programs_do_not_make_a_form_a_machines_letter() -> None:
    for why in ("auto-submitted: auto-generated", "precedence: bulk", "sender: no-reply", "list: list-unsubscribe"):
        assert is_form(letter("wordpress@kaup.ee", automatic=why))
    for why in ("auto-submitted: auto-replied", "subject: away", "report: delivery", "return-path: empty"):
        assert not is_form(letter("wordpress@kaup.ee", automatic=why))


@pytest.mark.parametrize(
    "more",
    [
        {"reply_to": ()},
        {"reply_to": (MARI, Address("jaan@kiri.ee"))},
        {"reply_to": (Address("wordpress@kaup.ee"),)},
        {"reply_to": (Address("info@kaup.ee"),)},
        {"reply_to": (Address("anna@kaup.ee"),)},
        {"reply_to": (Address("noreply@kiri.ee"),)},
        {"reply_to": (Address("mari"),)},
        {"to": (MARI,)},
        {"cc": (MARI,)},
        {"refers_to": ("1@kiri.ee",)},
        {"tokens": ("t12345",)},
        {"bounce": Bounce(None, None, True, None, "gone")},
        {"report": True},
        {"trust": Trust(dmarc="pass", warnings=("several_senders",))},
        {"trust": Trust(dmarc="pass", warnings=("lookalike",))},
        {"subject": "[Kaup]: New order #1042"},
        {"subject": "[Kaup]: Uus tellimus (1042)"},
        {"subject": "[Kaup]: Nowe zamówienie nr 1042"},
    ],
)
def test_what_is_no_form(more: dict[str, object]) -> None:
    assert not is_form(letter("wordpress@kaup.ee", **more))
