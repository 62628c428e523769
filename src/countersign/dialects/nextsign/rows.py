"""A row of a file submits a form: who signs, and what its tags say."""

from __future__ import annotations

from pydantic import ValidationError

from countersign.dialects.nextsign import schemas, translate
from countersign.dialects.nextsign.checks import check_people
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.forms import Submitted, to_command
from countersign.dialects.nextsign.tags import written
from countersign.domain.errors import Invalid
from countersign.domain.form import Form
from countersign.usecases.batch_ports import FilledRow
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import SendEnvelope


class FormRows:
    """The port RowSender. They sign first, beside each other and the form's own recipients of group
    0."""

    languages: tuple[str, ...] = ("en", "da", "de", "no", "sv")

    def check(self, row: FilledRow, ports: Ports) -> None:
        try:
            asked, form = _asked(row), _form(row)
            usual = schemas.FormDefaults.model_validate(form.defaults)
            offered = ports.identity.of_account(form.account_id).methods
            check_people(asked.recipients, usual.signingSchemas, offered)
            written(asked.tags, form.tags, translate.language_of(asked.settings or usual.settings))
        except (ValidationError, Rejected) as problem:
            raise Invalid(_said(problem)) from None

    def command(self, row: FilledRow, ports: Ports) -> SendEnvelope:
        try:
            new = Submitted(row.caller, _form(row), _asked(row), row.sender, by_hand=True)
            return to_command(new, ports)
        except (ValidationError, Rejected) as problem:
            raise Invalid(_said(problem)) from None


def _form(row: FilledRow) -> Form:
    assert isinstance(row.source, Form)
    return row.source


def _asked(row: FilledRow) -> schemas.Submission:
    usual = schemas.FormDefaults.model_validate(_form(row).defaults)
    people = [schemas.NewRecipient(name=name, email=email, group=0) for name, email in row.people]
    return schemas.Submission.model_validate(
        {
            "title": row.title,
            "tags": [{"tag": name, "value": value} for name, value in row.values.items()],
            "recipients": [each.model_dump() for each in (*people, *usual.recipients)],
            "settings": {"lang": row.language},
        }
    )


def _said(problem: ValidationError | Rejected) -> str:
    """Nothing of a value is repeated."""
    if isinstance(problem, Rejected):
        return problem.description
    first = problem.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
