"""Sets up a checkout with nothing but Python 3.11 at hand. Called by make; safe to call again and again.

Usage: python3 tools/setup.py run|dev|test
  run   what serving needs: Python packages, Node's packages, the built front ends
  dev   that, and the tools of `make check`
  test  that, and the programs that tests use: Chromium, Dovecot and Debian's PostgreSQL 15

Each step leaves a stamp with a digest of what it was made from, so that a second call does nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
PROGRAMS = {
    "chromium": ("the browser tests", lambda: shutil.which("chromium")),
    "dovecot-imapd": ("the mailbox tests", Path("/usr/sbin/dovecot").exists),
    "postgresql-15": ("the second run on PostgreSQL 15", Path("/usr/lib/postgresql/15/bin/postgres").exists),
}


class SetupFailed(Exception):
    """Something is missing that only a person can provide; the message says what."""


def say(text: str) -> None:
    """Show progress at once, also through a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(*command: str | Path, **environment: str) -> None:
    """Run a command in the checkout, its output shown. Raises CalledProcessError."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        check=True,
        env={**os.environ, "PATH": path, **environment},
    )


def digest(paths: Iterable[Path]) -> str:
    """One digest over names and contents; a folder stands for all files in it, what is not there for none."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
        files = [file for file in files if file.exists()]
        for file in files:
            total.update(f"{file.relative_to(ROOT)}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def step(name: str, what: str, sources: Iterable[Path], makes: Path, act: Callable[[], None]) -> None:
    """Do `act` unless what it makes is there, and its stamp says that it was made from these very sources."""
    stamp = STAMPS / name
    wanted = digest(sources)
    if makes.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"==> {what}")
    began = time.monotonic()
    stamp.unlink(missing_ok=True)
    act()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    say(f"    done in {time.monotonic() - began:.1f} s")


def make_venv() -> None:
    """A virtual environment with pip in it."""
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    say("==> Python environment in .venv")
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command).returncode == 0:
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupFailed(
            f"This Python cannot make virtual environments. Install {package} (as root: apt-get install "
            f"{package}), then call make again."
        )
    install_debian_packages([package])
    run(*command)


def install_debian_packages(names: list[str]) -> None:
    """Install by apt-get, as root."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", **quiet)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *names, **quiet)


def install_uv() -> None:
    """The installer of everything else, itself held to its hash by pip."""
    run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", "requirements-uv.lock")


def install_python_packages(lock: str) -> None:
    """All packages of a lock file, and Tugi itself from its source tree."""
    try:
        run(VENV / "bin" / "uv", "pip", "install", "-p", PYTHON, "--require-hashes", "-r", lock)
    except (OSError, subprocess.CalledProcessError):
        say("    uv could not; pip does it, more slowly")
        run(PYTHON, "-m", "pip", "install", "--require-hashes", "-r", lock)
    run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ".")


def has_node() -> bool:
    """Whether a Node with npm is at hand that is new enough."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    return said.startswith("v") and int(said[1:].split(".")[0]) >= OLDEST_NODE


def install_node(kind: str) -> None:
    """Node's packages, and Node itself from the Python package index where the machine has none of its own."""
    if not has_node():
        say("    no Node 20 or newer with npm here: taking the one packed for Python")
        uv = VENV / "bin" / "uv"
        run(uv, "pip", "install", "-p", PYTHON, "--require-hashes", "-r", "requirements-node.lock")
    without = ["--omit=dev"] if kind == "run" else []
    run("npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", *without)


def build_front() -> None:
    """The front ends, into src/tugi/static."""
    run("node", "front/build.mjs")


def install_programs() -> None:
    """Chromium, Dovecot and PostgreSQL 15 where root may install them; else say what will be left out."""
    missing = [name for name, (_, found) in PROGRAMS.items() if not found()]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"==> Programs for the tests: {', '.join(missing)}")
        try:
            install_debian_packages(missing)
        except subprocess.CalledProcessError:
            say("    apt-get failed")
    for name in missing:
        purpose, found = PROGRAMS[name]
        if not found():
            say(f"!!! LEFT OUT: {purpose}, for want of {name}. As root: apt-get install {name}")


def set_up(goal: str) -> None:
    """All steps towards `goal`."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    make_venv()
    step("uv", "uv, which installs the rest", [ROOT / "requirements-uv.lock"], VENV / "bin" / "uv", install_uv)
    kind = "dev" if goal != "run" or (STAMPS / "python-dev").exists() else "run"
    lock = LOCKS[kind]
    project = [ROOT / lock, ROOT / "pyproject.toml", ROOT / "tools" / "hatch_build.py"]
    what = "Python packages, with the tools of make check" if kind == "dev" else "Python packages"
    step(f"python-{kind}", what, project, VENV / "bin" / "tugi", lambda: install_python_packages(lock))
    packages = [ROOT / "package-lock.json", ROOT / ".npmrc"]
    step(f"node-{kind}", "Node packages", packages, ROOT / "node_modules", lambda: install_node(kind))
    front = [ROOT / "front", ROOT / "src" / "tugi" / "locales", *packages]
    step("front", "Front ends", front, ROOT / "src" / "tugi" / "static" / "manifest.json", build_front)
    if goal == "test":
        install_programs()


def main() -> None:
    """Set up what the first argument names."""
    if sys.argv[1:] not in (["run"], ["dev"], ["test"]):
        sys.exit(__doc__)
    try:
        set_up(sys.argv[1])
    except SetupFailed as failure:
        sys.exit(str(failure))
    except subprocess.CalledProcessError as failure:
        sys.exit(f"Set-up stopped: this failed: {' '.join(map(str, failure.cmd))}")


if __name__ == "__main__":
    main()
