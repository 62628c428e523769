"""`countersign account`: create accounts, list them, change what they may do; account_data.py has
what is told of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from countersign import app
from countersign.commands import account_data
from countersign.commands.demo_contract import add_sample_form, add_sample_template
from countersign.commands.options import Subparsers, add_data, existing, settings_of
from countersign.domain.account import PRODUCTION, TEST
from countersign.domain.member import clean_email
from countersign.domain.short_id import short_id
from countersign.usecases.change_account import change_account, limit_account, permit_account
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.join_dashboard import invite_owner
from countersign.usecases.ports import Ports

Made = dict[str, dict[str, str]]
UNCHANGED = object()
OAUTH_API = "signicat"
KEY_PREFIXES = {"nextsign": "ns_", "signeum": "ds_"}
SHOWN_ONCE = "Credentials. They are shown now and never again:"


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("account", help="create accounts")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="an account and one credential per API")
    add_data(create)
    create.add_argument("--name", required=True, help="the company's or person's name")
    create.add_argument("--email", required=True, help="the owner's e-mail address")
    create.add_argument("--json", action="store_true", help="print the result as JSON")
    create.set_defaults(run=run_create)
    listing = actions.add_parser("list", help="all accounts: id, name, e-mail address")
    add_data(listing)
    listing.set_defaults(run=run_list)
    _add_change(actions)
    client = actions.add_parser("client", help="one more OAuth client of an account")
    add_data(client)
    client.add_argument("--account", required=True, metavar="ID")
    client.add_argument("--json", action="store_true", help="print the result as JSON")
    client.set_defaults(run=run_client)
    account_data.add(actions)


def _add_change(actions: Subparsers) -> None:
    change = actions.add_parser("set", help="change an account's settings")
    add_data(change)
    change.add_argument("--account", required=True, metavar="ID")
    change.add_argument(
        "--y-origin",
        choices=("top", "bottom"),
        help="Signature.nc: where `y` of an area counts from (top)",
    )
    change.add_argument(
        "--time-zone",
        type=_time_zone,
        metavar="NAME",
        help="whose midnight ends a day of the dashboard, such as Europe/Copenhagen (UTC)",
    )
    change.add_argument(
        "--quota",
        type=_quota,
        default=UNCHANGED,
        metavar="N",
        help="envelopes that each production token may send in all, or `none`",
    )
    change.add_argument(
        "--permissions",
        type=_permissions,
        default=UNCHANGED,
        metavar="A,B",
        help="Signicat: what the account's clients may do, or `all`",
    )
    change.set_defaults(run=run_change)


def _time_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"there is no time zone {text!r}") from None


def _quota(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number nor `none`")
    return int(text)


def _permissions(text: str) -> tuple[str, ...]:
    return () if text == "all" else tuple(text.split(","))


def run_list(given: argparse.Namespace) -> int:
    settings = existing(settings_of(given))
    with app.opened(settings) as installation, installation.ports.unit_of_work() as uow:
        accounts = uow.accounts.all()
    for account in accounts:
        print(f"{account.id}  {account.name}  {account.email}")
    if not accounts:
        print("There is no account yet: countersign account create --name … --email …")
    return 0


def run_change(given: argparse.Namespace) -> int:
    asked = {"y_origin": given.y_origin, "time_zone": given.time_zone}
    chosen = {name: value for name, value in asked.items() if value}
    with app.opened(existing(settings_of(given))) as installation:
        account = change_account(given.account, chosen, installation.ports)
        if given.quota is not UNCHANGED:
            limit_account(given.account, given.quota, installation.ports)
        if given.permissions is not UNCHANGED:
            permit_account(given.account, OAUTH_API, given.permissions, installation.ports)
    print(f"Changed {account.name}")
    return 0


def run_create(given: argparse.Namespace) -> int:
    with app.opened(settings_of(given)) as installation:
        made = make_account(given.name, given.email, installation)
    print(json.dumps(made, indent=2, ensure_ascii=False) if given.json else _as_text(made))
    return 0


def run_client(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        ports = installation.ports
        with ports.unit_of_work() as uow:
            account = uow.accounts.get(given.account)
            before = uow.credentials.of_account(account.id, OAUTH_API)
        # What the account's clients may do is said for all of them
        permissions = before[-1].permissions if before else ()
        made = _oauth_client(account.id, ports, f"client {len(before) + 1}", permissions)
    print(json.dumps(made, indent=2) if given.json else "\n".join([SHOWN_ONCE, *_lines(made)]))
    return 0


def make_account(name: str, email: str, installation: app.Installation) -> Made:
    """An account with one credential for each API, and their secrets; in a sandbox with a sample
    template and a sample form. Raises Invalid."""
    ports = installation.ports
    account = create_account(name, clean_email(email), ports)
    if installation.is_sandbox():
        add_sample_template(account.id, ports)
        add_sample_form(account.id, ports)

    def secret(environment: str) -> str:
        command = CreateCredential(
            account_id=account.id,
            api="signature-nc",
            name=f"first {environment} token",
            environment=environment,
        )
        return create_credential(command, ports).secret

    return {
        "account": {"id": account.id, "name": account.name, "email": account.email},
        "dashboard": {"login_url": invite_owner(account, installation.desk)},
        "nextsign": {
            "company": short_id(account.id),
            "api_key": _key(account.id, "nextsign", ports),
        },
        "signature_nc": {"token": secret(PRODUCTION), "test_token": secret(TEST)},
        "signicat": _oauth_client(account.id, ports),
        "signeum": {"organization_id": account.id, "api_key": _key(account.id, "signeum", ports)},
    }


def _key(account_id: str, api: str, ports: Ports) -> str:
    command = CreateCredential(
        account_id=account_id, api=api, name="first key", prefix=KEY_PREFIXES[api]
    )
    return create_credential(command, ports).secret


def _oauth_client(
    account_id: str,
    ports: Ports,
    name: str = "first client",
    permissions: tuple[str, ...] = (),
) -> dict[str, str]:
    command = CreateCredential(
        account_id=account_id,
        api=OAUTH_API,
        name=name,
        client_prefix="prod-",
        permissions=permissions,
    )
    made = create_credential(command, ports)
    return {"client_id": made.credential.id, "client_secret": made.secret}


def _as_text(made: Made) -> str:
    lines = [f"Account {made['account']['name']} ({made['account']['id']})", ""]
    lines += [
        "The owner joins the dashboard here, once and within 7 days:",
        f"  {made['dashboard']['login_url']}",
        "",
        SHOWN_ONCE,
    ]
    for api, credential in made.items():
        if api not in ("account", "dashboard"):
            lines += _lines(credential, f"{api} ")
    return "\n".join(lines)


def _lines(credential: Mapping[str, str], api: str = "") -> list[str]:
    return [f"  {api}{name}: {value}" for name, value in credential.items()]
