"""Which parts of a letter are its words and which are files (RFC 2045 to 2049, 2183, 2387, 3676)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tugi.channels.email.understanding import charsets, invitation, sealed, transfer, winmail
from tugi.channels.email.understanding.flowed import unflow
from tugi.channels.email.understanding.headers import file_name, first_of, one_line, subject_of
from tugi.channels.email.understanding.html_shape import LONGEST
from tugi.channels.email.understanding.html_text import rough_text, to_text
from tugi.channels.email.understanding.tree import Piece, parse
from tugi.ports import Part

MOST_FILES = 200
# Each is kept with all that is in it.
MOST_SEALS = 5
LONGEST_TEXT = 1_000_000

# Atomic: a comment is passed over in one way only, or thirty of them would hold the whole process up for minutes.
_IS_HTML = re.compile(
    r"\s*(?:(?><!--.*?-->)\s*)*+<(?:!doctype html|html|head|body|div|table|p|span)\b[^>]*>", re.I | re.DOTALL
)
_TAG_BEGINS = re.compile(r"<[a-zA-Z/!]")
_RICH = re.compile(r"<(?:param>[^<]*</param|/?[a-zA-Z-]{1,30})>", re.IGNORECASE)
_SAYS_HTML = re.compile(
    r"html|browser|brauser|selain|selaimessa|przegl[ąa]dar|браузер|view (?:this|it|in)|e-?mail client|mail ?programm?|"
    r"meiliprogramm|sähköpostiohjelma|program[uy]? pocztow",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")
_WITHOUT_LINKS = re.compile(r"https?://\S+|[\[\]<>()]")
_LETTERS_INSIDE = frozenset(["message/rfc822", "message/global", "message/partial", "message/external-body"])
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x7f]")
_MUCH = 600
_STUB_SHARE = 0.2
_WORDS_OF_MACHINES = frozenset(["text/x-amp-html", "text/watch-html"])


@dataclass(frozen=True, slots=True)
class Words:
    """What one place of a letter says, as text and as HTML; a None is not there."""

    text: str | None = None
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A letter's words and files. text: as written; None where only the HTML says them. html: as it came."""

    text: str | None
    html: str | None
    files: tuple[Part, ...]


def read(letter: Piece) -> Body:
    """Sort a letter's parts."""
    found = _Sorting()
    words = found.sort(letter)
    body = joined(words)
    if not _says(body.text) and not _says(body.html):
        body = found.second_choice() or body
    if body.text is not None and (body.html is None or not is_stub(body.text, body.html)):
        text, files = transfer.uuencoded(body.text) if "begin " in body.text else (body.text, [])
        for name, content in files:
            found.add(Part(file_name(name, "application/octet-stream"), "application/octet-stream", content))
        if "-----BEGIN PGP SIGNED" in text:
            text, signature = sealed.unarmoured(text)
            if signature:
                found.add(Part("signature.asc", "application/pgp-signature", signature.encode()))
        return Body(text[:LONGEST_TEXT], body.html, tuple(found.files))
    return Body(None if body.html else "", body.html, tuple(found.files))


def is_stub(text: str, source: str) -> bool:
    """Whether the text only stands for the HTML: empty, "your program cannot show HTML", or a fraction of it."""
    if len(text) > _MUCH:
        return bool(_IS_HTML.match(text))
    if not _LETTERS.search(_WITHOUT_LINKS.sub("", text)):
        return _says(source)
    if _IS_HTML.match(text):
        return True
    shown = rough_text(source[: 50 * _MUCH])
    squeezed, all_of_it = "".join(text.split()), "".join(shown.split())
    if len(squeezed) > _STUB_SHARE * len(all_of_it) and not _SAYS_HTML.search(text):
        return False
    return len(all_of_it) > 40 and squeezed[:200] not in all_of_it


