"""`countersign interface`: how signing pages of an account look, by name."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
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
from countersign.domain.branding import Branding
from countersign.domain.interface import BUTTONS, Interface
from countersign.usecases.add_interface import (
    add_interface,
    list_interfaces,
    remove_interface,
)

DESCRIPTION = """\
From now on a task may name this interface, and its signing page looks like that. What is left out
is as the envelope has it. Pages that are out follow when it is removed and added anew."""
NONE_YET = "This account has no interface yet: countersign interface add …"


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("interface", help="how signing pages of an account look, by name")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_add(actions)
    listing = account_action(actions, "list", "all interfaces of an account")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    listing.set_defaults(run=run_list)
    remove = account_action(actions, "remove", "take an interface away")
    remove.add_argument("--name", required=True, metavar="N", help="the interface's name")
    remove.set_defaults(run=run_remove)


def _add_add(actions: Subparsers) -> None:
    parser = account_action(actions, "add", "an interface", description=DESCRIPTION)
    parser.add_argument("--name", required=True, metavar="N", help="what tasks call it")
    parser.add_argument("--company", default="", metavar="TEXT", help="the name at the top")
    parser.add_argument("--logo", type=Path, metavar="FILE", help="a PNG, JPEG or WebP")
    parser.add_argument("--color", default="", metavar="#RRGGBB", help="the colour of buttons")
    parser.add_argument("--second-color", default="", metavar="#RRGGBB", help="(none)")
    parser.add_argument(
        "--hide", nargs="+", default=[], metavar="BUTTON", help=f"any of: {' '.join(BUTTONS)}"
    )
    parser.add_argument("--skip-intro", action="store_true", help="begin with the document")
    parser.add_argument(
        "--identify-first", action="store_true", help="log in first, where an eID signs"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run_add)


def run_add(given: argparse.Namespace) -> int:
    logo = _read(given.logo) if given.logo else None
    with app.opened(existing(settings_of(given))) as installation:
        wanted = _interface(given, installation.ports.clock())
        made = add_interface(wanted, logo, installation.ports)
    print(json.dumps(_shown(made), indent=2, ensure_ascii=False) if given.json else _said(made))
    return 0


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        found = list_interfaces(given.account, installation.ports)
    print_all(found, given, _shown, _said, when_none=NONE_YET)
    return 0


def run_remove(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        remove_interface(given.account, given.name, installation.ports)
    print(f"Removed {given.name}")
    return 0


def _interface(given: argparse.Namespace, now: datetime) -> Interface:
    branding = Branding(
        company_name=given.company,
        primary_color=given.color,
        secondary_color=given.second_color,
    )
    return Interface(
        account_id=given.account,
        name=given.name,
        created_at=now,
        branding=branding,
        hidden=tuple(dict.fromkeys(given.hide)),
        skip_intro=given.skip_intro,
        identify_first=given.identify_first,
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None


def _shown(interface: Interface) -> dict[str, Any]:
    branding = interface.branding
    return {
        "name": interface.name,
        "company": branding.company_name,
        "logo": branding.logo.sha256 if branding.logo else None,
        "color": branding.primary_color,
        "second_color": branding.secondary_color,
        "hidden": list(interface.hidden),
        "skip_intro": interface.skip_intro,
        "identify_first": interface.identify_first,
        "created_at": interface.created_at.isoformat(),
    }


def _said(interface: Interface) -> str:
    branding = interface.branding
    told = (interface.name, branding.company_name, branding.primary_color)
    hidden = f"without {', '.join(interface.hidden)}" if interface.hidden else ""
    return "  ".join(filter(None, (*told, "logo" if branding.logo else "", hidden)))
