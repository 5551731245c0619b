"""Group commit: what is asked for while others are being served is served together, by whoever comes next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Line(Generic[Item, Result]):
    """Who stands in line for one key. served: by somebody else; alone: who is or must be served without the others."""

    calls: Counter[int] = field(default_factory=Counter[int])
    waiting: dict[int, Item] = field(default_factory=dict[int, Item])
    served: dict[int, Result] = field(default_factory=dict[int, Result])
    alone: set[int] = field(default_factory=set[int])
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Batches(Generic[Item, Result]):
    """Serves numbered items of one key, such as a workspace's, at most `most` at once and in their order.

    together: serves several, all or none. When it raises, each is served by itself, so that only whoever caused it
    meets it again. single: serves one, and may raise.
    """

    def __init__(
        self,
        together: Callable[[int, Mapping[int, Item]], Awaitable[Mapping[int, Result]]],
        single: Callable[[int, int, Item], Awaitable[Result]],
        most: int,
    ) -> None:
        self._together = together
        self._single = single
        self._most = most
        self._lines: dict[int, _Line[Item, Result]] = {}

    async def serve(self, key: int, number: int, item: Item) -> Result:
        """What came of this item, served by this call or another; raises what `single` does."""
        line = self._lines.setdefault(key, _Line())
        line.calls[number] += 1
        line.waiting[number] = item
        try:
            async with line.turn:
                if number not in line.served:
                    await self._serve_together(key, line, number)
                if number in line.served:
                    return line.served[number]
            # Outside the turn: one that takes long keeps nobody waiting.
            return await self._single(key, number, item)
        finally:
            line.calls[number] -= 1
            if not line.calls[number]:
                del line.calls[number], line.waiting[number]
                line.served.pop(number, None)
                line.alone.discard(number)
            if not line.calls:
                self._lines.pop(key, None)

    async def _serve_together(self, key: int, line: _Line[Item, Result], number: int) -> None:
        # Those who have been called in the same moment come into the line first.
        await asyncio.sleep(0)
        others = sorted(line.waiting.keys() - line.served.keys() - line.alone - {number})
        batch = sorted([number, *others[: self._most - 1]])
        if number in line.alone or len(batch) == 1:
            line.alone.add(number)
            return
        results: Mapping[int, Result] = {}
        # Not hidden: whoever caused it meets it again alone, and tells.
        with suppress(Exception):
            results = await self._together(key, {one: line.waiting[one] for one in batch})
        line.served.update((one, result) for one, result in results.items() if one in line.waiting)
        line.alone.update(line.waiting.keys() & set(batch) - results.keys())
