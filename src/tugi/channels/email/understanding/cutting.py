"""The new text of a reply, cut from quoted history and signature. Nothing is lost: the rest is `Cut.quoted`.

Words of each language: `cutting_words.py` (a new language is one entry there). Rules of a line: `cutting_rules.py`;
signatures: `cutting_signature.py`; marks that clients leave in HTML: `cutting_html.py`.

What is new: the text above a quote; below it, when there is none above; all of it from the first to the last answer
when answers stand between quoted lines. A forwarded mail is new, and so is a header block with nothing above it.
When in doubt, text stays: a signature too many costs a glance, a sentence lost costs a customer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tugi.channels.email.understanding.cutting_html import Mark, lines_of
from tugi.channels.email.understanding.cutting_rules import (
    INVISIBLE,
    JOINED,
    MAIL,
    VERB,
    WRAPPED,
    attribution,
    ends_in_verb,
    has_reply_line,
    header_block,
    is_forwarded,
    is_groupwise,
    is_original,
    is_reply_line,
    is_rule,
    label_of,
    plain,
)
from tugi.channels.email.understanding.cutting_signature import signature_start

# A quoted line that wrapped: a short remainder, without its mark, between two quoted lines.
WRAP_FROM, WRAP_REST = 60, 30
# A quote that the customer brings in ("It says: > ...") is short.
CITED = 10
# So many lines are looked at closely, and so many changes between quote and text followed; beyond, a mail is a log.
SIGNS = 800
# Texts between quotes of which the last with words in it is sought.
RUNS = 50
RULED = frozenset("-—–_=*#")
EMPTY = re.compile("\n{4,}")
NEWLINES = re.compile("\r\n?|\u2028|\u2029")


@dataclass(frozen=True, slots=True)
class Cut:
    """new: what the sender wrote this time; quoted: all other lines. Every line is in one of them, in order."""

    new: str
    quoted: str


class Run(NamedTuple):
    """Lines[first:last] of one kind; quotes take their attribution along."""

    quote: bool
    first: int
    last: int


class Other(NamedTuple):
    """Another mail begins at the line `at`; forwarded: and was passed on as such."""

    at: int
    forwarded: bool = False


class Scan(NamedTuple):
    """quotes: one flag a line. end: from where on it is another mail; forwarded: whether that one is new."""

    quotes: bytearray
    end: int
    forwarded: bool


def cut(text: str) -> Cut:
    """The new text of a plain-text body."""
    lines = EMPTY.sub("\n\n\n", NEWLINES.sub("\n", text)).split("\n")
    return split(lines, {})


def cut_html(html: str) -> Cut:
    """The new text of an HTML body as its sender's program made it: before sanitising, which takes the classes away.

    Quoted lines come with "> " before them, as in plain text.
    """
    lines, marks = lines_of(html)
    return split(lines, marks)


def split(lines: list[str], marks: dict[int, Mark]) -> Cut:
    keep = kept(lines, marks)
    if not any(keep) and (inner := unquoted(lines, marks)):
        keep = kept(inner, {})
    new = [line for line, wanted in zip(lines, keep, strict=True) if wanted]
    rest = [line for line, wanted in zip(lines, keep, strict=True) if not wanted]
    return Cut(trim(new), trim(rest))


def unquoted(lines: Sequence[str], marks: dict[int, Mark]) -> list[str]:
    """The lines with one mark of quoting less where all of them have one: then nobody is quoted. [] otherwise."""
    inner: list[str] = []
    for at, line in enumerate(lines):
        bare = line.lstrip()
        if bare[:1] == ">":
            inner.append(bare[1:].removeprefix(" "))
        elif not bare or marks.get(at) == "quote":
            inner.append(bare)
        else:
            return []
    return inner


def trim(lines: Sequence[str]) -> str:
    return "\n".join(lines).strip("\n \t\xa0").replace("\xa0", " ") if lines else ""


def kept(lines: Sequence[str], marks: dict[int, Mark]) -> bytearray:
    """One flag a line: whether it is new text."""
    scan = scanned(lines, marks)
    runs = runs_of(lines, scan, marks)
    keep = bytearray(len(lines))
    texts = [at for at, run in enumerate(runs) if not run.quote]
    last: int | None = None
    for at in reversed(texts):
        run = runs[at]
        end, dropped = run.last, []
        if at in texts[-RUNS:]:
            end, dropped = signature_start(lines, run.first, run.last, alone=at != texts[0])
        content = [n for n in range(run.first, end) if lines[n].strip() and n not in dropped and marks.get(n) != "drop"]
        if content:
            last = at
            begin = first_kept(runs, at, texts)
            keep[begin : content[-1] + 1] = b"\1" * (content[-1] + 1 - begin)
            for n in dropped:
                keep[n] = 0
            break
    cited_too(lines, runs, last, scan, keep)
    if scan.end < len(lines) and (scan.forwarded or last is None):
        begin = scan.end
        while begin and not lines[begin - 1].strip():
            begin -= 1
        keep[begin:] = b"\1" * (len(lines) - begin)
    for n, mark in marks.items():
        if mark == "drop":
            keep[n] = 0
    if not any(keep) and scan.end == len(lines) and not any(scan.quotes):
        # A mail that is all signature, by its marks: the sender wrote inside it.
        keep[:] = bytes(n in marks and marks[n] == "drop" for n in range(len(lines)))
    return keep


def first_kept(runs: Sequence[Run], last: int, texts: Sequence[int]) -> int:
    """Where the new text begins that ends in the run `last`: after a quote that only stands above the answer."""
    quotes = sum(run.quote for run in runs[:last])
    if quotes == 1 and texts[0] == last:
        return runs[last].first
    return 0


def cited_too(lines: Sequence[str], runs: Sequence[Run], last: int | None, scan: Scan, keep: bytearray) -> None:
    """A short quote at the end that the customer's own words lead to ("It says:") is part of them."""
    if last is None or last + 2 != len(runs) or scan.end < len(lines):
        return
    quote = runs[last + 1]
    before = next((lines[n] for n in range(quote.first - 1, -1, -1) if lines[n].strip()), "")
    led = before.rstrip()[-1:] == ":" and not any(c.isdigit() or c == "@" for c in before)
    if led and lines[quote.first].lstrip()[:1] == ">" and quote.last - quote.first <= CITED:
        keep[quote.first : quote.last] = b"\1" * (quote.last - quote.first)


