"""How well the robot finds the right entry, on every public set: writes docs/robot-quality.md.

The calibrator is learned anew for each set without that set, and judged messages are cross-fitted, so no
figure was helped by its own answers. Run: python -m bench.robot_quality [folder of question sets].
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.pool_calibrator import DATA, ROOT, SETS, Key, Study, learn, open_engine, study_set
from tugi.evaluation import Judged, cross_fit, judge_all, score_pairs, score_parts
from tugi.robot import cuts, teaching
from tugi.robot.calibrator import Pool
from tugi.robot.features import Floats
from tugi.robot.teaching import Piece, Question, Scored, gather, learn_judge, score, teach
from tugi.robot.text import without_diacritics
from tugi.trainer import load_pool

OUT = ROOT / "docs" / "robot-quality.md"
MEASURED: tuple[Key, ...] = (
    ("hint3_curekart", None),
    ("hint3_sofmattress", None),
    ("clinc150", 10),
    ("bitext27", 10),
    ("burokratt_et", None),
    ("tugi_shop", None),
    ("hint3_powerplay11", None),
    ("multidogo_media", None),
)
# Sets with letters that a foreign keyboard lacks, and sets small enough to be fitted again for an ablation.
NATIONAL = ("burokratt_et", "tugi_shop")
SMALL = ("hint3_curekart", "hint3_sofmattress", "burokratt_et", "tugi_shop")
# What the same command wrote before messages were taught: right@95 (untaught, taught calibrator), answered, right.
BEFORE = {
    "hint3_curekart": ("45.0", "54.4", "38.5", "85.8"),
    "hint3_sofmattress": ("31.0", "38.1", "37.1", "85.7"),
    "clinc150": ("81.3", "83.8", "71.5", "97.3"),
    "bitext27": ("95.3", "95.9", "77.5", "97.0"),
    "burokratt_et": ("71.4", "73.5", "41.3", "96.5"),
    "tugi_shop": ("21.0", "21.0", "6.9", "88.9"),
    "hint3_powerplay11": ("22.4", "19.4", "19.3", "79.4"),
    "multidogo_media": ("0.5", "25.9", "54.8", "67.2"),
}
# Coverage wished for, with at least 95 % right, and messages settled by an answer or a question back.
WISHED = {
    "hint3_curekart": (18, 88),
    "hint3_sofmattress": (25, 88),
    "clinc150": (70, 88),
    "bitext27": (75, 88),
    "burokratt_et": (50, 88),
    "tugi_shop": (20, 75),
}

Row = dict[str, str]
Rows = NDArray[np.bool_]


def percent(part: float, whole: float) -> str:
    """A percentage with one decimal."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def right_at(sure: Floats, right: Rows, answerable: int, precision: float = 0.95) -> str:
    """Share of answerable messages answered rightly at the best cut in hindsight."""
    order = np.argsort(-sure, kind="stable")
    count = np.cumsum(right[order])
    kept = np.flatnonzero(count >= precision * np.arange(1, len(order) + 1))
    return percent(float(count[kept[-1]]) if len(kept) else 0.0, answerable)


def mean_risk(sure: Floats, right: Rows) -> float:
    """Mean share of wrong answers over all coverages (AURC); less is better."""
    order = np.argsort(-sure, kind="stable")
    return float(np.mean(1 - np.cumsum(right[order]) / np.arange(1, len(order) + 1)))


def calibration_error(sure: Floats, right: Rows) -> float:
    """Mean distance between what was expected and what was right, in 15 bins (ECE)."""
    bins = np.minimum((sure * 15).astype(int), 14)
    gaps = np.bincount(bins, sure - right, 15)
    return float(np.abs(gaps).sum() / len(sure))


def decisions(study: Study, judged: Judged, seen: Rows | None = None) -> Row:
    """What was done with the messages, as shares."""
    entries, first = study.entries, judged.scored.first
    seen = np.ones(len(entries), np.bool_) if seen is None else seen
    right, among = first[:, 0] == entries, (first == entries[:, None]).any(1)
    answered, asked, answerable = judged.answered & seen, judged.asked & seen, (entries >= 0) & seen
    settled = (answered & right) | (asked & among)
    vain = asked & (entries < 0)
    return {
        "answered %": percent(answered.sum(), seen.sum()),
        "of these right %": percent((answered & right).sum(), answered.sum()),
        "wrong % of all": f"{100 * (answered & ~right).sum() / seen.sum():.2f}",
        "settled %": percent(settled.sum(), answerable.sum()),
        "asked in vain %": percent(vain.sum(), ((entries < 0) & seen).sum()),
    }


