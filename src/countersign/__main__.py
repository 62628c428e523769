"""The `countersign` command."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from countersign import logs
from countersign.commands import (
    account,
    archive,
    audit,
    backup,
    demo,
    doctor,
    draft,
    form,
    identity,
    interface,
    member,
    merchant_key,
    migrate,
    sandbox,
    serve,
    signing_service,
    template,
    verify,
    webhook,
    work,
)
from countersign.commands.failing import Failure, explained
from countersign.settings import BadSettings

COMMANDS = (
    serve,
    work,
    demo,
    account,
    member,
    identity,
    interface,
    merchant_key,
    archive,
    audit,
    signing_service,
    template,
    form,
    draft,
    webhook,
    verify,
    sandbox,
    migrate,
    doctor,
    backup,
)

DESCRIPTION = """\
Countersign: self-hosted electronic signatures.

Settings are COUNTERSIGN_… variables or a TOML file named by COUNTERSIGN_CONFIG;
docs/operate/settings.md lists them all."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns its exit code: 0 done, 1 the answer is no, 2 not possible."""
    given = build_parser().parse_args(arguments)
    logs.set_up("text", level=logging.CRITICAL)  # what fails, a command says itself
    try:
        with explained():
            code: int = given.run(given)
    except (Failure, BadSettings) as failure:
        print(f"countersign: {failure}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever reads our output has seen enough; nothing is left to be written at the exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options and help texts."""
    parser = argparse.ArgumentParser(
        prog="countersign",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    said = f"countersign {version('countersign')}"
    parser.add_argument("--version", action="version", version=said)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
