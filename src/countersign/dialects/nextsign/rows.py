"""A row of a file submits a form: who signs, and what its tags say."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from countersign.dialects.nextsign import schemas
from countersign.dialects.nextsign.checks import check_people
from countersign.dialects.nextsign.errors import Rejected
from countersign.dialects.nextsign.forms import Submitted, to_command
from countersign.dialects.nextsign.tags import written
from countersign.domain.errors import Invalid
from countersign.domain.form import Form
from countersign.domain.template import Template
from countersign.usecases.batch_ports import FilledRow
from countersign.usecases.ports import Ports
from countersign.usecases.send_envelope import SendEnvelope


class FormRows:
    """The port RowSender. They sign first, beside each other and the form's own recipients of group
    0."""

    languages: tuple[str, ...] = ("en", "da", "de", "no", "sv")

    def checker(self, source: Template | Form, ports: Ports) -> Callable[[FilledRow], None]:
        form = _form(source)
        usual = schemas.FormDefaults.model_validate(form.defaults)
        offered = ports.identity.of_account(form.account_id).methods

        def check(row: FilledRow) -> None:
            try:
                asked = _asked(row, usual)
                check_people(asked.recipients, usual.signingSchemas, offered, ports.mailer.channels)
                written(asked.tags, form.tags, "en")
            except (ValidationError, Rejected) as problem:
                raise Invalid(_said(problem)) from None

        return check

    def command(self, row: FilledRow, ports: Ports) -> SendEnvelope:
        form = _form(row.source)
        try:
            asked = _asked(row, schemas.FormDefaults.model_validate(form.defaults))
            new = Submitted(row.caller, form, asked, row.sender, by_hand=True)
            return to_command(new, ports)
        except (ValidationError, Rejected) as problem:
            raise Invalid(_said(problem)) from None


def _form(source: Template | Form) -> Form:
    assert isinstance(source, Form)
    return source


def _asked(row: FilledRow, usual: schemas.FormDefaults) -> schemas.Submission:
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
