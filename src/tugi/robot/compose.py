"""The words of an answer: the entry's own, with its variables filled, and no word more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tugi.robot.facts import Entry, Facts
from tugi.robot.speech import GREETING_BY_NAME, say
from tugi.robot.text import normal

_NAME = "{first_name}"
# A missing name takes its comma and space with it: "Hello, {first_name}." becomes "Hello."
_UNKNOWN_NAME = re.compile(r",?\s*\{first_name\}")
_GREETS = re.compile(r"^(?:hello|hi|hey|tere|tervist|hei|moi|dzień dobry|cześć)\b", re.IGNORECASE)
_NAME_LENGTH = 30
# "Anna Maria" is a name; more words are a sentence that somebody would like the robot to say.
_NAME_WORDS = 2


def in_language(texts: Mapping[str, str], language: str, languages: tuple[str, ...]) -> str:
    """The text in that language, or in the workspace's first that has one, or any; "" when there is none."""
    for wanted in (language, *languages, *texts):
        text = texts.get(wanted, "").strip()
        if text:
            return text
    return ""


def has_language(texts: Mapping[str, str], language: str) -> bool:
    """Whether the texts speak that language ("" stands for a language nobody named)."""
    return bool((texts.get(language) or texts.get("", "")).strip())


def title_of(entry: Entry, facts: Facts, language: str) -> str:
    """The entry's title for a button or a reason; its id where it has none."""
    return in_language(entry.titles, language, facts.languages) or entry.id


def fill(text: str, facts: Facts, language: str) -> str:
    """Variables filled. Anything else in braces is the shop's own text and stays.

    The customer's name is inserted last, so that a name in braces is not filled again.
    """
    text = text.replace("{shop}", facts.shop_name)
    name = _safe_name(facts.first_name)
    if not name or language == "pl":
        # Polish would need the vocative and Pan or Pani; a bare nominative sounds rude.
        return _UNKNOWN_NAME.sub("", text)
    return text.replace(_NAME, name)


def answer_text(entry: Entry, facts: Facts, language: str) -> str:
    """What the customer reads: a greeting by name in the robot's first turn, then the entry's own words."""
    own = in_language(entry.answers, language, facts.languages)
    text = fill(own, facts, language)
    first_turn = not any(turn.who != "customer" for turn in facts.history)
    if first_turn and _safe_name(facts.first_name) and _NAME not in own and not _GREETS.match(text):
        text = fill(say(GREETING_BY_NAME, language), facts, language) + " " + text
    return text


def joined_text(entries: Sequence[Entry], facts: Facts, language: str) -> str:
    """Several answers in one message, a paragraph each; the greeting stands before the first alone."""
    further = (fill(in_language(entry.answers, language, facts.languages), facts, language) for entry in entries[1:])
    return "\n\n".join((answer_text(entries[0], facts, language), *further))


def _safe_name(name: str | None) -> str:
    """A name as given, unless it is no name: markup, links and long texts are left out."""
    clean = normal(name or "")
    plausible = 0 < len(clean) <= _NAME_LENGTH and all(c.isalpha() or c in " '’-." for c in clean)
    dotted = re.search(r"\w\.\w", clean) is not None
    return clean if plausible and not dotted and len(clean.split()) <= _NAME_WORDS else ""
