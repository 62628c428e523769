"""`countersign backup` and `restore`: database, files and keys in one archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign.adapters.backup import NotPossible, back_up, restore
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, new_command, settings_of
from countersign.settings import Settings


def add(commands: Subparsers) -> None:
    backup = new_command(commands, "backup", "write database, files and keys into one archive")
    backup.add_argument("archive", type=Path, metavar="FILE.tar")
    backup.set_defaults(run=run_backup)
    restore = new_command(commands, "restore", "make an installation from an archive")
    restore.add_argument("archive", type=Path, metavar="FILE.tar")
    restore.set_defaults(run=run_restore)


def run_backup(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    try:
        written = back_up(settings.data, given.archive)
    except NotPossible as problem:
        raise Failure(str(problem)) from None
    print(f"Wrote {given.archive} ({written / 1e6:.1f} MB). It holds private keys: encrypt it.")
    for name, tool in _elsewhere(settings):
        print(f"{name} is not in it: back it up with the tools of {tool}.")
    return 0


def _elsewhere(settings: Settings) -> list[tuple[str, str]]:
    """What this installation keeps outside its data directory."""
    places = [
        ("The database", "PostgreSQL", settings.database_url),
        ("The file store", "the object store", settings.files_url),
    ]
    return [(name, tool) for name, tool, url in places if url]


def run_restore(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    try:
        restore(given.archive, settings.data)
    except NotPossible as problem:
        raise Failure(str(problem)) from None
    print(f"Restored into {settings.data}")
    return 0
