"""How well the new text of replies is cut from their quotes: prints a table and writes docs/mail-quotes.md.

Run: python -m bench.quotes [folder with crisp_inputs.jsonl and github_zapier_inputs.jsonl: {"id", "input"} a line].
What is right is in bench/quote_expectations.json, judged mail by mail before the code had seen it: the first and last
words of the new text and a hash of it, with white space made one space. The mails themselves are not ours to keep here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from tugi.channels.email.understanding.cutting import cut

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "mail" / "quotes"
EXPECTED = ROOT / "bench" / "quote_expectations.json"
OUT = ROOT / "docs" / "mail-quotes.md"
# The half that was not looked at while the rules were written, when the code first saw it.
FIRST_RUN = (54, 60)

HEAD = """# New text cut from quotes

114 reply mails from the test sets of Crisp, GitHub and Zapier, judged by our own expectation: what would a person
call the new text of this mail. `python -m bench.quotes` writes this page; the judgements are in
`bench/quote_expectations.json`.

How it was done: the mails were parted by the parity of a hash of their names. The rules were written with the
first half in sight; then the held-out half was read, its expectations were written down, and only then the code
was run on it: {first} of {all} were exact at that first run. Its misses were then read and mended, so that the
figure below for that half is no longer one of unseen mails. Also, GitHub's and Crisp's sets share a third of
theirs, and the shortest mails of the held-out half had been seen in a listing.

What was decided where judges differ: "Thanks, Ann" and "-Ann" stay; "-- ", "Sent from my ..." and a closing with
contact details or a title go; answers between quoted lines keep the quotes between them; a forwarded mail is new text.
"""


class Expectation(TypedDict):
    """What the new text of one mail should be. half: "first" or "held-out"."""

    half: str
    language: str
    client: str
    first: str
    last: str
    words: int
    sha256: str


def main() -> None:
    """Print and write the table; exit with 1 when the mails are not there."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    expected: dict[str, Expectation] = json.loads(EXPECTED.read_text(encoding="utf-8"))
    mails = {name: text for file in sorted(folder.glob("*_inputs.jsonl")) for name, text in read(file)}
    if missing := sorted(set(expected) - set(mails)):
        print(f"{len(missing)} mails are not in {folder}, the first is {missing[0]}.", file=sys.stderr)
        sys.exit(1)
    right = {name: is_exact(mails[name], wanted) for name, wanted in expected.items()}
    page = HEAD.format(first=FIRST_RUN[0], all=FIRST_RUN[1]) + "\n" + table(expected, right)
    OUT.write_text(page, encoding="utf-8")
    print(page)


def read(file: Path) -> list[tuple[str, str]]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [(row["id"], row["input"]) for row in rows]


def is_exact(text: str, wanted: Expectation) -> bool:
    new = " ".join(cut(text).new.split())
    return hashlib.sha256(new.encode()).hexdigest() == wanted["sha256"]


def table(expected: Mapping[str, Expectation], right: Mapping[str, bool]) -> str:
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for name, wanted in expected.items():
        for group in (
            ("all", ""),
            ("half", wanted["half"]),
            ("language", wanted["language"]),
            ("client", wanted["client"]),
        ):
            groups[group].append(right[name])
    lines = ["| by | | mails | exact |", "|---|---|---|---|"]
    order = {"all": 0, "half": 1, "language": 2, "client": 3}
    for (kind, value), found in sorted(groups.items(), key=lambda item: (order[item[0][0]], -len(item[1]), item[0][1])):
        lines.append(f"| {kind} | {value} | {len(found)} | {sum(found)} ({100 * sum(found) / len(found):.0f} %) |")
    wrong = [name for name, exact in sorted(right.items()) if not exact]
    lines += ["", f"Not exact: {', '.join(wrong) or 'none'}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
