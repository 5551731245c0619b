"""What the docs name is there: links, files, names in the code, commands, settings. Decisions fit on one screen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path, PurePosixPath

import pytest
from typer.main import get_command

from laws.source import ROOT, files, text
from tugi.cli import app
from tugi.settings import Settings

DOCS = files(".md")
LINK = re.compile(r"(?:\]\(|src=\")([^)\s\"]+)")
CODE = re.compile(r"```.*?```|`([^`\n]+)`", re.DOTALL)
ENDINGS = ("py", "ts", "tsx", "mjs", "css", "sql", "json", "toml", "md", "lock", "in", "sh")
PATH = re.compile(rf"(?:[\w.{{}},*-]+/)+[\w.{{}},*-]*|[\w{{}},-]+\.(?:{'|'.join(ENDINGS)})")
NAME = re.compile(r"((?:\w+/)*[a-z_]+)\.([A-Za-z_]+)(?:\(.*\))?")
SETTING = re.compile(r"\bTUGI_[A-Z0-9_]+\b")
# Not settings of the product: where they come from, and what tests and tools listen to.
OTHER_VARIABLES = {"TUGI_CONFIG", "TUGI_POISON"}
CALL = re.compile(r"(?:^|[`\s(/])(make|tugi|npm run|python3? -m) ((?:[a-z][\w.-]*[ ]?){1,2})")
# Made by a build, brought by an operator, or beside the project.
MADE = {"src/tugi/static", "manifest.json", "tokenizer.json"}
ELSEWHERE = re.compile(r"\.\./|\.\.\.|.*NNNN|.*\*")
# Mail, as an operator may set it up.
OF_MAIL = re.compile(r"smtp|lmtp|mail|google|microsoft|private_hosts|public_url")
# Only for tests, who bring their own sign-in.
NOT_FOR_OPERATORS = {"oauth_url"}
HEADS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Alternatives.**")
SCREEN_LINES, SCREEN_CHARACTERS = 40, 3_300


def quoted(path: str) -> Iterator[str]:
    """What stands between backticks in a line."""
    yield from (found[1] for found in CODE.finditer(text(path)) if found[1])


def anchors(path: Path) -> set[str]:
    """What links into a page may name, as GitHub makes it of headings."""
    heads = re.findall(r"^#+ (.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@cache
def places() -> frozenset[str]:
    """Every file and folder of the project, and every ending of its path."""
    found: set[str] = set()
    for path in files():
        parts = PurePosixPath(path).parts
        for end in range(1, len(parts) + 1):
            found |= {"/".join(parts[start:end]) for start in range(end)}
    return frozenset(found)


def spelled_out(name: str) -> list[str]:
    """A path without its braces: "a/{b,c}.py" is two."""
    parts = [part.split(",") for part in re.split(r"[{}]", name)]
    return ["".join(chosen) for chosen in product(*parts)]


def test_every_link_leads_somewhere() -> None:
    broken = []
    for path in DOCS:
        for link in LINK.findall(text(path)):
            target, _, anchor = link.partition("#")
            if "://" in link or target == "":
                continue
            found = (ROOT / path).parent / target
            if not found.exists() or (anchor and anchor not in anchors(found)):
                broken.append(f"{path}: {link}")
    assert broken == []


def test_every_file_that_is_named_is_there() -> None:
    missing = []
    for path in DOCS:
        for name in quoted(path):
            first = name.split()[0]
            if not PATH.fullmatch(first) or first.startswith((".venv", "virtual")):
                continue
            for wanted in (one.rstrip("/") for one in spelled_out(first)):
                module = NAME.fullmatch(wanted)
                is_name = module is not None and f"{module[1]}.py" in places()
                if not (is_name or ELSEWHERE.match(wanted) or wanted in places() | MADE):
                    missing.append(f"{path}: {wanted}")
    assert missing == []


def test_every_name_of_a_module_is_there() -> None:
    sources = defaultdict[str, str](str)
    for path in files(".py", under="src/tugi"):
        sources[PurePosixPath(path).stem] += text(path) + "\n"
    missing = []
    for path in DOCS:
        for found in filter(None, map(NAME.fullmatch, quoted(path))):
            module, name = PurePosixPath(found[1]).name, found[2]
            made = re.compile(rf"^\s*(?:async def|def|class) {name}\b|^\s*{name}(?:: .*)? =|^\s*{name}: ", re.M)
            if module in sources and name not in ENDINGS and not made.search(sources[module]):
                missing.append(f"{path}: {module}.{name}")
    assert missing == []


def is_command(words: list[str]) -> bool:
    """Whether `tugi` has this command, and its group this one."""
    known = get_command(app)
    for word in words:
        # What stands after a command that has none below it are its arguments.
        if (below := getattr(known, "commands", None)) is None:
            return True
        if word not in below:
            return False
        known = below[word]
    return True


def is_there(program: str, words: list[str]) -> bool:
    """Whether a command that a page names can be called."""
    if program == "tugi":
        return is_command(words)
    if program == "make":
        return re.search(rf"^{words[0]}:", text("Makefile"), re.M) is not None
    if program == "npm run":
        return f'"{words[0]}":' in text("package.json")
    place = words[0].replace(".", "/")
    top = place.partition("/")[0]
    if not (ROOT / top).exists():
        return find_spec(top) is not None
    return any((ROOT / one).is_file() for one in (f"{place}.py", f"{place}/__main__.py"))


def test_every_command_is_there() -> None:
    missing = []
    for path in DOCS:
        code = [found[1] or found[0].strip("`") for found in CODE.finditer(text(path))]
        for line in "\n".join(code).splitlines():
            for program, words in CALL.findall(line.partition("#")[0]):
                if not is_there(program, words.split()):
                    missing.append(f"{path}: {program} {words}")
    assert missing == []


def test_every_setting_is_there_and_mail_names_all_of_mail() -> None:
    known = {f"TUGI_{one.name.upper()}" for one in fields(Settings)}
    named = {path: set(SETTING.findall(text(path))) for path in DOCS}
    assert {path: names - known - OTHER_VARIABLES for path, names in named.items()} == {path: set() for path in DOCS}
    of_mail = {one.name for one in fields(Settings) if OF_MAIL.search(one.name)} - NOT_FOR_OPERATORS
    assert {f"TUGI_{name.upper()}" for name in of_mail} <= named["docs/mail.md"]


@pytest.mark.parametrize("path", files(".md", under="docs/decisions"))
def test_a_decision_is_whole_and_fits_on_one_screen(path: str) -> None:
    said = text(path)
    assert [head for head in HEADS if head not in said] == []
    assert [said.index(head) for head in HEADS] == sorted(said.index(head) for head in HEADS)
    assert len(said.splitlines()) <= SCREEN_LINES
    assert len(said) <= SCREEN_CHARACTERS
