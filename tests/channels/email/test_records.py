"""What the name system says of a domain as a sender, told in words."""

import pytest

from fakes.dns_server import name_server
from tugi.channels.email.connecting import names
from tugi.channels.email.connecting.names import Names
from tugi.channels.email.connecting.records import sender_records

RECORDS = {
    ("shop.example", "TXT"): ['"other=1"', '"v=spf1 include:zonemx.eu -all"'],
    ("_dmarc.shop.example", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:x@shop.example"'],
    ("zone._domainkey.shop.example", "TXT"): ['"v=DKIM1; k=rsa; " "p=MIIB"'],
    ("two.example", "TXT"): ['"v=spf1 -all"', '"v=spf1 a -all"'],
    ("_dmarc.two.example", "TXT"): ['"v=spf1 wrong"'],
    ("mine._domainkey.two.example", "TXT"): ['"p=MIIB"'],
    ("google._domainkey.odd.example", "TXT"): ['"v=DKIM1; p="'],
    ("_dmarc.odd.example", "TXT"): ['"v=DMARC1; p=maybe"'],
}


@pytest.mark.parametrize(
    ("domain", "selector", "told"),
    [
        ("shop.example", "", ("found", "found", "quarantine")),
        ("two.example", "mine", ("several", "found", "missing")),
        ("two.example", "", ("several", "not_seen", "missing")),
        ("odd.example", "", ("missing", "not_seen", "missing")),
        ("bare.example", "", ("missing", "not_seen", "missing")),
        ("gmail.com", "", ("provider", "provider", "provider")),
    ],
)
async def test_the_domains_records_are_told_in_words(domain: str, selector: str, told: tuple[str, str, str]) -> None:
    async with name_server(RECORDS) as dns:
        found = await sender_records(Names(dns.resolver()), domain, selector)
    assert (found.domain, found.spf, found.dkim, found.dmarc) == (domain, *told)


async def test_a_silent_name_system_is_no_missing_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "SECONDS", 0.3)
    async with name_server({}, silent=["silent.example", "_dmarc.silent.example"]) as dns:
        found = await sender_records(Names(dns.resolver()), "silent.example")
    assert (found.spf, found.dkim, found.dmarc) == ("unknown", "not_seen", "unknown")
