"""Options that several commands share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from countersign.commands.failing import Failure
from countersign.settings import Settings, read_settings

Thing = TypeVar("Thing")
Subparsers = Any  # argparse keeps the type of `add_subparsers` private


def new_command(commands: Subparsers, name: str, help: str, **more: Any) -> argparse.ArgumentParser:
    """A command that works on an installation, chosen by `--data`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        description=help[0].upper() + help[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        **more,
    )
    add_data(parser)
    return parser


def add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        help="the installation's directory (default: COUNTERSIGN_DATA, else ./countersign-data)",
    )


def account_action(
    actions: Subparsers, name: str, help: str, **more: Any
) -> argparse.ArgumentParser:
    """What is done to things of one account, chosen by `--account`."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help, **more)
    add_data(parser)
    parser.add_argument("--account", required=True, metavar="ID", help="whose it is")
    return parser


def print_all(
    found: Sequence[Thing],
    given: argparse.Namespace,
    as_json: Callable[[Thing], Any],
    as_text: Callable[[Thing], str],
    when_none: str,
) -> None:
    """A list as JSON with `--json`, else a paragraph for each, or what to do when there is none."""
    if given.json:
        print(json.dumps([as_json(one) for one in found], indent=2, ensure_ascii=False))
        return
    for one in found:
        print(as_text(one))
    if not found:
        print(when_none)


def settings_of(given: argparse.Namespace, **more: Any) -> Settings:
    """Settings as given on the command line, then variables, then the TOML file."""
    return read_settings(data=given.data, **more)


def existing(settings: Settings) -> Settings:
    """For commands that change or show an installation: a mistyped directory must not become a
    new one. Raises Failure."""
    if not (settings.data / "keys").is_dir():
        raise Failure(f"there is no installation in {settings.data}")
    return settings
