"""`countersign account deletions` and `export`: what an account has erased, and all that it has."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import (
    Subparsers,
    account_action,
    existing,
    print_all,
    settings_of,
)
from countersign.domain.erasing import RETENTION
from countersign.usecases.export_account import written
from countersign.usecases.list_deletions import ListedDeletion, all_deletions


def add(actions: Subparsers) -> None:
    listing = account_action(
        actions, "deletions", "what was erased: when, which envelope, by whom, its last evidence"
    )
    listing.add_argument("--json", action="store_true", help="print all that is known, as JSON")
    listing.set_defaults(run=run_deletions)
    export = account_action(actions, "export", "everything of an account in one ZIP file")
    export.add_argument("file", type=Path, metavar="FILE", help="the file to write; a new one")
    export.set_defaults(run=run_export)


def run_deletions(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        found = list(all_deletions(given.account, installation.ports))
    print_all(found, given, _facts, _line, "Nothing of this account was erased.")
    return 0


def run_export(given: argparse.Namespace) -> int:
    path: Path = given.file
    with app.opened(existing(settings_of(given))) as installation:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as problem:
            raise Failure(f"{path}: {problem.strerror}") from None
        try:
            file = written(given.account, path, installation.ports)
        except BaseException:
            path.unlink()
            raise
    print(f"{path}  {file.size} bytes  SHA-256 {file.sha256}")
    return 0


def _line(one: ListedDeletion) -> str:
    it = one.deletion
    by = one.key or RETENTION
    return f"{it.deleted_at:%Y-%m-%d %H:%M}  {it.envelope_id}  {by}  {it.chain_head}"


def _facts(one: ListedDeletion) -> dict[str, Any]:
    it = one.deletion
    return {
        "envelope": it.envelope_id,
        "api": it.origin,
        "created_at": it.created_at.isoformat(),
        "deleted_at": it.deleted_at.isoformat(),
        "by": it.by,
        "key": one.key or None,
        "tasks": list(it.tasks),
        "removed": [file.sha256 for file in it.removed],
        "kept": [file.sha256 for file in it.kept],
        "chain_length": it.chain_length,
        "chain_head": it.chain_head,
    }