def subset(study: Study, share: float | None) -> Rows:
    """Messages of which that share is unanswerable, as many as there are; all with None."""
    entries = study.entries
    yes, no = np.flatnonzero(entries >= 0), np.flatnonzero(entries < 0)
    chosen = np.ones(len(entries), np.bool_)
    if share is None or not len(no):
        return chosen
    random = np.random.default_rng(5)
    fits = min(len(yes) / (1 - share), len(no) / share)
    chosen[:] = False
    chosen[random.permutation(yes)[: round(fits * (1 - share))]] = True
    chosen[random.permutation(no)[: round(fits * share)]] = True
    return chosen


class Case:
    """One set with all that is measured on it."""

    def __init__(self, study: Study, pool: Pool) -> None:
        self.study, self.pool = study, pool
        self.inner = score_pairs(study.shop, study.questions)

    @property
    def right(self) -> Rows:
        return gather(self.study.parts).first[:, 0] == self.study.entries

    def taught(self, seen: Rows | None = None, parts: Sequence[Piece] | None = None) -> Judged:
        """Cross-fitted: everything learned on the shop's other judged messages."""
        return cross_fit(self.study.questions, self.pool, parts or self.study.parts, self.inner, seen=seen)

    def untaught(self, seen: Rows | None = None, scored: Scored | None = None) -> Judged:
        """A shop without any judged message: the shipped calibrator, the cut from unlabelled traffic."""
        scored = scored or self.study.untaught
        traffic = scored.features if seen is None else scored.features[seen]
        return judge_all(learn_judge(self.pool, None, [], traffic), scored)


def main_row(case: Case) -> tuple[Row, Row]:
    """Lines of the first two tables."""
    study, name = case.study, case.study.key[0]
    entries, taught, untaught = study.entries, case.taught(), case.untaught()
    answerable = int((entries >= 0).sum())
    right, plain = taught.scored.first[:, 0] == entries, untaught.scored.first[:, 0] == entries
    before = BEFORE[name]
    label = f"{name} ({study.key[1] or 'all'})"
    ranked = {
        "set": label,
        "messages": str(len(entries)),
        "unanswerable %": percent((entries < 0).sum(), len(entries)),
        "top-1 % untaught / taught": f"{percent(plain.sum(), answerable)} / {percent(right.sum(), answerable)}",
        "right@95 untaught, before / now": f"{before[0]} / {right_at(untaught.sure, plain, answerable)}",
        "right@95 taught, before / now": f"{before[1]} / {right_at(taught.sure, right, answerable)}",
        "AURC untaught / taught": f"{mean_risk(untaught.sure, plain):.3f} / {mean_risk(taught.sure, right):.3f}",
        "ECE untaught / taught": (
            f"{calibration_error(untaught.sure, plain):.3f} / {calibration_error(taught.sure, right):.3f}"
        ),
    }
    wish = WISHED.get(name)
    decided = {"set": label, **decisions(study, taught)}
    decided["wished: answered, settled"] = f"{wish[0]}, {wish[1]}" if wish else "-"
    decided["before: answered, right"] = f"{before[2]}, {before[3]}"
    return ranked, decided


def shift_rows(case: Case) -> list[Row]:
    """Decisions when the share of unanswerable messages moves, with and without judged messages."""
    rows: list[Row] = []
    for share in (None, 0.1, 0.7):
        seen = subset(case.study, share)
        name = {"set": case.study.key[0], "unanswerable": "as it is" if share is None else f"{100 * share:.0f} %"}
        for label, judged in (("taught", case.taught(seen)), ("untaught", case.untaught(seen))):
            rows.append({**name, "judged messages": label, **decisions(case.study, judged, seen)})
    return rows


def diacritics_rows(case: Case) -> list[Row]:
    """The same messages typed without diacritics, with and without copies of the examples without them."""
    study = case.study
    bare = [without_diacritics(question.text) for question in study.questions]
    answerable = int((study.entries >= 0).sum())
    parts = score_parts(study.shop, study.questions, bare)
    own = [
        [text for text in texts if text not in {without_diacritics(other) for other in texts if other != text}]
        for texts in study.shop.texts
    ]
    plain = teach(study.shop.texts, [], study.shop.vectors)[0]
    uncopied = teach(own, [], study.shop.vectors)[0]
    tried = {
        "as typed": study.untaught,
        "without diacritics": score(plain, bare, study.shop.vectors),
        "without diacritics, examples not copied": score(uncopied, bare, study.shop.vectors),
    }
    judged = [(label, "untaught", case.untaught(None, scored)) for label, scored in tried.items()]
    judged.append(("without diacritics", "taught", case.taught(None, parts)))
    rows: list[Row] = []
    for label, taught, one in judged:
        right = (one.scored.first[:, 0] == study.entries).sum()
        names = {"set": study.key[0], "messages": label, "judged messages": taught}
        rows.append({**names, "top-1 %": percent(right, answerable), **decisions(study, one)})
    return rows


