"""`countersign backup` and `restore`: database, files and keys in one archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from countersign import app
from countersign.commands.options import Subparsers, new_command, settings_of


def add(commands: Subparsers) -> None:
    backup = new_command(commands, "backup", "write database, files and keys into one archive")
    backup.add_argument("archive", type=Path, metavar="FILE.tar")
    backup.set_defaults(run=run_backup)
    restore = new_command(commands, "restore", "make an installation from an archive")
    restore.add_argument("archive", type=Path, metavar="FILE.tar")
    restore.set_defaults(run=run_restore)


def run_backup(given: argparse.Namespace) -> int:
    written = app.back_up(settings_of(given), given.archive)
    print(f"Wrote {given.archive} ({written / 1e6:.1f} MB). It holds private keys: encrypt it.")
    return 0


def run_restore(given: argparse.Namespace) -> int:
    settings = settings_of(given)
    app.restore(settings, given.archive)
    print(f"Restored into {settings.data}")
    return 0
