"""The figures of a replay: how much the robot would have answered, how much of it rightly, and what that saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tugi.core.database import Row, Transaction
from tugi.desk.answering import policy
from tugi.desk.answering.truths import KNOWN
from tugi.desk.knowledge import entries
from tugi.robot.certificate import upper_bound
from tugi.robot.facts import Level

POINTS = 60
_BINS = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """Counts of questions. right, wrong: of the answered ones whose truth is known."""

    name: str
    questions: int = 0
    answered: int = 0
    right: int = 0
    wrong: int = 0
    asked: int = 0
    asked_right: int = 0
    handed_over: int = 0


@dataclass(frozen=True, slots=True)
class TopicRow:
    """The same for the questions whose first candidate is this entry. minutes: what answering them saves."""

    name: str
    entry_id: int
    title: str
    minutes: float
    level_now: Level
    questions: int = 0
    answered: int = 0
    right: int = 0
    wrong: int = 0
    asked: int = 0
    asked_right: int = 0
    handed_over: int = 0


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """With this cut the robot would answer `coverage` of all questions, and of those whose truth is known `risk`
    would be wrong."""

    coverage: float
    risk: float
    cut: float


@dataclass(frozen=True, slots=True)
class ReplaySummary:
    """The whole. known: questions whose truth is known; unknown: answered ones whose truth is not; precision: right
    among the known answered, precision_low: its exact lower bound at 95 %; freely_answered: answered by the robot
    where a person wrote words of no entry; truths: questions by how their truth is known."""

    questions: int = 0
    known: int = 0
    answered: int = 0
    right: int = 0
    wrong: int = 0
    unknown: int = 0
    freely_answered: int = 0
    precision: float | None = None
    precision_low: float | None = None
    coverage: float = 0
    asked: int = 0
    asked_right: int = 0
    handed_over: dict[str, int] = field(default_factory=dict[str, int])
    suggested: int = 0
    silent: int = 0
    greeted: int = 0
    minutes_saved: float = 0
    truths: dict[str, int] = field(default_factory=dict[str, int])
    by_language: list[ReplayRow] = field(default_factory=list[ReplayRow])
    by_topic: list[TopicRow] = field(default_factory=list[TopicRow])
    curve: list[CurvePoint] = field(default_factory=list[CurvePoint])


# Courtesies answer nobody's question, so they count as greeted and as nothing else.
COUNTS = """
select coalesce(language, '') as language, kind, coalesce(reason, '') as reason, coalesce(entry_id, 0) as entry_id,
       truth, outcome, count(*) as n
from replay_items where workspace_id = $1 and replay_id = $2 group by 1, 2, 3, 4, 5, 6
"""
# A contact is saved once, however many of its questions are answered.
CASES = """
select entry_id, count(distinct case_id) as cases from replay_items
where workspace_id = $1 and replay_id = $2 and kind = 'answer' and entry_id is not null and outcome <> 'wrong'
group by rollup (entry_id)
"""
CURVE = """
select floor(probability * $4)::int as bin, count(*) as n,
       count(*) filter (where truth = any($3::text[])) as known,
       count(*) filter (where truth = any($3::text[]) and truth_entry_id is distinct from entry_id) as wrong
from replay_items
where workspace_id = $1 and replay_id = $2 and probability is not null and entry_id is not null
  and (kind in ('answer', 'ask', 'suggest') or reason = 'unsure')
