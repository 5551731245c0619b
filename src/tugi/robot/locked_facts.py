"""Facts of a text in normal forms: numbers with their units, dates, times, prices, links, addresses, codes, names.

"1 000 €", "1,000 EUR" and "1000 euros" are one fact, and so are "24.12." and "December 24". Every digit of a text
belongs to exactly one fact, so that none slips through.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from tugi.robot.text import without_diacritics

# (kind, normal form), such as ("number", "14 day").
Fact: TypeAlias = tuple[str, str]

_UNITS = {
    "workday": r"(?:business|working|work)[ -]days?|toopaev\w*|arkipaiv\w*|dni robocz\w*|dzien robocz\w*",
    "eur": r"€|eur|euro\w*",
    "pln": r"zl|pln|zlot\w*",
    "usd": r"\$|usd|dollar\w*|dolar\w*",
    "gbp": r"£|gbp|pound\w*",
    "percent": r"%|percent|per cent|protsen\w*|prosen\w*|procen\w*",
    "day": r"(?:calendar )?days?|(?:kalendri)?paev\w*|paiv\w*|dni|dzien|dnia|dniow\w*|dniach|vrk",
    "week": r"weeks?|nadal\w*|viik\w*|tydzien|tygod\w*",
    "month": r"months?|kuu|kuud|kuu[kl]\w*|kuuks|miesi\w*",
    "year": r"years?|aasta\w*|vuo\w*|rok|roku|lata|lat|latach|letni\w*",
    "hour": r"hours?|hrs?|h|tund\w*|tunni\w*|tunti\w*|tunte\w*|godzin\w*",
    "minute": r"min|minutes?|minut\w*",
    "kg": r"kg|kilo\w*",
    "g": r"g|gram\w*",
    "cm": r"cm|senti\w*|centym\w*|centim\w*",
    "mm": r"mm|milli\w*",
    "km": r"km|kilome\w*",
    "m": r"m|met(?:er|re|ri)\w*",
    "l": r"l|litr\w*|liter\w*|liitri\w*",
    "piece": r"pcs|pieces?|items?|tk|kpl|szt|sztuk\w*|kappal\w*",
    "degree": r"°c?|degrees?|kraadi\w*|astet\w*|stopni\w*",
}
_MONTHS = (
    r"jan(?:uar\w*|uary)?|jaanuar\w*|tammik\w*|styczn\w*|styczen",
    r"feb(?:ruar\w*)?|veebruar\w*|helmik\w*|lut\w+",
    r"mar(?:ch)?|marts\w*|maalisk\w*|marz\w*|marc\w*",
    r"apr(?:il)?\w*|aprill\w*|huhtik\w*|kwie\w*",
    r"may|mai\w*|toukok\w*|maj\w*",
    r"june?|juuni\w*|kesak\w*|czerw\w*",
    r"july?|juuli\w*|heinak\w*|lip\w+",
    r"aug(?:ust)?\w*|elok\w*|sierp\w*",
    r"sep(?:t(?:ember)?)?\w*|syysk\w*|wrzes\w*",
    r"oct(?:ober)?|oktoob\w*|lokak\w*|pazdz\w*",
    r"nov(?:ember)?\w*|marrask\w*|listopad\w*",
    r"dec(?:ember)?|detsemb\w*|jouluk\w*|grud\w*",
)
_WEEKDAYS = (
    r"mondays?|esmaspae\w*|maanantai\w*|poniedzial\w*",
    r"tuesdays?|teisipae\w*|tiistai\w*|wtor\w*",
    r"wednesdays?|kolmapae\w*|keskiviik\w*|srod[aeyo]\w*",
    r"thursdays?|neljapae\w*|torstai\w*|czwart\w*",
    r"fridays?|reede\w*|reedi\w*|perjantai\w*|piatk\w*|piatek",
    r"saturdays?|laupae\w*|lauantai\w*|sobot\w*",
    r"sundays?|puhapae\w*|sunnuntai\w*|niedziel\w*",
)
_WORDS = {
    1: r"one|uks|uhe|uht|yksi|yhden|yhta|jeden|jedna|jedno|jednego|jednej",
    2: r"two|kaks|kahe|kahte|kaksi|kahden|kahta|dwa|dwie|dwoch|dwu|couple of",
    3: r"three|kolm|kolme|kolmen|kolmea|trzy|trzech",
    4: r"four|neli|nelja|neljan|cztery|czterech",
    5: r"five|viis|viie|viisi|viiden|viitta|piec|pieciu",
    6: r"six|kuus|kuue|kuusi|kuuden|kuutta|szesc|szesciu",
    7: r"seven|seitse|seitsme|seitseman|seitsemaa|siedem|siedmiu",
    8: r"eight|kaheksa|kahdeksan|kahdeksaa|osiem|osmiu",
    9: r"nine|uheksa|yhdeksan|yhdeksaa|dziewiec|dziewieciu",
    10: r"ten|kumme|kumne|kymmenen|kymmenta|dziesiec|dziesieciu",
    12: r"twelve|kaksteist|kaheteist\w*|kaksitoista|kahdentoista|dwanascie|dwunastu",
    14: r"fourteen|neliteist|neljateist\w*|neljatoista|czternascie|czternastu|fortnight",
    15: r"fifteen|viisteist|viieteist\w*|viisitoista|pietnascie|pietnastu",
    20: r"twenty|kakskummend|kahekumne|kaksikymmenta|kahdenkymmenen|dwadziescia|dwudziestu",
    21: r"twenty[- ]one",
    24: r"twenty[- ]four",
    30: r"thirty|kolmkummend|kolmekumne|kolmekymmenta|kolmenkymmenen|trzydziesci|trzydziestu",
    40: r"forty|nelikummend|neljakymmenta|czterdziesci",
    45: r"forty[- ]five",
    50: r"fifty|viiskummend|viisikymmenta|piecdziesiat",
    60: r"sixty|kuuskummend|kuusikymmenta|szescdziesiat|szescdziesieciu",
    90: r"ninety|uheksakummend|yhdeksankymmenta|dziewiecdziesiat",
    100: r"(?:a |one )?hundred|sada|saja|sata|sadan|sto|stu",
    365: r"three hundred and sixty[- ]five",
    1000: r"(?:a |one )?thousand|tuhat|tuhande|tuhannen|tysiac",
}

_ANY_UNIT = "|".join(_UNITS.values())
_ANY_MONTH = "|".join(_MONTHS)
_NUMBER = (
    r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?(?!\d)|"
    r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
)
_CURRENCY = r"[€$£]|EUR|PLN|USD"
_LINK = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"]+|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,9}[a-z]{2,24}(?:/[^\s<>\"]*)?(?![\w@])",
    re.I,
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}", re.I)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_MONTH = re.compile(r"(?<![\d.,])(\d{1,2})[./](\d{1,2})(?:\.|[./](\d{4}|\d{2}))(?!\d)")
_DAY_NAMED = re.compile(
    rf"(?<![\d.,])(\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?({_ANY_MONTH})(?!\w)(?:,?\s+(\d{{4}})(?!\d))?", re.I
)
_NAMED_DAY = re.compile(
    rf"(?<!\w)({_ANY_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\d.,]\d|\d|\s*(?:€|eur))(?:,?\s+(\d{{4}})(?!\d))?",
    re.I,
)
_HOURS = re.compile(r"(?<![\d.,])(\d{1,2})(?:[:.](\d\d))?\s?[-–—]\s?(\d{1,2})[:.](\d\d)(?![\d])")
_CLOCK = re.compile(r"(?<![\d.,])(\d{1,2}):(\d\d)(?!\d)(?:\s?([ap])\.?m\b\.?)?", re.I)
_SAID = re.compile(
    r"\b(?:kl|kell|klo|kello|godz\.?|at|godzin\w*)\s+(\d{1,2})(?:[.:](\d\d))?(?:\s?[-–—]\s?(\d{1,2})(?:[.:](\d\d))?)?(?![\d.,]*\d|\s?(?:€|%|eur|zl))",
    re.I,
)
_NOON = re.compile(r"(?<![\d.,])(\d{1,2})(?:[:.](\d\d))?\s?([ap])\.?m\b\.?", re.I)
_PHONE = re.compile(r"\+\d[\d ()-]{5,}\d")
_PRICE = re.compile(rf"({_CURRENCY})\s?({_NUMBER})")
_RANGE = re.compile(
    rf"(?<![\w.,-])({_NUMBER})\s?(?:[-–—]|to|kuni|do|or|voi|tai|lub|\.\.)\s?(?=(?:{_NUMBER})[\s-]?({_ANY_UNIT})(?!\w))",
    re.I,
)
_MEASURE = re.compile(rf"(?<![\w.,-])({_NUMBER})(?:[\s-]?|:n\s|:n)({_ANY_UNIT})(?!\w)", re.I)
_BARE = re.compile(rf"(?<![\w.,-])({_NUMBER})(?![\w-])")
_CODE = re.compile(r"\b(?=[\w-]{0,40}\d)[A-Za-z0-9][\w-]*\b|\b[A-Z]{4,}\b")
_DIGITS = re.compile(r"\d\S*")
_SAID_NUMBER = {
    value: re.compile(
        rf"(?<!\w)(?:{words})[\s-](?:(?:full|whole|taispikka|tays\w*|pelny\w*|tais\w*)\s)?({_ANY_UNIT})(?!\w)", re.I
    )
    for value, words in _WORDS.items()
}
# Number words that are not read as a value: they must stand in the source as they are.
_NUMERAL = re.compile(
    r"(?<!\w)(?:(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[- ]\w+)?|"
    r"hundreds?|thousands?|dozens?|millions?|half|quarter|doubled?|triple|twice|thrice|"
    r"\w*(?:kumme|kumne|teist|teistkumne|sada|saja|tuhat|tuhan)\w*|pool|poole\w*|kahekord\w*|topelt\w*|"
    r"\w*(?:kymmen|kymment|toista|sata|sadan|sataa|tuhat)\w*|puol(?:et|i|en|ta)|kaksinkert\w*|tuplas\w*|"
    r"\w+(?:dziescia|dziesiat|dziesieciu|dziestu|nascie|nastu)|sto|stu|dwiescie|dwustu|trzysta|\w{4,}set|tysiac\w*|"
    r"tysiec\w*|polow\w*|podwojn\w*|dwukrot\w*)(?!\w)",
    re.I,
)
_LOOSE_NUMBER = {value: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I) for value, words in _WORDS.items() if value > 3}
_NAME = re.compile(r"(?<=[^.!?:\s])\s[\"“„(]?([A-Z][\w'’-]+)")


@dataclass(frozen=True, slots=True)
class Found:
    """The facts of a text, the names in it, and what is left of it (facts taken out), in plain letters."""

    facts: frozenset[Fact]
    names: frozenset[str]
    loose: frozenset[str]
    rest: str


def tidy(text: str) -> str:
    """NFKC, spaces, dashes and digits of one kind, without diacritics; case is kept."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(_tidy(c) for c in text)
    text = text.replace("\u2212", "-").replace("\u2011", "-").replace("\u2010", "-")
    return without_diacritics(text)


