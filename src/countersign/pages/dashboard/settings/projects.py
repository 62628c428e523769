"""Projects: with what settings, and in whose name and colours, envelopes go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from countersign.domain.errors import DomainError, Invalid, NotFound
from countersign.domain.project import Project
from countersign.domain.rights import Right
from countersign.httpkit import Form, Operation
from countersign.pages.dashboard.access import FORM, go, needs
from countersign.pages.dashboard.acting import DoneQuery, said
from countersign.pages.dashboard.errors import status_of
from countersign.pages.dashboard.settings.preview import preview_words
from countersign.pages.dashboard.settings.shared import (
    SETTINGS,
    WITH_LOGO,
    picture_of,
    settings_page,
    text_of,
    told,
    words_of,
)
from countersign.pages.dashboard.shell import HEADERS
from countersign.usecases.mail_check_port import MailFacts
from countersign.usecases.manage_projects import (
    ProjectWishes,
    end_project,
    give_logo,
    make_project,
    project_of,
    save_project,
    take_logo,
)
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.ports import ProjectQuery
from countersign.usecases.views import list_projects

ONE = f"{SETTINGS}/projects/{{project_id}}"
# The previews, which stand in frames
FRAMES = {"Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; frame-src 'self'"}
A_PAGE = 50
LAST_PAGE = 10_000


def _(text: str) -> str:
    return text


DONE = {
    "made": _("The project is made. Its settings are below."),
    "saved": _("Saved. What is sent from now on looks like this; what was sent before stays."),
    "logo": _("The logo is saved."),
    "no-logo": _("The logo is removed."),
    "removed": _("The project is removed."),
}


class ProjectsQuery(DoneQuery):
    """`q` is a part of the name, `page` counts from 1."""

    q: Annotated[str, Field(max_length=255)] = ""
    page: Annotated[int, Field(ge=1, le=LAST_PAGE)] = 1


class ProjectPages:
    """Handlers for projects."""

    def __init__(self, desk: MemberPorts, mail: MailFacts) -> None:
        self._desk, self._mail = desk, mail

    def operations(self) -> list[Operation]:
        right = Right.MANAGE_SETTINGS
        return [
            needs(right, "GET", SETTINGS, self.list, query=ProjectsQuery),
            needs(right, "POST", f"{SETTINGS}/projects", self.make, body=FORM),
            needs(right, "GET", ONE, self.show, query=DoneQuery),
            needs(right, "POST", ONE, self.save, body=FORM),
            needs(right, "POST", f"{ONE}/logo", self.set_logo, body=WITH_LOGO),
            needs(right, "POST", f"{ONE}/logo/remove", self.remove_logo, body=FORM),
            needs(right, "POST", f"{ONE}/remove", self.remove, body=FORM),
        ]

    def list(self, caller: Visit, request: Request, query: ProjectsQuery) -> Response:
        """All of the account, by name."""
        return self._list(caller, request, query, notice=said(DONE, query.done, request))

    def make(self, caller: Visit, request: Request, body: Form) -> Response:
        """Goes on to its settings."""
        name = text_of(body, "name")
        try:
            made = make_project(name, caller, self._desk)
        except DomainError as problem:
            more = {"error": told(problem, request), "new_name": name}
            return self._list(caller, request, ProjectsQuery(), status_of(problem), **more)
        return go(f"{SETTINGS}/projects/{made.id}?done=made")

    def show(self, caller: Visit, request: Request, project_id: str, query: DoneQuery) -> Response:
        """Its settings, and how they look."""
        project = project_of(project_id, caller, self._desk)
        return self._page(caller, request, project, notice=said(DONE, query.done, request))

    def save(self, caller: Visit, request: Request, project_id: str, body: Form) -> Response:
        """All of the form at once."""
        project = project_of(project_id, caller, self._desk)
        try:
            save_project(project_id, _wishes(body), caller, self._desk)
        except NotFound:
            raise
        except DomainError as problem:
            more = {"error": told(problem, request), "given": _given(body)}
            return self._page(caller, request, project, status_of(problem), **more)
        return go(f"{SETTINGS}/projects/{project_id}?done=saved")

    def set_logo(self, caller: Visit, request: Request, project_id: str, body: Form) -> Response:
        """In place of the one before."""

        def act() -> None:
            image = picture_of(body)
            if image is None:
                raise Invalid(_("Please choose a picture first."))
            give_logo(project_id, image, caller, self._desk)

        return self._done(caller, request, project_id, "logo", act)

    def remove_logo(self, caller: Visit, request: Request, project_id: str, body: Form) -> Response:  # noqa: ARG002
        """The name stands in its place."""
        act = lambda: take_logo(project_id, caller, self._desk)  # noqa: E731
        return self._done(caller, request, project_id, "no-logo", act)

    def remove(self, caller: Visit, request: Request, project_id: str, body: Form) -> Response:  # noqa: ARG002
        """For good; only an empty one of the account's own."""
        try:
            end_project(project_id, caller, self._desk)
        except NotFound:
            raise
        except DomainError as problem:
            project = project_of(project_id, caller, self._desk)
            text = told(problem, request)
            return self._page(caller, request, project, status_of(problem), error=text)
        return go(f"{SETTINGS}?done=removed")

    def _done(
        self,
        caller: Visit,
        request: Request,
        project_id: str,
        word: str,
        act: Callable[[], None],
    ) -> Response:
        project = project_of(project_id, caller, self._desk)
        try:
            act()
        except DomainError as problem:
            text = told(problem, request)
            return self._page(caller, request, project, status_of(problem), error=text)
        return go(f"{SETTINGS}/projects/{project_id}?done={word}")

    def _list(
        self,
        caller: Visit,
        request: Request,
        query: ProjectsQuery,
        status: int = 200,
        **more: Any,
    ) -> Response:
        asked = ProjectQuery(
            account_id=caller.account.id,
            search=query.q,
            sort="name",
            descending=False,
            offset=(query.page - 1) * A_PAGE,
            limit=A_PAGE,
        )
        found, total = list_projects(asked, self._desk.ports)
        return settings_page(
            request, "projects", SETTINGS, caller, status, projects=found, total=total,
            query=query, last=max(1, -(-total // A_PAGE)), **{"new_name": "", **more},
        )  # fmt: skip

    def _page(
        self, caller: Visit, request: Request, project: Project, status: int = 200, **more: Any
    ) -> Response:
        given = more.pop("given", None) or _shown(project)
        return settings_page(
            request, "project", SETTINGS, caller, status, FRAMES, project=project, given=given,
            **preview_words(given["company_name"], given["primary_color"], caller, self._mail),
            **more,
        )  # fmt: skip


TEXTS = (
    "name",
    "company_name",
    "primary_color",
    "secondary_color",
    "reminder_days",
    "widget_origins",
)
CHOICES = ("notify_people", "audit_in_document", "chat")


def _wishes(body: Form) -> ProjectWishes:
    """Raises Invalid for what is no number."""
    days = text_of(body, "reminder_days")
    if days and not (days.isascii() and days.isdigit() and len(days) < 4):
        raise Invalid(_("The days until a reminder are a number."))
    return ProjectWishes(
        name=text_of(body, "name"),
        company_name=text_of(body, "company_name"),
        primary_color=text_of(body, "primary_color"),
        secondary_color=text_of(body, "secondary_color"),
        notify_people=body.text("notify_people") is not None,
        audit_in_document=body.text("audit_in_document") is not None,
        chat=body.text("chat") is not None,
        reminder_days=int(days) if days else None,
        widget_origins=words_of(body, "widget_origins"),
    )


def _given(body: Form) -> dict[str, Any]:
    """What stood in the form, so that nobody has to type it again."""
    texts = {name: body.text(name) or "" for name in TEXTS}
    return texts | {name: body.text(name) is not None for name in CHOICES}


def _shown(project: Project) -> dict[str, Any]:
    settings = project.settings
    branding = settings.branding
    return {
        "name": project.name,
        "company_name": branding.company_name,
        "primary_color": branding.primary_color,
        "secondary_color": branding.secondary_color,
        "reminder_days": settings.reminder_days or "",
        "widget_origins": "\n".join(settings.widget_origins),
        **{name: getattr(settings, name) for name in CHOICES},
    }
