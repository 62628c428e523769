"""`countersign verify`: is this file signed, by whom, and has it been changed since?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from countersign.adapters.keys.local import root_of
from countersign.adapters.pdf_engine import verify_anybody
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, new_command, settings_of

EPILOG = """\
Works without a network for any PDF, made by Countersign or not, and for the signed texts (XML)
that Countersign makes.

exit codes:
  0  every signature is valid: nothing was changed since
  1  a signature is not valid, or there is none
  2  the file is neither a PDF nor signed XML, or cannot be read"""


def add(commands: Subparsers) -> None:
    parser = new_command(
        commands, "verify", "check the signatures of a PDF or a signed text", epilog=EPILOG
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="CERT",
        help="also trust this certificate authority, PEM or DER (may be given several times)",
    )
    parser.add_argument(
        "--known-only",
        action="store_true",
        help="exit with 1 when a signature leads to no authority that is trusted here",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    trusted = [certificate for path in given.trust for certificate in _certificates(path)]
    trusted += root_of(settings_of(given).data / "keys" / "pki")
    verdict = verify_anybody(_read(given.file), trusted, given.known_only)
    text = json.dumps(verdict.as_json, indent=2, ensure_ascii=False)
    print(text if given.json else verdict.as_text.rstrip())
    return verdict.exit_code


def _certificates(path: Path) -> list[bytes]:
    data = _read(path)
    try:
        if data.startswith(b"-----BEGIN"):
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except ValueError:
        raise Failure(f"{path}: not a certificate") from None
    return [certificate.public_bytes(Encoding.DER) for certificate in found]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None
