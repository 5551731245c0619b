"""Fails when a front end is heavier than its budget: gzip, everything loaded before it runs, one language.

Usage: python tools/budgets.py, after `node front/build.mjs`.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KB = 1024
BUDGETS = {"widget.js": 3 * KB, "widget/app.js": 30 * KB, "inbox/app.js": 150 * KB}


def main() -> None:
    """Print each front end's weight beside its budget; exit with 1 if one is over."""
    measured = ROOT / "build" / "front-sizes.json"
    sizes: dict[str, int] = json.loads(measured.read_text()) if measured.exists() else {}
    over = False
    for name, budget in BUDGETS.items():
        if name not in sizes:
            sys.stdout.write(f"{name}: not built yet\n")
            continue
        over = over or sizes[name] > budget
        verdict = "OVER ITS BUDGET of" if sizes[name] > budget else "of"
        sys.stdout.write(f"{name}: {sizes[name] / KB:.1f} kB {verdict} {budget / KB:.0f} kB\n")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
