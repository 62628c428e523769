"""Templates: the list, what one is made of, its versions, and where its fields stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Invalid
from countersign.domain.rights import Right
from countersign.domain.task import Action
from countersign.domain.template import Role, Template, TemplateField
from countersign.httpkit import FilePart, Form, Multipart, Operation, Success, TextPart, Urlencoded
from countersign.pages.dashboard.access import FORM, PREFIX, go, needs
from countersign.pages.dashboard.acting import DoneQuery, carry_out, said
from countersign.pages.dashboard.library import DONE, files_of, number_of, plain_name, trouble
from countersign.pages.dashboard.placing import (
    PlacedField,
    PlacedFields,
    check_fields,
    editor_document,
    page_picture,
)
from countersign.pages.dashboard.shell import page
from countersign.usecases.manage_templates import (
    NewTemplate,
    change_fields,
    change_roles,
    make_template,
    restore_template,
    versions_of_template,
)
from countersign.usecases.member_ports import MemberPorts, Visit

ONE, VERSION = "/templates/{template_id}", "/templates/{template_id}/versions/{version:int}"
FIELDS = Urlencoded(limit=2 << 20)  # 2,000 fields
ROOM = 1 << 20  # bytes of a form around its file
FIRST_ROLES, MORE_ROLES, MOST_ROLES = 4, 2, 20
LONGEST_ROLE = 100
PREVIEW_WIDTH, MOST_PREVIEWS = 480, 12
DOCUMENT = "document"
_fields = TypeAdapter(PlacedFields)


class TemplatePages:
    """Handlers; `largest_file` is in bytes."""

    def __init__(self, desk: MemberPorts, largest_file: int) -> None:
        self._desk, self._largest = desk, largest_file

    def operations(self) -> list[Operation]:
        manage, image = Right.MANAGE_TEMPLATES, Success(media="image/webp")
        upload = Multipart(
            files=(FilePart("file"),),
            texts=(TextPart("name"),),
            limit=self._largest + ROOM,
            file_limit=self._largest,
        )
        pages = VERSION + "/pages/{n:int}"
        return [
            needs(manage, "GET", "/templates", self.show_all, query=DoneQuery),
            needs(manage, "GET", "/templates/new", self.ask),
            needs(manage, "POST", "/templates", self.make, body=upload),
            needs(manage, "GET", ONE, self.show, query=DoneQuery),
            needs(manage, "POST", ONE + "/roles", self.change_roles, body=FORM),
            needs(manage, "GET", ONE + "/fields", self.place),
            needs(manage, "POST", ONE + "/fields", self.change_fields, body=FIELDS),
            needs(manage, "GET", VERSION, self.show_version),
            needs(manage, "GET", pages, self.picture, success=image),
            needs(manage, "POST", VERSION + "/restore", self.restore, body=FORM),
        ]

    # -------------------------------------------------------------- list, new

    def show_all(self, caller: Visit, request: Request, query: DoneQuery) -> Response:
        """With forms, newest first."""
        with self._desk.ports.unit_of_work() as uow:
            templates = uow.templates.all(caller.account.id)
            forms = uow.forms.all(caller.account.id)
        return page(
            request, "library.html", visit=caller, menu="/templates", templates=templates,
            forms=forms, notice=said(DONE, query.done, request),
        )  # fmt: skip

    def ask(self, caller: Visit, request: Request) -> Response:
        """For a file, and who takes part."""
        return self._ask(caller, request, {})

    def make(self, caller: Visit, request: Request, body: Form) -> Response:
        """The next step is to place fields."""
        try:
            template = make_template(_new(body), caller, self._desk)
        except DomainError as problem:
            text, status = trouble(problem, request)
            return self._ask(caller, request, dict(body.texts), status, error=text)
        return go(f"/templates/{template.id}/fields")

    def _ask(
        self,
        caller: Visit,
        request: Request,
        given: dict[str, str],
        status: int = 200,
        **more: Any,
    ) -> Response:
        return page(
            request, "new_template.html", status, visit=caller, menu="/templates", given=given,
            places=range(FIRST_ROLES), largest=self._largest >> 20, **more,
        )  # fmt: skip

    # -------------------------------------------------------------- one

    def show(self, caller: Visit, request: Request, template_id: str, query: DoneQuery) -> Response:
        """What it is, and its versions."""
        return self._page(caller, request, template_id, notice=said(DONE, query.done, request))

    def change_roles(
        self, caller: Visit, request: Request, template_id: str, body: Form
    ) -> Response:
        """A new version."""

        def act() -> None:
            change_roles(
                template_id,
                number_of(body, "version"),
                body.text("name") or "",
                body.text("description") or "",
                list(_roles(body)),
                caller,
                self._desk,
            )

        return carry_out(
            act,
            f"/templates/{template_id}?done=changed",
            request,
            lambda text, status: self._page(caller, request, template_id, status, error=text),
            trouble,
        )

    def _page(
        self, caller: Visit, request: Request, template_id: str, status: int = 200, **more: Any
    ) -> Response:
        versions = versions_of_template(template_id, caller, self._desk)
        return page(
            request,
            "template.html",
            status,
            visit=caller,
            menu="/templates",
            shown=versions[0],
            versions=versions,
            more_roles=range(len(versions[0].roles), len(versions[0].roles) + MORE_ROLES),
            base=_base(versions[0]),
            most_previews=MOST_PREVIEWS,
            **more,
        )

    # -------------------------------------------------------------- fields

    def place(self, caller: Visit, request: Request, template_id: str) -> Response:
        """The editor."""
        return self._place(caller, request, template_id)

    def change_fields(
        self, caller: Visit, request: Request, template_id: str, body: Form
    ) -> Response:
        """A new version."""

        def act() -> None:
            version = number_of(body, "version")
            fields = self._placed(body, template_id, version, caller)
            change_fields(template_id, version, fields, caller, self._desk)

        return carry_out(
            act,
            f"/templates/{template_id}?done=changed",
            request,
            lambda text, status: self._place(caller, request, template_id, status, error=text),
            trouble,
        )

    def _placed(
        self, body: Form, template_id: str, version: int, caller: Visit
    ) -> tuple[TemplateField, ...]:
        """Raises Invalid, NotFound."""
        try:
            found = _fields.validate_json(body.text("fields") or "")
        except ValidationError:
            raise Invalid("The fields could not be understood.") from None
        with self._desk.ports.unit_of_work() as uow:
            seen = uow.templates.version(caller.account.id, template_id, version)
        check_fields(found, {DOCUMENT: seen.pages}, [one["key"] for one in _people(seen)])
        return tuple(_field(one) for one in found)

    def _place(
        self, caller: Visit, request: Request, template_id: str, status: int = 200, **more: Any
    ) -> Response:
        template = versions_of_template(template_id, caller, self._desk)[0]
        base = _base(template)
        document = editor_document(
            DOCUMENT, template.file_name, template.pages, lambda n: f"{base}/pages/{n}"
        )
        return page(
            request,
            "template_fields.html",
            status,
            visit=caller,
            menu="/templates",
            shown=template,
            model={
                "documents": [document],
                "people": _people(template),
                "fields": [_shown(one) for one in template.fields],
            },
            **more,
        )

    # -------------------------------------------------------------- versions

    def show_version(
        self, caller: Visit, request: Request, template_id: str, version: int
    ) -> Response:
        """As it was."""
        versions = versions_of_template(template_id, caller, self._desk)
        with self._desk.ports.unit_of_work() as uow:
            old = uow.templates.version(caller.account.id, template_id, version)
        return page(
            request,
            "template_version.html",
            visit=caller,
            menu="/templates",
            shown=old,
            newest=versions[0].version,
            base=_base(old),
            most_previews=MOST_PREVIEWS,
        )

    def picture(self, caller: Visit, template_id: str, version: int, n: int) -> Response:
        """One page of it."""
        with self._desk.ports.unit_of_work() as uow:
            found = uow.templates.version(caller.account.id, template_id, version)
        return page_picture(found.upload, found.pages, n, self._desk.ports.engine)

    def restore(
        self, caller: Visit, request: Request, template_id: str, version: int, body: Form  # noqa: ARG002
    ) -> Response:  # fmt: skip
        """An older one becomes the newest."""
        return carry_out(
            lambda: restore_template(template_id, version, caller, self._desk),
            f"/templates/{template_id}?done=restored",
            request,
            lambda text, status: self._page(caller, request, template_id, status, error=text),
            trouble,
        )


def _base(template: Template) -> str:
    return f"{PREFIX}/templates/{template.id}/versions/{template.version}"


def _new(body: Form) -> NewTemplate:
    """Raises Invalid."""
    upload = files_of(body)[0]
    return NewTemplate(
        name=body.text("name") or "",
        description=(body.text("description") or "").strip()[:1000],
        roles=tuple(role for role in _roles(body) if role),
        file_name=plain_name(upload),
        staged=upload,
    )


def _roles(body: Form) -> Iterator[Role | None]:
    """In the order of the page; None for a line that is empty. Raises Invalid."""
    for number in range(MOST_ROLES):
        label = body.text(f"role.{number}.label")
        if label is None:
            return
        yield _role(number, label.strip(), body) if label.strip() else None


def _role(number: int, label: str, body: Form) -> Role:
    order = body.text(f"role.{number}.order") or "1"
    action = body.text(f"role.{number}.action") or Action.SIGN
    if len(label) > LONGEST_ROLE or not label.isprintable():
        raise Invalid(f"A role is called something of at most {LONGEST_ROLE} characters.")
    if not (order.isascii() and order.isdigit() and 1 <= int(order[:4]) <= 100):
        raise Invalid("The turn of a role is a number from 1 to 100.")
    if action not in (Action.SIGN, Action.REVIEW):
        raise Invalid("There is nothing like that to do with a document.")
    return Role(label=label, action=Action(action), order=int(order[:4]))


def _people(template: Template) -> list[dict[str, str]]:
    """Who may have fields."""
    return [
        {"key": f"role-{number}", "label": role.label}
        for number, role in enumerate(template.roles)
        if role.action is Action.SIGN
    ]


def _field(placed: PlacedField) -> TemplateField:
    return TemplateField(
        id=placed.id,
        role=int(placed.person.removeprefix("role-")),
        kind=placed.kind,
        name=placed.name,
        area=placed.area,
        required=placed.required,
        options=placed.choices,
    )


def _shown(field: TemplateField) -> dict[str, Any]:
    area = field.area
    return {
        "id": field.id,
        "document": DOCUMENT,
        "person": f"role-{field.role}",
        "kind": str(field.kind),
        "name": field.name or str(field.kind),
        "required": field.required,
        **{part: getattr(area, part) for part in ("page", "x", "y", "w", "h")},
        **({"options": [shown for _known, shown in field.options]} if field.options else {}),
    }
