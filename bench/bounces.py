"""How bounces are understood: writes docs/mail-bounces.md from 290 real ones (sisimai's) and their expected results.

Run: python -m bench.bounces [folder of mail sets].
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tugi.channels.email.judging.automatic import why_automatic
from tugi.channels.email.judging.automatic_signs import own_parts
from tugi.channels.email.judging.bounces import all_bounces, is_report
from tugi.channels.email.judging.trust import trust_of
from tugi.channels.email.understanding import tree
from tugi.channels.email.understanding.tree import Piece
from tugi.ports import Bounce

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "mail"
OUT = ROOT / "docs" / "mail-bounces.md"
# What the same measure said of the half that was not looked at, before anything was mended with it.
FIRST = "recognised 150 of 150, permanence right 133 of 150, original id found 133, recipient found 143"
# Not failures: no Bounce is due.
NO_FAILURES = frozenset({"feedback", "delivered"})
MACHINES = frozenset({"auto_reply", "auto_reply_with_auto_submitted", "bounced_with_no_from", "non_utf_encoded_mail"})


@dataclass(frozen=True, slots=True)
class Read:
    """One file: what was found and what it should have been."""

    name: str
    expected: Sequence[dict[str, object]]
    bounces: list[Bounce]
    recognised: bool
    held: bool
    # Apart from the bounce's own Message-ID there is none in the file.
    holds_no_id: bool

    @property
    def hard(self) -> list[bool]:
        return sorted(bool(one["hard"]) for one in self.expected)

    @property
    def right(self) -> bool:
        found = sorted(bounce.permanent for bounce in self.bounces) or [False]
        return found == self.hard if len(found) == len(self.hard) else set(found) == set(self.hard)

    @property
    def failed(self) -> bool:
        return not any(one["reason"] in NO_FAILURES for one in self.expected)


def text_of(letter: Piece) -> str:
    """The plain texts of a letter, or its HTML where there is none."""
    texts = [part for part in own_parts(letter) if isinstance(part, Piece) and not part.is_multipart()]
    plain = [part.text() for part in texts if part.media_type == "text/plain"]
    return "\n".join(plain or [part.text() for part in texts if part.media_type == "text/html"])


def read(folder: Path, name: str, expected: Sequence[dict[str, object]]) -> Read:
    """Understand one bounce."""
    raw = (folder / f"{name}.eml").read_bytes()
    letter = tree.parse(raw)
    bounces = all_bounces(letter, text_of(letter))
    recognised = bool(bounces) or is_report(letter) or why_automatic(letter) is not None
    ids = re.findall(rb"^[ \t>]*message-id:", raw, re.IGNORECASE | re.MULTILINE)
    held = hashlib.sha256(name.encode()).digest()[0] % 2 == 1
    return Read(name, expected, bounces, recognised, held, holds_no_id=len(ids) <= 1)


def row(title: str, files: Sequence[Read]) -> str:
    """A line of the table."""
    failed = [one for one in files if one.failed]
    found = [one.bounces[0] for one in failed if one.bounces]
    return (
        f"| {title} | {len(files)} | {sum(one.recognised for one in files)} | {len(found)} of {len(failed)} "
        f"| {sum(one.right for one in files)} | {sum(not one.right for one in files)} "
        f"| {sum(bool(bounce.recipient) for bounce in found)} | {sum(bool(bounce.letter_id) for bounce in found)} |"
    )


def people(folder: Path) -> tuple[list[str], list[str]]:
    """Of the ordinary mails: those taken for automatic, and for bounces."""
    automatic: list[str] = []
    bounced: list[str] = []
    for path in sorted(folder.glob("*.eml")):
        letter = tree.parse(path.read_bytes())
        if (why := why_automatic(letter)) is not None:
            automatic.append(f"{path.stem} ({why})")
        if all_bounces(letter, text_of(letter)):
            bounced.append(path.stem)
    return automatic, bounced


def cost(folder: Path) -> float:
    """CPU milliseconds that a plain mail takes for all three questions, parsing not counted."""
    letters = [tree.parse(path.read_bytes()) for path in folder.glob("*.eml") if path.stem not in MACHINES]
    texts = [text_of(letter) for letter in letters]
    started = time.process_time()
    for _ in range(20):
        for letter, text in zip(letters, texts, strict=True):
            why_automatic(letter, ["care@example.com"])
            all_bounces(letter, text)
            is_report(letter)
            trust_of(letter, "", ["care@example.com"])
    return (time.process_time() - started) * 1000 / 20 / len(letters)


def quoted(folder: Path) -> tuple[int, int]:
    """How many texts of replies there are, and how many of them, written by a person, are taken for bounces."""
    head = b"From: Ann <ann@firma.ee>\r\nSubject: Re: Undelivered Mail Returned to Sender\r\n\r\n"
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    texts = [str(next((value for value in json.loads(line).values() if "\n" in str(value)), line)) for line in lines]
    return len(texts), sum(bool(all_bounces(tree.parse(head + text.encode()), text)) for text in texts)


def page(folder: Path) -> str:
    """The whole page."""
    expected = json.loads((folder / "bounces" / "expected.json").read_text())
    files = [read(folder / "bounces", name, expected[name]) for name in sorted(expected)]
    lines = [
        "# Bounces: how they are understood",
        "",
        "Written by `python -m bench.bounces` from 290 real bounces and abuse reports (sisimai, BSD-2;",
        "`../shared/data/mail`). *Recognised*: as a bounce, a report or automatic mail. *Permanent*: the address is of",
        "no use any more (nobody there, no such domain, moved, takes no mail); everything else, a full mailbox too, is",
        "a failure of this one mail.",
        "",
        "| files | mails | recognised | bounce read | permanence right | wrong | recipient found | original id found |",
        "|---|---|---|---|---|---|---|---|",
        row("looked at while writing", [one for one in files if not one.held]),
        row("the other half (by hash)", [one for one in files if one.held]),
        row("all", files),
        "",
        f"The other half's first result, before anything was mended with it: {FIRST}.",
        "",
        "## Not as expected",
        "",
    ]
    for one in files:
        said = "; ".join(f"{b.recipient}: {b.code}, {'permanent' if b.permanent else 'not'}" for b in one.bounces)
        due = ", ".join(f"{e['reason']} ({'hard' if e['hard'] else 'soft'})" for e in one.expected)
        if not one.recognised:
            lines.append(f"- `{one.name}`: not recognised; expected {due}")
        elif not one.right:
            lines.append(f"- `{one.name}`: {said or 'no bounce'}; expected {due}")
    unnamed = [one for one in files if one.failed and one.bounces and not one.bounces[0].letter_id]
    lines += [
        "",
        '`filtered` is sisimai\'s word for "user unknown" said after the whole mail was taken or by carriers known',
        "for it; where the bounce does not tell when it was said, it is read as what it says.",
        '`lhost-sendmail-14` is a person\'s "Fwd:".',
        "",
        f"No original id in {len(unnamed)}: {', '.join(f'`{one.name}`' for one in unnamed)}.",
        f"{sum(one.holds_no_id for one in unnamed)} of them hold none. Such a bounce marks nothing.",
        "",
        *_on_people(folder),
    ]
    return "\n".join(lines)


def _on_people(folder: Path) -> list[str]:
    automatic, bounced = people(folder / "plain")
    odd, odd_bounced = people(folder / "odd")
    replies, wrong = quoted(folder / "quotes")
    return [
        "## People's mails",
        "",
        f"- `plain`: automatic {', '.join(automatic)}; bounces {', '.join(bounced)}. These are what their names say.",
        f"- `odd`: automatic {', '.join(odd)}; bounces {', '.join(odd_bounced)}.",
        f'- `quotes`, {replies} replies under "Re: Undelivered Mail ..." from a person: {wrong} taken for bounces.',
        "",
        f"Automatic, bounce, report and trust together: {cost(folder / 'plain'):.2f} CPU ms a plain mail.",
        "",
    ]


def main() -> None:
    """Write the page; exit with 2 where the mails are missing."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not (folder / "bounces" / "expected.json").exists():
        print(f"no mails in {folder}", file=sys.stderr)
        sys.exit(2)
    OUT.write_text(page(folder), encoding="utf-8")
    print(OUT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
