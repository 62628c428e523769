"""Forms by themselves: which defaults are good, and what becomes of one that somebody fills in at
its public link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from countersign.dialects import Forms
from countersign.dialects.nextsign import schemas
from countersign.dialects.nextsign.auth import API
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.forms import Submitted, to_command
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid
from countersign.domain.form import Form
from countersign.usecases.ports import Ports
from countersign.usecases.read_public_form import FilledForm
from countersign.usecases.send_envelope import send_envelope
from countersign.usecases.send_written import dashboard_caller

THEIR_LANGUAGES = ("da", "en", "sv", "no", "de")


def check_defaults(values: Any) -> Mapping[str, Any]:
    """Raises Invalid; nothing of a value is repeated, as it may be a person's."""
    try:
        read = schemas.FormDefaults.model_validate(values)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "defaults"
        raise Invalid(f"{where}: {first['msg']}", {where: first["msg"]}) from None
    if any(each.cpr for each in read.recipients):
        raise Invalid("a form keeps no CPR numbers", {"recipients": "cpr"})
    return read.model_dump(exclude_unset=True)


def begin(filled: FilledForm, ports: Ports) -> Envelope:
    """Whoever filled it in signs first, or beside the form's own recipients of group 0."""
    try:
        asked = _asked(filled)
        new = Submitted(_owner(filled.form, ports), filled.form, asked, filled.visitor, True)
        return send_envelope(to_command(new, ports), ports)
    except (ValidationError, Rejected):
        raise Invalid("this form can't be sent as it was filled in", {"form": "wrong"}) from None


def _asked(filled: FilledForm) -> schemas.Submission:
    usual = schemas.FormDefaults.model_validate(filled.form.defaults)
    person = schemas.NewRecipient(name=filled.name, email=filled.email, group=0)
    language = filled.language if filled.language in THEIR_LANGUAGES else "en"
    return schemas.Submission.model_validate(
        {
            "tags": [{"tag": name, "value": value} for name, value in filled.values.items()],
            "recipients": [each.model_dump() for each in (person, *usual.recipients)],
            "settings": {"lang": language},
        }
    )


def _owner(form: Form, ports: Ports) -> Caller:
    """The first key of the account that is good: what it would send is counted with it. Who makes
    forms in the dashboard needs none."""
    with ports.unit_of_work() as uow:
        account = uow.accounts.get(form.account_id)
        keys = [key for key in uow.credentials.of_account(account.id, API) if not key.revoked_at]
    return Caller(account, keys[0]) if keys else dashboard_caller(account, ports)


FORMS = Forms(check=check_defaults, begin=begin)
