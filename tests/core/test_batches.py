"""Group commit: everybody is served once, whoever asks and whatever fails on the way."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tugi.core.batches import Batches
from tugi.core.errors import Unavailable

MOST = 4


class Server:
    """Serves numbers; those in `bad` fail alone and spoil each batch they are in, those in `slow` only the batch."""

    def __init__(self, bad: set[int], slow: set[int]) -> None:
        self.bad, self.slow = bad, slow
        self.served = Counter[int]()
        self.sizes: list[int] = []
        self.batches = Batches(self.together, self.single, MOST)

    async def together(self, _key: int, items: Mapping[int, str]) -> Mapping[int, str]:
        await asyncio.sleep(0)
        if self.bad.union(self.slow) & items.keys():
            raise Unavailable("too slow")
        self.sizes.append(len(items))
        self.served.update(items.keys())
        assert list(items) == sorted(items)
        return {number: f"served {item}" for number, item in items.items()}

    async def single(self, _key: int, number: int, item: str) -> str:
        await asyncio.sleep(0)
        if number in self.bad:
            raise ValueError(item)
        self.served[number] += 1
        return f"served {item}"


@given(
    asked=st.lists(st.tuples(st.integers(1, 2), st.integers(0, 12)), max_size=30, unique=True),
    bad=st.sets(st.integers(0, 12), max_size=3),
    slow=st.sets(st.integers(0, 12), max_size=3),
)
def test_everybody_is_served_once_and_only_the_bad_fail(
    asked: list[tuple[int, int]], bad: set[int], slow: set[int]
) -> None:
    async def run() -> None:
        counters = {key: Server(bad, slow) for key in (1, 2)}
        calls = (counters[key].batches.serve(key, n, f"{key} {n}") for key, n in asked)
        ended = await asyncio.gather(*calls, return_exceptions=True)
        for (key, number), end in zip(asked, ended, strict=True):
            assert isinstance(end, ValueError) if number in bad else end == f"served {key} {number}"
            assert counters[key].served[number] == (number not in bad)
        assert all(1 < size <= MOST for counter in counters.values() for size in counter.sizes)

    asyncio.run(run())


async def test_those_that_come_meanwhile_are_served_together() -> None:
    counter = Server(set(), set())
    await asyncio.gather(*(counter.batches.serve(1, number, "") for number in range(10)))
    assert sum(counter.sizes) == 10
    assert len(counter.sizes) == 3


async def test_whoever_is_ended_while_serving_leaves_nobody_behind() -> None:
    started, go = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def together(_key: int, items: Mapping[int, None]) -> Mapping[int, None]:
        started.set()
        await go.wait()
        done.extend(items)
        return items

    async def single(_key: int, number: int, _item: None) -> None:
        done.append(number)

    batches = Batches(together, single, MOST)
    first, second = (asyncio.ensure_future(batches.serve(1, number, None)) for number in (1, 2))
    await started.wait()
    first.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    await second
    assert done == [2]
