"""Options that several commands share."""

from __future__ import annotations

import argparse
from typing import Any

from countersign.commands.failing import Failure
from countersign.settings import Settings, read_settings

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


def settings_of(given: argparse.Namespace, **more: Any) -> Settings:
    """Settings as given on the command line, then variables, then the TOML file."""
    return read_settings(data=given.data, **more)


def existing(settings: Settings) -> Settings:
    """For commands that change or show an installation: a mistyped directory must not become a
    new one. Raises Failure."""
    if not (settings.data / "keys").is_dir():
        raise Failure(f"there is no installation in {settings.data}")
    return settings
