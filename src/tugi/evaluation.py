"""What `tugi eval` runs: how well the matcher finds the right entry in a labelled set of messages.

It measures matching alone. Boundaries (money, complaint ...) are left out, because they would hand over
messages that the labels of a foreign set call answerable.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5 import find_e5
from tugi.ports import Embedder
from tugi.robot.calibrator import Pool
from tugi.robot.cuts import PROMISE
from tugi.robot.facts import Entry
from tugi.robot.features import Floats, Ints
from tugi.robot.fitting import example_texts, with_copy
from tugi.robot.matcher import Matcher
from tugi.robot.teaching import Judge, Piece, Question, Scored, fold_of, folds_for, gather, learn_judge, score, teach
from tugi.robot.text import normal
from tugi.trainer import load_pool

Booleans: TypeAlias = NDArray[np.bool_]
HELP = """Measure how well the robot finds the right entry.

KB.jsonl has one entry a line {id, title, examples}; MESSAGES.jsonl one message a line {id, text}. With
--dev, labelled messages {id, text, gold} are taught, as examples and to the calibrator and its cuts; without,
the calibrator that ships with Tugi decides. The cut follows the share of unanswerable messages that is
estimated from MESSAGES, whose own labels are never read. Each line written has id, entry (null = not
answered), candidate, confidence, answered, choices (of a "did you mean") and ms. Boundaries such as money or
a complaint are not applied here: this measures the matcher alone."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a set; gold None = must not be answered (or not labelled)."""

    id: str
    text: str
    gold: str | None


@dataclass(frozen=True, slots=True)
class Shop:
    """A set's knowledge, ready to be taught: entry ids, example texts of each, and vectors by text."""

    ids: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]
    vectors: dict[str, Floats] | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Messages with what was decided: confidences and asks [m], each by a judge that had not seen it."""

    scored: Scored
    sure: Floats
    answered: Booleans
    asked: Booleans


def read_entries(path: Path, examples: int | None) -> list[Entry]:
    """Knowledge of a set; with `examples`, only that many of each entry. Raises ValueError on a bad line."""
    entries: list[Entry] = []
    for row in _read_lines(path):
        texts = tuple(str(text) for text in row.get("examples", ()))[:examples]
        titles = row.get("titles") or {"": row.get("title") or ""}
        titles = {str(code): str(title) for code, title in titles.items() if title}
        entries.append(Entry(id=str(row["id"]), titles=titles, examples={"": texts}))
    return entries


def read_messages(path: Path) -> list[Message]:
    """Messages of a set. Raises ValueError on a bad line."""
    return [Message(str(row["id"]), str(row["text"]), row.get("gold")) for row in _read_lines(path)]


def _read_lines(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path.name}, line {number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict) or "id" not in row:
            raise ValueError(f"{path.name}, line {number}: an object with an id is needed")
        rows.append(row)
    return rows


def open_shop(entries: Sequence[Entry], messages: Sequence[Message], engine: Embedder | None) -> Shop:
    """Embed the entries' examples and the messages. Raises ValueError below two entries with examples."""
    taught = sorted((entry.id, tuple(example_texts(entry))) for entry in entries)
    taught = [(entry_id, texts) for entry_id, texts in taught if texts]
    if len(taught) < 2:
        raise ValueError("at least two entries with examples are needed")
    ids, texts = tuple(entry_id for entry_id, _ in taught), tuple(own for _, own in taught)
    if engine is None:
        return Shop(ids, texts, None)
    flat = [text for own in texts for text in own]
    flat += [text for message in messages for text in (normal(message.text), *with_copy(normal(message.text)))]
    flat = list(dict.fromkeys(flat))
    return Shop(ids, texts, dict(zip(flat, engine.embed_now(flat), strict=True)))


def questions_of(shop: Shop, messages: Sequence[Message]) -> list[Question]:
    """Labelled messages as questions; an entry that is not in the knowledge counts as none."""
    places = {entry_id: place for place, entry_id in enumerate(shop.ids)}
    return [Question(normal(row.text), places.get(row.gold or "", -1)) for row in messages]


