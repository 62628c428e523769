"""`countersign merchant-key`: keys with which accounts sign in their own name."""

from __future__ import annotations

import argparse
import base64
from pathlib import Path

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.domain.merchant_key import KeyKind
from countersign.usecases.add_merchant_key import AddMerchantKey, add_merchant_key
from countersign.usecases.remove_merchant_key import remove_merchant_key

ADD_EPILOG = """\
A PKCS#12 file is stored in the database, closed with this server's master key. A key in a token
stays there: the PIN is stored closed, the module's file must be at the same path for every process.
A vendor that has a key gets the new one instead."""


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("merchant-key", help="keys that accounts sign with as a company")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_adding(actions)
    listing = _action(actions, "list", "an account's keys: vendor, kind, end, owner", run_list)
    listing.add_argument("--account", required=True, metavar="ID")
    removing = _action(actions, "remove", "take a key away from an account", run_remove)
    _add_account_and_vendor(removing)


def _add_adding(actions: Subparsers) -> None:
    adding = _action(actions, "add", "give an account a key, or a newer one", run_add)
    adding.epilog = ADD_EPILOG
    adding.formatter_class = argparse.RawDescriptionHelpFormatter
    _add_account_and_vendor(adding)
    kind = adding.add_mutually_exclusive_group(required=True)
    kind.add_argument("--pkcs12", type=Path, metavar="FILE", help="a key with its certificate")
    kind.add_argument("--pkcs11-module", type=Path, metavar="SO", help="of the maker of a token")
    adding.add_argument("--password-file", type=Path, metavar="F", help="opens the PKCS#12 file")
    adding.add_argument("--token", metavar="LABEL", help="the token's label")
    adding.add_argument("--key", metavar="LABEL", help="of the key and its certificate")
    adding.add_argument("--pin-file", type=Path, metavar="F", help="holds the token's PIN")


def _action(actions: Subparsers, name: str, help: str, run: object) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help)
    add_data(parser)
    parser.set_defaults(run=run)
    return parser


def _add_account_and_vendor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", required=True, metavar="ID")
    parser.add_argument("--vendor", required=True, metavar="NAME", help="such as NBID")


def run_add(given: argparse.Namespace) -> int:
    command = _in_file(given) if given.pkcs12 else _in_token(given)
    with app.opened(existing(settings_of(given))) as installation:
        key = add_merchant_key(command, installation.ports)
    print(f"{key.vendor} signs as {key.facts.subject} until {key.facts.expires:%Y-%m-%d}")
    return 0


def _in_file(given: argparse.Namespace) -> AddMerchantKey:
    password = _secret(given.password_file) if given.password_file else ""
    file = base64.b64encode(_read(given.pkcs12)).decode()
    return AddMerchantKey(
        account_id=given.account,
        vendor=given.vendor,
        kind=KeyKind.PKCS12,
        secret={"file": file, "password": password},
    )


def _in_token(given: argparse.Namespace) -> AddMerchantKey:
    if not (given.token and given.key and given.pin_file):
        raise Failure("a key in a token needs --token, --key and --pin-file")
    module = str(given.pkcs11_module.absolute())
    return AddMerchantKey(
        account_id=given.account,
        vendor=given.vendor,
        kind=KeyKind.PKCS11,
        place={"module": module, "token": given.token, "label": given.key},
        secret={"pin": _secret(given.pin_file)},
    )


def run_list(given: argparse.Namespace) -> int:
    settings = existing(settings_of(given))
    with app.opened(settings) as installation, installation.ports.unit_of_work() as uow:
        keys = uow.merchant_keys.of_account(uow.accounts.get(given.account).id)
    for key in keys:
        ends = f"{key.facts.expires:%Y-%m-%d}"
        print(f"{key.vendor}  {key.kind.value}  until {ends}  {key.facts.subject}")
    if not keys:
        print("This account has no key: countersign merchant-key add --account … --vendor …")
    return 0


def run_remove(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        remove_merchant_key(given.account, given.vendor, installation.ports)
    print(f"Removed the {given.vendor} key")
    return 0


def _secret(path: Path) -> str:
    """Without the line's end that editors add."""
    try:
        return _read(path).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Failure(f"{path}: not text") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None
