"""A new tenant, with the projects that everybody has."""

from __future__ import annotations

from countersign.domain.account import Account
from countersign.domain.errors import Invalid
from countersign.domain.project import standard_projects
from countersign.domain.short_id import new_short_id
from countersign.usecases.ports import Ports, UnitOfWork


def create_account(name: str, email: str, ports: Ports) -> Account:
    """Raises Invalid for an empty name or an address without @."""
    wrong = {}
    if not name.strip():
        wrong["name"] = "must not be empty"
    if "@" not in email:
        wrong["email"] = "must be an e-mail address"
    if wrong:
        raise Invalid("an account needs a name and an e-mail address", wrong)
    account = Account(id=new_short_id(), name=name.strip(), email=email, created_at=ports.clock())
    with ports.unit_of_work() as uow:
        add_account(account, uow)
        uow.commit()
    return account


def add_account(account: Account, uow: UnitOfWork) -> None:
    """In this transaction."""
    uow.accounts.add(account)
    for project in standard_projects(account.id, account.created_at):
        uow.projects.add(project)
