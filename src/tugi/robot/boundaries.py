"""Topics the robot never settles by itself, enforced in code and not by training.

What is read here goes to a person at once. Asking how the shop's rules work ("how long does a refund
take") is no boundary; one's own money, anger, law, health and age are.
"""

from __future__ import annotations

from re import Pattern

from tugi.robot import cues
from tugi.robot.facts import BOUNDARIES, Boundary, HandOverReason
from tugi.robot.reading import Reading

_CUES: dict[HandOverReason, Pattern[str]] = {
    "health": cues.HEALTH,
    "legal": cues.LEGAL,
    "minor": cues.MINOR,
    "complaint": cues.COMPLAINT,
}
SEVERAL = 2


def check_boundaries(reading: Reading) -> tuple[Boundary, ...]:
    """Every boundary with its result, in the order in which they decide."""
    return tuple(_check(name, reading) for name in BOUNDARIES)


def first_touched(boundaries: tuple[Boundary, ...]) -> Boundary | None:
    """The boundary that decides, if any is touched."""
    return next((boundary for boundary in boundaries if boundary.touched), None)


def _check(name: HandOverReason, reading: Reading) -> Boundary:
    if name == "several_questions":
        touched = reading.questions >= SEVERAL
        return Boundary(name, touched, str(reading.questions) if touched else "")
    if name == "money":
        cue = _money_cue(reading.bare)
    elif name == "wants_person":
        cue = _cue(cues.WANTS_PERSON, reading.bare) or _person_named(reading.bare)
    else:
        cue = _cue(_CUES[name], reading.bare)
    return Boundary(name, bool(cue), cue)


def _cue(pattern: Pattern[str], bare: str) -> str:
    found = pattern.search(bare)
    return found.group().strip()[:80] if found else ""


def _person_named(bare: str) -> str:
    named = _cue(cues.PERSON_NAMED, bare)
    return "" if cues.ASKS_IDENTITY.search(bare) else named


def _money_cue(bare: str) -> str:
    strong = _cue(cues.MONEY_STRONG, bare)
    if strong:
        return strong
    noun = _cue(cues.MONEY_NOUN, bare)
    asks_rule = cues.RULE_SHAPE.search(bare) is not None and cues.OWN_MATTER.search(bare) is None
    return "" if asks_rule else noun
