"""Train in a child process: `python -m tugi.trainer`, entries on stdin, model bytes on stdout.

The serving process stays small and its event loop free; a training that fails or hangs takes nothing
with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from tugi.engines.e5 import find_e5
from tugi.robot.calibrator import Pool, pool_from_json
from tugi.robot.facts import Entry, entry_from_json
from tugi.robot.features import Floats
from tugi.robot.model import BadModel, model_from_bytes
from tugi.robot.training import text_key, texts_to_embed, train

TIMEOUT_SECONDS = 600.0
# Below the serving process, so that a training never delays an answer.
_NICENESS = 10
_LENGTH_BYTES = 8


class TrainingFailed(Exception):
    """The child process ended without a model; the message says why."""


def load_pool(variant: str) -> Pool:
    """The calibrator that ships with Tugi: for embedded messages, or ("") for n-grams alone."""
    stored: dict[str, Any] = json.loads(files("tugi.robot").joinpath("pool.json").read_text(encoding="utf-8"))
    return pool_from_json(stored["e5" if variant else "ngrams"])


def train_now(entries: Sequence[Entry], engine_name: str, previous: bytes | None = None) -> bytes | None:
    """Train in this process. engine_name: "e5", or "" for n-grams alone.

    previous: the last model's bytes; vectors of unchanged examples are taken from it. Returns None when
    fewer than two entries have examples. Raises TrainingFailed when the engine is missing.
    """
    if engine_name not in ("e5", ""):
        raise TrainingFailed(f"unknown engine {engine_name!r}")
    engine = find_e5(threads=os.cpu_count() or 1) if engine_name else None
    if engine_name and engine is None:
        raise TrainingFailed("the e5 weights are missing or not the pinned ones; `tugi doctor` says more")
    variant = engine.variant if engine else ""
    vectors: dict[int, Floats] = _vectors_of(previous, variant)
    if engine is not None:
        texts = texts_to_embed(entries, vectors)
        vectors.update(zip((text_key(text) for text in texts), engine.embed_now(texts), strict=True))
    model = train(entries, load_pool(variant), variant, vectors)
    return model.to_bytes() if model else None


async def train_in_child(
    entries: Sequence[Entry],
    engine_name: str,
    previous: bytes | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> bytes | None:
    """`train_now` in a child process. Raises TrainingFailed, also when it takes too long."""
    header = json.dumps({"engine": engine_name, "entries": [entry.to_json() for entry in entries]}).encode()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tugi.trainer",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": str(_half_the_cores())},
    )
    sent = len(header).to_bytes(_LENGTH_BYTES, "little") + header + (previous or b"")
    try:
        async with asyncio.timeout(timeout_seconds):
            model, said = await child.communicate(sent)
    except TimeoutError as error:
        raise TrainingFailed(f"training took more than {timeout_seconds:.0f} s") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise TrainingFailed(lines[-1] if lines else f"the training process ended with {child.returncode}")
    return model or None


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


def main() -> None:
    """The child's side."""
    os.nice(_NICENESS)
    data = sys.stdin.buffer.read()
    size = int.from_bytes(data[:_LENGTH_BYTES], "little")
    header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + size])
    entries = [entry_from_json(entry) for entry in header["entries"]]
    model = train_now(entries, header["engine"], data[_LENGTH_BYTES + size :] or None)
    sys.stdout.buffer.write(model or b"")


if __name__ == "__main__":
    main()
