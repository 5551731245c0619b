"""Domains that read like ours: letters of other alphabets, look-alike ones, and our name before somebody else's."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that are drawn like Latin ones, of those that registries sell (Unicode TR 39, confusables), and digits read
# as letters.
_ALPHABETS = "аеёіїјкмнорстухѕԁԛԝһӏпвгοαυνκρτχειıɡɩօոսց0135|i"
_LATIN = "aeelljkmhopctyxsdqwhlnbroauvkptxellglonugolesll"
_TABLE = str.maketrans(_ALPHABETS, _LATIN)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ll", "l"), ("-", ""))


def is_like(domain: str, ours: str) -> bool:
    """Whether a domain that is not ours reads like it, or begins with it ("shop.ee.account-check.com")."""
    if not domain or not ours or domain == ours:
        return False
    return domain.startswith((ours + ".", ours.replace(".", "-") + ".")) or skeleton(domain) == skeleton(ours)


@lru_cache(maxsize=512)
def skeleton(domain: str) -> str:
    """What is left of a domain when all that look alike is made the same."""
    labels = [_readable(label) for label in domain.lower().split(".")]
    plain = unicodedata.normalize("NFKD", ".".join(labels))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_TABLE)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


def _readable(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
