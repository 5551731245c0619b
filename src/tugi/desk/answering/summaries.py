"""A long case in at most four lines, in its own words: what the customer wants, what was answered, what is open.

Extractive, without a language model: a turn weighs as much as its words are rare in this shop's conversations.
`robot` wrote what is made here; a language model may write another (`keep` takes either).
Only this file writes `summaries`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from tugi.core import clock, i18n
from tugi.core.database import Transaction
from tugi.desk.cases.transcript import Message
from tugi.desk.knowledge.words import words

WrittenBy = Literal["robot", "language_model"]
Weight: TypeAlias = Callable[[str], float]
# A conversation of so many messages is read as quickly as its summary.
SHORT_CASE = 8
LINE_LETTERS = 160
SAMPLE = 1_000
REFRESH_SECONDS = 3600.0
# A second wish is told when it brings this share of the first one's information anew.
SECOND_WISH = 0.5
# A message of a turn that tells less than this share of its best one is left out of the quote.
LITTLE = 0.4
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Summary:
    """A stored summary. message_id: the newest message it knows."""

    text: str
    written_by: WrittenBy
    created_at: datetime
    message_id: int


class Rareness:
    """How much a word tells in each workspace: the logarithm of how few messages hold it. One of these a process."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, Counter[str], int]] = {}

    async def read(self, tx: Transaction) -> None:
        """Count the words of the newest 1,000 customers' messages, at most once an hour."""
        held = self._held.get(tx.workspace_id)
        if held is not None and clock.monotonic() - held[0] < REFRESH_SECONDS:
            return
        rows = await tx.fetch(
            "select left(text, 400) as text from messages where workspace_id = $1 and author_kind = 'customer' "
            "order by id desc limit $2",
            tx.workspace_id,
            SAMPLE,
        )
        counts: Counter[str] = Counter()
        for row in rows:
            counts.update(set(words(row["text"])))
        self._held[tx.workspace_id] = (clock.monotonic(), counts, len(rows))

    def weigh(self, workspace_id: int, told: Iterable[str]) -> float:
        """The information of these words together, in nats; each counts once."""
        _, counts, total = self._held.get(workspace_id, (0.0, Counter[str](), 0))
        return sum(math.log((total + 2) / (counts[word] + 1)) for word in set(told))


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one side said without being interrupted, message by message."""

    ours: bool
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.parts)


async def find(tx: Transaction, case_id: int, language: str) -> Summary | None:
    """The stored summary of a case in a language, however old."""
    row = await tx.fetchrow(
        "select text, written_by, created_at, message_id from summaries "
        "where workspace_id = $1 and case_id = $2 and language = $3",
        tx.workspace_id,
        case_id,
        language,
    )
    return Summary(**dict(row)) if row else None


async def keep(tx: Transaction, case_id: int, language: str, summary: Summary) -> None:
    """Store a summary unless one that knows newer messages is there, or a model's of the same ones."""
    await tx.execute(
        "insert into summaries as s (workspace_id, case_id, message_id, language, text, written_by, created_at) "
        "select $1, $2, $3, $4, $5, $6, $7 where exists (select from cases where workspace_id = $1 and id = $2) "
        "on conflict (workspace_id, case_id, language) do update set message_id = excluded.message_id, "
        "text = excluded.text, written_by = excluded.written_by, created_at = excluded.created_at "
        "where s.message_id < excluded.message_id "
        "or s.message_id = excluded.message_id and excluded.written_by = 'language_model'",
        tx.workspace_id,
        case_id,
        summary.message_id,
        language,
        summary.text,
        summary.written_by,
        summary.created_at,
    )


async def extract(tx: Transaction, rareness: Rareness, said: Sequence[Message], language: str) -> Summary | None:
    """The summary of a whole conversation, its lead words in `language`; None while the case is short."""
    if len(said) <= SHORT_CASE:
        return None
    await rareness.read(tx)
    text = "\n".join(_lines(tx.workspace_id, rareness, _turns(said), language))
    return Summary(text, "robot", clock.now(), said[-1].id) if text else None


def _lines(workspace_id: int, rareness: Rareness, turns: Sequence[_Turn], language: str) -> list[str]:
    def weight(text: str, known: Iterable[str] = ()) -> float:
        told = set(words(text)) - set(known)
        # Long texts hold more words without telling more of them.
        return rareness.weigh(workspace_id, told) / math.sqrt(len(told) + 4)

    def line(key: str, turn: _Turn) -> str:
        return i18n.text(language, f"summary.{key}", words=_short(_telling(turn, weight), weight))

    asked = [turn for turn in turns if not turn.ours]
    if not asked:
        return []
    open_turn = turns[-1] if not turns[-1].ours else None
    first = max(asked, key=lambda turn: weight(turn.text))
    rest = [turn for turn in asked if turn not in (first, open_turn)]
    wishes = [first]
    second = max(rest, key=lambda turn: weight(turn.text, words(first.text)), default=None)
    if second and weight(second.text, words(first.text)) >= SECOND_WISH * weight(first.text):
        wishes.append(second)
    found = [line("wanted", turn) for turn in turns if turn in wishes]
    ours = [turn for turn in turns if turn.ours]
    if ours:
        found.append(line("answered", max(ours, key=lambda turn: weight(turn.text))))
    if open_turn and open_turn is not first:
        found.append(line("open", open_turn))
    return found


def _turns(said: Sequence[Message]) -> list[_Turn]:
    """Turns in order. Our words that answer nothing, such as "a person will come", are no turn."""
    turns: list[_Turn] = []
    for message in said:
        ours = message.author.kind != "customer"
        text = " ".join(message.text.split())
        if not text or (message.author.kind == "robot" and message.entry_id is None):
            continue
        if turns and turns[-1].ours == ours:
            turns[-1] = _Turn(ours, (*turns[-1].parts, text))
        else:
            turns.append(_Turn(ours, (text,)))
    return turns


def _telling(turn: _Turn, weight: Weight) -> str:
    """The turn without greetings and thanks: messages that tell little beside its best one."""
    weights = [weight(part) for part in turn.parts]
    return " ".join(part for part, told in zip(turn.parts, weights, strict=True) if told >= LITTLE * max(weights))


def _short(text: str, weight: Weight) -> str:
    """The text, or of a long one the sentence that tells most."""
    if len(text) <= LINE_LETTERS:
        return text
    best = max((part.strip() for part in _SENTENCE.split(text) if part.strip()), key=weight)
    if len(best) <= LINE_LETTERS:
        return best
    return best[:LINE_LETTERS].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
