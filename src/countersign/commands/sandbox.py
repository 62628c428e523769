"""`countersign sandbox advance`: moves a sandbox's clock."""

from __future__ import annotations

import argparse

from countersign import app
from countersign.adapters.clock import SandboxClock, parse_span
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, add_data, existing, settings_of


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("sandbox", help="control a sandbox")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    advance = actions.add_parser(
        "advance",
        help="move the sandbox's clock forward",
        description="Moves the clock that deadlines, reminders, lifetimes and links follow.",
    )
    add_data(advance)
    advance.add_argument("span", metavar="SPAN", help="how far: 90s, 31m, 2h, 3d or 1d12h")
    advance.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    try:
        span = parse_span(given.span)
    except ValueError as problem:
        raise Failure(str(problem)) from None
    with app.opened(existing(settings_of(given, sandbox=True))) as installation:
        now = SandboxClock(installation.database).advance(span)
    print(f"The sandbox's clock now shows {now:%Y-%m-%d %H:%M:%S} UTC")
    return 0
