"""The lines of an HTML mail, and what its program's own marks say of them.

A walk over the tags as they stand instead of a tree: linear for any input (a tree of 50,000 nested elements costs
seconds), and marks are all that matters here. What is shown to people comes from `html.py`, not from here.

Marks of a new client: one line in QUOTES, SIGNATURES, ATTRIBUTIONS or HARD.
"""

from __future__ import annotations

import html
import re
from typing import Literal, get_args

# quote: quoted. drop: a signature or invisible. hard: another mail begins. headers: so it does if labels follow.
Mark = Literal["quote", "drop", "hard", "headers", "attribution"]

Effect = Literal["cite", "quote", "drop", "attribution", "spaces", "hard", "headers"]

# Text and the tag after it. Tags end at the first ">" outside a quoted value (HTML Standard, 13.2.5.32); "a<b" is none.
# Possessive: nothing is tried twice.
TAG = re.compile(r"([^<]*+)<(/?)([a-zA-Z][a-zA-Z0-9:]*+)(?![^\s/>])((?:[^<>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+)>")
OPENING = re.compile(r"<(?=/?[a-zA-Z][a-zA-Z0-9:]*+[\s/>]|[!?])")
DECLARATION = re.compile(r"<[!?][^<>]{0,500}>")
BLOCK_NAMES = """
    div p br hr tr table ul ol li dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre center section article header footer form
    address body html fieldset figure main nav aside tbody thead caption
"""
BLOCKS = frozenset(BLOCK_NAMES.split())
PARAGRAPHS = frozenset(("p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"))
EFFECTIVE = frozenset(("blockquote", "pre"))
# Their content is shown to nobody.
RAW = frozenset(("script", "style", "title"))
VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"))

# Parts of class or id, as each program writes them; Outlook puts "x_" before those of others.
QUOTES = re.compile(
    r"yahoo_quoted|zmail_extra|protonmail_quote|tutanota_quote|mailru-blockquote|missive_quote|"
    r"front-blockquote|sh-quoted|ymail_quoted|moz-email-headers-table-quote|reply-quote|quoted-text|zm_quote"
)
SIGNATURES = re.compile(
    r"gmail_signature|moz-signature|protonmail_signature_block(?!-empty)|\"(?:x_)?signature\"|'(?:x_)?signature'|sh-signature|messageSignatureSection|"
    r"front-signature|email-signature|missive_signature|zm_signature|tutanota_signature|mailspring-signature",
    re.I,
)
ATTRIBUTIONS = re.compile(r"gmail_attr|moz-cite-prefix|reply-intro|zmail_quote_header|moz-email-cite")
HARD = re.compile(
    r"(?<!x_)divRplyFwdMsg|(?<!x_)appendonsend|OutlookMessageHeader|mail-editor-reference-message|hwMailQuote", re.I
)
HEADERS = re.compile(r"border-top(?:-style)?:\s*(?:[\d.]+p[xt] |#b5c4df [\d.]+p[xt] )?solid", re.I)
HIDDEN = re.compile(r"display:\s*none|mso-hide:\s*all|visibility:\s*hidden", re.I)
INDENTED = re.compile(r"border:\s*(?:none|0)|border-style:\s*none", re.I)
KEEPS_SPACES = re.compile(r"white-space:\s*(?:pre|pre-wrap|pre-line|break-spaces)\b", re.I)
MARKS: tuple[tuple[re.Pattern[str], Effect], ...] = (
    (HARD, "hard"),
    (HEADERS, "headers"),
    (QUOTES, "quote"),
    (SIGNATURES, "drop"),
    (ATTRIBUTIONS, "attribution"),
    (KEEPS_SPACES, "spaces"),
)
TIGHT = re.compile(r"msonormal|margin(?:-top)?:\s*0|elementtoproof", re.I)
ALT = re.compile(r"""\balt\s*=\s*["']?([^"'>\s]{1,8})""", re.I)


def effect_of(name: str, attributes: str) -> Effect | None:
    """What an element does to its lines."""
    if name == "blockquote":
        indented = INDENTED.search(attributes) and "cite" not in attributes and "class" not in attributes
        return None if indented else "cite"
    if name == "pre" and not SIGNATURES.search(attributes):
        return "spaces"
    if HIDDEN.search(attributes):
        return "drop"
    if name not in BLOCKS:
        return None
    return next((effect for marks, effect in MARKS if marks.search(attributes)), None)


