"""`python -m bench [NAME ...]`: measure everything, or what is named. One JSON line a figure."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import uvloop

from bench.engine_figures import engines
from bench.house import House, open_house
from bench.letter_costs import letter_costs
from bench.letter_figures import mails
from bench.list_figures import lists
from bench.mail_figures import mail_read
from bench.message_figures import add_message, to_agent
from bench.replay_figures import replays
from bench.robot_figures import idle, training, verdicts
from bench.sending_figures import mails_sent
from bench.slow_mailbox import slow_mailbox
from bench.socket_figures import sockets
from bench.start_figures import make_run, start

FIGURES: Mapping[str, Callable[[House], Awaitable[None]]] = {
    "add_message": add_message,
    "mails": mails,
    "letter_costs": letter_costs,
    "mails_sent": mails_sent,
    "slow_mailbox": slow_mailbox,
    "to_agent": to_agent,
    "sockets": sockets,
    "lists": lists,
    "engines": engines,
    "verdicts": verdicts,
    "training": training,
    "replays": replays,
    "start": start,
    "idle": idle,
    "make_run": make_run,
    "mail_read": mail_read,
}


async def measure(names: list[str]) -> None:
    """Each figure in an installation of its own, so that none pays for another."""
    for name in names:
        async with open_house() as house:
            await FIGURES[name](house)


def main() -> None:
    """Exit with 2 for an unknown name."""
    names = sys.argv[1:] or list(FIGURES)
    if unknown := [name for name in names if name not in FIGURES]:
        print(f"unknown: {', '.join(unknown)}; known are {', '.join(FIGURES)}", file=sys.stderr)
        sys.exit(2)
    # Ended from outside, it still takes its servers along.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    load = Path("/proc/loadavg").read_text().split()[0]
    print(json.dumps({"name": "machine", "cores": os.cpu_count(), "load_before": float(load)}), flush=True)
    uvloop.run(measure(names))


main()
