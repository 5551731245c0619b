"""What a knowledge entry may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias, cast

from tugi.desk.knowledge.words import words
from tugi.desk.people.checks import Checks, Language

Policy: TypeAlias = Literal["answer", "suggest", "people"]
POLICIES: tuple[Policy, ...] = ("answer", "suggest", "people")

LONGEST_KEY = 64
LONGEST_TITLE = 200
LONGEST_ANSWER = 8_000
LONGEST_EXAMPLE = 500
MOST_EXAMPLES = 500


@dataclass(frozen=True, slots=True)
class EntryText:
    """An entry in one language. The answer may hold {first_name} and {shop}."""

    title: str
    answer: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as somebody writes it. An empty key is made from the first title.

    policy: the robot may answer with it, may only suggest it to people, or leaves it to people.
    valid_from, valid_until: both days included; None is open.
    """

    texts: dict[Language, EntryText]
    key: str = ""
    policy: Policy = "answer"
    valid_from: date | None = None
    valid_until: date | None = None
    examples: dict[Language, list[str]] = field(default_factory=dict[Language, list[str]])


def key_of(title: str) -> str:
    """A key made of a title: small letters, digits and "_", at most 64 characters."""
    return "_".join(words(title))[:LONGEST_KEY].strip("_")


def checked(draft: Draft, checks: Checks) -> Draft:
    """The draft, tidied; problems go to `checks` by field, such as "texts.et.answer"."""
    texts = _texts(draft.texts, checks)
    examples: dict[Language, list[str]] = {
        language: _examples(language, listed, checks)
        for language, listed in draft.examples.items()
        if any(text.strip() for text in listed)
    }
    key = key_of(draft.key) or next((key_of(text.title) for text in texts.values() if key_of(text.title)), "")
    if not key and not checks.problems:
        checks.problem("key", "A title needs at least one letter or digit.")
    if draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from:
        checks.problem("valid_until", "The last day is before the first.")
    return Draft(
        texts=texts,
        key=key,
        policy=cast("Policy", checks.one_of("policy", draft.policy, POLICIES)),
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        examples=examples,
    )


def _texts(given: Mapping[Language, EntryText], checks: Checks) -> dict[Language, EntryText]:
    texts: dict[Language, EntryText] = {}
    for language, text in given.items():
        checks.language(f"texts.{language}", language)
        title = checks.line(f"texts.{language}.title", text.title, LONGEST_TITLE, required=False)
        answer = checks.text(f"texts.{language}.answer", text.answer, LONGEST_ANSWER, required=False)
        if not title and not answer:
            continue
        if not title:
            checks.problem(f"texts.{language}.title", "The title is missing. Write what customers ask.")
        if not answer:
            checks.problem(f"texts.{language}.answer", "The answer is missing.")
        texts[language] = EntryText(title, answer)
    if not texts:
        checks.problem("texts", "Write a title and an answer in at least one language.")
    return texts


def _examples(language: Language, given: Sequence[str], checks: Checks) -> list[str]:
    field_name = f"examples.{language}"
    checks.language(field_name, language)
    tidy = [checks.line(field_name, text, LONGEST_EXAMPLE, required=False) for text in given]
    unique: dict[str, str] = {}
    for text in filter(None, tidy):
        unique.setdefault(text.casefold(), text)
    if len(unique) > MOST_EXAMPLES:
        checks.problem(field_name, f"At most {MOST_EXAMPLES} example questions.")
    return list(unique.values())
