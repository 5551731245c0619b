"""Keeps front/shared/api.ts, the types of the agents' API, as the application's own OpenAPI says.

Usage: python tools/api_types.py [--check]   (--check changes nothing and fails when the file is out of date)
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TYPES = ROOT / "front" / "shared" / "api.ts"
# The API is described without being served: nothing of what it stands on is touched.
ASK = """
import json, sys
from types import SimpleNamespace
from tugi.web.app import agent_api
parts = SimpleNamespace(database=None, files=None, hub=None, answering=None, secret="", base_url="", mail_setup=None)
json.dump(agent_api(parts).openapi(), sys.stdout)
"""


def generated() -> str:
    """The types as they should be. Raises CalledProcessError when the application cannot be asked."""
    said = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(json.loads(said.stdout), sort_keys=True))
        written = Path(folder) / "api.ts"
        command = ["node", "node_modules/openapi-typescript/bin/cli.js", str(described), "-o", str(written)]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
        return written.read_text()


def main() -> None:
    """Write the file, or only compare."""
    wanted = generated()
    if "--check" not in sys.argv[1:]:
        TYPES.write_text(wanted)
    elif not TYPES.exists() or TYPES.read_text() != wanted:
        sys.exit("front/shared/api.ts is out of date: run `make api` and commit it.")


if __name__ == "__main__":
    main()
