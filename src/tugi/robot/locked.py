"""Locked facts: what a language model wrote may say nothing that its sources do not say.

Every number, date, price, link, address, code and name must come from the sources, each piece of a sentence must lean
on one piece of a source that speaks of the same thing, with the same "not", the same conditions and the same
sides, and nothing is promised that the shop has not promised. Refusing an honest text costs nothing, since the
entry's own words are then sent; passing a false one costs the shop. So doubt refuses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tugi.robot.language import read_language
from tugi.robot.locked_facts import Found, read_facts, tidy
from tugi.robot.locked_words import AND, CONJUNCTIONS, GLUE, LIMITS, NEGATION, OPPOSITES, OR, PROMISES, SIDES

Kind: TypeAlias = Literal["fact", "name", "meaning", "not", "limit", "promise", "forbidden", "length", "language"]

LONGEST = 1500
# A rewrite may be longer than its sources by this factor, and so many characters for a greeting.
_GROWTH, _GREETING = 1.5, 160
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”»)]*\s+(?=[\"“„(«]*[A-Z])|\n+")
_CLAUSE = re.compile(r"\s*;\s*")
_PIECE = {
    language: re.compile(rf"\s*[,:()]\s+|\s+[-–—]\s+|\s+(?:{words})\s+", re.I)
    for language, words in CONJUNCTIONS.items()
}
_FORBIDDEN = (
    re.compile(r"<\s*[a-z/!]", re.I),
    re.compile(r"!?\[[^\]]*\]\s*[(\[]"),
    re.compile(r"\b(?:javascript|data|vbscript|file):", re.I),
    re.compile(r"```|\{\{|\}\}|\{[a-z_]+\}|&#?\w+;", re.I),
)
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that the sources do not bear out. `what`: the words it is about."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a clause, with what was read in it and in its clause."""

    found: Found
    text: str
    words: tuple[str, ...]
    clause: _Clause

    @property
    def names(self) -> frozenset[str]:
        return self.found.names


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause with its own words and those of the sentence around it."""

    text: str
    found: Found
    words: tuple[str, ...]
    around: tuple[str, ...]
    sentence: int


def check(text: str, sources: Sequence[str], language: str, languages: Sequence[str] = ()) -> list[Violation]:
    """What in the text its sources do not bear out; empty: it may be sent. All are in that language.

    languages: the workspace's, for telling which one the text is in.
    """
    plain_sources = [_one_space(source) for source in sources]
    if _one_space(text) in plain_sources:
        return []
    if language not in NEGATION:
        # Without that language's words for "not" and "only" nobody can tell what was turned round.
        return [Violation("language", language)]
    found = _outside(text, sources)
    if any(one.kind == "length" for one in found):
        return found
    if (words := len(text.split())) >= 4:
        tongue = read_language(text, tuple(languages) or tuple(GLUE), language)
        if tongue.foreign or (tongue.code != language and tongue.sure and words >= 6):
            found.append(Violation("language", tongue.foreign or tongue.code))
    known = [piece for number, source in enumerate(sources) for piece in _pieces(source, language, 1000 * number)]
    source_names = frozenset(name for piece in known for name in piece.names)
    own = [_with_first_name(piece, source_names) for piece in _pieces(text, language, 0)]
    every_word = {word for piece in known for word in piece.words}
    for piece in own:
        found += _unborne(piece, known, every_word, language)
    found += _promises_cut_short(own, known)
    return list(dict.fromkeys(found))


def check_translation(text: str, source: str, language: str, languages: Sequence[str] = ()) -> list[Violation]:
    """The same for a translation: the very facts of its source, nothing promised or forbidden beside them."""
    found = _outside(text, [source], growth=2.0)
    if any(one.kind == "length" for one in found):
        return found
    tongue = read_language(text, tuple(languages) or tuple(GLUE), language)
    if len(text.split()) >= 4 and (tongue.foreign or tongue.code != language):
        found.append(Violation("language", tongue.foreign or tongue.code))
    ours, theirs = read_facts(tidy(text)), read_facts(tidy(source))
    # A bare number word may be an article in one of the languages, so only figures are counted.
    found += [Violation("fact", value) for _, value in sorted(ours.facts ^ theirs.facts)]
    said, meant = tidy(text), tidy(source)
    promised = [name for name, words in PROMISES.items() if words.search(said) and not words.search(meant)]
    return found + [Violation("promise", name) for name in promised if name not in ("always", "collect")]


def check_summary(text: str, source: str) -> list[Violation]:
    """For a summary, which people read beside its source: no figure, link, address or code of its own, no markup."""
    found = _outside(text, [source])
    if any(one.kind == "length" for one in found):
        return found
    own = read_facts(tidy(text)).facts - read_facts(tidy(source)).facts
    return found + [Violation("fact", value) for _, value in sorted(own)]


def _outside(text: str, sources: Sequence[str], growth: float = _GROWTH) -> list[Violation]:
    """What is wrong with the text whatever it says: markup, hidden characters, length."""
    longest = min(LONGEST, growth * sum(map(len, sources)) + _GREETING)
    if not text.strip() or len(text) > longest:
        return [Violation("length", str(len(text)))]
    everything = "\n".join(sources)
    found = [
        Violation("forbidden", match[0])
        for pattern in _FORBIDDEN
        for match in pattern.finditer(text)
        if match[0] not in everything
    ]
    hidden = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") and c not in "\n\t\r"}
    return found + [Violation("forbidden", f"U+{ord(c):04X}") for c in sorted(hidden) if c not in everything]


def _pieces(text: str, language: str, first: int) -> list[_Piece]:
    pieces: list[_Piece] = []
    for number, sentence in enumerate(_SENTENCE.split(tidy(text)), first):
        for place, part in enumerate(_CLAUSE.split(sentence)):
            begins = place == 0
            clause = _Clause(part, read_facts(part, begins), _words(part, language), _words(sentence, language), number)
            for at, piece in enumerate(_PIECE[language].split(part)):
                if piece.strip(' .!?"“”„'):
                    read = read_facts(piece, begins and at == 0)
                    pieces.append(_Piece(read, piece, _words(read.rest, language), clause))
    return pieces


def _words(text: str, language: str) -> tuple[str, ...]:
    glue = GLUE.get(language, frozenset())
    return tuple(word for word in (w.lower() for w in _WORD.findall(text)) if word not in glue)


def _with_first_name(piece: _Piece, names: frozenset[str]) -> _Piece:
    """A name that begins a sentence is a name where a source has it as one."""
    first = _WORD.match(piece.text.lstrip('"“„('))
    if first is None or not first[0][0].isupper() or not _is_among(first[0].lower(), names):
        return piece
    read = piece.found
    named = Found(read.facts, read.names | {first[0].lower()}, read.loose, read.rest)
    return _Piece(named, piece.text, piece.words, piece.clause)


def _unborne(piece: _Piece, known: Sequence[_Piece], every_word: set[str], language: str) -> list[Violation]:
    """What no piece of a source bears out; empty when one does."""
    new = [word for word in piece.words if not _is_among(word, every_word)]
    promised = [name for name, words in PROMISES.items() if words.search(piece.text)]
    negated = _negated(piece.text, language)
    if new:
        return [Violation("meaning", " ".join(new))]
    if not piece.found.facts and not piece.names and not promised and not negated and not piece.words:
        return []
    best: list[Violation] | None = None
    for source in _likely(piece, known):
        problems = _against(piece, source, promised, negated, language)
        if not problems:
            return []
        best = problems if best is None or len(problems) < len(best) else best
    return best or [Violation("meaning", piece.text.strip())]


def _likely(piece: _Piece, known: Sequence[_Piece]) -> list[_Piece]:
    """The pieces of the sources that speak of the same thing: most words in common, within one word of the best."""
    if not piece.words:
        return list(known)
    shared = [sum(_is_among(word, source.words) for word in piece.words) for source in known]
    within = [sum(_is_among(word, source.clause.words) for word in piece.words) for source in known]
    best, widest = max(shared, default=0), max(within, default=0)
    if best == 0:
        return []
    likely = [
        source
        for source, count, wide in zip(known, shared, within, strict=True)
        if count == best or (wide == widest and piece.found.facts and count >= best - 1 and _bears(piece, source))
    ]
    return likely


def _bears(piece: _Piece, source: _Piece) -> bool:
    return piece.found.facts <= source.found.facts


def _against(piece: _Piece, source: _Piece, promised: Sequence[str], negated: bool, language: str) -> list[Violation]:
    """Where the piece departs from this piece of a source."""
    found: list[Violation] = []
    missing = piece.found.facts - source.found.facts
    if missing:
        found += [Violation("fact", value) for _, value in sorted(missing)]
    values = {value.split(" ")[0] for _, value in source.clause.found.facts} | source.clause.found.loose
    found += [Violation("fact", value) for value in sorted(piece.found.loose - values)]
    found += [
        Violation("name", name)
        for name in sorted(piece.names)
        if not _is_among(name, source.names) and not _is_among(name, source.words)
    ]
    strange = [word for word in piece.words if not _is_among(word, source.clause.around)]
    if strange:
        found.append(Violation("meaning", " ".join(strange)))
    if negated != _negated(source.text, language):
        found.append(Violation("not", piece.text.strip()))
    for name in promised:
        if not PROMISES[name].search(source.clause.text):
            found.append(Violation("promise", name))
    for name, words in LIMITS.items():
        if words.search(source.text) and not words.search(piece.clause.text):
            found.append(Violation("limit", name))
    if _joins(AND, OR, piece.clause.text) and _joins(OR, AND, source.clause.text):
        found.append(Violation("meaning", piece.clause.text.strip()))
    sides = _side(piece.text), _side(source.text)
    if None not in sides and sides[0] != sides[1]:
        found.append(Violation("meaning", piece.text.strip()))
    for one, other in OPPOSITES:
        for said, meant in ((one, other), (other, one)):
            turned = said.search(piece.text)
            if turned and meant.search(source.text) and not said.search(source.text):
                found.append(Violation("meaning", turned[0]))
    return found


def _side(text: str) -> int | None:
    """Who acts: the shop (0) or the customer (1), whoever is named first; None: nobody is."""
    first = [(match.start(), side) for side, words in enumerate(SIDES) if (match := words.search(text))]
    return min(first)[1] if first else None


def _joins(one: re.Pattern[str], other: re.Pattern[str], text: str) -> bool:
    return bool(one.search(text)) and not other.search(text)


def _promises_cut_short(own: Sequence[_Piece], known: Sequence[_Piece]) -> list[Violation]:
    """A promise must keep the figures and names that bound it in its source: "free from 60 €" is not "free"."""
    found: list[Violation] = []
    for name, words in PROMISES.items():
        sources = [piece for piece in known if words.search(piece.text)]
        for piece in own:
            if not words.search(piece.text) or not sources:
                continue
            said = [other for other in own if other.clause.sentence == piece.clause.sentence]
            facts = {fact for other in said for fact in other.found.facts}
            names = {named for other in said for named in other.names}
            bounds = [(source.clause.found.facts, source.names) for source in sources]
            if not any(wanted <= facts and all(_is_among(n, names) for n in named) for wanted, named in bounds):
                found.append(Violation("promise", name))
    return found


def _negated(text: str, language: str) -> bool:
    pattern = NEGATION.get(language)
    return bool(pattern and len(pattern.findall(text)) % 2)


def _is_among(word: str, others: frozenset[str] | set[str] | Sequence[str]) -> bool:
    """Whether another form of the word is there: endings differ, beginnings do not."""
    return word in others or any(_alike(word, other) for other in others)


def _alike(one: str, other: str) -> bool:
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return common >= max(3, min(5, min(len(one), len(other)) - 1))


def _one_space(text: str) -> str:
    return " ".join(text.split())
