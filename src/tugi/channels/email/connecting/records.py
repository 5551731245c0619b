"""What the name system says of a domain as a sender: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

import asyncio
import re

from tugi.channels.email.connecting import providers
from tugi.channels.email.connecting.names import Names
from tugi.mail_setup import SenderRecords

# A selector cannot be asked for; these are what providers and programs choose by themselves.
SELECTORS = (
    *("google", "selector1", "selector2", "default", "dkim", "mail", "s1", "s2", "k1", "k2", "fm1", "zoho", "zmail"),
    *("zone", "protonmail", "sig1", "mta1", "x", "key1", "ovhmo-selector-1", "s1-ionos", "mandrill", "smtp"),
)
# With nothing after it a key was revoked (RFC 6376 3.6.1).
_KEY = re.compile(r"(?:^|;)p=[^;]")
_POLICY = re.compile(r"\bp\s*=\s*(none|quarantine|reject)\b", re.I)


async def sender_records(names: Names, domain: str, selector: str = "") -> SenderRecords:
    """The domain's records. selector: the one we sign with, asked for first."""
    if providers.of_domain(domain) is not None:
        return SenderRecords(domain, "provider", "provider", "provider")
    selectors = dict.fromkeys([*([selector] if selector else []), *SELECTORS])
    texts, policy, *keys = await asyncio.gather(
        names.txt(domain),
        names.txt(f"_dmarc.{domain}"),
        *(names.txt(f"{one}._domainkey.{domain}") for one in selectors),
    )
    return SenderRecords(domain, _spf(texts), _dkim(keys), _dmarc(policy))


def _spf(texts: list[str] | None) -> str:
    if texts is None:
        return "unknown"
    found = [one for one in texts if one.lower().split(" ")[0] == "v=spf1"]
    return "missing" if not found else "found" if len(found) == 1 else "several"


def _dkim(keys: list[list[str] | None]) -> str:
    if any(_KEY.search(one.replace(" ", "")) for key in keys for one in key or ()):
        return "found"
    return "unknown" if all(key is None for key in keys) else "not_seen"


def _dmarc(policy: list[str] | None) -> str:
    if policy is None:
        return "unknown"
    found = [one for one in policy if one.lower().replace(" ", "").startswith("v=dmarc1")]
    told = _POLICY.search(found[0]) if len(found) == 1 else None
    return told[1].lower() if told else "missing"
