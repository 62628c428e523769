"""`countersign migrate`: brings the database to this version's schema."""

from __future__ import annotations

import argparse

from countersign import app
from countersign.commands.options import Subparsers, new_command, settings_of


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "migrate", "bring the database to this version's schema")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    print(f"The database is at schema version {app.migrate(settings_of(given))}")
    return 0
