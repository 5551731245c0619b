"""Text to token ids: the unigram vocabulary of the weight file, run by sentencepiece."""

from __future__ import annotations

import unicodedata

from sentencepiece import SentencePieceProcessor

from tugi.engines import protobuf_wire as wire
from tugi.engines.e5_weights import Weights

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
MAX_CHARACTERS = 2000
WINDOW = 510

_NORMAL, _UNKNOWN_TYPE, _CONTROL = 1, 2, 3


def clean(text: str) -> str:
    """Text that no engine can choke on: no NUL, no lone surrogate, NFKC, at most 2,000 characters.

    Cut before and after NFKC, because one character can expand to eighteen.
    """
    text = text[: 4 * MAX_CHARACTERS].replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFKC", text[:MAX_CHARACTERS])[:MAX_CHARACTERS].strip()


def vocabulary_model(weights: Weights) -> bytes:
    """The vocabulary as a sentencepiece model. Special tokens become control pieces, so that a
    customer who types "</s>" sends four characters and not an end mark."""
    special = {BEGIN: _CONTROL, PAD: _CONTROL, END: _CONTROL, UNKNOWN: _UNKNOWN_TYPE}
    special[len(weights.pieces) - 1] = _CONTROL
    parts: list[bytes] = []
    for index, (piece, score) in enumerate(zip(weights.pieces, weights.scores.tolist(), strict=True)):
        body = wire.nested(1, piece) + wire.real(2, score)
        if index in special:
            body += wire.number(3, special[index])
        parts.append(wire.nested(1, body))
    trainer = wire.number(3, 1) + wire.number(40, UNKNOWN) + wire.number(41, BEGIN)
    trainer += wire.number(42, END) + wire.number(43, PAD)
    normalizer = wire.nested(1, "identity") + wire.number(3, 1) + wire.number(4, 1) + wire.number(5, 1)
    return b"".join(parts) + wire.nested(2, trainer) + wire.nested(3, normalizer)


class Tokenizer:
    """Token windows of a text, each at most 512 ids with its begin and end marks."""

    def __init__(self, weights: Weights) -> None:
        self._pieces = SentencePieceProcessor(model_proto=vocabulary_model(weights))
        self._characters = weights.characters

    def windows(self, text: str) -> list[list[int]]:
        """At least one window, also for empty text."""
        spaced = " ".join(clean(text).translate(self._characters).split(" "))
        ids = self._pieces.encode("query: " + spaced)
        return [[BEGIN, *ids[at : at + WINDOW], END] for at in range(0, max(len(ids), 1), WINDOW)]
