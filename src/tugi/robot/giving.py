"""What the robot may do with an entry: the dimmer of its topic, its policy, dates, examples and languages.

A `Matter` is one decision in the making; `give` and `ask` end it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tugi.robot import speech
from tugi.robot.compose import answer_text, fill, has_language, joined_text, title_of
from tugi.robot.coverage import covered
from tugi.robot.facts import (
    EXAMPLES_NEEDED,
    Answer,
    Ask,
    Boundary,
    Candidate,
    Choice,
    Entry,
    Facts,
    HandOver,
    HandOverReason,
    Permit,
    SilenceReason,
    StaySilent,
    Suggest,
    Verdict,
    Why,
)
from tugi.robot.features import Floats
from tugi.robot.language import Tongue, read_language
from tugi.robot.model import Model, Ranking
from tugi.robot.reading import Reading, is_negated, question_text, read_turn

CHOICES = 3
# Questions answered in one message; more are a letter that a person should read.
MOST_PARTS = 2
# An answer by estimate below SURE needs this share of its words taught. On the dev sets of three real shops the
# wrong answers fall by 50 to 57 % and the right ones by 4 to 14 %, which are asked back instead.
SURE, COVERED = 0.9, 0.55
# A third choice is shown only when it is not far less likely than the second.
_THIRD_CHOICE = 0.35


class Matter:
    """One decision in the making: what was read, and the reasons gathered so far."""

    def __init__(self, facts: Facts, model: Model | None, vector: NDArray[np.float32] | None) -> None:
        self.facts = facts
        self.model = model
        self.vector = vector
        self.reading: Reading = read_turn(facts.burst)
        said = [turn.text for turn in facts.history if turn.who == "customer"]
        self.tongue: Tongue = read_language(self.reading.text, facts.languages, facts.language_hint, said)
        self.boundaries: tuple[Boundary, ...] = ()
        self.ranking: Ranking | None = None

    @property
    def language(self) -> str:
        """The workspace language to answer in."""
        return self.tongue.code

    def why(self, sentence: str, **parameters: str) -> Why:
        """The reasons gathered so far, summed up by this sentence."""
        candidates: tuple[Candidate, ...] = self.ranking.candidates if self.ranking else ()
        return Why(
            language=self.language,
            sentence=sentence,
            parameters=parameters,
            reading=self.reading.to_json(),
            boundaries=self.boundaries,
            candidates=candidates,
            model_version=self.model.version if self.model else None,
        )

    def hand_over(self, reason: HandOverReason, sentence: str, **parameters: str) -> HandOver:
        """A person takes over, and the customer is told so."""
        text = fill(speech.say(speech.HAND_OVER[reason], self.language), self.facts, self.language)
        return HandOver(reason, text, self.language, self.why(sentence, **parameters))

    def silent(self, reason: SilenceReason, sentence: str) -> StaySilent:
        """Nothing is said."""
        return StaySilent(reason, self.why(sentence))

    def permit(self, entry_id: str) -> Permit:
        """What the robot may do with this entry, here and in the customer's language."""
        return self.facts.permit(entry_id).in_language(self.language)

    def title(self, entry: Entry) -> str:
        """The entry's title in the customer's language."""
        return title_of(entry, self.facts, self.language)

    def suggest(
        self, entry: Entry, probability: float, sentence: str, *, awaits_click: bool = False, **parameters: str
    ) -> Suggest:
        """The entry is offered to a person."""
        told = speech.LOOKED_OVER if awaits_click else speech.SUGGESTED
        return Suggest(
            entry_id=entry.id,
            text=answer_text(entry, self.facts, self.language),
            customer_text=speech.say(told, self.language) if self.facts.handler == "robot" else "",
            language=self.language,
            probability=probability,
            why=self.why(sentence, title=self.title(entry), percent=percent(probability), **parameters),
            awaits_click=awaits_click and self.facts.handler == "robot",
        )


def percent(probability: float) -> str:
    """Whole percent for a sentence; never a hundred, because nothing is that sure."""
    return str(round(100 * min(probability, 0.99)))


def answers_alone(permit: Permit) -> bool:
    """Whether this level lets the robot speak without a person: audit, or own with a certificate in force."""
    return permit.level == "audit" or (permit.level == "own" and permit.threshold is not None)


