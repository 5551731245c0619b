"""From facts to a verdict, with every reason. Pure: the same facts and model give the same verdict.

Order: who has the floor, nothing said, boundaries, progress, a clicked choice, courtesy, language,
knowledge. Whatever is doubtful becomes a question back or a person.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tugi.robot import sentences
from tugi.robot.boundaries import check_boundaries, first_touched
from tugi.robot.compose import answer_text, fill, has_language, title_of
from tugi.robot.facts import (
    EXAMPLES_NEEDED,
    TURNS_WITHOUT_PROGRESS,
    Answer,
    Ask,
    Boundary,
    Candidate,
    Choice,
    Entry,
    Facts,
    HandOver,
    HandOverReason,
    SilenceReason,
    StaySilent,
    Suggest,
    Verdict,
    Why,
)
from tugi.robot.language import Tongue, read_language
from tugi.robot.model import Model, Ranking
from tugi.robot.reading import Reading, question_text, read_turn
from tugi.robot.text import normal

CHOICES = 3
# A third choice is shown only when it is not far less likely than the second.
_THIRD_CHOICE = 0.35


class _Case:
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
        return self.tongue.code

    def why(self, sentence: str, **parameters: str) -> Why:
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
        text = fill(sentences.say(sentences.HAND_OVER[reason], self.language), self.facts, self.language)
        return HandOver(reason, text, self.language, self.why(sentence, **parameters))

    def silent(self, reason: SilenceReason, sentence: str) -> StaySilent:
        return StaySilent(reason, self.why(sentence))

    def title(self, entry: Entry) -> str:
        return title_of(entry, self.facts, self.language)

    def suggest(self, entry: Entry, probability: float, sentence: str, **parameters: str) -> Suggest:
        speaking = self.facts.handler == "robot"
        return Suggest(
            entry_id=entry.id,
            text=answer_text(entry, self.facts, self.language),
            customer_text=sentences.say(sentences.SUGGESTED, self.language) if speaking else "",
            language=self.language,
            probability=probability,
            why=self.why(sentence, title=self.title(entry), **parameters),
        )


def decide(facts: Facts, model: Model | None, vector: NDArray[np.float32] | None) -> Verdict:
    """The verdict on the unanswered messages of a case.

    model: None when nothing is trained. vector: embedding of `question_text(facts)`, needed when the
    model has a `variant`; without it a person takes over. Any text is accepted. While a person has the
    floor the verdict is StaySilent, or a Suggest for that person's eyes only.
    """
    case = _Case(facts, model, vector)
    if case.reading.empty and facts.chosen_entry is None:
        return case.silent("empty" if not facts.history else "thanks", "empty")
    if facts.handler != "robot":
        return _beside_a_person(case)
    if facts.robot_paused:
        return case.hand_over("paused", "paused")
    chosen = model.find_entry(facts.chosen_entry) if model and facts.chosen_entry else None
    case.boundaries = check_boundaries(case.reading)
    touched = first_touched(case.boundaries)
    if touched is not None and not _is_button(case, chosen):
        sentence = "several_questions" if touched.name == "several_questions" else "boundary"
        return case.hand_over(touched.name, sentence, cue=touched.cue)
    if chosen is not None:
        return _give(case, chosen, 1.0, "chosen")
    if case.reading.greeting or case.reading.thanks:
        return _courtesy(case)
    if facts.turns_without_progress >= TURNS_WITHOUT_PROGRESS:
        return case.hand_over("no_progress", "no_progress", count=str(facts.turns_without_progress))
    if case.tongue.foreign is not None:
        return case.hand_over("other_language", "other_language", language=case.tongue.foreign)
    return _from_knowledge(case)


def give_up(facts: Facts, what: str) -> HandOver:
    """The verdict when the robot itself failed; `what` is a short word for the agent, never shown outside."""
    return _Case(facts, None, None).hand_over("error", "error", what=what)


def _is_button(case: _Case, chosen: Entry | None) -> bool:
    """Whether the text is the clicked choice's own title: the shop's words, not the customer's."""
    text = case.reading.text.casefold()
    return chosen is not None and text in {normal(title).casefold() for title in chosen.titles.values()} | {""}


def _courtesy(case: _Case) -> Verdict:
    """A short friendly reply, once: thanks for thanks would never end."""
    if case.reading.greeting:
        text = fill(sentences.say(sentences.WELCOME, case.language), case.facts, case.language)
        spoken = any(turn.who != "customer" for turn in case.facts.history)
        if spoken:
            return case.silent("thanks", "greeted")
        return Answer(text, case.language, case.why("greeted"), kind="courtesy")
    replies = set(sentences.THANKS.values())
    last = next((turn for turn in reversed(case.facts.history) if turn.who != "customer"), None)
    if last is None or last.text in replies or not case.facts.may_answer:
        return case.silent("thanks", "thanked")
    text = sentences.say(sentences.THANKS, case.language)
    return Answer(text, case.language, case.why("thanked"), kind="courtesy")


