"""Every test file tests something, every test can fail, and pytest finds them all."""

import ast
import re
from collections.abc import Iterator

from laws.source import files, text

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: str) -> list[Function]:
    """Every function of a file."""
    return [node for node in ast.walk(ast.parse(text(path))) if isinstance(node, Function)]


def names_used(node: ast.AST) -> Iterator[str]:
    """Every name and attribute that occurs in a node."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def may_fail(function: Function, checking: set[str]) -> bool:
    """Whether it asserts, expects an error, or calls something of its file or of ours that does."""
    asserts = any(isinstance(node, ast.Assert) for node in ast.walk(function))
    words = set(names_used(function))
    return asserts or bool(words & ({"raises", "expect"} | checking))


def test_every_test_can_fail() -> None:
    found = []
    shared = [f for path in files(".py", under="tests") for f in functions(path) if not f.name.startswith("test_")]
    checking = {f.name for f in shared if any(isinstance(node, ast.Assert) for node in ast.walk(f))}
    for path in files(".py", under="tests"):
        tests = [f for f in functions(path) if f.name.startswith("test_")]
        is_test_file = path.rsplit("/", 1)[-1].startswith("test_")
        if is_test_file != bool(tests):
            found.append(f"{path}: {'no test in it' if is_test_file else 'its tests are never run'}")
        found += [f"{path}: {test.name} cannot fail" for test in tests if not may_fail(test, checking)]
    assert found == []


def test_no_test_sleeps_or_is_expected_to_fail() -> None:
    banned = re.compile(r"\btime\.sleep\(|\bxfail\b|\bpytest\.skip\(|\b(?:it|test|describe)\.skip\(|\bassert True\b")
    tests = [path for path in files(".py", ".ts", ".tsx") if "test" in path.rsplit("/", 1)[-1]]
    own = "tests/laws/test_tests.py"
    assert [path for path in tests if path != own and banned.search(text(path))] == []


def test_every_front_end_test_file_has_a_test() -> None:
    suites = [path for path in files(".test.ts", ".test.tsx", under="front")]
    assert [path for path in suites if not re.search(r"\b(?:test|it)\(", text(path))] == []
