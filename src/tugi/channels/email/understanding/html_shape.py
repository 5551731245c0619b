"""Whether HTML may be given to a parser at all.

Parsers take far more than linear time and memory over some crafted input: each further tag walks over the thousands of
elements left open, or copies them.
"""

from __future__ import annotations

import re

LONGEST = 2_000_000

_SMALL = 10_000
_DEEPEST = 2_000
_MOST_STEPS = 50_000_000
_MOST_COPIES = 100_000
_MOST_ATTRIBUTES = 500

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# A browser opens these anew in every block that follows when they were not closed.
_FORMATTING_NAMES = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_FORMATTING_NAMES.split())
_CLOSED_BY_THEMSELVES_NAMES = (
    "area base br col dd dt embed frame hr img input li link meta option p param source td th tr wbr tbody"
)
_CLOSED_BY_THEMSELVES = frozenset(_CLOSED_BY_THEMSELVES_NAMES.split())


def is_crafted(source: str) -> bool:
    """Whether parsing would take far longer than its length suggests: elements left open, a tag of attributes only."""
    if len(source) < _SMALL:
        return False
    opened: dict[str, int] = {}
    tags = depth = deepest = copied = most_copied = 0
    last = 0
    for found in _TAG.finditer(source):
        if found.start() - last > _SMALL and _many_attributes(source[last : found.start()]):
            return True
        last = found.start()
        tags += 1
        name = found[2].lower()
        if name in _CLOSED_BY_THEMSELVES:
            continue
        if not found[1]:
            opened[name] = opened.get(name, 0) + 1
            step = 1
        elif opened.get(name, 0):
            opened[name] -= 1
            step = -1
        else:
            continue
        depth += step
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            copied += step
            most_copied = max(most_copied, copied)
    if _many_attributes(source[last:]):
        return True
    return deepest > _DEEPEST or deepest * tags > _MOST_STEPS or most_copied * tags > _MOST_COPIES


def _many_attributes(tag: str) -> bool:
    inside = tag.partition(">")[0]
    return len(inside) > _SMALL and len(_QUOTED.sub("", inside).split()) > _MOST_ATTRIBUTES
