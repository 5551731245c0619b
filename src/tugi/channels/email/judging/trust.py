"""What an agent should know of a sender: what our own side says of SPF, DKIM and DMARC, and what looks wrong.

A result counts only for the domain that stands in From (alignment, RFC 7489 3.1): a signature of somebody else's
domain says nothing of the person an agent sees. Never raises, whatever the headers hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.message import Message

from tugi.channels.email.judging.automatic_signs import (
    ADDRESS,
    PUBLIC_DOMAINS,
    Signs,
    domain_of,
    organisation,
    signs,
)
from tugi.channels.email.judging.automatic_words import NO_REPLY
from tugi.channels.email.judging.trust_likeness import is_like
from tugi.channels.email.judging.trust_results import Found, Said, own_word
from tugi.channels.email.understanding.addresses import addresses
from tugi.channels.email.understanding.headers import decode_words
from tugi.ports import Address, Result, Trust

_FAILS = frozenset({"fail", "softfail", "hardfail"})
_PASSES = frozenset({"pass", "bestguesspass"})
_NOTHING = frozenset({"none", "neutral", "policy"})
_FORMS = re.compile(r"(?:wordpress|mailer|forms?|webform|contact|notifications?|website|www-data|apache|nobody)@", re.I)
_SHOWN = ("from", "to", "cc", "reply-to", "subject", "sender")
_BREAKS = frozenset("\r\n\0\v\f\x85\u2028\u2029")


def trust_of(
    message: Message, trusted_server: str, own_addresses: Sequence[str], *, from_stranger: bool = False
) -> Trust:
    """What the receiving side's own headers say, and warnings in closed words.

    trusted_server: its authserv-id, "" where the operator named none (see `trust_results.own_word`). own_addresses: the
    mailbox's own; their domains are ours too, unless everybody may have an address there.
    from_stranger: the mail came straight from outside to our own door: nobody but its sender wrote into it, unless the
    operator named a server that stands before the door.
    Warnings: several_senders, reply_to_elsewhere, lookalike, claims_to_be_us, dmarc_fail, dkim_fail,
    bare_header_breaks.
    """
    found = signs(message)
    own = frozenset(address.lower() for address in own_addresses)
    own_domains = frozenset(domain_of(address) for address in own) - PUBLIC_DOMAINS
    headers = [(name, str(value)) for name, value in message.raw_items()]
    organisations = frozenset(organisation(domain) for domain in own_domains)
    unread = from_stranger and not trusted_server
    said = Said() if unread else own_word(headers, trusted_server, organisations)
    senders = addresses(found.get("from", []))
    several = len(senders) > 1 or len(found.get("from", [])) > 1
    domain = domain_of(senders[0].email) if senders else ""
    spf, dkim = _spf(said, domain), _dkim(said, domain)
    dmarc: Result = "unknown" if several else _dmarc(said, domain, spf, dkim)
    doubts = {
        "several_senders": several,
        "reply_to_elsewhere": bool(senders) and _replies_elsewhere(found, senders[0].email, own_domains),
        "lookalike": any(_misleads(sender, own, own_domains) for sender in senders[:5]),
        "claims_to_be_us": dmarc != "pass" and any(_is_us(sender.email, own, own_domains) for sender in senders),
        "dmarc_fail": dmarc == "fail",
        # A list on the way breaks signatures; where the domain itself vouches otherwise, that is no matter.
        "dkim_fail": dkim == "fail" and dmarc != "pass",
        "bare_header_breaks": _breaks(found),
    }
    return Trust(spf, dkim, dmarc, tuple(word for word, doubted in doubts.items() if doubted))


def _aligned(domain: str, sender: str) -> bool:
    """The same domain or one under the other: stricter than DMARC's relaxed mode, which needs the public suffixes."""
    if not domain or not sender:
        return False
    shorter, longer = sorted((domain, sender), key=len)
    return domain == sender or ("." in shorter and longer.endswith("." + shorter))