def scanned(lines: Sequence[str], marks: dict[int, Mark]) -> Scan:
    """Which lines are quoted, and where another mail begins."""
    quotes = bytearray(len(lines))
    asked = has_reply_line("\n".join(lines).casefold())
    top = signs = 0
    inside = False
    for at, line in enumerate(lines):
        bare = line.lstrip()
        mark = marks.get(at) if marks else None
        if not bare or mark == "drop":
            continue
        if mark == "quote" or (bare[0] == ">" and not is_stuffed(lines, at)):
            if not inside and signs < SIGNS:
                signs += 1
                if starts_forward(lines, at):
                    return Scan(quotes, at, forwarded=True)
                if is_groupwise(plain(line)):
                    return Scan(quotes, above_rules(lines, at, top), forwarded=False)
                for n in range(attributed(lines, at, top, marks), at):
                    quotes[n] = 1
            inside = True
            quotes[at] = 1
            top = at + 1
            continue
        inside = False
        if signs < SIGNS and (":" in line or bare[0] in RULED or mark or asked or "：" in line):
            signs += 1
            if asked and is_reply_line(plain(line)):
                return Scan(quotes, above_rules(lines, at, top), forwarded=False)
            found = another_mail(lines, at, top, mark, marks)
            if found is not None:
                return Scan(quotes, found.at if found.forwarded else above_rules(lines, found.at, top), found.forwarded)
    return Scan(quotes, len(lines), forwarded=False)


def another_mail(lines: Sequence[str], at: int, top: int, mark: Mark | None, marks: dict[int, Mark]) -> Other | None:
    """The mail that begins with what the line `at` shows; None when it shows nothing of the kind."""
    text = plain(lines[at])
    if is_forwarded(text):
        return Other(at, forwarded=True)
    if mark == "hard" or is_original(text):
        return Other(at)
    if header_block(lines, at, len(lines)) or (mark == "headers" and labelled(lines, at)):
        return Other(at)
    if (
        mark == "attribution"
        or text.rstrip("*_ ").endswith((":", "：", "-"))
        or ("@" in text and (JOINED.search(text) or ends_in_verb(text)))
    ):
        below = next_written(lines, at, marks)
        if below is not None and (marks.get(below) == "quote" or lines[below].lstrip()[:1] == ">"):
            return None
        first = at if mark == "attribution" else attribution(lines, at, top, before_quote=False)
        return None if first is None else Other(first)
    return None