group by 1 order by 1 desc
"""


async def summarise(tx: Transaction, replay_id: int) -> ReplaySummary:
    """The figures of what is done so far."""
    counts = await tx.fetch(COUNTS, tx.workspace_id, replay_id)
    saved = {row["entry_id"]: row["cases"] for row in await tx.fetch(CASES, tx.workspace_id, replay_id)}
    bins = await tx.fetch(CURVE, tx.workspace_id, replay_id, list(KNOWN), _BINS)
    minutes = (await policy.get(tx)).minutes_per_contact
    questions = sum(row["n"] for row in counts)
    whole = _count("", counts)
    answered = [row for row in counts if row["kind"] == "answer" and row["reason"] != "courtesy"]
    known = whole.right + whole.wrong
    # What is wrong among the answers nobody knows the truth of is taken to be as much as among the others.
    share = whole.right / known if known else 1.0
    return ReplaySummary(
        questions=questions,
        known=_sum(row for row in counts if row["truth"] in KNOWN),
        answered=whole.answered,
        right=whole.right,
        wrong=whole.wrong,
        unknown=whole.answered - known,
        freely_answered=_sum(row for row in answered if row["truth"] == "none"),
        precision=whole.right / known if known else None,
        precision_low=1 - upper_bound(whole.wrong, known, CONFIDENCE) if known else None,
        coverage=whole.answered / questions if questions else 0,
        asked=whole.asked,
        asked_right=whole.asked_right,
        handed_over=_by((row["reason"], row["n"]) for row in counts if row["kind"] == "hand_over"),
        suggested=_sum(row for row in counts if row["kind"] == "suggest"),
        silent=_sum(row for row in counts if row["kind"] == "stay_silent"),
        greeted=_sum(row for row in counts if row["kind"] == "answer" and row["reason"] == "courtesy"),
        minutes_saved=_minutes(saved.get(None, 0), minutes, whole, share),
        truths=_by((row["truth"], row["n"]) for row in counts),
        by_language=_by_language(counts),
        by_topic=await _by_topic(tx, counts, saved, minutes, share),
        curve=curve_of(bins, questions),
    )


def _sum(rows: Iterable[Row]) -> int:
    return sum(row["n"] for row in rows)


def _by(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    out: dict[str, int] = {}
    for name, n in pairs:
        out[name] = out.get(name, 0) + n
    return dict(sorted(out.items(), key=lambda item: -item[1]))


def _count(name: str, rows: Sequence[Row]) -> ReplayRow:
    given = [row for row in rows if row["kind"] == "answer" and row["reason"] != "courtesy"]
    asked = [row for row in rows if row["kind"] == "ask"]
    return ReplayRow(
        name=name,
        questions=_sum(rows),
        answered=_sum(given),
        right=_sum(row for row in given if row["outcome"] == "right"),
        wrong=_sum(row for row in given if row["outcome"] == "wrong"),
        asked=_sum(asked),
        asked_right=_sum(row for row in asked if row["outcome"] == "right"),
        handed_over=_sum(row for row in rows if row["kind"] == "hand_over"),
    )


def _minutes(cases: int, minutes: float, row: ReplayRow, share: float) -> float:
    """cases: answered and not known to be wrong; of those whose truth is unknown, `share` are taken to be right."""
    fine = row.answered - row.wrong
    unknown = fine - row.right
    return round(cases * minutes * (row.right + unknown * share) / fine, 1) if fine else 0.0


def _by_language(counts: Sequence[Row]) -> list[ReplayRow]:
    groups: dict[str, list[Row]] = {}
    for row in counts:
        groups.setdefault(row["language"], []).append(row)
    rows = [_count(language, group) for language, group in groups.items()]
    return sorted(rows, key=lambda row: -row.questions)


async def _by_topic(
    tx: Transaction, counts: Sequence[Row], saved: Mapping[int | None, int], minutes: float, share: float
) -> list[TopicRow]:
    groups: dict[int, list[Row]] = {}
    for row in counts:
        if row["entry_id"]:
            groups.setdefault(row["entry_id"], []).append(row)
    titles = {entry.id: title_of(entry) for entry in await entries.of_ids(tx, list(groups))}
    levels = await _levels(tx)
    default: Level = (await policy.get(tx)).default_level
    out: list[TopicRow] = []
    for entry_id, group in groups.items():
        row = _count(str(entry_id), group)
        title = titles.get(entry_id, "")
        out.append(
            TopicRow(
                name=title,
                entry_id=entry_id,
                title=title,
                minutes=_minutes(saved.get(entry_id, 0), minutes, row, share),
                level_now=levels.get(entry_id, default),
                questions=row.questions,
                answered=row.answered,
                right=row.right,
                wrong=row.wrong,
                asked=row.asked,
                asked_right=row.asked_right,
                handed_over=row.handed_over,
            )
        )
    return sorted(out, key=lambda row: (-row.minutes, -row.questions, row.entry_id))


async def _levels(tx: Transaction) -> dict[int, Level]:
    rows = await tx.fetch(
        "select entry_id, level from topics where workspace_id = $1 and level is not null", tx.workspace_id
    )
    return {row["entry_id"]: row["level"] for row in rows}


def title_of(entry: entries.Entry, language: str = "") -> str:
    """The entry's title in this language, else in the first there is."""
    titles = {str(code): text.title for code, text in entry.texts.items()}
    return titles.get(language) or next(iter(titles.values()), "")


def curve_of(bins: Sequence[Row], questions: int) -> list[CurvePoint]:
    """Risk over coverage from counts by falling probability (`bin`, `n`, `known`, `wrong`); at most 60 points."""
    points: list[CurvePoint] = []
    n = known = wrong = 0
    for row in bins:
        n, known, wrong = n + row["n"], known + row["known"], wrong + row["wrong"]
        if known:
            points.append(CurvePoint(n / questions, wrong / known, row["bin"] / _BINS))
    if len(points) <= POINTS:
        return points
    step = (len(points) - 1) / (POINTS - 1)
    return [points[round(place * step)] for place in range(POINTS)]
