"""A row of a file sends a template: who takes which role."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import ValidationError

from countersign.dialects.signeum import schemas, translate
from countersign.dialects.signeum.checks import wrong_values
from countersign.dialects.signeum.errors import Rejected
from countersign.dialects.signeum.sending import NewEnvelope, filled, in_project
from countersign.domain.errors import Conflict, Invalid
from countersign.domain.form import Form
from countersign.domain.project import Project, is_eid
from countersign.domain.task import Action
from countersign.domain.template import Template
from countersign.usecases.batch_ports import FilledRow
from countersign.usecases.ports import Ports, ProjectQuery
from countersign.usecases.send_envelope import SendEnvelope


class TemplateRows:
    """The port RowSender. They go into the account's own project for simple signatures."""

    languages: tuple[str, ...] = ("en", "sv")

    def checker(self, source: Template | Form, ports: Ports) -> Callable[[FilledRow], None]:  # noqa: ARG002
        def check(row: FilledRow) -> None:
            try:
                _asked(row)
            except ValidationError as problem:
                raise Invalid(_said(problem)) from None

        return check

    def command(self, row: FilledRow, ports: Ports) -> SendEnvelope:
        now, project = ports.clock(), _project(row, ports)
        row.caller.credential.check_quota()
        try:
            asked = _asked(row)
            new = NewEnvelope(row.caller, project.id, asked, row.sender, None)
            wrong = wrong_values(asked, project, now)
            content = filled(new, _template(row), translate.to_tasks(asked, project), wrong)
        except ValidationError as problem:
            raise Invalid(_said(problem)) from None
        except Rejected as problem:
            raise Invalid("This row can't be sent", problem.fields) from None
        return in_project(new, project, content, now)


def _template(row: FilledRow) -> Template:
    assert isinstance(row.source, Template)
    return row.source


def _asked(row: FilledRow) -> schemas.NewDocument:
    template = _template(row)
    language = row.language if row.language in TemplateRows.languages else "en"
    participants = [
        {
            "name": name,
            "email": email,
            "role": "signer" if role.action is Action.SIGN else "reviewer",
            "signingOrder": role.order,
            "language": language,
        }
        for role, (name, email) in zip(template.roles, row.people, strict=True)
    ]
    return schemas.NewDocument.model_validate(
        {"name": row.title, "templateId": template.id, "participants": participants}
    )


def _project(row: FilledRow, ports: Ports) -> Project:
    """Raises Conflict when its methods were changed so that everybody needs an eID."""
    query = ProjectQuery(account_id=row.caller.account.id, descending=False, limit=100)
    with ports.unit_of_work() as uow:
        found, _number = uow.projects.find(query)
    usable = [one for one in found if one.is_default and not is_eid(one.settings.methods)]
    if not usable:
        raise Conflict("no project of the account takes simple signatures")
    return usable[0]


def _said(problem: ValidationError) -> str:
    """Nothing of a value is repeated."""
    first = problem.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
