"""Files of knowledge: CSV, JSON, JSON Lines, Markdown, or a ZIP of these, read into pieces of entries."""

from __future__ import annotations

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from tugi.desk.knowledge.encodings import decoded
from tugi.desk.knowledge.markdown import read_markdown
from tugi.desk.knowledge.pieces import Reading, piece_of
from tugi.robot.language import read_language

MOST_FILES = 20_000
MOST_BYTES = 200_000_000
MOST_ROWS = 200_000
_SEPARATORS = re.compile(r"[\n|]")
_REQUIRED = ("key", "language", "title", "answer")
_ALSO_CALLED = {"id": "key", "question": "title", "lang": "language", "questions": "examples"}


@dataclass(frozen=True, slots=True)
class File:
    """A file's name (its path inside a folder or archive) and bytes."""

    name: str
    content: bytes


def read_files(files: Sequence[File], main_language: str) -> Reading:
    """Every piece and every problem of the files, in order. `main_language` is meant where none is named."""
    reading = Reading()
    for file in files:
        for inner in _unpacked(file, reading):
            _read_file(inner, main_language, reading, named=len(files) > 1 or inner is not file)
            if len(reading.pieces) > MOST_ROWS:
                reading.problem(0, "too_many", f"At most {MOST_ROWS:,} rows at a time. Split the file.")
                return reading
    return reading


# What zipfile and its decompressors raise on archives whose bytes were damaged, cut off or locked with a password.
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, ValueError, OSError)


def _unpacked(file: File, reading: Reading) -> Iterator[File]:
    if not file.name.lower().endswith(".zip"):
        yield file
        return
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            names = [item for item in archive.infolist() if _is_meant(item)][: MOST_FILES + 1]
            if len(names) > MOST_FILES:
                reading.problem(0, "too_many", f"At most {MOST_FILES:,} files in one archive.")
                return
            for item in names:
                with archive.open(item) as member:
                    content = member.read(left + 1)
                left -= len(content)
                if left < 0:
                    reading.problem(0, "too_large", "Unpacked, the archive is larger than 200 MB. Split it.")
                    return
                yield File(item.filename, content)
    except _DAMAGED:
        reading.problem(0, "unreadable", "This archive cannot be read. Pack it again, without a password.")


def _is_meant(item: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(item.filename).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not item.is_dir() and not hidden and item.filename.lower().endswith(_ENDINGS)


def _read_file(file: File, main_language: str, reading: Reading, *, named: bool) -> None:
    reading.file = file.name if named else None
    text = decoded(file.content)
    ending = PurePosixPath(file.name.lower()).suffix
    if ending in (".md", ".markdown"):
        read_markdown(file.name, text, main_language, reading)
    elif ending == ".json":
        _read_json(text, main_language, reading)
    elif ending in (".jsonl", ".ndjson"):
        _read_json_lines(text, main_language, reading)
    elif ending in (".csv", ".tsv", ".txt"):
        _read_csv(text, reading)
    else:
        reading.problem(0, "unknown_format", "Use a CSV, JSON, JSON Lines or Markdown file, or a ZIP of these.")


_ENDINGS = (".md", ".markdown", ".json", ".jsonl", ".ndjson", ".csv", ".tsv")


def _read_csv(text: str, reading: Reading) -> None:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    # Longer fields than this are refused by csv itself, with a line number.
    csv.field_size_limit(1_000_000)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 1
    try:
        names = [_column(name) for name in next(rows, [])]
        if missing := [name for name in _REQUIRED if name not in names]:
            reading.problem(1, "columns", f"The first row must name the columns; missing: {', '.join(missing)}.")
            return
        for number, values in enumerate(rows, 2):
            if any(value.strip() for value in values):
                _read_row(number, dict(zip(names, values, strict=False)), reading)
            if len(reading.pieces) > MOST_ROWS:
                return
    except csv.Error as error:
        reading.problem(number + 1, "unreadable", f"This row cannot be read: {error}.")


def _column(name: str) -> str:
    tidy = name.strip().lower()
    return _ALSO_CALLED.get(tidy, tidy)


def _read_row(number: int, row: Mapping[str, str], reading: Reading) -> None:
    language = row.get("language", "").strip().lower()
    title, answer = row.get("title", ""), row.get("answer", "")
    examples = [text for text in _SEPARATORS.split(row.get("examples", "")) if text.strip()]
    data: dict[str, Any] = {
        "key": row.get("key", ""),
        "policy": row.get("policy", "").strip().lower() or None,
        "titles": {language: title} if title.strip() or answer.strip() else {},
        "answers": {language: answer} if title.strip() or answer.strip() else {},
        "examples": {language: examples} if examples else {},
        "valid_from": row.get("valid_from", "").strip() or None,
        "valid_until": row.get("valid_until", "").strip() or None,
    }
    if not language:
        reading.problem(number, "language", "The language is missing. Write en, et, fi or pl.")
        return
    piece_of(number, data, reading)


def _read_json(text: str, main_language: str, reading: Reading) -> None:
    found = _parsed(text, 0, reading)
    items: Iterable[object] = cast("list[object]", found) if isinstance(found, list) else [found]
    if found is not None:
        for number, item in enumerate(items, 1):
            _read_object(number, item, main_language, reading)


def _read_json_lines(text: str, main_language: str, reading: Reading) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and (item := _parsed(line, number, reading)) is not None:
            _read_object(number, item, main_language, reading)
        if len(reading.pieces) > MOST_ROWS:
            return


def _parsed(text: str, number: int, reading: Reading) -> object | None:
    try:
        return msgspec.json.decode(text.lstrip("\ufeff").encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        reading.problem(number, "json", "This is not JSON.")
        return None


def _read_object(number: int, item: object, main_language: str, reading: Reading) -> None:
    """One entry as our own files have it, or {id, title, answer, examples: [...]} as data sets do."""
    if not isinstance(item, dict):
        reading.problem(number, "json", "An entry must be an object with key, titles and answers.")
        return
    data = dict(cast("dict[str, Any]", item))
    data.setdefault("key", data.get("id"))
    language = data.get("language") or main_language
    if not isinstance(data.get("titles"), dict):
        data["titles"] = {language: data.get("title") or ""}
    titles = cast("dict[str, Any]", data["titles"])
    if not isinstance(data.get("answers"), dict):
        data["answers"] = dict.fromkeys(titles, data.get("answer") or "")
    if isinstance(data.get("examples"), list):
        data["examples"] = _by_language(cast("list[object]", data["examples"]), language, list(titles))
    piece_of(number, data, reading)


def _by_language(examples: list[object], language: str, languages: list[str]) -> dict[str, list[object]]:
    """Examples without a language: the entry's only one, else the one each is written in."""
    if len(languages) < 2:
        return {languages[0] if languages else language: examples}
    found: dict[str, list[object]] = {}
    for text in examples:
        found.setdefault(read_language(str(text), languages).code, []).append(text)
    return found
