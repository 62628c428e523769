"""A project: a named group of envelopes in an account, with the settings that they begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from countersign.domain.branding import Branding
from countersign.domain.envelope import AfterSigning
from countersign.domain.errors import DefaultProject, Invalid

STANDARD = ("drawn", "typed", "click")
LONGEST_NAME = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What an envelope of the project gets when it is sent; a later change reaches none that is
    out. `notify_people` off: nothing is mailed but one-time codes. `methods` empty: not chosen, so
    any. `reminder_days` is days from a task's turn to its reminder, None for no reminder.
    `widget_origins` are the web origins whose pages may embed the signing page."""

    notify_people: bool = True
    audit_in_document: bool = True
    chat: bool = True
    methods: tuple[str, ...] = ()
    branding: Branding = field(default_factory=Branding)
    after: AfterSigning = field(default_factory=lambda: AfterSigning(type="none"))
    reminder_days: int | None = None
    widget_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`is_default` marks the ones that every account is born with. `version` counts writes and is
    the compare-and-set value. Times are UTC."""

    id: str
    account_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    is_default: bool = False
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    version: int = 0


def new_project(account_id: str, name: str, settings: ProjectSettings, now: datetime) -> Project:
    """Raises Invalid for a name that is empty or too long, and for mixed methods."""
    project = Project(
        id=str(uuid4()),
        account_id=account_id,
        name=name,
        created_at=now,
        updated_at=now,
        settings=settings,
    )
    _check(project)
    return project


def change(old: Project, name: str, settings: ProjectSettings, now: datetime) -> Project:
    """The project under its new name, with its new settings. Raises Invalid as `new_project`."""
    changed = replace(old, name=name, settings=settings, updated_at=now)
    _check(changed)
    return changed


def check_removable(project: Project) -> None:
    """Raises DefaultProject. That no envelope is in it is decided where they are counted."""
    if project.is_default:
        raise DefaultProject()


def standard_projects(account_id: str, now: datetime) -> tuple[Project, Project]:
    """The two that every account has: simple signatures, and signatures by electronic identity."""
    simple, eid = ProjectSettings(methods=STANDARD), ProjectSettings(methods=("bankid_se",))
    return (
        replace(new_project(account_id, "Standard Signing", simple, now), is_default=True),
        replace(new_project(account_id, "eID Signing", eid, now), is_default=True),
    )


def is_eid(methods: Iterable[str]) -> bool:
    """Whether people sign with an electronic identity. No method chosen is not a choice of one."""
    chosen = tuple(methods)
    return bool(chosen) and not set(STANDARD).intersection(chosen)


def check_methods(methods: Iterable[str]) -> None:
    """Raises Invalid when electronic identities and standard methods stand side by side: people
    with the choice would take the easy one, and the envelope prove less than it promises."""
    kinds = {method in STANDARD for method in methods}
    if len(kinds) > 1:
        raise Invalid("electronic identities and other methods", {"methods": "mixed"})


def _check(project: Project) -> None:
    if not project.name.strip() or len(project.name) > LONGEST_NAME:
        wrong = f"1 to {LONGEST_NAME} characters"
        raise Invalid(f"a project's name has {wrong}", {"name": wrong})
    check_methods(project.settings.methods)
