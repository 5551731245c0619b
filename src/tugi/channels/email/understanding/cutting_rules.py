"""What lines of a mail say about themselves: "X wrote:", header blocks, "Original Message", "reply above this line".

Every expression is linear: classes exclude what follows them, gaps are bounded, and of a line only its first LONGEST
characters are looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

from tugi.channels.email.understanding.cutting_words import phrases

LONGEST = 600
# An attribution may be wrapped over so many lines, a header block goes on for so many.
WRAPPED, BLOCK = 4, 16

Label = Literal["sender", "sent", "to", "copy", "subject"]

# Marks of writing direction and width that programs put around names; they are no part of a word.
INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF))


# Letters taken apart, as a Mac writes them.
COMBINING = re.compile("[\u0300-\u036f]")


def any_of(found: Iterable[str]) -> str:
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in found)


def plain(line: str) -> str:
    """The line as the rules compare it: folded, without marks of direction, ends stripped, straight apostrophes."""
    line = line[:LONGEST]
    if not line.isascii():
        line = line.translate(INVISIBLE).replace("’", "'").replace("\xa0", " ").replace("İ", "I")
        if COMBINING.search(line):
            line = unicodedata.normalize("NFC", line)
    return line.strip().casefold()


# Languages without spaces, and suffixed verbs, have no word boundaries around them.
VERB = re.compile(
    r"(?<![^\W\d_])(?:" + any_of(v for v in phrases("wrote") if v[0] < "\u3000") + r")(?![^\W\d_])"
    r"|" + any_of(v for v in phrases("wrote") if v[0] >= "\u3000")
)
MAIL = re.compile(r"[^\s<>@:]@[\w-]+\.\w|<[^\s<>@]{1,80}@|mailto:")
BRACKETED = re.compile(r"<\s*[^\s<>@]{1,80}@[^\s<>@]{1,120}>|\[mailto:")
TIME = re.compile(r"\d{1,2}\s?[:.h点時时]\s?\d{2}(?!\d)|\d\s?[ap]\.?m\b")
YEAR = re.compile(r"(?:19|20)\d\d(?!\d)|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}")
BEGINS = re.compile(
    r"[-*_>\"'\s(]*(?:(?:" + any_of(s for s in phrases("starts") if s[0] < "\u3000") + r")(?![^\W\d_])[^\d\n]{0,40}\d"
    r"|(?:" + any_of(s for s in phrases("starts") if s[0] >= "\u3000") + r")\s?\d"
    r"|\d{1,4}(?:[-./:年월月]|\s|th\b|st\b)"
    r"|(?!(?:at|kell|klo|kl|o|um|à|om|v|в|u|as|às|kello|ore|alle|ob|om|plkst|a las|kl\.|klokken)[.\s])"
    r"[^\W\d_]{1,14}(?:[-‑][^\W\d_]{1,9})?[.,]{0,2}(?:\s+[^\W\d_]{3,10}[.,]{0,2})?\s+\d)"
)
# Beginnings that carry no date: the name or the verb comes first.
NAMED = re.compile(
    r"[-*_>\"'\s]*(?:kontakt|kirjutas|tsiteerin|lietotājs|citējot|quoting|cituojant|lainaus|citerar|цитирую|zitat\s+von|citeren\s+van|wiadomość\s+napisana\s+przez|"
    r"message\s+from|mensaje\s+de|citando|følgende\s+skrev|følgjande|följande\s+skrevs\s+av|сообщение\s+от|cytowanie)(?![^\W\d_])"
)
# Somebody who is spoken of stands in prose, not in the line of a program.
PERSONS = """
    i we he she they ma mina me meie ta tema nad nemad mulle minä hän minulle ja my ona mi mnie я мы он она
    они мне ich wir er sie mir jag vi han hon mig mēs viņš viņa aš mes jis je nous il elle yo él ella eu ele
    ela io lui lei ik wij hij zij jeg já én ő
"""
PERSON = re.compile(r"(?<!\w)(?:" + any_of(PERSONS.split()) + r")(?!\w)")
FRAGMENT = re.compile(r"[<(]|[^\s<>]{1,80}@[^\s<>]{1,80}>")
JOINED = re.compile(r">\)?,?\s{0,3}(?:" + any_of(v for v in phrases("wrote")) + r")\s{0,2}[:：]")
DASHED = re.compile(r"[-—_=]{2,}\s*([^-—_=].{4,300}?)[-—_=\s:]{2,}")
WORD = re.compile(r"[^\W\d_]{4,}")
# Small words and months that stand in attributions between date, name and verb, by their beginnings.
SMALL = """
    kell kuup klok kello user użyt dniu godz uživ odes použ naud vart tarih plkst gada giorno heeft föl ezt időp hours
    kont liet jaan veeb märt apr juun juul aug sept okto nov dets dec jan feb mar mai maj jun jul okt tamm helm maal
    huht touk kesä hein elok syys loka marr joul styc lut kwie czer lip sierp wrz paźd list grud янв фев мар апр мая
    июн июл авг сен окт ноя дек mars avril juin juil août octo ene may ago sett oct janei fever março maio outu dez
    genn magg giug lugl otto dice maart saus vas kov bal gegu birž liep rugp rugs spal lapk gruod года
