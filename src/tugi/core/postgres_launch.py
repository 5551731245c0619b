"""Becomes a PostgreSQL program: gives up root, ties its life to its starter's, then execs.

Run as a script by its path, never imported: between fork and exec of a process with threads nothing of
this could be done safely. Arguments: starter's pid, user to become or "-", "open" or "closed" (whether
that user may pass through every folder on the way), "signal", "pipe" or "unseen" (how to notice the
starter's death; a pipe is standard input), then the command.
"""

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 4
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAPABILITY_VERSION_3 = 0x20080522


def _prctl(*arguments: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:5]]
    if ctypes.CDLL(None, use_errno=True).prctl(*padded) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl{arguments}: {os.strerror(number)}")


def _become(user: str, closed: bool) -> None:
    """Become `user`; where folders on the way are closed to it, keep the one right to pass through them."""
    entry = pwd.getpwnam(user)
    if closed:
        # Without this bit access(2), by which PostgreSQL looks for its programs, heeds no capability.
        _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    if closed:
        _keep_right_of_way()


def _keep_right_of_way() -> None:
    # As bytes: Python's own library may lie in a folder that is closed by now, text codecs included.
    with open("/proc/self/status", "rb") as lines:
        held = next(int(line.split()[1], 16) for line in lines if line.startswith(b"CapPrm"))
    capability = _CAP_DAC_READ_SEARCH if held >> _CAP_DAC_READ_SEARCH & 1 else _CAP_DAC_OVERRIDE
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, sets) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"capset: {os.strerror(number)}")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _die_with_starter(starter: int, way: str) -> None:
    """Fast shutdown of this process when its starter is gone, however it went."""
    if way == "signal":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != starter:
            sys.exit("the starter died before PostgreSQL began")
        return
    watched = os.getpid()
    if way == "unseen" or os.fork():
        return
    os.setsid()
    while os.read(0, 64):
        pass
    if os.getppid() == watched:
        os.kill(watched, signal.SIGINT)
    os._exit(0)


def launch(arguments: list[str]) -> None:
    """Replace this process by the command in `arguments` (see the head of this file)."""
    starter, user, way_is, death, *command = arguments
    if user != "-":
        _become(user, way_is == "closed")
    _die_with_starter(int(starter), death)
    os.execv(command[0], command)


if __name__ == "__main__":
    launch(sys.argv[1:])