def cut_of(permit: Permit, model: Model) -> float:
    """The probability from which on an entry is sure enough: the certificate's, else the estimated cut."""
    return model.answer_cut if permit.threshold is None else permit.threshold


def may_say(matter: Matter, entry: Entry) -> bool:
    """Whether the robot could answer with this entry today if it were surely the right one."""
    return (
        entry.policy == "answer"
        and entry.is_valid_on(matter.facts.today)
        and has_language(entry.answers, matter.language)
        and entry.example_count() >= EXAMPLES_NEEDED
        and matter.facts.may_answer
        and matter.model is not None
        and bool(matter.model.variant)
        and answers_alone(matter.permit(entry.id))
    )


def give(matter: Matter, entry: Entry, probability: float, sentence: str) -> Verdict:
    """The entry as its policy, level, dates, examples and languages allow."""
    refused = _refused(matter, entry, probability) or _for_people(matter, entry, probability)
    if refused is not None:
        return refused
    permit = matter.permit(entry.id)
    parameters = {"title": matter.title(entry), "percent": percent(probability)} | _certificate(permit)
    if sentence == "answered" and permit.threshold is not None:
        sentence = "answered_certified"
    return Answer(
        text=answer_text(entry, matter.facts, matter.language),
        language=matter.language,
        why=matter.why(sentence, **parameters),
        entry_id=entry.id,
        probability=probability,
        level=permit.level,
    )


def give_several(matter: Matter, texts: Sequence[str], vectors: Floats | Sequence[Floats]) -> Verdict | None:
    """One answer to several questions, where the robot may answer each of them by itself; else None."""
    model = matter.model
    if model is None or not 1 < len(texts) == len(vectors) <= MOST_PARTS:
        return None
    rankings = [model.rank(text, is_negated(text), vector) for text, vector in zip(texts, vectors, strict=True)]
    found = [(model.find_entry(ranking.candidates[0].entry_id), ranking) for ranking in rankings]
    entries = [
        entry
        for (entry, ranking), text in zip(found, texts, strict=True)
        if entry is not None and _is_sure(matter, entry, ranking, text)
    ]
    if len(entries) < len(rankings):
        return None
    least = min(ranking.probability for ranking in rankings)
    matter.ranking = rankings[0]
    matter.boundaries = tuple(
        replace(boundary, touched=False) if boundary.name == "several_questions" else boundary
        for boundary in matter.boundaries
    )
    first, *further = dict.fromkeys(entry.id for entry in entries)
    by_id = {entry.id: entry for entry in entries}
    if not further:
        return give(matter, by_id[first], least, "answered")
    said = [by_id[entry_id] for entry_id in (first, *further)]
    permits = [matter.permit(entry.id) for entry in said]
    certificates = [_certificate(permit).get("certificate", "") for permit in permits]
    parameters = {"certificate": ",".join(certificates)} if all(certificates) else {}
    why = matter.why(
        "answered_several",
        title=matter.title(said[0]),
        second=", ".join(matter.title(entry) for entry in said[1:]),
        percent=percent(least),
        **parameters,
    )
    return Answer(
        text=joined_text(said, matter.facts, matter.language),
        language=matter.language,
        why=replace(why, candidates=tuple(ranking.candidates[0] for ranking in rankings)),
        entry_id=first,
        probability=least,
        level="audit" if any(permit.level == "audit" for permit in permits) else "own",
        also=tuple(further),
    )


def is_near_miss(matter: Matter, entry: Entry, ranking: Ranking, text: str | None = None) -> bool:
    """Whether an answer by estimate is doubtful because too few of the message's words are taught in the entry.

    text: what was ranked, the whole question if None. A certificate in force has judged such messages already.
    """
    if matter.model is None or matter.permit(entry.id).threshold is not None:
        return False
    asked = question_text(matter.facts) if text is None else text
    return ranking.probability < SURE and covered(matter.model, entry, asked) < COVERED


def _is_sure(matter: Matter, entry: Entry, ranking: Ranking, text: str) -> bool:
    if matter.model is None or ranking.negation_differs or not may_say(matter, entry):
        return False
    sure = ranking.probability >= cut_of(matter.permit(entry.id), matter.model)
    return sure and not is_near_miss(matter, entry, ranking, text)


