"""From facts to a verdict, with every reason. Pure: the same facts and model give the same verdict.

Order: who has the floor, nothing said, boundaries, turns, a clicked choice, courtesy, language,
knowledge. Whatever is doubtful becomes a question back or a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tugi.robot import speech
from tugi.robot.boundaries import check_boundaries, first_touched
from tugi.robot.compose import fill
from tugi.robot.facts import (
    MOST_TURNS,
    TURNS_WITHOUT_PROGRESS,
    Answer,
    Entry,
    Facts,
    HandOver,
    Verdict,
)
from tugi.robot.features import Floats
from tugi.robot.giving import Matter, ask, cut_of, give, give_several, is_near_miss, may_say, percent
from tugi.robot.model import Model, Ranking
from tugi.robot.reading import question_parts, question_text
from tugi.robot.text import normal


def decide(
    facts: Facts,
    model: Model | None,
    vector: NDArray[np.float32] | None,
    part_vectors: Floats | Sequence[Floats] | None = None,
) -> Verdict:
    """The verdict on the unanswered messages of a case.

    model: None when nothing is trained. vector: embedding of `question_text(facts)`, needed when the
    model has a `variant`; without it a person takes over. part_vectors: embeddings of
    `question_parts(facts)`, so that two questions can be answered at once. Any text is accepted. While a person has the
    floor the verdict is StaySilent, or a Suggest for that person's eyes only.
    """
    matter = Matter(facts, model, vector)
    if matter.reading.empty and facts.chosen_entry is None:
        return matter.silent("empty" if not facts.history else "thanks", "empty")
    if facts.handler != "robot":
        return _beside_a_person(matter)
    if facts.robot_paused:
        return matter.hand_over("paused", "paused")
    chosen = model.find_entry(facts.chosen_entry) if model and facts.chosen_entry else None
    matter.boundaries = check_boundaries(matter.reading, facts.own_boundaries)
    touched = first_touched(matter.boundaries)
    if touched is not None and not _is_button(matter, chosen):
        several = _both(matter, part_vectors) if touched.name == "several_questions" and chosen is None else None
        if several is not None:
            return several
        sentence = touched.name if touched.name in ("several_questions", "own") else "boundary"
        return matter.hand_over(touched.name, sentence, cue=touched.cue)
    if facts.robot_turns >= MOST_TURNS:
        return matter.hand_over("no_progress", "too_many_turns", count=str(facts.robot_turns))
    if chosen is not None:
        return give(matter, chosen, 1.0, "chosen")
    if matter.reading.asks_robot:
        # Said also where the robot only suggests: nobody is left in the dark about what answers here.
        text = fill(speech.say(speech.IDENTITY, matter.language), facts, matter.language)
        return Answer(text, matter.language, matter.why("told_robot"), kind="courtesy")
    if matter.reading.greeting or matter.reading.thanks:
        return _courtesy(matter)
    if facts.turns_without_progress >= TURNS_WITHOUT_PROGRESS:
        return matter.hand_over("no_progress", "no_progress", count=str(facts.turns_without_progress))
    if matter.tongue.foreign is not None:
        return matter.hand_over("other_language", "other_language", language=matter.tongue.foreign)
    return _from_knowledge(matter)


def _both(matter: Matter, part_vectors: Floats | Sequence[Floats] | None) -> Verdict | None:
    """Both questions answered, if the robot would answer each had it come alone."""
    facts = matter.facts
    worn_out = facts.robot_turns >= MOST_TURNS or facts.turns_without_progress >= TURNS_WITHOUT_PROGRESS
    if facts.by_letter or part_vectors is None or worn_out or matter.tongue.foreign is not None:
        return None
    return give_several(matter, question_parts(facts), part_vectors)


def give_up(facts: Facts, what: str) -> HandOver:
    """The verdict when the robot itself failed; `what` is a short word for the agent, never shown outside."""
    return Matter(facts, None, None).hand_over("error", "error", what=what)


def reconsider(facts: Facts, model: Model, vector: NDArray[np.float32] | None, answer: Answer, fits: float) -> Verdict:
    """The answer in the light of a second opinion, 0 to 1, on how well it fits the question.

    facts, model, vector: what `decide` gave the answer for. The same words with another probability or, where
    that is too low, what `decide` does with so much; never another entry's answer. A clicked choice, a courtesy
    and an answer to two questions stay as they are: no score has allowed them.
    """
    entry = model.find_entry(answer.entry_id or "")
    if entry is None or answer.kind != "knowledge" or answer.also or answer.why.sentence == "chosen":
        return answer
    probability = model.opinion.adjusted(answer.probability, fits)
    if probability < answer.probability:
        matter = Matter(facts, model, vector)
        matter.boundaries = answer.why.boundaries
        verdict = _rank(matter) or _doubted(matter, model, entry, probability)
        if not isinstance(verdict, Answer):
            parameters = {"title": matter.title(entry), "fits": str(round(100 * fits)), "percent": percent(probability)}
            reading = {**verdict.why.reading, "fits": fits}
            why = replace(verdict.why, sentence="doubted", parameters=parameters, reading=reading)
            return replace(verdict, why=why)
    parameters = {**answer.why.parameters, "percent": percent(probability)}
    return replace(answer, probability=probability, why=replace(answer.why, parameters=parameters))


def _doubted(matter: Matter, model: Model, entry: Entry, probability: float) -> Verdict:
    """The verdict if this entry were only so likely; what it loses goes to the other candidates as they stand."""
    ranking = matter.ranking
    if ranking is None or ranking.candidates[0].entry_id != entry.id:
        return matter.hand_over("unsure", "unsure", title=matter.title(entry), percent=percent(probability))
    others = (ranking.among - ranking.probability) / max(1 - ranking.probability, 1e-9)
    among = probability + (1 - probability) * min(others, 1.0)
    matter.ranking = replace(ranking, probability=probability, among=among)
    return _by_ranking(matter, model, matter.ranking)


def _is_button(matter: Matter, chosen: Entry | None) -> bool:
    """Whether the text is the clicked choice's own title: the shop's words, not the customer's."""
    text = matter.reading.text.casefold()
    return chosen is not None and text in {normal(title).casefold() for title in chosen.titles.values()} | {""}


