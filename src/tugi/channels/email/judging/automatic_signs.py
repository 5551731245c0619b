"""The headers of a mail by name, and the few ways of reading one that automatic mail, bounces and trust share.

Built once a mail: `Message.get` walks through all headers at every call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from tugi.channels.email.understanding.headers import decode_words

Signs = dict[str, list[str]]

# From where a word begins only, within the lengths of RFC 5321: a long row of letters costs no more than a short one.
ADDRESS = re.compile(
    r"(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63}){0,20}"
)
LONGEST_HEADER = 10_000

# Everybody's mail domains: an address there says nothing of belonging to us.
_PUBLIC = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com
    aol.com gmx.com gmx.net gmx.de web.de t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com ya.ru bk.ru
    inbox.ru list.ru rambler.ru proton.me protonmail.com pm.me tutanota.com fastmail.com zoho.com hot.ee mail.ee
    online.ee neti.ee suhtlus.ee luukku.com suomi24.fi kolumbus.fi elisanet.fi saunalahti.fi pp.inet.fi wp.pl o2.pl
    onet.pl onet.eu op.pl interia.pl interia.eu gazeta.pl poczta.onet.pl inbox.lv inbox.lt apollo.lv one.lt yahoo.co.uk
    hotmail.co.uk hotmail.fr orange.fr free.fr laposte.net wanadoo.fr libero.it seznam.cz qq.com 163.com 126.com
"""
PUBLIC_DOMAINS = frozenset(_PUBLIC.split())


def signs(message: Message) -> Signs:
    """The values of all headers by name in lower case, top to bottom, as they were written."""
    found: Signs = {}
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(str(value)[:LONGEST_HEADER])
    return found


def first(found: Signs, name: str) -> str:
    """The topmost value of a header without the spaces around it; "" where there is none."""
    values = found.get(name)
    return values[0].strip() if values else ""


def readable(value: str) -> str:
    """A header's text with its encoded words decoded (RFC 2047), on one line."""
    return " ".join(decode_words(value).split())


def domain_of(address: str) -> str:
    """What stands after the last @, in lower case."""
    return address.rpartition("@")[2].lower().strip(" .>")


def organisation(domain: str) -> str:
    """The registered part of a domain, guessed without the public suffix list: never used to vouch for anybody."""
    labels = domain.lower().strip(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


_SECOND_LEVEL_WORDS = "co com org net ac gov gob edu or ne go nom pri fie med waw info biz"
_SECOND_LEVEL = frozenset(_SECOND_LEVEL_WORDS.split())


def own_parts(message: Message) -> Iterator[Message]:
    """The parts of a mail without those of mails inside it."""
    pending = [message]
    seen = 0
    while pending and seen < 200:
        part = pending.pop()
        seen += 1
        yield part
        if part.get_content_maintype() == "multipart" and isinstance(payload := part.get_payload(), list):
            pending.extend(inner for inner in reversed(payload) if isinstance(inner, Message))
