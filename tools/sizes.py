"""Fails when a file is over 400 lines or a function over 50: what outgrows that has two nouns in it.

Usage: python tools/sizes.py. Docstrings are not counted into a function. TypeScript's functions are
measured by tools/sizes.mjs, in the same words.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES = 400
FUNCTION_LINES = 50
GENERATED = ("src/tugi/migrations/", "front/shared/api.ts")


def sources(*endings: str) -> list[str]:
    """Paths of the project's own files with these endings, those not yet added included."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [
        path
        for path in sorted(set(listed.stdout.splitlines()))
        if path.endswith(endings) and not path.startswith(GENERATED) and (ROOT / path).exists()
    ]


def long_files() -> Iterator[str]:
    """One line for every file that is too long."""
    for path in sources(".py", ".ts", ".tsx", ".mjs", ".css", ".sh"):
        lines = len((ROOT / path).read_text().splitlines())
        if lines > FILE_LINES:
            yield f"{path}: {lines} lines, {FILE_LINES} allowed"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and decorators."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def long_functions() -> Iterator[str]:
    """One line for every Python function that is too long."""
    for path in sources(".py"):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length(node)} lines, {FUNCTION_LINES} allowed"


def main() -> None:
    """Print what is too long; exit with 1 if anything is."""
    front = subprocess.run(
        ["node", "tools/sizes.mjs", str(FUNCTION_LINES), *sources(".ts", ".tsx")],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    found = [*long_files(), *long_functions(), *front.stdout.splitlines(), *front.stderr.splitlines()]
    for line in found:
        sys.stdout.write(f"{line}\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
