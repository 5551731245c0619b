"""What a customer's turn says on its face: questions, numbers, feelings and wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tugi.robot import cues, speech
from tugi.robot.facts import Facts, Turn
from tugi.robot.text import MOST_READ, bare_lines, normal, plain, spaced_out

_ORDER = re.compile(r"(?<![\w.,])(?:#\s?|nr\.?\s?|no\.?\s?)?([A-Z]{1,3}-?\d{3,12}|\d{4,14})(?![\w.,]*\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_AMOUNT = re.compile(
    r"(?<!\w)(?:(?:€|\$|£)\s?\d+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?\s?(?:€|\$|£|zł|zl(?!\w)|pln(?!\w)|eur\w*|eurot?))",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+|www\.\S+")
# A question that only asks whether this is a robot is short; a longer message wants something else too.
_IDENTITY_WORDS = 10
# "And to Finland by courier?": more words than these say by themselves what is meant.
_LEANING_WORDS = 4
_CLAUSE = re.compile(r"[.,;:!?\n]+\s*|\s+(?:but|aga|kuid|mutta|ale)\s+")
_SENTENCE = re.compile(r"(?<=[?!.;\n])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A burst read as one turn. `text` is its normal form, joined; `bare` has one message a line without
    diacritics, then lines of what disguises may hide; `spaced` are runs of letters that stood one by one."""

    text: str
    bare: str
    spaced: tuple[str, ...]
    questions: int
    orders: tuple[str, ...]
    emails: tuple[str, ...]
    amounts: tuple[str, ...]
    negated: bool
    greeting: bool
    thanks: bool
    asks_robot: bool
    empty: bool

    def to_json(self) -> dict[str, Any]:
        """What the why-panel shows; only what was found."""
        found: dict[str, Any] = {"questions": self.questions}
        for name, values in (("orders", self.orders), ("emails", self.emails), ("amounts", self.amounts)):
            if values:
                found[name] = list(values)
        for name in ("negated", "greeting", "thanks", "asks_robot", "empty"):
            if getattr(self, name):
                found[name] = True
        return found


# A decision reads its burst more than once, and a replay before it too.
@lru_cache(maxsize=512)
def read_turn(burst: tuple[str, ...]) -> Reading:
    """Read the unanswered messages as one turn. Any text is accepted."""
    messages = [message for message in (normal(text) for text in burst) if message]
    text = normal(" ".join(messages))
    laid_bare = [bare_lines(message) for message in burst]
    # One message a line: "human please" ends a message also when another follows it.
    first = "\n".join(lines[0] for lines in laid_bare)
    bare = "\n".join([first, *(line for lines in laid_bare for line in lines[1:])])[: 3 * MOST_READ]
    stripped = _URL.sub(" ", _EMAIL.sub(" ", text))
    words = re.findall(r"\w+", first)
    return Reading(
        text=text,
        bare=bare,
        spaced=tuple(run for message in burst for run in spaced_out(message)),
        questions=_count_questions(messages),
        orders=_orders(stripped),
        emails=tuple(dict.fromkeys(_EMAIL.findall(text))),
        amounts=tuple(dict.fromkeys(match.group().strip() for match in _AMOUNT.finditer(stripped))),
        negated=is_negated(text),
        greeting=bool(words) and len(words) <= 5 and all(word in cues.GREETING_WORDS for word in words),
        thanks=_is_thanks(words),
        asks_robot=len(words) <= _IDENTITY_WORDS and cues.ASKS_WHETHER_ROBOT.search(first) is not None,
        empty=not any(character.isalnum() for character in text),
    )


def is_negated(text: str) -> bool:
    """Whether a text turns a wish round, in any of the four languages. Trouble ("does not work") does not."""
    bare = plain(text)
    for clause in _CLAUSE.split(bare):
        told = cues.TROUBLE.sub(" ", clause)
        own = told if _says_own(told) else cues.OTHERS_FAIL.sub(" ", told)
        if cues.NEGATION.search(own) is not None:
            return True
    asks = "?" in bare or cues.QUESTION_START.match(bare) is not None
    return not asks and cues.DECLINES.search(bare) is not None


def _says_own(clause: str) -> bool:
    """Whether the clause names the customer as the one who acts, in the languages whose "ei" does not."""
    return cues.OWN_ACT.search(clause) is not None


def question_text(facts: Facts) -> str:
    """The text to embed for this decision: the burst as one question, without greetings, thanks,
    order numbers, e-mail addresses and links. "" when there is nothing to match.

    A question that leans on the one before ("and to Finland?") is read together with it, once that one
    has been answered.
    """
    asked = _asked(" ".join(message for message in map(_kept, facts.burst) if message))
    if not leans(asked):
        return asked
    return normal(" ".join(part for part in (_leant_on(facts.history), asked) if part))