def _rank(case: _Case) -> HandOver | None:
    """Fill in the ranking, or say why there can be none."""
    if case.model is None:
        return case.hand_over("no_knowledge", "no_knowledge")
    if case.model.variant and case.vector is None:
        return case.hand_over("error", "error", what="embedding")
    text = question_text(case.facts)
    case.ranking = case.model.rank(text, case.reading.negated, case.vector if case.model.variant else None)
    return None


def _from_knowledge(case: _Case) -> Verdict:
    failed = _rank(case)
    if failed is not None or case.model is None or case.ranking is None:
        return failed or case.hand_over("no_knowledge", "no_knowledge")
    ranking, model = case.ranking, case.model
    first = model.find_entry(ranking.candidates[0].entry_id)
    if first is None or ranking.among < model.ask_cut:
        title = case.title(first) if first else ""
        return case.hand_over("unsure", "unsure", title=title, percent=_percent(ranking.probability))
    if ranking.probability < model.answer_cut:
        return _ask(case, first, "asked")
    if ranking.negation_differs and first.policy == "answer":
        return _ask(case, first, "asked_negation")
    return _give(case, first, ranking.probability, "answered")


def _give(case: _Case, entry: Entry, probability: float, sentence: str) -> Verdict:
    """The entry as its policy, dates, examples and languages allow."""
    title, percent = case.title(entry), _percent(probability)
    if not entry.is_valid_on(case.facts.today):
        return case.hand_over("no_knowledge", "not_valid", title=title)
    if entry.policy == "people":
        return case.hand_over("entry_for_people", "entry_for_people", title=title, percent=percent)
    if entry.policy == "suggest":
        return case.suggest(entry, probability, "suggested_policy")
    if not has_language(entry.answers, case.language):
        return case.suggest(entry, probability, "suggested_language")
    if entry.example_count() < EXAMPLES_NEEDED:
        count = str(entry.example_count())
        return case.suggest(entry, probability, "suggested_few_examples", count=count, needed=str(EXAMPLES_NEEDED))
    if not case.facts.may_answer or (case.model is not None and not case.model.variant):
        return case.suggest(entry, probability, "suggested_mode", percent=percent)
    why = case.why(sentence, title=title, percent=percent)
    return Answer(answer_text(entry, case.facts, case.language), case.language, why, entry.id, probability)


def _ask(case: _Case, first: Entry, sentence: str) -> Verdict:
    """Did you mean: two choices, or three when the third is nearly as likely as the second."""
    model, ranking = case.model, case.ranking
    if model is None or ranking is None:
        return case.hand_over("no_knowledge", "no_knowledge")
    percent, title = _percent(ranking.probability), case.title(first)
    if not case.facts.may_answer or not model.variant:
        return case.suggest(first, ranking.probability, "suggested_mode", percent=percent)
    shown = list(ranking.candidates[:2])
    if len(ranking.candidates) == CHOICES:
        second, third = ranking.candidates[1:]
        shown += [third] if third.probability >= _THIRD_CHOICE * second.probability else []
    entries = [model.find_entry(candidate.entry_id) for candidate in shown]
    usable = [entry for entry in entries if entry is not None and entry.is_valid_on(case.facts.today)]
    if len(usable) < 2:
        return case.hand_over("unsure", "unsure", title=title, percent=percent)
    return Ask(
        text=sentences.say(sentences.ASK, case.language),
        choices=tuple(Choice(entry.id, case.title(entry)) for entry in usable),
        language=case.language,
        why=case.why(sentence, title=title, percent=percent),
    )


def _beside_a_person(case: _Case) -> Verdict:
    """A person has the floor: suggest to them, say nothing to the customer."""
    quiet = case.silent("person_has_floor", "person_has_floor")
    if case.reading.greeting or case.reading.thanks or _rank(case) is not None:
        return quiet
    model, ranking = case.model, case.ranking
    if model is None or ranking is None or ranking.among < model.ask_cut:
        return quiet
    first = model.find_entry(ranking.candidates[0].entry_id)
    if first is None or first.policy == "people" or not first.is_valid_on(case.facts.today):
        return quiet
    percent = _percent(ranking.probability)
    return case.suggest(first, ranking.probability, "suggested_mode", percent=percent)


def _percent(probability: float) -> str:
    return str(round(100 * min(probability, 0.99)))