def joined(words: Iterable[Words]) -> Words:
    """The words of several places one after another; HTML for all of them as soon as one has it."""
    words = [one for one in words if _says(one.text) or _says(one.html)]
    if len(words) == 1:
        return words[0]
    texts = [(one.text if one.text is not None else to_text(one.html or "")).strip("\n") for one in words]
    if not any(one.html for one in words):
        return Words("\n\n".join(texts)) if texts else Words()
    pages = [one.html or _as_html(one.text or "") for one in words]
    only_html = all(one.text is None for one in words)
    return Words(None if only_html else "\n\n".join(texts), "<br>\n".join(pages))


def _as_html(text: str) -> str:
    return f'<div style="white-space:pre-wrap">{html.escape(text, quote=False)}</div>'


def _says(words: str | None) -> bool:
    return words is not None and not words.isspace() and words != ""


class _Sorting:
    """The files found so far, and texts to fall back on."""

    def __init__(self) -> None:
        self.files: list[Part] = []
        self._spare: list[tuple[Part | None, Words]] = []
        self._events: list[str] = []
        self._remarks: list[str] = []
        self._seals = 0

    def add(self, part: Part) -> None:
        """One more file, within the limit."""
        if len(self.files) < MOST_FILES:
            self.files.append(part)

    def second_choice(self) -> Words | None:
        """What to show when no part is the letter's words: a text called a file, why it is sealed, machine's words."""
        for part, words in self._spare[:1]:
            if part is not None:
                self.files.remove(part)
            return words
        if said := "\n\n".join([*self._remarks, *self._events]):
            return Words(said)
        return None

    def sort(self, piece: Piece) -> list[Words]:
        """The words in a part and all below it; files are taken aside."""
        kind = piece.media_type
        if kind.startswith("multipart/"):
            return self._sort_several(piece, kind)
        if kind.startswith("message/"):
            if (part := self._file(piece, kind)) is not None and kind not in _LETTERS_INSIDE:
                self._events.append(charsets.decode(part.content[:LONGEST_TEXT], None).replace("\r\n", "\n").strip())
            return []
        return self._sort_one(piece, kind)

    def _sort_several(self, piece: Piece, kind: str) -> list[Words]:
        parts = piece.parts
        if not parts:
            # Beyond the limits of depth or number: whole, as one file.
            self.add(Part("rest.eml", "message/rfc822", piece.body))
        if kind == "multipart/alternative":
            return [alternative([joined(self.sort(part)) for part in parts])]
        if kind == "multipart/related":
            return self._sort_related(piece, parts)
        if kind == "multipart/encrypted":
            self._remarks.append(sealed.ENCRYPTED_PGP)
        words: list[Words] = []
        for part in parts:
            words += self.sort(part)
        return _without_twins(words)

    def _sort_related(self, piece: Piece, parts: list[Piece]) -> list[Words]:
        start = (piece.parameter("start") or "").strip("<> ")
        root = next((part for part in parts if start and content_id(part) == start), parts[0] if parts else None)
        words: list[Words] = []
        for part in parts:
            unnamed_text = part.media_type == "text/plain" and not part.name and not content_id(part)
            if part is root or unnamed_text or part.media_type.startswith("multipart/"):
                words += self.sort(part)
            else:
                self._file(part, part.media_type)
        return _without_twins(words)

    def _sort_one(self, piece: Piece, kind: str) -> list[Words]:
        if kind in ("text/plain", "text/html", "text/enriched", "text/richtext"):
            words = words_of(piece, kind)
            if piece.disposition != "attachment" and not piece.name:
                return [words]
            if (part := self._file(piece, kind)) is not None and (piece.disposition != "attachment" or not piece.name):
                self._spare.append((part, words))
            return []
        if kind in _WORDS_OF_MACHINES:
            return []
        if (
            kind == "application/octet-stream"
            and not piece.name
            and not piece.disposition
            and is_text(piece.content(4_000))
        ):
            return [words_of(piece, "text/plain")]
        if kind == "text/calendar":
            self._events.append(invitation.told(piece.text()))
        if sealed.is_sealed(piece, kind):
            return self._sort_sealed(piece, kind)
        if kind in winmail.MEDIA_TYPES or piece.name.lower() == "winmail.dat":
            return self._sort_winmail(piece, kind)
        self._file(piece, kind)
        return []

    def _sort_sealed(self, piece: Piece, kind: str) -> list[Words]:
        self._file(piece, kind)
        if (
            kind.endswith("pkcs7-mime")
            and self._seals < MOST_SEALS
            and (inner := sealed.signed_content(piece.content())) is not None
        ):
            self._seals += 1
            return self.sort(parse(inner))
        remark = sealed.ENCRYPTED_PGP if "pgp" in kind else sealed.ENCRYPTED_SMIME
        if remark not in self._remarks:
            self._remarks.append(remark)
        return []

    def _sort_winmail(self, piece: Piece, kind: str) -> list[Words]:
        opened = winmail.read(piece.content())
        if opened is None or (opened.text is None and opened.html is None and not opened.files):
            self._file(piece, kind)
            return []
        for part in opened.files:
            self.add(part)
        # Outlook sends the text beside it as well, as a rule.
        if opened.text is not None or opened.html is not None:
            self._spare.append((None, Words(opened.text, opened.html)))
        return []

    def _file(self, piece: Piece, kind: str) -> Part | None:
        if len(self.files) >= MOST_FILES:
            return None
        content = piece.source if kind.startswith("message/") else piece.content()
        name = piece.name
        if not content and not name:
            return None
        if not name and kind == "text/calendar":
            name = "invite.ics"
        if not name and kind == "message/rfc822" and piece.parts and (subject := subject_of(piece.parts[0])):
            name = f"{subject[:80]}.eml".replace("/", "_")
        part = Part(file_name(name, kind), kind, content, content_id(piece) or None)
        self.files.append(part)
        return part


