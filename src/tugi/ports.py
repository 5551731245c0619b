"""What the desk needs of the outside world. Plugs in channels/, shops/ and engines/ fulfil these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into unit vectors of meaning.

    `variant` names the exact weights and arithmetic; vectors of different variants must not be mixed.
    `dimensions` is the length of a vector. Any string is accepted, also hostile or empty ones.
    """

    variant: str
    dimensions: int

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors [len(texts), dimensions], computed off the event loop."""
        ...

    def embed_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same in the calling thread, for commands and child processes."""
        ...
