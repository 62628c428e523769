"""`countersign migrate`: brings the database to this version's schema."""

from __future__ import annotations

import argparse
from contextlib import closing

from countersign import app_parts
from countersign.adapters.database.engine import Database
from countersign.adapters.database.installation import unmark
from countersign.adapters.database.migrations import migrate
from countersign.commands.options import Subparsers, new_command, settings_of


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "migrate", "bring the database to this version's schema")
    parser.add_argument(
        "--new-keys",
        action="store_true",
        help="the keys of the database are lost: the next start takes or makes others",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with app_parts.blaming("database_url"):
        opened = Database(settings.database)
    with closing(opened) as database:
        print(f"The database is at schema version {migrate(database)}")
        if given.new_keys:
            unmark(database)
            print("It will belong to the keys of the next start")
    return 0
