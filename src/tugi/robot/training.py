"""Turn a shop's knowledge entries into a model. Pure computation; `tugi.trainer` runs it in a child
process, because it takes seconds of both cores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tugi.robot.calibrator import Pool
from tugi.robot.facts import Entry, Labelled
from tugi.robot.features import Floats
from tugi.robot.fitting import example_texts, with_copy
from tugi.robot.model import Model
from tugi.robot.reading import is_negated
from tugi.robot.teaching import Question, folds_for, learn_judge, score_apart, teach
from tugi.robot.text import normal


def text_key(text: str) -> int:
    """64-bit hash of an example in normal form."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "ignore")).digest()[:8], "little")


def texts_to_embed(
    entries: Iterable[Entry], known: Mapping[int, Floats], labelled: Sequence[Labelled] = ()
) -> list[str]:
    """The examples and labelled questions (with their copies without diacritics) whose vectors are not
    known yet."""
    texts = [text for entry in entries for text in example_texts(entry)]
    texts += [text for question in labelled for text in with_copy(normal(question.text))]
    return [text for text in dict.fromkeys(texts) if text_key(text) not in known]


def train(
    entries: Sequence[Entry],
    pool: Pool,
    variant: str,
    vectors: Mapping[int, Floats],
    labelled: Sequence[Labelled] = (),
) -> Model | None:
    """A model of these entries, or None when fewer than two of them have any example.

    variant: the embedder's name, with a vector for every text of `texts_to_embed` by `text_key`;
    "" to match by n-grams alone, with a `pool` learned for that.
    labelled: customers' questions with what people judged to be the right entry.
    """
    taught = [(entry, example_texts(entry)) for entry in entries]
    taught = sorted(((entry, texts) for entry, texts in taught if texts), key=lambda pair: pair[0].id)
    if len(taught) < 2:
        return None
    kept, texts = tuple(entry for entry, _ in taught), [texts for _, texts in taught]
    questions = questions_of(kept, labelled)
    by_text = None
    if variant:
        flat = [text for of_entry in texts for text in of_entry]
        flat += [text for question in questions for text in with_copy(question.text)]
        by_text = {text: vectors[text_key(text)] for text in flat}
    scored = score_apart(texts, questions, by_text) if folds_for(questions) else None
    judge = learn_judge(pool, scored, questions)
    matcher, rows = teach(texts, questions, by_text)
    return Model(
        entries=kept,
        version=_version(kept, variant, pool, labelled),
        variant=variant,
        matcher=matcher,
        text_keys=np.array([text_key(text) for text in rows], np.uint64),
        negated=np.array([is_negated(text) for text in rows], np.bool_),
        answer=judge.answer,
        ask=judge.ask,
        answerable=judge.answerable,
        answer_cut=judge.answer_cut,
        ask_cut=judge.ask_cut,
        opinion=judge.opinion,
    )


def questions_of(entries: Sequence[Entry], labelled: Sequence[Labelled]) -> list[Question]:
    """Judged questions by the entries' places. Empty ones, and those whose entry is gone, teach nothing."""
    places = {entry.id: place for place, entry in enumerate(entries)}
    questions: list[Question] = []
    for judged in labelled:
        text = normal(judged.text)
        if text and (judged.entry_id is None or judged.entry_id in places):
            place = -1 if judged.entry_id is None else places[judged.entry_id]
            candidate = places.get(judged.candidate or "", -1)
            fits = judged.fits if candidate >= 0 else None
            questions.append(Question(text, place, judged.weight, fits, candidate))
    return questions


def _version(entries: Sequence[Entry], variant: str, pool: Pool, labelled: Sequence[Labelled]) -> str:
    judged = sorted(one.key for one in labelled)
    content = json.dumps([[entry.to_json() for entry in entries], variant, pool.to_json(), judged], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]
