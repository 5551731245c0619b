"""All checks of `make check`, two at a time; prints what failed, with its output, and how long each took."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOGETHER = 2

# The longest first, so that the rest fits beside them.
CHECKS: dict[str, list[str]] = {
    "types (pyright)": ["node", "node_modules/pyright/index.js"],
    "types (tsc)": ["node", "node_modules/typescript/bin/tsc", "--noEmit"],
    "API types current": [sys.executable, "tools/api_types.py", "--check"],
    "lint (ruff)": ["ruff", "check", "."],
    "format (ruff)": ["ruff", "format", "--check", "."],
    "architecture": ["lint-imports", "--no-logo"],
    "sizes": [sys.executable, "tools/sizes.py"],
    "front-end budgets": [sys.executable, "tools/budgets.py"],
}


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float
    output: str


def check(name: str, command: list[str]) -> Outcome:
    """Run one check to its end."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return Outcome(name, done.returncode == 0, time.monotonic() - began, done.stdout)


def main() -> None:
    """Run the checks named by the arguments, or all; exit with 1 if one fails."""
    wanted = {name: command for name, command in CHECKS.items() if not sys.argv[1:] or name in sys.argv[1:]}
    began = time.monotonic()
    failed = 0
    with ThreadPoolExecutor(TOGETHER) as pool:
        for outcome in pool.map(check, wanted.keys(), wanted.values()):
            word = "ok    " if outcome.passed else "FAILED"
            sys.stdout.write(f"{word} {outcome.name} ({outcome.seconds:.1f} s)\n")
            if not outcome.passed or outcome.name == "front-end budgets":
                sys.stdout.write("".join(f"       {line}\n" for line in outcome.output.splitlines()))
            sys.stdout.flush()
            failed += not outcome.passed
    sys.stdout.write(f"{len(wanted) - failed} checks ok, {failed} not, {time.monotonic() - began:.0f} s\n")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
