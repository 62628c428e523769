"""Members look after their account's projects; each change stands in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from countersign.colours import parse_colour
from countersign.domain.errors import Invalid
from countersign.domain.project import Project, ProjectSettings
from countersign.domain.web_origin import web_origins
from countersign.usecases.change_project import change_project
from countersign.usecases.create_project import create_project
from countersign.usecases.enter_dashboard import record
from countersign.usecases.member_ports import MemberPorts, Visit
from countersign.usecases.remove_project import remove_project
from countersign.usecases.set_project_logo import remove_project_logo, set_project_logo
from countersign.usecases.views import read_project

LONGEST_COMPANY = 255  # characters
MOST_ORIGINS = 50
LONGEST_REMINDER = 30  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWishes:
    """What a member may set: the values of Project, ProjectSettings and Branding of these names.
    What they do not name stays as it is."""

    name: str
    company_name: str
    primary_color: str
    secondary_color: str
    notify_people: bool
    audit_in_document: bool
    chat: bool
    reminder_days: int | None
    widget_origins: tuple[str, ...]


def project_of(project_id: str, visit: Visit, desk: MemberPorts) -> Project:
    """Raises NotFound, also for another account's."""
    return read_project(visit.account.id, project_id, desk.ports)


def make_project(name: str, visit: Visit, desk: MemberPorts) -> Project:
    """With the settings that projects begin with. Raises Invalid."""
    made = create_project(visit.account.id, name.strip(), ProjectSettings(), desk.ports)
    _record("made a project", made.name, visit, desk)
    return made


def save_project(project_id: str, wanted: ProjectWishes, visit: Visit, desk: MemberPorts) -> None:
    """What was sent before keeps what it has. Raises NotFound, Invalid with all that is wrong."""
    origins = _checked(wanted)

    def edit(old: Project) -> tuple[str, ProjectSettings]:
        return wanted.name.strip(), _changed(old.settings, wanted, origins)

    changed = change_project(visit.account.id, project_id, edit, desk.ports)
    _record("changed a project", changed.name, visit, desk)


def give_logo(project_id: str, image: bytes, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, UnusableFile."""
    changed = set_project_logo(visit.account.id, project_id, image, desk.ports)
    _record("changed a project's logo", changed.name, visit, desk)


def take_logo(project_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound."""
    changed = remove_project_logo(visit.account.id, project_id, desk.ports)
    _record("removed a project's logo", changed.name, visit, desk)


def end_project(project_id: str, visit: Visit, desk: MemberPorts) -> None:
    """Raises NotFound, DefaultProject, ProjectInUse."""
    name = project_of(project_id, visit, desk).name
    remove_project(visit.account.id, project_id, desk.ports)
    _record("removed a project", name, visit, desk)


def _changed(
    old: ProjectSettings, wanted: ProjectWishes, origins: tuple[str, ...]
) -> ProjectSettings:
    branding = replace(
        old.branding,
        company_name=wanted.company_name.strip(),
        primary_color=wanted.primary_color.strip(),
        secondary_color=wanted.secondary_color.strip(),
    )
    return replace(
        old,
        branding=branding,
        notify_people=wanted.notify_people,
        audit_in_document=wanted.audit_in_document,
        chat=wanted.chat,
        reminder_days=wanted.reminder_days,
        widget_origins=origins,
    )


def _checked(wanted: ProjectWishes) -> tuple[str, ...]:
    """The origins as browsers write them. Raises Invalid."""
    days = wanted.reminder_days
    rules: dict[str, Callable[[], bool]] = {
        f"the sender's name has at most {LONGEST_COMPANY} characters, on one line": lambda: (
            len(wanted.company_name) <= LONGEST_COMPANY and wanted.company_name.isprintable()
        ),
        "a colour is like #0d5f66": lambda: all(
            not text.strip() or (parse_colour(text) and text.strip().startswith("#"))
            for text in (wanted.primary_color, wanted.secondary_color)
        ),
        f"a reminder comes after 1 to {LONGEST_REMINDER} days": lambda: (
            days is None or 1 <= days <= LONGEST_REMINDER
        ),
        f"at most {MOST_ORIGINS} origins": lambda: len(wanted.widget_origins) <= MOST_ORIGINS,
    }
    if wrong := [rule for rule, is_kept in rules.items() if not is_kept()]:
        raise Invalid("; ".join(wrong))
    return web_origins(wanted.widget_origins)


def _record(action: str, about: str, visit: Visit, desk: MemberPorts) -> None:
    with desk.ports.unit_of_work() as uow:
        record(visit.member, action, visit.visitor, uow, desk, about)
        uow.commit()
