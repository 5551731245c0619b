"""Group commit: what is asked for while others are being served is served together, by whoever comes next."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Line:
    """Who stands in line for one key. served: by somebody else; alone: who is or must be served without the others."""

    waiting: Counter[int] = field(default_factory=Counter[int])
    served: set[int] = field(default_factory=set[int])
    alone: set[int] = field(default_factory=set[int])
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Batches:
    """Serves numbers of one key, such as a workspace's, at most `most` at once and in their order.

    together: serves several, all or none; False: each must be served by itself. single: serves one, and may raise.
    """

    def __init__(
        self,
        together: Callable[[int, Sequence[int]], Awaitable[bool]],
        single: Callable[[int, int], Awaitable[None]],
        most: int,
    ) -> None:
        self._together = together
        self._single = single
        self._most = most
        self._lines: dict[int, _Line] = {}

    async def serve(self, key: int, number: int) -> None:
        """Return when this number has been served, by this call or another; raises what `single` does."""
        line = self._lines.setdefault(key, _Line())
        line.waiting[number] += 1
        try:
            async with line.turn:
                if number in line.served or await self._served_together(key, line, number):
                    return
            # Outside the turn: one that takes long keeps nobody waiting.
            await self._single(key, number)
        finally:
            line.waiting[number] -= 1
            if not line.waiting[number]:
                del line.waiting[number]
                line.served.discard(number)
                line.alone.discard(number)
            if not line.waiting:
                self._lines.pop(key, None)

    async def _served_together(self, key: int, line: _Line, number: int) -> bool:
        # Those who have been called in the same moment come into the line first.
        await asyncio.sleep(0)
        others = sorted(line.waiting.keys() - line.served - line.alone - {number})
        batch = sorted([number, *others[: self._most - 1]])
        if number in line.alone or len(batch) == 1:
            line.alone.add(number)
            return False
        done = await self._together(key, batch)
        (line.served if done else line.alone).update(line.waiting.keys() & set(batch))
        return done
