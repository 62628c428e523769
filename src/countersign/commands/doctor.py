"""`countersign doctor`: is everything there that this installation needs?"""

from __future__ import annotations

import argparse

from countersign import app
from countersign.commands.options import Subparsers, new_command, settings_of

MARKS = {"good": "ok  ", "hint": "hint", "bad": "BAD "}


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "doctor", "check the installation and say what is missing")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    findings = app.examine(settings_of(given))
    for finding in findings:
        print(f"{MARKS[finding.verdict]}  {finding.text}")
    return 1 if any(finding.verdict == "bad" for finding in findings) else 0
