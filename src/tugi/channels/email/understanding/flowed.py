"""Text whose lines flow (RFC 3676): a space at a line's end joins it with the next of the same quote depth."""

from __future__ import annotations


def unflow(text: str, *, delsp: bool) -> str:
    """The paragraphs in one line each. delsp: the space at the end only marks the break and is no word space."""
    written: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        flows = said.endswith(" ") and said != "-- "
        if delsp and flows:
            said = said[:-1]
        if depth == open_depth and said != "-- ":
            written[-1] += said
        else:
            written.append((">" * depth + " " if depth else "") + said)
        open_depth = depth if flows else -1
    return "\n".join(written)