def without_ngrams(case: Case) -> Case:
    """The same set with the embedding alone: texts become blanks of different lengths, which have no n-grams."""
    study = case.study
    texts = dict.fromkeys([*(t for own in study.shop.texts for t in own), *(q.text for q in study.questions)])
    blank = {text: " " * (length + 1) for length, text in enumerate(texts)}
    vectors = study.shop.vectors or {}
    from_blank = {blank[text]: vectors[text] for text in texts}
    shop = type(study.shop)(
        study.shop.ids, tuple(tuple(blank[text] for text in own) for own in study.shop.texts), from_blank
    )
    questions = [Question(blank[question.text], question.entry) for question in study.questions]
    untaught = score(teach(shop.texts, [], from_blank)[0], [question.text for question in questions], from_blank)
    return Case(Study(study.key, shop, questions, untaught, score_parts(shop, questions)), case.pool)


def ablation_rows(case: Case) -> list[Row]:
    """What each part of the recipe is worth on a set."""
    study, entries = case.study, case.study.entries
    answerable, seen = int((entries >= 0).sum()), subset(case.study, 0.7)

    def row(label: str, judged: Judged, shifted: Judged | None) -> Row:
        right = judged.scored.first[:, 0] == entries
        at_shift = decisions(study, shifted, seen) if shifted else None
        done = decisions(study, judged)
        return {
            "set": study.key[0],
            "recipe": label,
            "right@95": right_at(judged.sure, right, answerable),
            "AURC": f"{mean_risk(judged.sure, right):.3f}",
            "answered, right %": f"{done['answered %']}, {done['of these right %']}",
            "at 70 % unanswerable": f"{at_shift['answered %']}, {at_shift['of these right %']}" if at_shift else "-",
        }

    rows = [row("whole", case.taught(), case.taught(seen))]
    apart = gather(study.parts)
    head = Judged(apart, apart.features[:, 0], apart.features[:, 0] >= 0.95, np.zeros(len(entries), np.bool_))
    rows.append(row("head's probability from 0.95 on, no calibrator", head, head))
    rows.append(row("no judged message", case.untaught(), case.untaught(seen)))
    alone = _calibrated_only(case)
    rows.append(row("judged messages teach calibrator and cut, not the matcher", alone, None))
    fixed = case.taught(np.zeros(len(entries), np.bool_))
    rows.append(row("cut that does not follow the traffic", fixed, fixed))
    rows.append(row("no margin: cut at 95 %", *(_aimed(case, 0.95 - cuts.MARGIN, own) for own in (None, seen))))
    if study.key[0] in SMALL:
        bare = without_ngrams(case)
        rows.append(row("no n-grams", bare.taught(), bare.taught(seen)))
    return rows


def _aimed(case: Case, target: float, seen: Rows | None) -> Judged:
    return cross_fit(case.study.questions, case.pool, case.study.parts, case.inner, target, seen)


def _calibrated_only(case: Case) -> Judged:
    study = case.study
    part = teaching.fold_of(study.questions, teaching.folds_for(study.questions))

    def pieces(own: Sequence[int]) -> list[Piece]:
        rows = [np.flatnonzero(part == one) for one in own]
        scored = study.untaught
        return [(row, Scored(scored.features[row], scored.first[row])) for row in rows]

    every = list(range(int(part.max()) + 1))
    inner = [pieces([other for other in every if other != one]) for one in every]
    return cross_fit(study.questions, case.pool, pieces(every), inner)


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a Markdown table."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join(lines + ["| " + " | ".join(row[head] for head in heads) + " |" for row in rows])


def measure(studies: Mapping[Key, Study]) -> str:
    """All tables, as Markdown."""
    ranked: list[Row] = []
    decided: list[Row] = []
    shifted: list[Row] = []
    typed: list[Row] = []
    ablated: list[Row] = []
    for key in MEASURED:
        pool = learn([studies[one] for one in SETS if one[0] != key[0]], *_cuts())
        case = Case(studies[key], pool)
        one, two = main_row(case)
        ranked.append(one)
        decided.append(two)
        shifted += shift_rows(case)
        ablated += ablation_rows(case)
        typed += diacritics_rows(case) if key[0] in NATIONAL else []
        print(json.dumps({**one, **two}, ensure_ascii=False), flush=True)
    answer, ask = _cuts()
    return TEXT.format(
        ranked=table(ranked), decided=table(decided), shifted=table(shifted), typed=table(typed),
        ablated=table(ablated), answer=answer, ask=ask,
    )  # fmt: skip


def _cuts() -> tuple[float, float]:
    shipped = load_pool("e5")
    return shipped.answer_cut, shipped.ask_cut


TEXT = (Path(__file__).with_name("robot_quality.md")).read_text(encoding="utf-8")


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not data.is_dir():
        print(f"SKIPPED: there is no {data.name} folder with question sets; docs/robot-quality.md stays as it is")
        return
    engine = open_engine()
    keys = dict.fromkeys((*SETS, *MEASURED))
    OUT.write_text(measure({key: study_set(data, key, engine) for key in keys}), encoding="utf-8")


if __name__ == "__main__":
    main()
