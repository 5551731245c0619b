"""A tiny embedding model in a folder, as an operator would bring one: a table of vectors and a tokenizer."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from sentencepiece import SentencePieceTrainer

from tugi.engines.e5_graph import FLOAT, INT64, Graph

SENTENCES = (
    "where is my parcel",
    "kus mu pakk on",
    "how long does delivery take",
    "kui kaua tarne aega võtab",
    "i want to return an item",
    "soovin kauba tagastada",
    "can i pay by card",
    "kas saab kaardiga maksta",
)
PIECES, DIMENSIONS = 90, 24


def write_folder(folder: Path, *, pooled: bool = False, seed: int = 1, **recipe: Any) -> Path:
    """A folder with model.onnx, a sentencepiece model and, if wanted, tugi.json. pooled: the model itself gives
    one vector a text."""
    folder.mkdir(parents=True, exist_ok=True)
    model = io.BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 4),
        model_writer=model,
        vocab_size=PIECES,
        model_type="char",
        pad_id=3,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    (folder / "sentencepiece.bpe.model").write_bytes(model.getvalue())
    (folder / "model.onnx").write_bytes(_graph(pooled, seed))
    if recipe:
        (folder / "tugi.json").write_text(json.dumps(recipe))
    return folder


def _graph(pooled: bool, seed: int) -> bytes:
    graph = Graph()
    graph.port(11, "input_ids", INT64, ["batch", "length"])
    graph.port(11, "attention_mask", INT64, ["batch", "length"])
    table = np.random.default_rng(seed).normal(size=(PIECES + 200, DIMENSIONS)).astype(np.float32)
    states = graph.node("Gather", [graph.constant("table", table), "input_ids"], ["states"], axis=0)
    if pooled:
        axes = graph.constant("axes", np.array([1], np.int64))
        graph.node("ReduceMean", [states, axes], ["out"], keepdims=0)
        graph.port(12, "out", FLOAT, ["batch", DIMENSIONS])
    else:
        graph.node("Identity", [states], ["out"])
        graph.port(12, "out", FLOAT, ["batch", "length", DIMENSIONS])
    return graph.model()