def _tidy(character: str) -> str:
    kind = unicodedata.category(character)
    return " " if kind == "Zs" else str(unicodedata.decimal(character)) if kind == "Nd" else character


def read_facts(text: str, begins_sentence: bool = True) -> Found:
    """Facts of a tidied text, or of a piece of one."""
    taker = _Taker(text)
    taker.take(_ADDRESS, lambda m: [("address", m[0].lower().rstrip("."))])
    taker.take(_LINK, lambda m: [("link", _plain_link(m[0]))])
    taker.take(_ISO_DATE, lambda m: _date(m[3], m[2], m[1]))
    taker.take(_DAY_NAMED, lambda m: _date(m[1], _month(m[2]), m[3]))
    taker.take(_NAMED_DAY, lambda m: _date(m[2], _month(m[1]), m[3]))
    taker.take(_HOURS, lambda m: [_time(m[1], m[2]), _time(m[3], m[4])])
    taker.take(_CLOCK, lambda m: [_time(m[1], m[2], m[3])])
    taker.take(_NOON, lambda m: [_time(m[1], m[2], m[3])])
    taker.take(_SAID, lambda m: [_time(m[1], m[2]), *([_time(m[3], m[4])] if m[3] else [])])
    taker.take(_DAY_MONTH, lambda m: _date(m[1], m[2], m[3]))
    taker.take(_PHONE, lambda m: [("phone", re.sub(r"\D", "", m[0]))])
    _take_numbers(taker)
    taker.take(_CODE, lambda m: [("code", m[0])])
    taker.take(_DIGITS, lambda m: [("other", m[0])])
    for number, pattern in enumerate(_WEEKDAYS):
        taker.take(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I), lambda m, n=number: [("weekday", str(n))])
    for number, pattern in enumerate(_MONTHS[:2] + _MONTHS[3:4] + _MONTHS[5:], 0):
        taker.take(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I), lambda m, n=number: [("month", str(n))])
    loose = {str(value) for value, pattern in _LOOSE_NUMBER.items() if pattern.search(taker.rest)}
    odd = {("other", c) for c in taker.rest if unicodedata.category(c) in ("Nl", "No", "Nd")}
    return Found(
        frozenset(taker.facts | odd), frozenset(_names(taker.rest, begins_sentence)), frozenset(loose), taker.rest
    )


