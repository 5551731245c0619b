"""Which of the workspace's languages the customer writes, or which other one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import eldc

from tugi.robot.text import normal, plain

# Words too short for letter statistics, without diacritics. Only ones that belong to a single language.
_SHORT = {
    "en": "hi hello hey thanks thank thx please yes where when how what return refund order parcel invoice",
    "et": "tere tsau aitah tanan palun jah kus millal kuidas kas mu mul pakk tellimus arve tagastus abi",
    "fi": "moi moikka hei terve kiitos kiitti joo missa milloin miten mita mun mulla paketti tilaus lasku palautus",
    "pl": "czesc hej witam dzieki dziekuje prosze tak gdzie kiedy jak co paczka zwrot faktura zamowienie",
}
_SHORT_WORDS = {word: language for language, words in _SHORT.items() for word in words.split()}

# A detected score differs by about this much when a known language should decide.
_PRIOR = 0.12
# Foreign only when letters of a language outside the workspace fit well and those inside fit badly.
_FOREIGN_FITS, _OWN_FITS = 0.7, 0.55

eldc.init()


@dataclass(frozen=True, slots=True)
class Tongue:
    """`code` is the workspace language to answer in; `foreign` the other language read, if any;
    `sure` is False when only hint, history or the workspace's main language decided."""

    code: str
    foreign: str | None = None
    sure: bool = True


@lru_cache(maxsize=64)
def _detector(languages: tuple[str, ...]) -> Any:
    detector = eldc.instance()
    if languages:
        detector.set_languages(list(languages))
    detector.set_scores(6)
    return detector


def read_language(
    text: str,
    languages: Sequence[str],
    hint: str | None = None,
    history: Sequence[str] = (),
) -> Tongue:
    """The language of a customer's text.

    history: the customer's earlier messages; with the hint (page language) it decides close calls.
    """
    text = normal(text)
    main = languages[0] if languages else "en"
    scores = _own_scores(text, tuple(languages))
    habit = _habit(history, languages)
    for language, share in habit.items():
        if language in scores or not scores:
            scores[language] = scores.get(language, 0.0) + _PRIOR * share
    if hint is not None and hint in languages and (hint in scores or not scores):
        scores[hint] = scores.get(hint, 0.0) + _PRIOR
    known = _known_words(text, languages)
    for language, count in known.items():
        scores[language] = scores.get(language, 0.0) + 0.25 * count
    foreign = None if known else _foreign(text, languages, scores)
    if foreign is not None:
        usual = max(habit, key=lambda language: habit[language], default=main)
        return Tongue(hint if hint is not None and hint in languages else usual, foreign, sure=False)
    best = max(scores, key=lambda language: scores[language], default=main)
    return Tongue(best, None, sure=scores.get(best, 0.0) > 2 * _PRIOR)


def _own_scores(text: str, languages: tuple[str, ...]) -> dict[str, float]:
    detectable = tuple(language for language in languages if language in eldc.LANGUAGES)
    if not detectable or not text.strip():
        return {}
    return {str(code): float(score) for code, score in _detector(detectable).detect_details(text).scores.items()}


def _habit(history: Sequence[str], languages: Sequence[str]) -> dict[str, float]:
    """Share of the earlier messages in each language."""
    counts: Counter[str] = Counter()
    for message in history[-5:]:
        scores = _own_scores(normal(message), tuple(languages))
        if scores:
            counts[max(scores, key=lambda language: scores[language])] += 1
    total = counts.total()
    return {language: count / total for language, count in counts.items()}


def _known_words(text: str, languages: Sequence[str]) -> Counter[str]:
    words = plain(text[:200]).replace("?", " ").replace(",", " ").replace(".", " ").split()
    if len(words) > 4:
        return Counter()
    return Counter(_SHORT_WORDS[word] for word in words if word in _SHORT_WORDS and _SHORT_WORDS[word] in languages)


def _foreign(text: str, languages: Sequence[str], scores: dict[str, float]) -> str | None:
    found = _detector(()).detect_details(text)
    code = str(found.language)
    fit = float(found.scores.get(code, 0.0))
    if not found.reliable or code in languages or fit < _FOREIGN_FITS:
        return None
    return code if max(scores.values(), default=0.0) < _OWN_FITS else None
