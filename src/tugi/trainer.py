"""Train in a child process: `python -m tugi.trainer`, knowledge on stdin, model bytes on stdout.

The serving process stays small and its event loop free; a training that fails or hangs takes nothing
with it. The child says on stderr how far it has come, one line a step, and last of all what went wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from tugi.desk.answering import failures
from tugi.desk.answering.failures import Failed
from tugi.engines.choice import open_engine
from tugi.ports import EngineFailed
from tugi.robot.calibrator import Pool, pool_from_json
from tugi.robot.facts import Entry, Labelled, entry_from_json
from tugi.robot.features import Floats
from tugi.robot.model import BadModel, model_from_bytes
from tugi.robot.training import text_key, texts_to_embed, train

# How long a training may come no further: longer than any of its steps takes.
TIMEOUT_SECONDS = 600.0
# Below the serving process, so that a training never delays an answer.
_NICENESS = 10
_LENGTH_BYTES = 8
_STEP = "progress "
# How much of a training is over once all texts have their vectors, and how many texts make a step.
_EMBEDDED, _TEXTS = 0.7, 128
Report = Callable[[float], None]


class TrainingFailed(Failed):
    """The training ended without a model."""


def load_pool(variant: str) -> Pool:
    """The calibrator that ships with Tugi: for embedded messages, or ("") for n-grams alone."""
    stored: dict[str, Any] = json.loads(files("tugi.robot").joinpath("pool.json").read_text(encoding="utf-8"))
    return pool_from_json(stored["e5" if variant else "ngrams"])


def train_now(
    entries: Sequence[Entry],
    engine_name: str,
    previous: bytes | None = None,
    labelled: Sequence[Labelled] = (),
    *,
    key: str = "",
    report: Report = lambda share: None,
) -> bytes | None:
    """Train in this process. engine_name: as `tugi.engines.choice.open_engine` takes it, "" for n-grams alone.

    previous: the last model's bytes; vectors of unchanged examples are taken from it. key: for an engine at an
    address. report: told how far it has come, 0 to 1. Returns None when fewer than two entries have examples.
    Raises TrainingFailed when the engine is missing or fails.
    """
    try:
        engine = open_engine(engine_name, key, threads=os.cpu_count() or 1) if engine_name else None
        variant = engine.variant if engine else ""
        vectors: dict[int, Floats] = _vectors_of(previous, variant)
        if engine is not None:
            texts = texts_to_embed(entries, vectors, labelled)
            for start in range(0, len(texts), _TEXTS):
                some = texts[start : start + _TEXTS]
                vectors.update(zip((text_key(text) for text in some), engine.embed_now(some), strict=True))
                report(_EMBEDDED * min(1.0, (start + _TEXTS) / len(texts)))
    except EngineFailed as error:
        raise TrainingFailed("engine", str(error)) from error
    report(_EMBEDDED)
    model = train(entries, load_pool(variant), variant, vectors, labelled)
    return model.to_bytes() if model else None


async def train_in_child(
    entries: Sequence[Entry],
    engine_name: str,
    previous: bytes | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    labelled: Sequence[Labelled] = (),
    *,
    key: str = "",
    report: Report = lambda share: None,
) -> bytes | None:
    """`train_now` in a child process. Raises TrainingFailed, also when it comes no further for too long."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tugi.trainer",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": str(_half_the_cores())},
    )
    assert child.stdout is not None
    assert child.stderr is not None
    sent = _packed(entries, labelled, engine_name, key) + (previous or b"")
    now = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout(timeout_seconds) as limit:

            def came_further(share: float) -> None:
                # Many entries on a slow machine take long, and what is embedded so far would be lost.
                if not limit.expired():
                    limit.reschedule(now() + timeout_seconds)
                report(share)

            model, last, _ = await asyncio.gather(
                child.stdout.read(), _follow(child.stderr, came_further), _feed(child, sent)
            )
            await child.wait()
    except TimeoutError as error:
        raise TrainingFailed("too_slow", f"{timeout_seconds:.0f}") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        failure = failures.of_child(last, child.returncode or 0)
        raise TrainingFailed(failure.code, failure.detail)
    return model or None


async def _feed(child: asyncio.subprocess.Process, sent: bytes) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(sent)
        await child.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        # The child has ended early; its exit code and last words say why.
        pass
    finally:
        child.stdin.close()


async def _follow(lines: asyncio.StreamReader, report: Report) -> str:
    """Pass the child's progress on; returns its last other words."""
    said: deque[str] = deque(maxlen=1)
    while line := (await lines.readline()).decode("utf-8", "replace"):
        if line.startswith(_STEP):
            report(float(line.removeprefix(_STEP)))
        elif line.strip():
            said.append(line.strip())
    return said[0] if said else ""


def _half_the_cores() -> int:
    """Threads for the linear algebra: with more, they spin against the serving process and both crawl."""
    return max(1, (os.cpu_count() or 1) // 2)


def _vectors_of(previous: bytes | None, variant: str) -> dict[int, Floats]:
    """Vectors to reuse; none when the last model is of another engine or an older format."""
    if not previous or not variant:
        return {}
    try:
        model = model_from_bytes(previous)
    except BadModel:
        return {}
    return model.vectors_by_key() if model.variant == variant else {}


def _packed(entries: Sequence[Entry], labelled: Sequence[Labelled], engine_name: str, key: str) -> bytes:
    """The child's orders, with their length before them. The key goes through the pipe, where no list shows it."""
    header = {
        "engine": engine_name,
        "key": key,
        "entries": [entry.to_json() for entry in entries],
        "labelled": [asdict(one) for one in labelled],
    }
    content = json.dumps(header).encode()
    return len(content).to_bytes(_LENGTH_BYTES, "little") + content


def main() -> None:
    """The child's side."""
    os.nice(_NICENESS)
    data = sys.stdin.buffer.read()
    size = int.from_bytes(data[:_LENGTH_BYTES], "little")
    header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + size])

    def report(share: float) -> None:
        sys.stderr.write(f"{_STEP}{share:.3f}\n")
        sys.stderr.flush()

    try:
        model = train_now(
            [entry_from_json(entry) for entry in header["entries"]],
            header["engine"],
            data[_LENGTH_BYTES + size :] or None,
            [Labelled(**one) for one in header["labelled"]],
            key=header["key"],
            report=report,
        )
    except TrainingFailed as error:
        sys.stderr.write(f"{error.failure.stored()}\n")
        raise SystemExit(1) from error
    sys.stdout.buffer.write(model or b"")


if __name__ == "__main__":
    main()
