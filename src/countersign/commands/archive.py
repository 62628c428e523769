"""`countersign archive`: results that accounts keep for years."""

from __future__ import annotations

import argparse
import json
from datetime import datetime

from countersign import app
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.domain.archive import ArchivedFile


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("archive", help="results that accounts keep for years")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser(
        "list", help="an account's archive: id, since when, until when, name; removed ones too"
    )
    add_data(listing)
    listing.add_argument("--account", required=True, metavar="ID")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    listing.set_defaults(run=run_list)


def run_list(given: argparse.Namespace) -> int:
    settings = existing(settings_of(given))
    with app.opened(settings) as installation, installation.ports.unit_of_work() as uow:
        files = uow.archive.of_account(uow.accounts.get(given.account).id)
    if given.json:
        print(json.dumps([_facts(file) for file in files], indent=2))
        return 0
    for file in files:
        print(f"{file.id}  {file.archived_at:%Y-%m-%d}  {_stands(file)}")
    if not files:
        print("Nothing is in the archive of this account.")
    return 0


def _stands(file: ArchivedFile) -> str:
    if file.removed_at is not None:
        return f"removed {file.removed_at:%Y-%m-%d}  SHA-256 {file.sha256}"
    end = f"until {file.keep_until:%Y-%m-%d}" if file.keep_until else "without end"
    return f"{end}  {file.filename}"


def _facts(file: ArchivedFile) -> dict[str, object]:
    return {
        "id": file.id,
        "media_type": file.media_type,
        "name": file.filename,
        "size": sum(part.size for part in file.parts),
        "archived_at": _moment(file.archived_at),
        "keep_until": _moment(file.keep_until),
        "removed_at": _moment(file.removed_at),
        "sha256": file.sha256 or None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
