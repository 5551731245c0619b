"""The seam between replays and the robots that rehearse for them, which run beside the serving process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from tugi.desk.answering.failures import Failed
from tugi.robot.rehearsal import Asked, Decided, Stage

Decide = Callable[[Sequence[Asked]], Awaitable[list[Decided]]]
# Makes the robot of a stage rehearse for the length of a block.
Rehearse = Callable[[Stage], AbstractAsyncContextManager[Decide]]


class RehearsalFailed(Failed):
    """The rehearsing robot cannot go on."""
