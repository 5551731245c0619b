"""Speed and memory of a running Tugi: `python -m bench`, or `python -m bench NAME ...` for some of it."""

import sys
from pathlib import Path

# Mail servers, and cables in a bad mood, are those of the tests.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))
