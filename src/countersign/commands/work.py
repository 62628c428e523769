"""`countersign work`: a worker without a web server."""

from __future__ import annotations

import argparse
import signal
import threading

from countersign import app, logs
from countersign.commands.options import Subparsers, new_command, settings_of
from countersign.commands.server import say


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "work", "run a worker only: seals, mails, webhooks, deadlines")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    logs.set_up(settings.log_format)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with app.opened(settings) as installation:
        installation.worker.start()
        say("Countersign is working")
        stopped.wait()
        installation.worker.stop()
    return 0