def ask(matter: Matter, first: Entry, sentence: str) -> Verdict:
    """Did you mean: two choices, or three when the third is nearly as likely as the second.

    Only topics the robot may answer are offered; a click on another would bring the customer nothing.
    """
    model, ranking = matter.model, matter.ranking
    if model is None or ranking is None:
        return matter.hand_over("no_knowledge", "no_knowledge")
    if not may_say(matter, first):
        return _instead_of_asking(matter, first, ranking.probability)
    if matter.facts.by_letter:
        return matter.suggest(first, ranking.probability, "suggested_unsure")
    found = ((model.find_entry(candidate.entry_id), candidate.probability) for candidate in ranking.candidates)
    usable = [(entry, chance) for entry, chance in found if entry is not None and may_say(matter, entry)]
    if len(usable) == CHOICES and usable[2][1] < _THIRD_CHOICE * usable[1][1]:
        usable.pop()
    if len(usable) < 2:
        return matter.suggest(first, ranking.probability, "suggested_doubt")
    return Ask(
        text=speech.say(speech.ASK, matter.language),
        choices=tuple(Choice(entry.id, matter.title(entry)) for entry, _ in usable),
        language=matter.language,
        why=matter.why(sentence, title=matter.title(first), percent=percent(ranking.probability)),
    )


def _refused(matter: Matter, entry: Entry, probability: float) -> HandOver | None:
    """The hand-over where not even a person is offered the entry's words."""
    title = matter.title(entry)
    if not entry.is_valid_on(matter.facts.today):
        return matter.hand_over("no_knowledge", "not_valid", title=title)
    if entry.policy == "people":
        return matter.hand_over("entry_for_people", "entry_for_people", title=title, percent=percent(probability))
    if matter.permit(entry.id).level == "off":
        return matter.hand_over("topic_off", "topic_off", title=title)
    return None


def _for_people(matter: Matter, entry: Entry, probability: float) -> Suggest | None:
    """The suggestion where the robot may not say the entry itself."""
    if entry.policy == "suggest":
        return matter.suggest(entry, probability, "suggested_policy")
    if not has_language(entry.answers, matter.language):
        return matter.suggest(entry, probability, "suggested_language")
    if entry.example_count() < EXAMPLES_NEEDED:
        count = str(entry.example_count())
        return matter.suggest(entry, probability, "suggested_few_examples", count=count, needed=str(EXAMPLES_NEEDED))
    if not matter.facts.may_answer or (matter.model is not None and not matter.model.variant):
        return matter.suggest(entry, probability, "suggested_mode")
    permit = matter.permit(entry.id)
    if permit.level == "click":
        return matter.suggest(entry, probability, "suggested_click", awaits_click=True)
    if permit.level == "own" and not answers_alone(permit):
        return matter.suggest(entry, probability, "suggested_unproven")
    if answers_alone(permit):
        return None
    held = answers_alone(matter.facts.permit(entry.id))
    return matter.suggest(entry, probability, "suggested_tongue" if held else "suggested_level")


def _instead_of_asking(matter: Matter, first: Entry, probability: float) -> Verdict:
    """A doubtful first candidate that the robot may not say: a person sees it, where it may be seen."""
    if not first.is_valid_on(matter.facts.today) or first.policy == "people":
        return matter.hand_over("unsure", "unsure", title=matter.title(first), percent=percent(probability))
    if matter.permit(first.id).level == "off":
        return matter.hand_over("topic_off", "topic_off", title=matter.title(first))
    if matter.facts.may_answer and matter.permit(first.id).level == "click":
        return matter.suggest(first, probability, "suggested_unsure")
    return _for_people(matter, first, probability) or matter.suggest(first, probability, "suggested_level")


def _certificate(permit: Permit) -> dict[str, str]:
    """What a certificate in force proves, for the why and later audits; nothing where there is none."""
    if permit.threshold is None or permit.bound is None:
        return {}
    return {
        "certificate": str(permit.certificate_id or ""),
        "cases": str(permit.cases),
        "errors": str(permit.errors),
        "bound": f"{permit.bound:.4f}",
        "certain": f"{100 * (1 - permit.bound):.1f}",
    }
