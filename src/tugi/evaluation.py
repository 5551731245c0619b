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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tugi.engines.e5 import find_e5
from tugi.ports import Embedder
from tugi.robot.calibrator import Logistic, Pool
from tugi.robot.facts import Entry
from tugi.robot.features import Floats
from tugi.robot.fitting import example_texts, fit_matcher
from tugi.robot.matcher import Matches, match_many
from tugi.robot.text import normal
from tugi.trainer import load_pool

FOLDS = 5
# The cut learned on --dev aims this far above the target: a cut that only just reaches it on one half
# of the messages misses it on the other half of the time.
MARGIN = 0.02
HELP = """Measure how well the robot finds the right entry.

KB.jsonl has one entry a line {id, title, examples}; MESSAGES.jsonl one message a line {id, text}. With
--dev, labelled messages {id, text, gold} teach the calibrator and the cut; without, the calibrator that
ships with Tugi decides. Each line written has id, entry (null = not answered), candidate, confidence,
answered, choices (of a "did you mean") and ms. Boundaries such as money or a complaint are not applied
here: this measures the matcher alone."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message of a set; gold None = must not be answered (or not labelled)."""

    id: str
    text: str
    gold: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Entry ids in matcher order, and for each message its match and the milliseconds it took."""

    ids: tuple[str, ...]
    matches: tuple[Matches, ...]
    milliseconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns a match into a confidence and a decision."""

    answer: Logistic
    ask: Logistic
    answer_cut: float
    ask_cut: float


def read_entries(path: Path, examples: int | None) -> list[Entry]:
    """Knowledge of a set; with `examples`, only that many of each entry. Raises ValueError on a bad line."""
    entries: list[Entry] = []
    for row in _read_lines(path):
        texts = tuple(str(text) for text in row.get("examples", ()))[:examples]
        entries.append(Entry(id=str(row["id"]), examples={"": texts}))
    return entries


def read_labelled(path: Path) -> list[Labelled]:
    """Messages of a set. Raises ValueError on a bad line."""
    return [Labelled(str(row["id"]), str(row["text"]), row.get("gold")) for row in _read_lines(path)]


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


def study(entries: Sequence[Entry], messages: Sequence[str], engine: Embedder | None) -> Found:
    """Train on the entries and match every message, one at a time as in service."""
    taught = [(entry.id, example_texts(entry)) for entry in entries]
    taught = [(entry_id, texts) for entry_id, texts in taught if texts]
    if len(taught) < 2:
        raise ValueError("at least two entries with examples are needed")
    vectors: dict[str, Floats] | None = None
    if engine is not None:
        flat = list(dict.fromkeys(text for _, texts in taught for text in texts))
        vectors = dict(zip(flat, engine.embed_now(flat), strict=True))
    matcher = fit_matcher([texts for _, texts in taught], vectors)
    matches: list[Matches] = []
    times: list[float] = []
    for message in messages:
        start = time.perf_counter()
        text = normal(message)
        vector = engine.embed_now([text])[0] if engine is not None else None
        matches.append(match_many(matcher, [text], None if vector is None else vector[None, :]))
        times.append(round((time.perf_counter() - start) * 1000, 3))
    return Found(tuple(entry_id for entry_id, _ in taught), tuple(matches), tuple(times))


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
    entries = read_entries(kb_path, examples)
    messages = read_labelled(messages_path)
    dev = read_labelled(dev_path) if dev_path else []
    found = study(entries, [row.text for row in [*messages, *dev]], engine)
    pool = load_pool(engine.variant if engine else "")
    judge = Judge(pool.answer, pool.ask, pool.answer_cut, pool.ask_cut)
    if dev:
        own = Found(found.ids, found.matches[len(messages) :], found.milliseconds[len(messages) :])
        judge, judged = learn_from_dev(own, dev, pool, target)
        if dev_out is not None:
            write_predictions(dev_out, dev, own, judged, judge)
    confidence = judge.answer.probabilities(features_of(found.matches[: len(messages)]))
    answered = write_predictions(out, messages, found, confidence, judge)
    spent = sorted(found.milliseconds[: len(messages)]) or [0.0]
    return {"messages": len(messages), "answered": answered, "cut": judge.answer_cut, "ms_p50": spent[len(spent) // 2]}


def features_of(matches: Sequence[Matches]) -> Floats:
    """Features [n, f] of the matches' first candidates."""
    if not matches:
        raise ValueError("there are no messages")
    return np.concatenate([matched.features for matched in matches]).astype(np.float64)


def learn_from_dev(
    found: Found, dev: Sequence[Labelled], pool: Pool, target: float
) -> tuple[Judge, NDArray[np.floating]]:
    """The shop's own calibrator and cut, and cross-fitted confidences of the dev messages.

    Each fifth is judged by a calibrator that never saw it, and the cut is chosen on those.
    """
    features = features_of(found.matches)
    right = np.array([_right(found, i, row.gold, 1) for i, row in enumerate(dev)], np.float64)
    among = np.array([_right(found, i, row.gold, 3) for i, row in enumerate(dev)], np.float64)
    fold = np.random.default_rng(7).permutation(len(dev)) % FOLDS
    judged, asked = np.zeros(len(dev)), np.zeros(len(dev))
    for part in range(FOLDS):
        rest, own = fold != part, fold == part
        if own.any() and rest.any():
            answer = pool.answer.moved(pool.answer_curvature, features[rest], right[rest])
            ask = pool.ask.moved(pool.ask_curvature, features[rest], among[rest])
            judged[own], asked[own] = answer.probabilities(features[own]), ask.probabilities(features[own])
    unanswerable = np.array([row.gold is None for row in dev])
    ask_cut = float(np.quantile(asked[unanswerable], 0.85)) if unanswerable.sum() >= 20 else pool.ask_cut
    judge = Judge(
        answer=pool.answer.moved(pool.answer_curvature, features, right),
        ask=pool.ask.moved(pool.ask_curvature, features, among),
        answer_cut=choose_cut(judged, right, min(target + MARGIN, 0.99)),
        ask_cut=ask_cut,
    )
    return judge, judged


def choose_cut(confidence: NDArray[np.floating], right: NDArray[np.floating], precision: float) -> float:
    """The lowest cut at which at least that share of answers is right; 1.0 (nothing) when none is."""
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum(right[order]) >= precision * np.arange(1, len(order) + 1)
    return float(confidence[order[np.flatnonzero(reached)[-1]]]) if reached.any() else 1.0


def _right(found: Found, index: int, gold: str | None, first: int) -> bool:
    return gold in {found.ids[entry] for entry in found.matches[index].order[0, :first]}


def write_predictions(
    path: Path, rows: Sequence[Labelled], found: Found, confidence: NDArray[np.floating], judge: Judge
) -> int:
    """One line a message, in the format of the scorer. Returns how many were answered."""
    answered = 0
    with path.open("w", encoding="utf-8") as file:
        for index, row in enumerate(rows):
            matched, sure = found.matches[index], float(confidence[index])
            first = [found.ids[entry] for entry in matched.order[0, :3]]
            answer = sure >= judge.answer_cut
            asks = not answer and judge.ask.probability(matched.features[0]) >= judge.ask_cut
            answered += answer
            line: dict[str, object] = {
                "id": row.id,
                "entry": first[0] if answer else None,
                "candidate": first[0],
                "confidence": round(sure, 6),
                "answered": answer,
                "ms": found.milliseconds[index],
            }
            if asks:
                line["choices"] = first
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return answered
