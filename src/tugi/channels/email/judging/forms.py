"""Contact forms: letters that a shop's own form wrote for somebody.

They come from the shop itself or from its platform; who wrote stands in Reply-To, as it was typed, and nobody has
checked it. A stranger gains nothing by looking like a form: only who may send in the name of our domain, of a platform
we know, or of a sender that a lead has named is taken for one, and a typed address proves nothing. Where the customer's
address stands only in the text, the letter stays its sender's: guessing would answer the wrong person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tugi.channels.email.judging.automatic_signs import PUBLIC_DOMAINS, domain_of, organisation
from tugi.channels.email.judging.automatic_words import NO_REPLY
from tugi.ports import Address, Letter, Trust

BY_FORM = "by_form"
# What platforms' forms send from: support.squarespace.com 115010449067, wishlist.webflow.com 32378; mailer@shopify.com.
PLATFORMS = frozenset({"mailer@shopify.com", "form-submission@squarespace.info", "no-reply-forms@webflow.com"})
# Names under which a web site writes in its own domain: WordPress and its plugins, Magento, PrestaShop, plain PHP.
_SITE = re.compile(
    r"(?:wordpress|woocommerce|magento|prestashop|opencart|voog|erply|mailer|e?forms?|webforms?|contact(?:[-_]?form)?|"
    r"kontakt|yhteys|website|web|www|www-data|apache|nobody|shop|store|e?pood|verkkokauppa|sklep|notifications?)@"
)
# A form's letter may be marked so by the program that sends it; what else a machine says of itself ends the matter.
_MARKS = frozenset(
    {"auto-submitted: auto-generated", "precedence: bulk", "sender: no-reply", "list: list-unsubscribe", "list"}
)
_DOUBTS = frozenset({"several_senders", "lookalike", "bare_header_breaks"})
# Shops tell themselves of orders from the same address, with the buyer in Reply-To; nobody asks anything there.
_ORDER = re.compile(
    r"(?:new|cancelled|failed) (?:customer )?order|(?:uus|tühistatud) tellimus|(?:uusi|peruttu) tilaus|"
    r"(?:nowe|anulowane) zamówienie|neue bestellung|новый заказ|ny beställning|jauns pasūtījums|naujas užsakymas",
    re.IGNORECASE,
)


def as_written(letter: Letter, own_address: str, named: Sequence[str]) -> Letter:
    """The letter as its writer's where a form of ours sent it, with the warning `by_form`; any other as it is.

    own_address: the mailbox's, in lower case. named: senders of forms by a lead's word, such as "mailer@shop.example"
    or "@shop.example"; never a whole domain where everybody may have an address.
    """
    writer = _writer(letter, own_address)
    if writer is None or not _is_form(letter, own_address, [one.strip().lower() for one in named]):
        return letter
    # What our side found out is about the form, not about who filled it in.
    return replace(letter, sender=writer, automatic=None, trust=Trust(warnings=(BY_FORM,)))


def _writer(letter: Letter, own_address: str) -> Address | None:
    """The one person in Reply-To who can be neither the sender nor one of us."""
    if letter.bounce is not None or letter.report or letter.refers_to or letter.tokens or len(letter.reply_to) != 1:
        return None
    if letter.automatic not in (None, *_MARKS) or _DOUBTS & set(letter.trust.warnings) or _ORDER.search(letter.subject):
        return None
    writer, sender = letter.reply_to[0], letter.sender.email
    domain = domain_of(writer.email)
    if "@" not in writer.email or writer.email in (sender, own_address) or NO_REPLY.match(writer.email):
        return None
    # An answering service of the sender's own, such as "reply+17@platform": that is ordinary.
    inside = {organisation(domain_of(one)) for one in (sender, own_address)}
    if domain not in PUBLIC_DOMAINS and organisation(domain) in inside:
        return None
    # Who is written to is not who wrote.
    return None if any(one.email == writer.email for one in (*letter.to, *letter.cc)) else writer


def _is_form(letter: Letter, own_address: str, named: Sequence[str]) -> bool:
    sender, dmarc = letter.sender.email, letter.trust.dmarc
    domain = domain_of(sender)
    if sender in named or (f"@{domain}" in named and domain not in PUBLIC_DOMAINS):
        return dmarc != "fail"
    if dmarc != "pass":
        return False
    if sender in PLATFORMS or sender == own_address:
        return True
    ours = domain == domain_of(own_address) and domain not in PUBLIC_DOMAINS
    return ours and bool(_SITE.match(sender) or NO_REPLY.match(sender))
