"""A letter's HTML made text, as a person would read it."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tugi.channels.email.understanding.html_shape import LONGEST, is_crafted

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_UNSEEN = re.compile(r"[\u00ad\u200b\u2060\ufeff]")
# What newsletters fill their preview with: joiners and fixed spaces, again and again.
_FILLING = re.compile(r"(?:[\u034f\u200c-\u200f\u2007\xa0][^\S\u2007\xa0]*+){12,}")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[a-zA-Z/!?][^>]*>?")
_UNREAD = re.compile(r"<(script|style|title)\b.*?(?:</\1|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>?", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:max-height|opacity)\s*:\s*0(?:px)?\s*(?:;|$|!)", re.IGNORECASE
)
_NO_MARGIN = re.compile(r"margin(?:-bottom)?\s*:\s*0(?![.\d]*[1-9])(?![^;]*[1-9])", re.IGNORECASE)
_NO_BORDER = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)
_SKIPPED_NAMES = "script style title template head svg math noscript select iframe object textarea"
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_BLOCKS_NAMES = (
    "address article aside body center dd details div dl dt figcaption figure footer form header html main nav "
    "section summary table tbody tfoot thead tr caption legend fieldset"
)
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_APART = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "hr"])
_LONGEST_ADDRESS = 200
_LONGEST_STYLE = 4_000


def to_text(source: str) -> str:
    """What a person would read of the HTML: lists with "- ", quotes with "> ", links with their address in brackets
    where the text does not tell it. What is hidden is left out, unless there is nothing else.
    """
    source = source[:LONGEST].replace("\0", "")
    if is_crafted(source):
        return rough_text(source)
    if (root := LexborHTMLParser(source).root) is None:
        return ""
    return _Page(all_of_it=False).write(root) or _Page(all_of_it=True).write(root)


def rough_text(source: str) -> str:
    """The text between the tags, in time that grows with its length only."""
    return tidy(html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _UNREAD.sub(" ", source)))))


def tidy(text: str) -> str:
    """Without invisible filling, fixed spaces, spaces at line ends and more than one blank line at a time."""
    text = _UNSEEN.sub("", _FILLING.sub(" ", text)).replace("\xa0", " ")
    return _BLANK_LINES.sub("\n\n", "\n".join([line.rstrip() for line in text.split("\n")])).strip()


class _Page:
    """Lines written so far, and the one being written. all_of_it: with what is hidden and what pictures say."""

    def __init__(self, *, all_of_it: bool) -> None:
        self._all = all_of_it
        self._lines: list[str] = []
        self._line: list[str] = []
        self._blank: int | None = None
        self._bullet = ""
        self._pre = 0
        self._quotes: list[bool] = []
        self._paragraphs: list[bool] = []
        self._lists: list[int | None] = []
        self._links: list[tuple[str, list[str]]] = []

    def write(self, root: LexborNode) -> str:
        """All that the tree says. Walked without recursion, for letters may be nested deeper than Python may."""
        top = root.mem_id
        node: LexborNode | None = root
        while node is not None:
            tag = node.tag or "-"
            if tag == "-text":
                self._add(node.text_content or "")
            elif tag[0] not in "-!" and tag not in _SKIPPED and self._enter(node, tag):
                if (child := node.child) is not None:
                    node = child
                    continue
                self._leave(tag)
            while node is not None and node.mem_id != top and node.next is None:
                node = node.parent
                if node is not None:
                    self._leave(node.tag or "-")
            node = None if node is None or node.mem_id == top else node.next
        self._flush()
        return tidy("\n".join(self._lines))

    def _enter(self, node: LexborNode, tag: str) -> bool:
        """Begin an element; False: what is inside is not read."""
        if tag == "br":
            self._end_line()
            return False
        attributes = node.attributes
        style = (attributes.get("style") or "")[:_LONGEST_STYLE]
        if not self._all and ("hidden" in attributes or (style and _HIDDEN.search(style))):
            return False
        if tag in _BLOCKS:
            self._flush()
        elif tag == "p":
            # Outlook's paragraphs have no margins; its blank lines are paragraphs too.
            self._paragraphs.append((attributes.get("class") or "")[:3] != "Mso" and not _NO_MARGIN.search(style))
            self._flush(blank=self._paragraphs[-1])
        elif tag in ("td", "th"):
            self._add(" ")
        elif tag == "a":
            self._links.append((attributes.get("href") or "", []))
        elif tag == "img":
            self._picture((attributes.get("alt") or "").strip())
        else:
            self._enter_other(tag, attributes, style)
        return True

    def _enter_other(self, tag: str, attributes: dict[str, str | None], style: str) -> None:
        if tag == "li":
            self._flush()
            number = self._lists[-1] if self._lists else None
            if number is not None:
                self._lists[-1] = number + 1
            self._bullet = "- " if number is None else f"{number}. "
        elif tag in ("ul", "ol"):
            self._flush(blank=not self._lists)
            start = attributes.get("start") or "1"
            self._lists.append(None if tag == "ul" else int(start) if start.isdecimal() and len(start) < 6 else 1)
        elif tag == "blockquote":
            self._flush(blank=True)
            # Without its line at the left it is how web mail indents.
            self._quotes.append(_NO_BORDER.search(style) is None)
        elif tag == "pre":
            self._flush(blank=True)
            self._pre += 1
        elif tag in _APART:
            self._flush(blank=True)
            if tag == "hr":
                self._add("---")

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "li":
            self._flush()
            self._bullet = "" if tag == "li" else self._bullet
        elif tag == "p":
            self._flush(blank=bool(self._paragraphs) and self._paragraphs.pop())
        elif tag == "a" and self._links:
            self._write_address(*self._links.pop())
        elif tag in ("ul", "ol") and self._lists:
            self._flush(blank=len(self._lists) == 1)
            self._lists.pop()
        elif tag == "blockquote" and self._quotes:
            self._flush()
            self._quotes.pop()
            self._flush(blank=True)
        elif tag == "pre" and self._pre:
            self._flush(blank=True)
            self._pre -= 1
        elif tag in _APART:
            self._flush(blank=True)

    def _picture(self, alt: str) -> None:
        if alt and (self._all or (self._links and not any(map(str.strip, self._links[-1][1])))):
            self._add(alt)

    def _write_address(self, address: str, said: list[str]) -> None:
        address, words = address.strip(), "".join(said).strip()
        for scheme in ("mailto:", "tel:"):
            address = address.removeprefix(scheme)
        bare = address.partition("://")[2] or address
        if not words or not address or address[0] == "#" or len(address) > _LONGEST_ADDRESS:
            return
        if "".join(bare.split()).rstrip("/").casefold() not in "".join(words.split()).casefold():
            self._add(f" ({address})")

    def _add(self, text: str) -> None:
        if self._pre:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self._line.append(first)
            for line in more:
                self._end_line()
                self._line.append(line)
            return
        text = _SPACES.sub(" ", text)
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        if not text:
            return
        self._line.append(text)
        if self._links:
            self._links[-1][1].append(text)

    def _end_line(self) -> None:
        """End the line, also an empty one."""
        text = "".join(self._line).rstrip(" ")
        quote = "> " * sum(self._quotes)
        if self._blank is not None and text:
            if self._lines and self._lines[-1].strip("> "):
                self._lines.append("> " * self._blank)
            self._blank = None
        if text and self._lists:
            text = "  " * (len(self._lists) - 1) + (self._bullet or "  ") + text
            self._bullet = ""
        self._lines.append(quote + text)
        self._line.clear()

    def _flush(self, *, blank: bool = False) -> None:
        """End the line if there is one. blank: a blank line stands before what follows."""
        if any(self._line):
            self._end_line()
        if blank:
            depth = sum(self._quotes)
            self._blank = depth if self._blank is None else min(depth, self._blank)
