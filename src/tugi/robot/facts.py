"""The words of the robot: what it is told (`Facts`) and what it says (`Verdict`).

Plain frozen values, so that a verdict can be stored beside its message and replayed years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, TypeAlias, cast, get_args

Policy: TypeAlias = Literal["answer", "suggest", "people"]
Handler: TypeAlias = Literal["robot", "queue", "agent"]
HandOverReason: TypeAlias = Literal[
    "money", "complaint", "own", "several_questions", "legal", "health", "minor", "wants_person", "unsure",
    "no_progress", "paused", "entry_for_people", "no_knowledge", "other_language", "topic_off", "unproven", "error",
]  # fmt: skip
SilenceReason: TypeAlias = Literal["thanks", "person_has_floor", "empty"]
AnswerKind: TypeAlias = Literal["knowledge", "courtesy", "private"]
# What the robot may do with a topic: nothing, suggest to people, answer once an agent has clicked,
# answer while a share of its answers is audited, answer on its own.
Level: TypeAlias = Literal["off", "suggest", "click", "audit", "own"]

POLICIES: tuple[Policy, ...] = get_args(Policy)
HAND_OVER_REASONS: tuple[HandOverReason, ...] = get_args(HandOverReason)
LEVELS: tuple[Level, ...] = get_args(Level)
SILENCE_REASONS: tuple[SilenceReason, ...] = get_args(SilenceReason)

# Boundary topics: no verdict of the robot may be an Answer or an Ask when one of these is read.
BOUNDARIES: tuple[HandOverReason, ...] = (
    "wants_person",
    "health",
    "legal",
    "minor",
    "money",
    "complaint",
    "own",
    "several_questions",
)

# With fewer examples than this (over all languages) an entry is suggested to people, never sent.
EXAMPLES_NEEDED = 5
# What the knowledge screen asks for: from here on a further example gains little.
EXAMPLES_WANTED = 10
# Robot turns in a row that brought the customer nothing, before a person takes over.
TURNS_WITHOUT_PROGRESS = 3
# Robot turns in one contact, before a person takes over: two machines could talk for ever.
MOST_TURNS = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One knowledge entry as the robot sees it. Languages are ISO 639-1 codes; "" = not known."""

    id: str
    policy: Policy = "answer"
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    valid_from: date | None = None
    valid_until: date | None = None

    def example_count(self) -> int:
        """Example questions over all languages."""
        return sum(len(texts) for texts in self.examples.values())

    def is_valid_on(self, day: date) -> bool:
        """Whether the entry holds on that day; both ends are included."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `entry_from_json` is the way back."""
        return {
            "id": self.id,
            "policy": self.policy,
            "titles": dict(self.titles),
            "answers": dict(self.answers),
            "examples": {language: list(texts) for language, texts in self.examples.items()},
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


def entry_from_json(data: Mapping[str, Any]) -> Entry:
    """An `Entry` from `Entry.to_json`. Raises KeyError or ValueError on anything else."""
    if data["policy"] not in POLICIES:
        raise ValueError(f"unknown policy {data['policy']!r} of entry {data['id']!r}")
    first, last = data.get("valid_from"), data.get("valid_until")
    return Entry(
        id=str(data["id"]),
        policy=data["policy"],
        titles=dict(data["titles"]),
        answers=dict(data["answers"]),
        examples={language: tuple(texts) for language, texts in data["examples"].items()},
        valid_from=date.fromisoformat(first) if first else None,
        valid_until=date.fromisoformat(last) if last else None,
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the case."""

    who: Literal["customer", "robot", "agent"]
    text: str


@dataclass(frozen=True, slots=True)
class Permit:
    """What the lead allows on one topic and channel.

    threshold: the probability from which on the certificate in force holds; None without a certificate: then
    the model's estimated cut decides. certificate_id and n, errors, bound name that certificate.
    only_suggests_in: languages in which judged answers are worse than promised.
    """

    level: Level = "suggest"
    threshold: float | None = None
    certificate_id: int | None = None
    cases: int = 0
    errors: int = 0
    bound: float | None = None
    only_suggests_in: tuple[str, ...] = ()

    def in_language(self, code: str) -> Permit:
        """What is left of it in this language."""
        speaks = self.level in ("audit", "own")
        return replace(self, level="suggest") if speaks and code in self.only_suggests_in else self


@dataclass(frozen=True, slots=True)
class Labelled:
    """A customer's question with the entry that answers it, as people judged; entry_id None: no entry does.

    fits: how well, 0 to 1, a language model found that the robot's candidate `candidate` answers it; None: not asked.
    """

    text: str
    entry_id: str | None
    weight: float = 1.0
    fits: float | None = None
    candidate: str | None = None

    @property
    def key(self) -> tuple[str | float, ...]:
        """All of it, to be sorted and hashed; without a second opinion as it was before there were any."""
        plain = (self.text, self.entry_id or "", self.weight)
        return plain if self.fits is None else (*plain, self.fits, self.candidate or "")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one decision is made from.

    burst: the customer's messages nobody has answered yet, oldest first; read as one question.
    history: what was said before the burst, oldest first.
    language_hint: the page's or the customer's known language.
    languages: the workspace's languages, the main one first.
    robot_turns: what the robot has said in this contact.
    chosen_entry: the entry of a "did you mean" choice the customer clicked.
    may_answer: False = suggestion mode; the robot then says nothing to the customer by itself.
    permits: by entry id what the robot may do with it on this channel; others have `default_permit`.
    by_letter: the customer reads it as a letter, where nothing can be clicked and one answer has to do.
    own_boundaries: words and phrases of the shop whose messages always go to a person; see `phrases`.
    """

    burst: tuple[str, ...]
    today: date
    shop_name: str
    history: tuple[Turn, ...] = ()
    language_hint: str | None = None
    languages: tuple[str, ...] = ("en", "et", "fi", "pl")
    handler: Handler = "robot"
    robot_paused: bool = False
    turns_without_progress: int = 0
    robot_turns: int = 0
    first_name: str | None = None
    chosen_entry: str | None = None
    may_answer: bool = True
    permits: Mapping[str, Permit] = field(default_factory=dict[str, Permit])
    default_permit: Permit = Permit("audit")
    by_letter: bool = False
    own_boundaries: tuple[str, ...] = ()

    def permit(self, entry_id: str) -> Permit:
        """What the robot may do with this entry here."""
        return self.permits.get(entry_id, self.default_permit)


@dataclass(frozen=True, slots=True)
class Boundary:
    """One boundary that was checked. `cue` is the customer's own words that touched it, "" when none did."""

    name: HandOverReason
    touched: bool
    cue: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that might answer, with the calibrated probability that it is the right one."""

    entry_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a verdict is what it is, for the screen and for later audits.

    reading: what was read in the burst, e.g. {"questions": 2, "orders": ["T-1042"]}; JSON values only.
    sentence: key of the one sentence that sums it up; `tugi.robot.sentences.say_why` says it.
    """

    language: str
    sentence: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    reading: Mapping[str, Any] = field(default_factory=dict[str, Any])
    boundaries: tuple[Boundary, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    model_version: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "language": self.language,
            "sentence": self.sentence,
            "parameters": dict(self.parameters),
            "reading": dict(self.reading),
            "boundaries": [{"name": b.name, "touched": b.touched, "cue": b.cue} for b in self.boundaries],
            "candidates": [{"entry_id": c.entry_id, "probability": c.probability} for c in self.candidates],
            "model_version": self.model_version,
        }


def why_from_json(data: Mapping[str, Any]) -> Why:
    """A `Why` from `Why.to_json`."""
    return Why(
        language=data["language"],
        sentence=data["sentence"],
        parameters=dict(data["parameters"]),
        reading=dict(data["reading"]),
        boundaries=tuple(Boundary(**item) for item in data["boundaries"]),
        candidates=tuple(Candidate(**item) for item in data["candidates"]),
        model_version=data["model_version"],
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """One "did you mean" button."""

    entry_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Send `text` to the customer. kind "courtesy" (greeting) has no entry and is no answered contact;
    "private" was read from the customer's own order after proof.

    level: what allowed it ("audit" or "own"). also: further entries answered in the same text.
    """

    text: str
    language: str
    why: Why
    entry_id: str | None = None
    probability: float = 1.0
    kind: AnswerKind = "knowledge"
    level: Level = "audit"
    also: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `verdict_from_json` is the way back."""
        return {
            "verdict": "answer",
            "text": self.text,
            "language": self.language,
            "entry_id": self.entry_id,
            "probability": self.probability,
            "kind": self.kind,
            "level": self.level,
            "also": list(self.also),
            "why": self.why.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the customer "did you mean": `text`, then 2 or 3 `choices` as buttons."""

    text: str
    choices: tuple[Choice, ...]
    language: str
    why: Why

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `verdict_from_json` is the way back."""
        return {
            "verdict": "ask",
            "text": self.text,
            "choices": [{"entry_id": c.entry_id, "title": c.title} for c in self.choices],
            "language": self.language,
            "why": self.why.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Suggest:
    """Offer `text` to the agent. `customer_text` tells the customer that a person will answer;
    it is "" when a person has the floor already and nothing must be said.

    awaits_click: the robot answers with it as soon as an agent has clicked, and then keeps the floor."""

    entry_id: str
    text: str
    customer_text: str
    language: str
    probability: float
    why: Why
    awaits_click: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `verdict_from_json` is the way back."""
        return {
            "verdict": "suggest",
            "entry_id": self.entry_id,
            "text": self.text,
            "customer_text": self.customer_text,
            "language": self.language,
            "probability": self.probability,
            "awaits_click": self.awaits_click,
            "why": self.why.to_json(),
        }


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the case to a person. `text` goes to the customer; the desk adds the honest waiting time."""

    reason: HandOverReason
    text: str
    language: str
    why: Why

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `verdict_from_json` is the way back."""
        return {
            "verdict": "hand_over",
            "reason": self.reason,
            "text": self.text,
            "language": self.language,
            "why": self.why.to_json(),
        }


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Say nothing, change nothing."""

    reason: SilenceReason
    why: Why

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `verdict_from_json` is the way back."""
        return {"verdict": "stay_silent", "reason": self.reason, "why": self.why.to_json()}


Verdict: TypeAlias = Answer | Ask | Suggest | HandOver | StaySilent


def verdict_from_json(data: Mapping[str, Any]) -> Verdict:
    """The verdict a `to_json` came from. Raises KeyError, TypeError or ValueError on anything else."""
    rest = {key: value for key, value in data.items() if key not in ("verdict", "why", "choices")}
    rest["why"] = why_from_json(data["why"])
    if "also" in rest:
        rest["also"] = tuple(rest["also"])
    match data["verdict"]:
        case "answer":
            return Answer(**rest)
        case "ask":
            choices = cast("list[dict[str, str]]", data["choices"])
            return Ask(choices=tuple(Choice(**choice) for choice in choices), **rest)
        case "suggest":
            return Suggest(**rest)
        case "hand_over":
            return HandOver(**rest)
        case "stay_silent":
            return StaySilent(**rest)
        case kind:
            raise ValueError(f"unknown verdict {kind!r}")
