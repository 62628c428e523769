"""`countersign signing-service`: an account's keepers of people's own signing keys."""

from __future__ import annotations

import argparse
import json
import ssl
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from countersign import app
from countersign.commands.failing import Failure
from countersign.commands.options import (
    Subparsers,
    account_action,
    existing,
    print_all,
    settings_of,
)
from countersign.domain.signing_service import ServiceKind, SigningService
from countersign.pages.signing.own_key import SIGNED_CALLBACK
from countersign.usecases.add_signing_service import (
    add_signing_service,
    list_signing_services,
    remove_signing_service,
)

DESCRIPTION = """\
From now on people may sign for this account with keys that this service keeps for them. A service
of the kind csc speaks the API 2.0 of the Cloud Signature Consortium; register the address that is
printed with it as the redirect URI. The kind bankid is Swedish BankID, asked by this server's own
client (see BANKID_CERTIFICATE)."""
NONE_YET = "This account has no signing service yet: countersign signing-service add …"


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("signing-service", help="keepers of people's own signing keys")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_add(actions)
    listing = account_action(actions, "list", "all services of an account")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    listing.set_defaults(run=run_list)
    remove = account_action(actions, "remove", "take a service away")
    remove.add_argument("--name", required=True, metavar="N", help="the service's name")
    remove.set_defaults(run=run_remove)


def _add_add(actions: Subparsers) -> None:
    parser = account_action(actions, "add", "a keeper of keys", description=DESCRIPTION)
    parser.add_argument("--name", required=True, metavar="N", help="such as NBID, SBID or SMARTID")
    kinds = [kind.value for kind in ServiceKind]
    parser.add_argument("--kind", choices=kinds, default="csc", help="(csc)")
    parser.add_argument("--url", default="", metavar="URL", help="the service's base address")
    parser.add_argument("--client-id", default="", metavar="ID", help="of the OAuth client")
    parser.add_argument("--client-secret-file", type=Path, metavar="FILE", help="holds the secret")
    parser.add_argument(
        "--authorities", type=Path, metavar="FILE", help="PEM: who may say whose key it is"
    )
    parser.add_argument(
        "--tls-authority", type=Path, metavar="FILE", help="PEM: who vouches for its server"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run_add)


def run_add(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        service = _service(given, installation.ports.clock())
        add_signing_service(service, installation.ports)
        callback = installation.settings.public_url.rstrip("/") + SIGNED_CALLBACK
    is_csc = service.kind is ServiceKind.CSC
    shown = {**_shown(service), **({"redirect_uri": callback} if is_csc else {})}
    print(json.dumps(shown, indent=2, ensure_ascii=False) if given.json else _said(service))
    if is_csc and not given.json:
        print(f"Register this redirect URI with the service: {callback}")
    return 0


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        found = list_signing_services(given.account, installation.ports)
    print_all(found, given, _shown, _said, when_none=NONE_YET)
    return 0


def run_remove(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        remove_signing_service(given.account, given.name, installation.ports)
    print(f"Removed {given.name}")
    return 0


def _service(given: argparse.Namespace, now: datetime) -> SigningService:
    about = {"account_id": given.account, "name": given.name, "created_at": now}
    if given.kind == ServiceKind.BANKID.value:
        return SigningService(kind=ServiceKind.BANKID, **about)
    secret = given.client_secret_file
    return SigningService(
        kind=ServiceKind.CSC,
        url=given.url.rstrip("/"),
        client_id=given.client_id,
        client_secret=_read(secret).strip() if secret else "",
        authorities=_certificates(given.authorities) if given.authorities else (),
        tls_authority=_tls_authority(given.tls_authority) if given.tls_authority else "",
        **about,
    )


def _certificates(path: Path) -> tuple[bytes, ...]:
    try:
        found = x509.load_pem_x509_certificates(_read(path).encode())
    except ValueError:
        raise Failure(f"{path} holds no certificate in PEM") from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def _tls_authority(path: Path) -> str:
    text = _read(path)
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError):
        raise Failure(f"{path} holds no certificate in PEM") from None
    return text


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not text") from None


def _shown(service: SigningService) -> dict[str, Any]:
    shown = {"name": service.name, "kind": service.kind.value}
    if service.kind is ServiceKind.BANKID:
        return shown
    subjects = map(x509.load_der_x509_certificate, service.authorities)
    return {
        **shown,
        "url": service.url,
        "client_id": service.client_id,
        "authorities": [one.subject.rfc4514_string() for one in subjects],
    }


def _said(service: SigningService) -> str:
    where = service.url or "this server's BankID client"
    return f"{service.name}  {service.kind.value}  {where}"
