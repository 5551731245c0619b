"""Texts without what belongs to one person: addresses, numbers, names and signatures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tugi.robot.text import normal

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"https?://\S+|www\.\S+")
# Numbers of orders, phones and accounts; a year, a size or a number of days is shorter.
_NUMBER = re.compile(r"(?<!\w)(?:#|nr\.?|no\.?)?\s?(?:\+\s?)?[A-Z]{0,4}-?\d(?:[\d\s-]{2,}\d)(?!\w)", re.IGNORECASE)
# From where somebody signs, to the end.
_SIGNED = re.compile(
    r"[\s,.!]+(?:(?:kind|best|warm)?\s?regards|best wishes|sincerely|yours|lugupidamisega|parimate soovidega|"
    r"tervitades|tervitustega|terveisin|ystävällisin terveisin|terv\.|pozdrawiam|z poważaniem|z wyrazami szacunku)"
    r"\b.{0,80}$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:my name is|this is|minu nimi on|mu nimi on|nimeni on|olen|nazywam się|mam na imię)\s+"
    r"((?:[A-ZÀ-ŽŠŽÕÄÖÜ][\w'-]+\s?){1,3})"
)


def impersonal(text: str, names: Iterable[str] = ()) -> str:
    """The text in normal form without e-mail addresses, links, long numbers, a signature, and these names."""
    out = _EMAIL.sub(" ", _URL.sub(" ", normal(text)))
    out = _SIGNED.sub("", _NUMBER.sub(" ", out))
    told = [match.group(1) for match in _NAMED.finditer(out)]
    for name in {word for known in (*names, *told) for word in known.split() if len(word) > 2}:
        out = re.sub(rf"(?<!\w){re.escape(name)}(?:\w{{0,3}})(?!\w)", " ", out, flags=re.IGNORECASE)
    return re.sub(r"\s+([.,!?;:])", r"\1", normal(out)).strip(" ,;:#-")


def is_personal(text: str) -> bool:
    """Whether something of a person still shows."""
    return any(pattern.search(text) for pattern in (_EMAIL, _URL, _NUMBER))