def question_parts(facts: Facts) -> tuple[str, ...]:
    """The questions of a burst that asks several, each with what was told before it, in the form of
    `question_text`; () when it asks one, or when they cannot be told apart."""
    parts: list[str] = []
    told = ""
    for clause in (clause for message in facts.burst for clause in _clauses(_kept(message))):
        told = f"{told} {clause}".strip()
        if _asks(plain(clause)):
            parts.append(_asked(told))
            told = ""
    alone = len(parts) >= 2 and not any(cues.SAYS_SEVERAL.search(plain(message)) for message in facts.burst)
    return tuple(parts) if alone and not _words(told) else ()


def leans(text: str) -> bool:
    """Whether a question cannot stand alone: a connective and a few words without a verb."""
    bare = plain(text)
    opening = cues.LEANS.match(bare)
    words = _words(bare[opening.end() :]) if opening else []
    return 0 < len(words) <= _LEANING_WORDS and not any(word in cues.STANDS_ALONE for word in words)


def _leant_on(history: tuple[Turn, ...]) -> str:
    """The last question of the customer that stands alone, when what was said to it last was an answer."""
    if not history or history[-1].who == "customer" or _is_no_answer(history[-1].text):
        return ""
    asked = (_asked(_kept(turn.text)) for turn in reversed(history) if turn.who == "customer")
    return next((text for text in asked if text and not leans(text)), "")


def _is_no_answer(text: str) -> bool:
    """Whether the robot only asked back or was friendly."""
    replies = {*speech.ASK.values(), *speech.THANKS.values()}
    return text in replies


def _kept(message: str) -> str:
    return _without_courtesy(normal(message))


def _asked(text: str) -> str:
    stripped = _EMAIL.sub(" ", _URL.sub(" ", text))
    return normal(_without_orders(stripped)).strip(" .,;:#")


def _words(bare: str) -> list[str]:
    return [word for word in re.findall(r"\w+", bare) if word not in cues.GREETING_WORDS]


def _is_thanks(words: list[str]) -> bool:
    return (
        0 < len(words) <= 8
        and all(
            word in cues.THANKS_WORDS or word in cues.GREETING_WORDS or cues.THANKS_SURE.fullmatch(word)
            for word in words
        )
        and any(word in cues.THANKS_WORDS or cues.THANKS_SURE.fullmatch(word) for word in words)
    )


def _without_courtesy(message: str) -> str:
    """The message without greeting or thanks at its start and end, unless that is all there is."""
    words = message.split(" ")
    courtesy = [
        bare in cues.GREETING_WORDS or cues.THANKS_SURE.fullmatch(bare) is not None
        for bare in (plain(word).strip(".,!?;: ") for word in words)
    ]
    start, end = 0, len(words)
    while start < end and courtesy[start]:
        start += 1
    while end > start and courtesy[end - 1]:
        end -= 1
    return " ".join(words[start:end])


def _order_matches(text: str) -> list[re.Match[str]]:
    amounts = [match.span() for match in _AMOUNT.finditer(text)]
    return [
        match for match in _ORDER.finditer(text) if not any(start <= match.start(1) < end for start, end in amounts)
    ]


def _orders(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(match.group(1) for match in _order_matches(text)))


def _without_orders(text: str) -> str:
    """An order's number says nothing about what is asked, and disturbs the match."""
    for match in reversed(_order_matches(text)):
        text = text[: match.start()] + " " + text[match.end() :]
    return text


def _count_questions(messages: list[str]) -> int:
    """Questions asked in a burst. A clause counts when it ends with a question mark or opens with a
    question word, and says something; a question mark after one or two words belongs to its neighbour."""
    count = sum(_asks(plain(clause)) for message in messages for clause in _clauses(message))
    if any(cues.SAYS_SEVERAL.search(plain(message)) for message in messages):
        return max(count, 2)
    if count == 0 and any("?" in message for message in messages):
        return 1
    return count


def _clauses(message: str) -> list[str]:
    """A message in normal form, split where a further question may begin; "how are you" is left out."""
    bare = plain(message)
    # The cues are read without diacritics and cut the text itself, as long as both have the same length.
    text = message if len(bare) == len(message) else bare
    for match in reversed(list(cues.SMALL_TALK.finditer(bare))):
        text = text[: match.start()] + text[match.end() :]
        bare = bare[: match.start()] + bare[match.end() :]
    clauses: list[str] = []
    for start, end in _pieces(_SENTENCE, bare, 0, len(bare)):
        found = _pieces(cues.NEXT_QUESTION, bare, start, end)
        if not cues.LEADS_TO_QUESTION.search(bare, start, end):
            found += _pieces(cues.LISTED_QUESTION, bare, *found.pop())
        clauses += [text[first:last] for first, last in found]
    return clauses


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the pieces between matches lie in text[start:end]."""
    cuts = [start]
    for match in pattern.finditer(text, start, end):
        cuts += [match.start(), match.end()]
    cuts.append(end)
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def _asks(bare: str) -> bool:
    asks = "?" in bare or cues.QUESTION_START.match(bare) is not None
    return asks and len(_words(bare)) >= 3
