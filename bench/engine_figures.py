"""The engines side by side in one process, so that a busy machine slows both: single texts, batches, likeness."""

from __future__ import annotations

import time
from importlib.resources import files

import msgspec
import numpy as np

from bench.house import House
from bench.report import percentile, report
from tugi.engines.e5 import E5, Arithmetic, find_e5

KINDS: tuple[Arithmetic, ...] = ("q4a4", "row7")
SINGLES, ROUNDS = 200, 3


def example_questions() -> list[str]:
    """Every example question of the demo shop, in four languages, in a fixed order without rhyme."""
    texts: list[str] = []
    for path in sorted((files("tugi.demo") / "knowledge").iterdir(), key=lambda one: one.name):
        stored = msgspec.json.decode(path.read_bytes())
        texts += [text for of_language in stored["examples"].values() for text in of_language]
    return [texts[at] for at in np.random.default_rng(1).permutation(len(texts))]


async def engines(_house: House) -> None:
    """e5 (q4a4) against e5-fast (row7): milliseconds a question, texts a second in batches on two threads."""
    texts = example_questions()
    opened = {kind: _opened(kind) for kind in KINDS}
    wall: dict[Arithmetic, list[float]] = {kind: [] for kind in KINDS}
    cpu = dict.fromkeys(KINDS, 0.0)
    for text in texts[:SINGLES]:
        for kind, engine in opened.items():
            started, used = time.perf_counter(), time.process_time()
            engine.embed_now([text])
            wall[kind].append((time.perf_counter() - started) * 1000)
            cpu[kind] += (time.process_time() - used) * 1000
    for kind in KINDS:
        report(f"embed_{kind}", percentile(wall[kind], 0.5), "ms", times_ms=wall[kind], cpu_ms=cpu[kind] / SINGLES)
    rest, rates = texts[SINGLES:], {kind: [0.0] for kind in KINDS}
    for number in range(ROUNDS):
        part = rest[number::ROUNDS]
        for kind, engine in opened.items():
            started = time.perf_counter()
            engine.embed_now(part)
            rates[kind].append(len(part) / (time.perf_counter() - started))
    for kind, target in zip(KINDS, (">= 200", ">= 400"), strict=True):
        report(f"embed_many_{kind}", max(rates[kind]), "texts/s", target=target)
    some = texts[:SINGLES]
    likeness = (opened["q4a4"].embed_now(some) * opened["row7"].embed_now(some)).sum(1)
    report("difference_of_row7", 1000 * float(1 - likeness.mean()), "thousandths of cosine, mean")


def _opened(kind: Arithmetic) -> E5:
    engine = find_e5(2, kind)
    if engine is None:
        raise RuntimeError("the e5 weights are not installed")
    engine.embed_now(["."])
    return engine
