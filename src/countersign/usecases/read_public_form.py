"""Somebody opens the link of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.domain.account import Account
from countersign.domain.errors import NotFound
from countersign.domain.form import Form
from countersign.domain.task import Visitor
from countersign.usecases.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """What somebody wrote at the public link of a form; `values` are by the names of tags."""

    form: Form
    values: Mapping[str, str]
    name: str
    email: str
    language: str
    visitor: Visitor


def read_public_form(form_id: str, ports: Ports) -> tuple[Form, Account]:
    """The form and whose it is. Raises NotFound, also for one that is not open to everybody or not
    active any more."""
    with ports.unit_of_work() as uow:
        form = uow.forms.public(form_id)
        account = uow.accounts.get(form.account_id)
    if not form.is_active:
        raise NotFound("form", form_id)
    return form, account