def attributed(lines: Sequence[str], quote: int, top: int, marks: dict[int, Mark]) -> int:
    """Where the attribution of the quote at line `quote` begins, or `quote` itself."""
    above = quote - 1
    while above >= top and above > quote - 8 and not lines[above].strip():
        above -= 1
    if above < top or not lines[above].strip() or lines[above].lstrip()[:1] == ">":
        return quote
    if marks.get(above) == "attribution":
        while above > top and marks.get(above - 1) == "attribution":
            above -= 1
        return above
    broken = lines[quote].lstrip("> ")
    if len(broken) < 30 and broken.rstrip()[-1:] == ":" and VERB.match(plain(broken)) and MAIL.search(lines[above]):
        near = max(top, above - WRAPPED)
        first = attribution([*lines[near:above], f"{lines[above]} {broken}"], above - near, 0, before_quote=True)
        return quote if first is None else first + near
    text = plain(lines[above])
    if not text.rstrip("*_ ").endswith((":", "：", "-", ">")) and VERB.search(text) is None:
        return quote
    first = attribution(lines, above, top, before_quote=True)
    return quote if first is None else above_rules(lines, first, top)


def is_stuffed(lines: Sequence[str], at: int) -> bool:
    """Whether the line is the sender's own "From ...", with the mark that files of mails put before it (RFC 4155)."""
    if not lines[at].startswith(">From ") or lines[at].rstrip().endswith(":"):
        return False
    return not any(lines[n].startswith(">") for n in (at - 1, at + 1) if 0 <= n < len(lines))


def starts_forward(lines: Sequence[str], at: int) -> bool:
    """Whether the quote that begins at the line is a forwarded mail (Apple Mail puts those into quotes)."""
    return is_forwarded(plain(lines[at].lstrip("> ")))


def labelled(lines: Sequence[str], at: int) -> bool:
    """Three of five lines begin with a word and a colon: headers, in a language that may be unknown; or two known."""
    heads = [line[:40] for line in lines[at : at + 12] if line.strip()][:5]
    known = label_of(lines[at]) is not None and sum(label_of(head) is not None for head in heads) >= 2
    return known or sum(":" in head or "：" in head for head in heads) >= 3


def above_rules(lines: Sequence[str], at: int, top: int) -> int:
    """Upwards over empty lines and lines of dashes or underscores, which belong to what follows."""
    first = at
    while at > top:
        line = lines[at - 1].translate(INVISIBLE).strip()
        if line and not is_rule(line) and line != "* * *":
            break
        at -= 1
        if line:
            first = at
    return first


def next_written(lines: Sequence[str], at: int, marks: dict[int, Mark]) -> int | None:
    near = range(at + 1, min(len(lines), at + 9))
    return next((n for n in near if lines[n].strip() and marks.get(n) != "attribution"), None)


def runs_of(lines: Sequence[str], scan: Scan, marks: dict[int, Mark]) -> list[Run]:
    """Runs of quotes and text in turns up to the end of the scan; empty lines belong to the run before them."""
    runs: list[Run] = []
    first = 0
    kind: int | None = None
    for at in range(scan.end):
        if not lines[at].strip() or (marks and marks.get(at) == "drop"):
            continue
        if kind is None:
            kind = scan.quotes[at]
        elif scan.quotes[at] != kind:
            runs.append(Run(bool(kind), first, at))
            if len(runs) > SIGNS:
                return [Run(quote=False, first=0, last=scan.end)]
            first, kind = at, scan.quotes[at]
    if kind is not None:
        runs.append(Run(bool(kind), first, scan.end))
    return healed(lines, runs)


def healed(lines: Sequence[str], runs: list[Run]) -> list[Run]:
    """Remainders of wrapped quoted lines back into their quotes."""
    found: list[Run] = []
    for at, run in enumerate(runs):
        wrapped = not run.quote and 0 < at < len(runs) - 1 and is_rest(lines, run)
        quote = run.quote or wrapped
        if found and found[-1].quote == quote:
            found[-1] = Run(quote, found[-1].first, run.last)
        else:
            found.append(Run(quote, run.first, run.last))
    return found


def is_rest(lines: Sequence[str], run: Run) -> bool:
    """Whether the text between two quoted lines is the rest of the first, not an answer to it."""
    above, line = lines[run.first - 1].rstrip(), lines[run.first].strip()
    if run.last - run.first != 1 or len(above) < WRAP_FROM or above[-1] in "?:":
        return False
    if line[0].islower():
        return len(line) <= WRAP_FROM
    return len(line) <= WRAP_REST and above[-1] not in ".!"
