"""`countersign member`: the people who use the dashboard, for when nobody can get in."""

from __future__ import annotations

import argparse

from countersign import app
from countersign.commands.options import (
    Subparsers,
    account_action,
    add_data,
    existing,
    settings_of,
)
from countersign.domain.member import Role
from countersign.usecases.recover_member import allow_other_ways, let_member_in, make_operator


def add(commands: Subparsers) -> None:
    parser = commands.add_parser("member", help="people who use the dashboard")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all members: account, address, role")
    add_data(listing)
    listing.set_defaults(run=run_list)
    _add_invite(actions)
    unlock = account_action(
        actions, "unlock", "let the members of an account sign in without its single sign-on again"
    )
    unlock.set_defaults(run=run_unlock)
    operator = actions.add_parser(
        "operator", help="let a member look after the server, or no longer"
    )
    add_data(operator)
    operator.add_argument("--email", required=True, help="who it is")
    operator.add_argument("--no", action="store_true", help="no longer")
    operator.set_defaults(run=run_operator)


def _add_invite(actions: Subparsers) -> None:
    invite = actions.add_parser(
        "invite",
        help="print a link with which somebody joins, or gets in again",
        description="For a new member, and for one who has lost password, passkeys and app: the"
        " link, good once and for 7 days, asks for a new password. The old ones are gone.",
    )
    add_data(invite)
    invite.add_argument("--account", required=True, metavar="ID")
    invite.add_argument("--email", required=True, help="whose link it is")
    invite.add_argument(
        "--role", choices=[role.value for role in Role], default=Role.OWNER.value, help="(owner)"
    )
    invite.set_defaults(run=run_invite)


def run_list(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as opened, opened.ports.unit_of_work() as uow:
        for account in uow.accounts.all():
            for one in uow.dashboard.members.of_account(account.id):
                state = "" if one.has_joined else "  invited"
                print(f"{account.id}  {one.email}  {one.role}{state}")
    return 0


def run_invite(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        link = let_member_in(given.account, given.email, Role(given.role), installation.desk)
    print(link)
    return 0


def run_operator(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        make_operator(given.email, not given.no, installation.desk)
    print(f"{given.email} {'no longer looks' if given.no else 'looks'} after the server")
    return 0


def run_unlock(given: argparse.Namespace) -> int:
    with app.opened(existing(settings_of(given))) as installation:
        allow_other_ways(given.account, installation.desk)
    print("Passwords, links and passkeys are good again")
    return 0