class _Taker:
    """Takes facts out of a text one kind after another, so that no digit is read twice."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.facts: set[Fact] = set()

    def take(self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], list[Fact]]) -> None:
        def found(match: re.Match[str]) -> str:
            facts = read(match)
            self.facts.update(facts)
            return "\u00b7" * len(match[0]) if facts else match[0]

        self.rest = pattern.sub(found, self.rest)


def _take_numbers(taker: _Taker) -> None:
    # In "10 to 14 days" the first number has the second one's unit.
    while (match := _RANGE.search(taker.rest)) is not None:
        taker.facts.add(("number", f"{_value(match[1])} {_unit(match[2])}"))
        taker.rest = taker.rest[: match.start()] + "\u00b7" * (len(match[0]) - 1) + " " + taker.rest[match.end() :]
    taker.take(_PRICE, lambda m: [("number", f"{_value(m[2])} {_unit(m[1])}")])
    taker.take(_MEASURE, lambda m: [("number", f"{_value(m[1])} {_unit(m[2])}")])
    for value, pattern in _SAID_NUMBER.items():
        taker.take(pattern, lambda m, v=value: [("number", f"{v} {_unit(m[1])}")])
    taker.take(_NUMERAL, lambda m: [("numeral", m[0].lower())])
    taker.take(_BARE, lambda m: [("number", f"{_value(m[1])} ")])


def _value(number: str) -> str:
    """A number without separators of thousands, with a point: "1 234,50" becomes "1234.5"."""
    number = re.sub(r"[ '’]", "", number)
    last = max(number.rfind("."), number.rfind(","))
    if last >= 0:
        whole, part = re.sub(r"\D", "", number[:last]), number[last + 1 :]
        grouped = len(part) == 3 and whole.lstrip("0") != ""
        number = whole + part if grouped else f"{whole}.{part.rstrip('0')}".rstrip(".")
    return number.lstrip("0") or "0" if "." not in number else number


def _unit(said: str) -> str:
    return next((name for name, words in _UNITS.items() if re.fullmatch(words, said, re.I)), "")


def _month(said: str) -> str:
    return next(str(n) for n, words in enumerate(_MONTHS, 1) if re.fullmatch(words, said, re.I))


def _date(day: str, month: str, year: str | None) -> list[Fact]:
    if not 1 <= int(day) <= 31 or not 1 <= int(month) <= 12:
        return []
    facts: list[Fact] = [("date", f"{int(day)}.{int(month)}")]
    if year:
        facts.append(("year", str(int(year) + (2000 if len(year) == 2 else 0))))
    return facts


def _time(hour: str, minute: str | None, half: str | None = None) -> Fact:
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.lower() == "p" else 0)
    return ("time", f"{hours}:{int(minute or 0):02d}")


def _plain_link(link: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", link.rstrip(".,;:!?)")).rstrip("/")


def _names(text: str, begins_sentence: bool) -> list[str]:
    """Capitalised words inside a sentence; the first one counts only where no sentence begins."""
    return [match[1].lower() for match in _NAME.finditer(text if begins_sentence else ", " + text.lstrip())]
