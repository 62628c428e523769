"""`countersign verify`: is this PDF signed, by whom, and has it been changed since?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from countersign import app
from countersign.commands.options import Subparsers, new_command, settings_of

EPILOG = """\
Works for any PDF, made by Countersign or not, without a network.

exit codes:
  0  every signature is valid
  1  a signature is not valid, or there is none
  2  the file cannot be read as a PDF"""


def add(commands: Subparsers) -> None:
    parser = new_command(commands, "verify", "check the signatures of a PDF", epilog=EPILOG)
    parser.add_argument("file", type=Path, metavar="FILE.pdf")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="CERT.pem",
        help="also trust this certificate authority (may be given several times)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    verdict = app.verify_file(settings_of(given), given.file, given.trust)
    print(json.dumps(verdict.as_json, indent=2) if given.json else verdict.as_text)
    return verdict.exit_code
