"""`countersign serve`: web and worker in one process."""

from __future__ import annotations

import argparse
from contextlib import suppress

from countersign import address, app, logs
from countersign.commands.options import Subparsers, new_command, settings_of
from countersign.commands.server import listen_address, run_server, say
from countersign.domain.errors import Unavailable
from countersign.usecases.join_dashboard import offer_set_up

DEFAULT_PORT = 8080


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "serve", "run the server: web and worker in one process")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port, 0 for any free one (%(default)s)"
    )
    parser.add_argument(
        "--sandbox",
        action="store_true",
        default=None,
        help="simulated identities, a movable clock, a mailbox page; never for real contracts",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    with listen_address(given.host, given.port) as socket:
        settings = settings_of(given, sandbox=given.sandbox)
        settings = address.listening(settings, given.host, socket.getsockname()[1])
        logs.set_up(settings.log_format)
        with app.opened(settings) as installation:
            run_server(installation, socket, lambda: _when_it_answers(installation))
    return 0


def _when_it_answers(installation: app.Installation) -> None:
    installation.office.warm_up(installation.settings.converters_at_start)
    show_the_way_in(installation)


def show_the_way_in(installation: app.Installation) -> None:
    """Until somebody has joined, whoever starts the server is the one to begin. The server answers
    already, and a database that goes away at this moment is no reason to end it."""
    with suppress(Unavailable):
        if link := offer_set_up(installation.desk):
            say(f"Set up the dashboard, once and within a day: {link}")