def _of(said: Said, method: str) -> Iterable[Found]:
    return (result for result in said.results if result.method == method)


def _spf(said: Said, sender: str) -> Result:
    for result in _of(said, "spf"):
        envelope = result.of.get("smtp.mailfrom") or result.of.get("smtp.mfrom") or result.of.get("smtp.helo", "")
        return _result(result.result, _aligned(domain_of(envelope), sender))
    if said.received_spf:
        word = said.received_spf.split(maxsplit=1)[0].lower()
        envelope = re.search(r"envelope-from=\"?<?([^\s;\">]+)", said.received_spf, re.IGNORECASE)
        return _result(word, bool(envelope) and _aligned(domain_of(envelope[1] if envelope else ""), sender))
    return "unknown"


def _dkim(said: Said, sender: str) -> Result:
    results = list(_of(said, "dkim"))
    aligned = [found for found in results if _aligned(_signer(found), sender)]
    words = {found.result for found in aligned}
    if words & _PASSES:
        return "pass"
    if words & _FAILS:
        return "fail"
    # A signature of another domain says nothing of this one.
    return "none" if any(found.result in _PASSES | _NOTHING | _FAILS for found in results) else "unknown"


def _signer(found: Found) -> str:
    return domain_of(found.of.get("header.d") or found.of.get("header.i", ""))


def _dmarc(said: Said, sender: str, spf: Result, dkim: Result) -> Result:
    """As told; where nothing or no policy is told, an aligned pass of SPF or DKIM is what DMARC would ask for."""
    for result in _of(said, "dmarc"):
        of = result.of.get("header.from", "")
        if of and domain_of(of) != sender:
            return "unknown"
        if result.result in _FAILS:
            return "fail"
        if result.result in _PASSES:
            return "pass" if sender else "unknown"
        break
    if "pass" in (spf, dkim):
        return "pass"
    return "none" if any(result.result in _NOTHING for result in _of(said, "dmarc")) else "unknown"


def _result(word: str, aligned: bool) -> Result:
    if word in _PASSES:
        return "pass" if aligned else "none"
    if word in _FAILS:
        return "fail"
    return "none" if word in _NOTHING else "unknown"


def _replies_elsewhere(found: Signs, sender: str, own_domains: frozenset[str]) -> bool:
    """Whether an answer would leave the sender's organisation; forms and lists do that by their nature."""
    if "list-id" in found or "list-post" in found or NO_REPLY.match(sender) or _FORMS.match(sender):
        return False
    domain = domain_of(sender)
    if domain in own_domains:
        return False
    targets = [address.email for address in addresses(found.get("reply-to", [])) if "@" in address.email]
    return any(organisation(domain_of(target)) != organisation(domain) for target in targets)


def _is_us(email: str, own: frozenset[str], own_domains: frozenset[str]) -> bool:
    domain = domain_of(email)
    return email in own or domain in own_domains or any(domain.endswith("." + ours) for ours in own_domains)


def _misleads(sender: Address, own: frozenset[str], own_domains: frozenset[str]) -> bool:
    """Whether the sender looks like another: an address of somebody else as name, or a domain that reads like ours."""
    name, email = sender.name or "", sender.email
    # Lists and groups write "ann@shop.ee via Support" for the person behind.
    if " via " not in name and any(
        shown.lower() != email for shown in ADDRESS.findall(name) if "." in domain_of(shown)
    ):
        return True
    domain = domain_of(email)
    domains = own_domains | {domain_of(address) for address in own}
    return not _is_us(email, own, own_domains) and any(is_like(domain, ours) for ours in domains)


def _breaks(found: Signs) -> bool:
    """Whether a decoded header would hold a line break or a zero byte: somebody tries to put in headers of his own."""
    values = (value for name in _SHOWN for value in found.get(name, []))
    return any("\0" in value or ("=?" in value and not _BREAKS.isdisjoint(decode_words(value))) for value in values)