class Page:
    """Lines written so far with their marks, and what the open elements do to the next one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.marks: dict[int, Mark] = {}
        self.pending: list[str] = []
        self.gap = False
        self.once: Mark | None = None
        self.active: dict[Effect, int] = dict.fromkeys(get_args(Effect), 0)
        # By name: how many are open, and at which depths those opened that have an effect.
        self.depth: dict[str, int] = {}
        self.effects: dict[tuple[str, str], Effect | None] = {}
        self.opened: dict[str, list[tuple[int, Effect]]] = {}

    def text(self, raw: str) -> None:
        if "&" in raw:
            raw = html.unescape(raw)
        if not self.active["spaces"]:
            self.pending.append(raw)
            return
        first, *others = raw.replace("\r", "").split("\n")
        self.pending.append(first)
        for line in others:
            self.flush(always=True)
            self.pending.append(line)

    def flush(self, *, always: bool = False) -> None:
        """End the line, an empty one only if `always`."""
        joined = "".join(self.pending)
        self.pending.clear()
        text = joined.rstrip() if self.active["spaces"] else " ".join(joined.split())
        if not text and not always and "\xa0" not in joined:
            return
        if text and self.gap and self.lines and self.lines[-1].strip("> "):
            if self.marks.get(len(self.lines) - 1) == "quote":
                self.put("")
            else:
                self.lines.append("")
        self.gap = False
        self.put(text)

    def put(self, text: str) -> None:
        active = self.active
        mark: Mark | None = None
        if active["drop"]:
            mark = "drop"
        elif active["cite"] or active["quote"]:
            mark = "quote"
            text = f"{'>' * min(active['cite'], 9)} {text}".strip() if active["cite"] else text
        elif text and self.once:
            mark, self.once = self.once, None
        elif active["attribution"]:
            mark = "attribution"
        if mark:
            self.marks[len(self.lines)] = mark
        self.lines.append(text)

    def start(self, name: str, attributes: str) -> None:
        if name in BLOCKS:
            if name == "br":
                self.flush(always=True)
                return
            self.flush()
            if name in PARAGRAPHS and not TIGHT.search(attributes):
                self.gap = True
            for _depth, effect in self.opened.pop("p", ()):
                self.active[effect] -= 1
            if name == "li":
                self.pending.append("- ")
        elif name in ("td", "th"):
            self.pending.append(" ")
        elif name == "img":
            self.image(attributes)
        if name in VOID:
            return
        depth = self.depth[name] = self.depth.get(name, 0) + 1
        if not attributes and name not in EFFECTIVE:
            return
        # The same few attributes come again and again in a mail.
        key = (name, attributes)
        if key not in self.effects:
            self.effects[key] = effect_of(name, attributes)
        effect = self.effects[key]
        if effect == "hard" or effect == "headers":
            self.flush()
            self.once = effect
        elif effect:
            self.flush()
            self.active[effect] += 1
            self.opened.setdefault(name, []).append((depth, effect))

    def image(self, attributes: str) -> None:
        """Pictures of smileys count as what they show."""
        alt = ALT.search(attributes)
        if alt and not alt[1].isascii():
            self.pending.append(html.unescape(alt[1]))

    def end(self, name: str) -> None:
        if name in BLOCKS:
            self.flush()
            if name in PARAGRAPHS and name != "p":
                self.gap = True
        depth = self.depth.get(name, 0)
        if not depth:
            return
        self.depth[name] = depth - 1
        opened = self.opened.get(name)
        while opened and opened[-1][0] >= depth:
            self.flush()
            self.active[opened.pop()[1]] -= 1


def lines_of(source: str) -> tuple[list[str], dict[int, Mark]]:
    """The lines of an HTML mail as a reader sees them, and the marks of those that have one."""
    page = Page()
    at = 0
    # What was looked for to the end in vain is not looked for again.
    endless: set[str] = set()
    while True:
        tag = TAG.match(source, at)
        if tag is None:
            opening = OPENING.search(source, at)
            if opening is None:
                break
            begin = opening.start()
            page.text(source[at:begin])
            # Text with a "<" of its own came before a tag; or what stands here is no tag, whatever it looks like.
            at = begin if begin > at else after_other(source, begin, endless)
            if at == begin + 1:
                page.text("<")
            continue
        text, ends, name, attributes = tag.groups()
        if text:
            page.text(text)
        at = tag.end()
        name = name.lower()
        if ends:
            page.end(name)
        elif name in RAW:
            at = after(source, at, f"</{name}", endless)
        else:
            page.start(name, attributes)
    page.text(source[at:])
    page.flush()
    return page.lines, page.marks


def after_other(source: str, begin: int, endless: set[str]) -> int:
    """Past a comment, "<!DOCTYPE html>", "<![endif]>" or "<?xml ... ?>"; one character on where the "<" begins none."""
    if source.startswith("<!--", begin):
        end = after(source, begin + 2, "-->", endless)
        return end + 3 if end > begin + 2 else begin + 1
    declaration = DECLARATION.match(source, begin)
    return declaration.end() if declaration else begin + 1


def after(source: str, at: int, end: str, endless: set[str]) -> int:
    """Where the next `end` is, in any case of letters; `at` when there is none: nothing is hidden then."""
    if end in endless:
        return at
    found = re.compile(end, re.IGNORECASE).search(source, at)
    if found is None:
        endless.add(end)
        return at
    return found.start()
