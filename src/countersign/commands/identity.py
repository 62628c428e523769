"""`countersign identity`: an account's own providers of eIDs."""

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
from countersign.domain.eids import eid_name
from countersign.domain.openid import NAME_CLAIM, NATIONAL_ID_CLAIM, OpenIdProvider
from countersign.pages.signing.identity import CALLBACK
from countersign.usecases.add_identity_provider import (
    add_identity_provider,
    list_identity_providers,
    remove_identity_provider,
)

DESCRIPTION = """\
From now on tasks of the account may name this eID, to identify people and to sign. The provider is
asked with OpenID Connect (authorization code, PKCE); register the address that is printed with it
as the redirect URI."""
NONE_YET = "This account has no identity provider yet: countersign identity add …"


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("identity", help="eIDs of an account by OpenID Connect")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_add(actions)
    listing = account_action(actions, "list", "all providers of an account")
    listing.add_argument("--json", action="store_true", help="print the result as JSON")
    listing.set_defaults(run=run_list)
    remove = account_action(actions, "remove", "take a provider away")
    remove.add_argument("--name", required=True, metavar="N", help="the eID's name")
    remove.set_defaults(run=run_remove)


def _add_add(actions: Subparsers) -> None:
    parser = account_action(actions, "add", "a provider of an eID", description=DESCRIPTION)
    for name, metavar, help in (
        ("--name", "N", "what tasks call it: nbid, sbid, mitid, ftn, …"),
        ("--issuer", "URL", "the provider's issuer, exactly as it writes it"),
        ("--client-id", "ID", "what the provider knows this server by"),
    ):
        parser.add_argument(name, required=True, metavar=metavar, help=help)
    parser.add_argument(
        "--client-secret-file", required=True, type=Path, metavar="FILE", help="holds the secret"
    )
    parser.add_argument(
        "--scope", nargs="+", default=["openid", "profile"], metavar="S", help="(openid profile)"
    )
    parser.add_argument(
        "--acr", nargs="+", default=[], metavar="A", help="accept these levels of assurance only"
    )
    parser.add_argument(
        "--national-id-claim", default=NATIONAL_ID_CLAIM, metavar="C", help=f"({NATIONAL_ID_CLAIM})"
    )
    parser.add_argument("--name-claim", default=NAME_CLAIM, metavar="C", help=f"({NAME_CLAIM})")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run_add)


def run_add(given: argparse.Namespace) -> int:
    secret = _secret(given.client_secret_file)
    with app.opened(existing(settings_of(given))) as installation:
        provider = _provider(given, secret, installation.ports.clock())
        add_identity_provider(provider, installation.ports)
        callback = installation.settings.public_url.rstrip("/") + CALLBACK
    shown = {**_shown(provider), "redirect_uri": callback}
    print(json.dumps(shown, indent=2, ensure_ascii=False) if given.json else _said(provider))
    if not given.json:
        print(f"Register this redirect URI with the provider: {callback}")
    return 0


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        found = list_identity_providers(given.account, installation.ports)
    print_all(found, given, _shown, _said, when_none=NONE_YET)
    return 0


def run_remove(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        remove_identity_provider(given.account, given.name, installation.ports)
    print(f"Removed {given.name}")
    return 0


def _provider(given: argparse.Namespace, secret: str, now: datetime) -> OpenIdProvider:
    return OpenIdProvider(
        account_id=given.account,
        name=given.name,
        issuer=given.issuer,
        client_id=given.client_id,
        client_secret=secret,
        scopes=tuple(given.scope),
        acr_values=tuple(given.acr),
        national_id_claim=given.national_id_claim,
        name_claim=given.name_claim,
        created_at=now,
    )


def _secret(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError as problem:
        raise Failure(f"{path}: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not text") from None


def _shown(provider: OpenIdProvider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "scopes": list(provider.scopes),
        "acr_values": list(provider.acr_values),
        "national_id_claim": provider.national_id_claim,
        "name_claim": provider.name_claim,
        "created_at": provider.created_at.isoformat(),
    }


def _said(provider: OpenIdProvider) -> str:
    return f"{provider.name}  {eid_name(provider.name)}  {provider.issuer}  {provider.client_id}"
