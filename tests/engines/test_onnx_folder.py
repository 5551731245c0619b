"""An operator's own model: read from its folder, and refused in a sentence that says what to mend."""

import json
from pathlib import Path

import numpy as np
import pytest

from fakes.onnx_model import DIMENSIONS, write_folder
from tugi.engines import onnx_folder
from tugi.engines.onnx_folder import OnnxFolder
from tugi.ports import EngineFailed

TEXTS = ["where is my parcel", "kus mu pakk on", "", "\0\ud800", "x" * 100_000, "word " * 3000, "tere"]


@pytest.mark.parametrize("pooling", ["mean", "cls"])
async def test_vectors_are_of_length_one_and_independent_of_their_batch(tmp_path: Path, pooling: str) -> None:
    engine = OnnxFolder(str(write_folder(tmp_path, pooling=pooling, max_tokens=64)), threads=2)
    together = await engine.embed(TEXTS * 10)
    assert together.shape == (70, DIMENSIONS)
    assert engine.dimensions == DIMENSIONS
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([engine.embed_now([text]) for text in TEXTS])
    assert np.allclose(alone, together[:7], atol=1e-5)


def test_the_prefix_the_marks_and_the_offset_are_read(tmp_path: Path) -> None:
    plain = OnnxFolder(str(write_folder(tmp_path / "a"))).embed_now(["tere"])
    for number, recipe in enumerate(({"prefix": "query: "}, {"offset": 1}, {"begin": 7}, {"end": 7})):
        other = OnnxFolder(str(write_folder(tmp_path / f"b{number}", **recipe))).embed_now(["tere"])
        assert not np.allclose(plain, other, atol=1e-3), recipe


def test_a_model_that_pools_by_itself_is_taken_as_it_is(tmp_path: Path) -> None:
    engine = OnnxFolder(str(write_folder(tmp_path, pooled=True)))
    assert engine.embed_now(["tere", "kus mu pakk on"]).shape == (2, DIMENSIONS)


def test_other_weights_are_another_variant(tmp_path: Path) -> None:
    names = {OnnxFolder(str(write_folder(tmp_path, seed=seed))).variant for seed in (1, 2)}
    assert len(names) == 2
    changed = write_folder(tmp_path, seed=2, prefix="query: ")
    assert OnnxFolder(str(changed)).variant not in names


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("no_model", "model.onnx"),
        ("not_onnx", "cannot be opened"),
        ("no_tokenizer", "tokenizer.json or one sentencepiece"),
        ("bad_tokenizer", "cannot be read"),
        ("json_without_package", "pip install tokenizers"),
        ("bad_recipe", "not JSON"),
        ("unknown_setting", "unknown poling"),
        ("bad_pooling", "mean"),
        ("bad_tokens", "max_tokens"),
        ("dimensions", "24"),
        ("outside_the_table", "failed on a first text"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, broken: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, pieces = write_folder(tmp_path), tmp_path / "sentencepiece.bpe.model"
    match broken:
        case "no_model":
            (folder / "model.onnx").unlink()
        case "not_onnx":
            (folder / "model.onnx").write_bytes(b"GGUF" * 100)
        case "no_tokenizer":
            pieces.unlink()
        case "bad_tokenizer":
            pieces.write_bytes(b"nothing of the kind")
        case "json_without_package":
            pieces.unlink()
            (folder / "tokenizer.json").write_text("{}")
            monkeypatch.setattr(onnx_folder, "tokenizers", None)
        case "bad_recipe":
            (folder / "tugi.json").write_text("{")
        case other:
            recipe = {
                "unknown_setting": {"poling": "mean"},
                "bad_pooling": {"pooling": "max"},
                "bad_tokens": {"max_tokens": "many"},
                "dimensions": {"dimensions": 768},
                "outside_the_table": {"offset": 100_000},
            }
            (folder / "tugi.json").write_text(json.dumps(recipe[other]))
    with pytest.raises(EngineFailed, match=says):
        OnnxFolder(str(folder)).embed_now(["tere"])
