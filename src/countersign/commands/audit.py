"""`countersign audit`: is the log of what members did what was recorded?"""

from __future__ import annotations

import argparse

from countersign import app
from countersign.commands.options import Subparsers, existing, new_command, settings_of
from countersign.domain.audit_chain import AuditState
from countersign.usecases.check_audit_log import check_audit_log

BROKEN = 1


def add(commands: Subparsers) -> None:
    parser = new_command(
        commands, "audit", "check the audit logs of members: all entries are there"
    )
    parser.add_argument("--account", metavar="ID", help="of one account (default: of all)")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Exit code 1 when an entry was changed or taken away."""
    with app.opened(existing(settings_of(given))) as installation:
        ports = installation.ports
        with ports.unit_of_work() as uow:
            chosen = [uow.accounts.get(given.account)] if given.account else uow.accounts.all()
        states = {account.id: check_audit_log(account.id, ports) for account in chosen}
    for account_id, state in states.items():
        print(f"{account_id}  {_said(state)}")
    return BROKEN if any(state.broken is not None for state in states.values()) else 0


def _said(state: AuditState) -> str:
    if state.broken is not None:
        return f"BROKEN at entry {state.broken} of {state.head.length}"
    return f"{state.head.length} entries, the newest is {state.head.hash}"