"""
FILLERS = tuple(SMALL.split())

LABELS: dict[str, Label] = {}
# A word that means two things in two languages is taken as the later one of these.
FIELDS: tuple[Label, ...] = ("copy", "subject", "to", "sent", "sender")
for _field in FIELDS:
    LABELS.update(dict.fromkeys(phrases(_field), _field))
LABEL = re.compile(r"[\s>*_|]*([^\W\d_][^:：*\n<@]{0,30}?)\s{0,3}[*_]{0,2}\s{0,3}[:：]")

ABOVE = tuple(phrases("above"))
ORIGINAL = frozenset(phrases("original"))
FORWARDED = frozenset(phrases("forwarded"))
RULE = re.compile(r"[\s\-_=~─—–]{3,}|[-_=]{2,}")
SIDES = " -—–_=*>:：|.<#"
# "-------- Original message --------From: Ann", as plain text is made of some formatted mails.
GLUED = re.compile(r"[-—–_=*>\s]{3,}([^-—–_=*>:]{4,60}?)\s*[-—–_=]{3,}(?=[^-—–_=])")


def is_rule(text: str) -> bool:
    """A line of dashes, underscores or the like, with nothing else."""
    return RULE.fullmatch(text) is not None


def is_original(text: str) -> bool:
    """ "-----Original Message-----" in any language; text is plain."""
    return text[:1] in "-—–_=*>" and text[:2] != "- " and (text.strip(SIDES) in ORIGINAL or glued(text) in ORIGINAL)


def is_groupwise(text: str) -> bool:
    """ ">>> Ann <ann@...> 13/01/25 10:42 AM >>>", below which nothing is marked as quoted; text is plain."""
    return text.startswith(">>>") and text.endswith(">>>") and len(text) < 200 and TIME.search(text) is not None


def is_forwarded(text: str) -> bool:
    """ "---------- Forwarded message ---------" or "Begin forwarded message:"; text is plain."""
    if len(text) < 120 and (text[-1:] in ":：" or text[:1] in "-—–_=*>") and text.strip(SIDES) in FORWARDED:
        return True
    return glued(text) in FORWARDED


def glued(text: str) -> str:
    """What stands between the dashes at the beginning of a line that goes on behind them; "" for none."""
    found = GLUED.match(text)
    return found[1].strip() if found else ""


def is_reply_line(text: str) -> bool:
    """ "##- Please type your reply above this line -##"; text is plain."""
    return len(text) < 160 and has_reply_line(text)


def has_reply_line(folded: str) -> bool:
    return any(phrase in folded for phrase in ABOVE)


def label_of(line: str) -> Label | None:
    """What header a line begins with ("*From:* Ann" is a sender), None without one."""
    match = LABEL.match(line[:LONGEST])
    if match is None:
        return None
    return LABELS.get(plain(match[1]).strip(" *_"))


def header_block(lines: Sequence[str], at: int, stop: int) -> bool:
    """Whether the headers of an answered mail begin at the line `at`.

    "From: Tallinn / To: Riga / Date: 5.2." are none: there must be a sender, two more, and a subject or an address.
    """
    first = label_of(lines[at])
    if first is None:
        return False
    if first in ("sender", "sent") and in_one_line(lines[at]):
        return True
    seen: set[str] = set()
    address = False
    blanks = loose = 0
    for line in lines[at : min(stop, at + BLOCK)]:
        if not line.strip():
            blanks += 1
            if blanks > 1:
                break
            continue
        label = label_of(line)
        if label is None:
            loose += 1
            # Long lists of recipients go on below their label; a paragraph after an empty line is the mail itself.
            if blanks or loose > 3 or not seen & {"to", "copy"} and "@" not in line:
                break
            continue
        if label in seen and label != "copy":
            break
        blanks = loose = 0
        seen.add(label)
        address = address or MAIL.search(line[:LONGEST]) is not None
    return "sender" in seen and len(seen - {"copy"}) >= 3 and ("subject" in seen or address)


def in_one_line(line: str) -> bool:
    """ "From: A Sent: B To: C Subject: D", as some programs make of formatted mails."""
    seen: set[str] = set()
    for piece in re.split("[:：]", line[:LONGEST])[:12]:
        words = piece.replace("*", " ").casefold().split()
        for count in (1, 2):
            found = LABELS.get(" ".join(words[-count:]))
            if found:
                seen.add(found)
    return {"sender", "subject"} <= seen and len(seen) >= 3 and line.count(":") >= 3


def attribution(lines: Sequence[str], at: int, top: int, *, before_quote: bool) -> int | None:
    """Where the attribution begins whose last line is `at` ("On 5 May 2025, Ann wrote:"); None when it is none.

    top: the search upwards ends there. before_quote: a quoted line follows, which makes it likelier.
    """
    joined = ""
    known: int | None = None
    for first in range(at, max(top, at - WRAPPED + 1) - 1, -1):
        if not lines[first].strip():
            break
        joined = lines[first][:LONGEST].strip() + (" " + joined if joined else "")
        text = plain(joined)
        whole = not FRAGMENT.match(text)
        if whole and (BEGINS.match(text) or NAMED.match(text)) and says_so(joined, text, before_quote=before_quote):
            return extended(lines, first, top)
        if (
            whole
            and (known is None or named_above(lines, first, known))
            and (named_first(joined, text, before_quote=before_quote))
        ):
            known = first
    return known if known is None else extended(lines, known, top)


def named_above(lines: Sequence[str], first: int, known: int) -> bool:
    """Whether address and time stand in the line above the verb: "Ann <ann@...>, 5.5.2025 10:15", then "wrote:"."""
    line = lines[first][:LONGEST]
    below = " ".join(lines[first + 1 : known + 1])
    return BRACKETED.search(line) is not None and TIME.search(line) is not None and "@" not in below


def says_so(joined: str, text: str, *, before_quote: bool) -> bool:
    """Whether a line that begins like an attribution is one."""
    if text.startswith(("---", "___")) and (inner := DASHED.fullmatch(text)):
        text = inner[1]
    if len(text) > 400:
        return False
    verb, mail, time = VERB.search(text), MAIL.search(text), TIME.search(text)
    if verb is None:
        if mail is None:
            # "15. 1. 2024 v 10:12, Ann:", as Apple Mail writes in Czech.
            if before_quote and NAMED.match(text):
                return True
            *_, last = [0, *(found.end() for found in TIME.finditer(text))]
            named = last > 0 and text[last:].strip(" ,:：") != ""
            return before_quote and named and YEAR.search(text) is not None and len(text) <= 100
        if NAMED.match(text) and text.rstrip("*_ ")[-1:] in (":", "："):
            return True
        if time is None and not before_quote:
            return False
        return before_quote or text.rstrip(":： )*_").endswith((">", "]", '"'))
    if mail is not None or before_quote:
        return True
    start, stop = verb.span()
    if PERSON.search(text, max(0, start - 12), stop + 12) and not BRACKETED.search(text):
        return False
    return (time is not None or YEAR.search(text) is not None) and not strange_words(joined)


def named_first(joined: str, text: str, *, before_quote: bool) -> bool:
    """ "Ann <ann@...> wrote:" and "Ann kirjutas 5.5.2025:"; "and then he wrote:" is neither."""
    verb = VERB.search(text)
    if verb is None or len(text) > 300:
        return False
    few = len(text.split()) <= 14
    if BRACKETED.search(text) and (before_quote or few):
        return True
    if before_quote and len(text.split()) <= 8:
        return True
    name = joined[: verb.start()].split()
    named = 0 < len(name) <= 5 and all(word[0].isupper() or not word[0].isalpha() or "@" in word for word in name)
    dated = YEAR.search(text, verb.end(), verb.end() + 40) is not None
    return dated and (before_quote or (few and named and not PERSON.search(text)))


def ends_in_verb(text: str) -> bool:
    """ "On ... Ann <ann@...> wrote", without the colon."""
    return BRACKETED.search(text) is not None and any(verb.end() == len(text) for verb in VERB.finditer(text))


def strange_words(joined: str) -> int:
    """Words in small letters that no attribution without an address has: "On 5.5.2025 at 10:15 your friend wrote:"."""
    words = WORD.findall(VERB.sub(" ", joined))
    return sum(word[0].islower() and not word.startswith(FILLERS) for word in words)


def extended(lines: Sequence[str], first: int, top: int) -> int:
    """Upwards over a line that ends in a comma and holds the date alone ("On Nov 21, 2014,"), and over "To: a;"."""
    while first > top:
        above = plain(lines[first - 1])
        if above.endswith(";") and label_of(above) in ("to", "copy", "subject"):
            first -= 1
            continue
        if not above.endswith(",") or len(above) > 60 or not (BEGINS.match(above) and any(c.isdigit() for c in above)):
            break
        first -= 1
    return first
