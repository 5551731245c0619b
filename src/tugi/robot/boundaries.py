"""Topics the robot never settles by itself, enforced in code and not by training.

What is read here goes to a person at once. Asking how the shop's rules work ("how long does a refund
take") is no boundary; one's own money, anger, law, health and age are. The shop adds words of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from re import Pattern

from tugi.robot import cues
from tugi.robot.facts import BOUNDARIES, Boundary, HandOverReason
from tugi.robot.phrases import find_phrase
from tugi.robot.reading import Reading

_CUES: dict[HandOverReason, Pattern[str]] = {
    "health": cues.HEALTH,
    "legal": cues.LEGAL,
    "minor": cues.MINOR,
    "complaint": cues.COMPLAINT,
}
SEVERAL = 2
# Letters of a spaced-out run looked at in one go: the patterns take cubic time where no spaces part words.
_WINDOW = 60


def check_boundaries(reading: Reading, own: tuple[str, ...] = ()) -> tuple[Boundary, ...]:
    """Every boundary with its result, in the order in which they decide. own: the shop's, see `Facts`."""
    return tuple(_check(name, reading, own) for name in BOUNDARIES)


def first_touched(boundaries: tuple[Boundary, ...]) -> Boundary | None:
    """The boundary that decides, if any is touched."""
    return next((boundary for boundary in boundaries if boundary.touched), None)


def _check(name: HandOverReason, reading: Reading, own: tuple[str, ...]) -> Boundary:
    if name == "several_questions":
        touched = reading.questions >= SEVERAL
        return Boundary(name, touched, str(reading.questions) if touched else "")
    if name == "own":
        cue = find_phrase(own, reading.bare)
    elif name == "money":
        cue = _money_cue(reading)
    elif name == "wants_person":
        # "Am I talking to a human?" asks for the truth, and only what stands beside it may ask for a person.
        beside = replace(reading, bare=cues.ASKS_WHETHER_ROBOT.sub(" ", reading.bare))
        cue = _cue(cues.WANTS_PERSON, beside) or _person_named(reading.bare)
    else:
        cue = _cue(_CUES[name], reading)
    return Boundary(name, bool(cue), cue)


def _cue(pattern: Pattern[str], reading: Reading) -> str:
    found = pattern.search(reading.bare)
    return found.group().strip()[:80] if found else _cue_in_spaced(pattern, reading)


def _cue_in_spaced(pattern: Pattern[str], reading: Reading) -> str:
    """The cue where letters stood one by one, so that nobody knows where its words began."""
    if not reading.spaced:
        return ""
    anywhere = _anywhere(pattern)
    for run in reading.spaced:
        for start in range(0, len(run), _WINDOW // 2):
            found = anywhere.search(run[start : start + _WINDOW])
            if found:
                return found.group()[:80]
    return ""


@lru_cache(maxsize=16)
def _anywhere(pattern: Pattern[str]) -> Pattern[str]:
    return re.compile(pattern.pattern.replace(r"(?<!\w)", "", 1).replace(r"\s+", r"\s*"), re.MULTILINE)


def _person_named(bare: str) -> str:
    found = cues.PERSON_NAMED.search(bare)
    return "" if found is None or cues.ASKS_IDENTITY.search(bare) else found.group().strip()[:80]


def _money_cue(reading: Reading) -> str:
    strong = _cue(cues.MONEY_STRONG, reading)
    if strong:
        return strong
    noun = _cue(cues.MONEY_NOUN, reading)
    asks_rule = cues.RULE_SHAPE.search(reading.bare) is not None and cues.OWN_MATTER.search(reading.bare) is None
    return "" if asks_rule else noun