def content_id(piece: Piece) -> str:
    """The id the HTML calls a part by, without brackets; empty when it has none."""
    return one_line(first_of(piece, "content-id"), 250).strip("<> ")


def is_text(content: bytes) -> bool:
    """Whether bytes of which nothing is told are somebody's words."""
    return content.strip() != b"" and _CONTROLS.search(content) is None


def words_of(piece: Piece, kind: str) -> Words:
    """What a text part says."""
    text = piece.text()
    if kind == "text/html":
        if len(text) > LONGEST:
            return Words(rough_text(text[: 2 * LONGEST])[:LONGEST_TEXT])
        return Words(None, text) if _has_tag(text) else Words(html.unescape(text))
    if kind != "text/plain":
        return Words(html.unescape(_RICH.sub("", text).replace("<<", "<")))
    if (piece.parameter("format") or "").lower() == "flowed":
        text = unflow(text, delsp=(piece.parameter("delsp") or "").lower() == "yes")
    return Words(None, text) if _IS_HTML.match(text) and len(text) <= LONGEST else Words(text)


def _has_tag(text: str) -> bool:
    begins = _TAG_BEGINS.search(text)
    return begins is not None and text.find(">", begins.end()) >= 0


def alternative(choices: list[Words]) -> Words:
    """One thing said in several ways, the best last (RFC 2046 5.1.4): its text and its HTML."""
    texts = [one.text for one in choices if _says(one.text)]
    pages = [one.html for one in choices if _says(one.html)]
    return Words(texts[0] if texts else None, pages[-1] if pages else None)


def _without_twins(words: list[Words]) -> list[Words]:
    """A text with its own HTML beside it, by a program that does not know alternatives, is one."""
    kept: list[Words] = []
    for one in words:
        last = kept[-1] if kept else None
        if last is not None and last.html is None and one.text is None and _says(last.text) and one.html is not None:
            said = "".join((last.text or "").split())
            if len(said) > 20 and said[:2_000] in "".join(to_text(one.html).split()):
                kept[-1] = Words(last.text, one.html)
                continue
        kept.append(one)
    return kept