def run_eval(
    kb_path: Path,
    messages_path: Path,
    dev_path: Path | None,
    examples: int | None,
    target: float,
    out: Path,
    dev_out: Path | None,
) -> dict[str, float]:
    """Write predictions to `out`, and cross-fitted ones of the dev set to `dev_out`.

    Returns counts for a summary line. Raises ValueError on unreadable input, OSError on a missing file.
    """
    engine = find_e5(threads=os.cpu_count() or 1)
    messages = read_messages(messages_path)
    dev = read_messages(dev_path) if dev_path else []
    if not messages:
        raise ValueError("there are no messages")
    shop = open_shop(read_entries(kb_path, examples), [*messages, *dev], engine)
    pool = load_pool(engine.variant if engine else "")
    questions = questions_of(shop, dev)
    parts = score_parts(shop, questions) if folds_for(questions) else []
    matcher, _ = teach(shop.texts, questions, shop.vectors)
    scored, times = _one_by_one(matcher, messages, engine)
    judge = learn_judge(pool, gather(parts) if parts else None, questions, scored.features, target)
    judged = judge_all(judge, scored)
    write_predictions(out, messages, shop, judged, times)
    if dev and dev_out is not None:
        own = _judge_dev(shop, questions, pool, parts, target)
        write_predictions(dev_out, dev, shop, own, [0.0] * len(dev))
    spent = sorted(times)
    return {
        "messages": len(messages),
        "answered": float(judged.answered.sum()),
        "cut": judge.answer_cut,
        "ms_p50": spent[len(spent) // 2],
    }


def _judge_dev(shop: Shop, questions: Sequence[Question], pool: Pool, parts: Sequence[Piece], target: float) -> Judged:
    """The dev messages cross-fitted; by the shipped calibrator where they are too few to be parted."""
    if parts:
        return cross_fit(questions, pool, parts, score_pairs(shop, questions), target)
    matcher, _ = teach(shop.texts, [], shop.vectors)
    scored = score(matcher, [question.text for question in questions], shop.vectors)
    return judge_all(learn_judge(pool, None, [], scored.features, target), scored)


def score_parts(shop: Shop, questions: Sequence[Question], asked: Sequence[str] | None = None) -> list[Piece]:
    """Each part of the questions, scored by a matcher that was taught the other parts.

    asked: other words to score in place of the questions' own.
    """
    part = fold_of(questions, folds_for(questions))
    texts = asked or [question.text for question in questions]
    return [
        _score_part(shop, texts, part, _teach_without(shop, questions, part, (own,)), own)
        for own in range(int(part.max()) + 1)
    ]


def score_pairs(shop: Shop, questions: Sequence[Question]) -> list[list[Piece]]:
    """For each part, the others scored by matchers that were taught neither it nor the scored part."""
    part = fold_of(questions, folds_for(questions))
    texts = [question.text for question in questions]
    inner: list[list[Piece]] = [[] for _ in range(int(part.max()) + 1)]
    for one in range(len(inner)):
        for other in range(one):
            matcher = _teach_without(shop, questions, part, (one, other))
            inner[one].append(_score_part(shop, texts, part, matcher, other))
            inner[other].append(_score_part(shop, texts, part, matcher, one))
    return inner


def _teach_without(shop: Shop, questions: Sequence[Question], part: Ints, left_out: tuple[int, ...]) -> Matcher:
    kept = [question for question, own in zip(questions, part.tolist(), strict=True) if own not in left_out]
    return teach(shop.texts, kept, shop.vectors)[0]


def _score_part(shop: Shop, texts: Sequence[str], part: Ints, matcher: Matcher, scored: int) -> Piece:
    rows = np.flatnonzero(part == scored)
    return rows, score(matcher, [texts[row] for row in rows.tolist()], shop.vectors)


def cross_fit(
    questions: Sequence[Question],
    pool: Pool,
    parts: Sequence[Piece],
    inner: Sequence[Sequence[Piece]],
    target: float = PROMISE,
    seen: Booleans | None = None,
) -> Judged:
    """Every labelled message decided by a robot that saw neither its label nor a cut chosen with it.

    For each part, all is learned on the others: examples, calibrators and cuts, these again on scores out of
    fold within the others; of the part itself only unlabelled features are read. parts, inner: of
    `score_parts` and `score_pairs`. seen: the messages that make up the unlabelled traffic, all by default.
    """
    seen = np.ones(len(questions), np.bool_) if seen is None else seen
    judged: list[Judged] = []
    for (rows, scored), others in zip(parts, inner, strict=True):
        taught = np.setdiff1d(np.arange(len(questions)), rows)
        apart = gather(others)
        traffic = np.concatenate([apart.features[seen[taught]], scored.features[seen[rows]]])
        judge = learn_judge(pool, apart, [questions[row] for row in taught], traffic, target)
        judged.append(judge_all(judge, scored))
    order = np.argsort(np.concatenate([rows for rows, _ in parts]))
    columns = {name: [getattr(one, name) for one in judged] for name in ("sure", "answered", "asked")}
    return Judged(gather(parts), **{name: np.concatenate(values)[order] for name, values in columns.items()})


def judge_all(judge: Judge, scored: Scored) -> Judged:
    """Confidences and decisions of one judge."""
    sure = judge.answer.probabilities(scored.features)
    among = np.maximum(judge.ask.probabilities(scored.features), sure)
    answered = sure >= judge.answer_cut
    return Judged(scored, sure, answered, ~answered & (among >= judge.ask_cut))


def _one_by_one(matcher: Matcher, messages: Sequence[Message], engine: Embedder | None) -> tuple[Scored, list[float]]:
    """Messages matched one at a time as in service, with the milliseconds each took."""
    pieces: list[Piece] = []
    times: list[float] = []
    for row, message in enumerate(messages):
        start = time.perf_counter()
        text = normal(message.text)
        vectors = None if engine is None else {text: engine.embed_now([text])[0]}
        pieces.append((np.array([row]), score(matcher, [text], vectors)))
        times.append(round((time.perf_counter() - start) * 1000, 3))
    return gather(pieces), times


def write_predictions(path: Path, rows: Sequence[Message], shop: Shop, judged: Judged, times: Sequence[float]) -> None:
    """One line a message, in the format of the scorer."""
    with path.open("w", encoding="utf-8") as file:
        for index, row in enumerate(rows):
            first = [shop.ids[entry] for entry in judged.scored.first[index]]
            answered = bool(judged.answered[index])
            line: dict[str, object] = {
                "id": row.id,
                "entry": first[0] if answered else None,
                "candidate": first[0],
                "confidence": round(float(judged.sure[index]), 6),
                "answered": answered,
                "ms": times[index],
            }
            if judged.asked[index]:
                line["choices"] = first
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