def _courtesy(matter: Matter) -> Verdict:
    """A short friendly reply, once: thanks for thanks would never end."""
    if matter.reading.greeting:
        text = fill(speech.say(speech.WELCOME, matter.language), matter.facts, matter.language)
        spoken = any(turn.who != "customer" for turn in matter.facts.history)
        if spoken:
            return matter.silent("thanks", "greeted")
        return Answer(text, matter.language, matter.why("greeted"), kind="courtesy")
    replies = set(speech.THANKS.values())
    last = next((turn for turn in reversed(matter.facts.history) if turn.who != "customer"), None)
    if last is None or last.text in replies or not matter.facts.may_answer:
        return matter.silent("thanks", "thanked")
    text = speech.say(speech.THANKS, matter.language)
    return Answer(text, matter.language, matter.why("thanked"), kind="courtesy")


def _rank(matter: Matter) -> HandOver | None:
    """Fill in the ranking, or say why there can be none."""
    if matter.model is None:
        return matter.hand_over("no_knowledge", "no_knowledge")
    if matter.model.variant and matter.vector is None:
        return matter.hand_over("error", "error", what="embedding")
    text = question_text(matter.facts)
    vector = matter.vector if matter.model.variant else None
    matter.ranking = matter.model.rank(text, matter.reading.negated, vector)
    return None


def _from_knowledge(matter: Matter) -> Verdict:
    failed = _rank(matter)
    if failed is not None or matter.model is None or matter.ranking is None:
        return failed or matter.hand_over("no_knowledge", "no_knowledge")
    return _by_ranking(matter, matter.model, matter.ranking)


def _by_ranking(matter: Matter, model: Model, ranking: Ranking) -> Verdict:
    first = model.find_entry(ranking.candidates[0].entry_id)
    if first is None:
        return matter.hand_over("unsure", "unsure", title="", percent=percent(ranking.probability))
    if ranking.probability < cut_of(matter.permit(first.id), model):
        if ranking.among < model.ask_cut:
            chance = percent(ranking.probability)
            return matter.hand_over("unsure", "unsure", title=matter.title(first), percent=chance)
        return ask(matter, first, "asked")
    if ranking.negation_differs and first.policy == "answer":
        return ask(matter, first, "asked_negation")
    if may_say(matter, first) and is_near_miss(matter, first, ranking):
        return ask(matter, first, "asked_near")
    return give(matter, first, ranking.probability, "answered")


def _beside_a_person(matter: Matter) -> Verdict:
    """A person has the floor: suggest to them, say nothing to the customer."""
    quiet = matter.silent("person_has_floor", "person_has_floor")
    courtesy = matter.reading.greeting or matter.reading.thanks or matter.reading.asks_robot
    if courtesy or _rank(matter) is not None:
        return quiet
    model, ranking = matter.model, matter.ranking
    if model is None or ranking is None or ranking.among < model.ask_cut:
        return quiet
    first = model.find_entry(ranking.candidates[0].entry_id)
    if first is None or first.policy == "people" or not first.is_valid_on(matter.facts.today):
        return quiet
    if matter.permit(first.id).level == "off":
        return quiet
    return matter.suggest(first, ranking.probability, "suggested_mode")
