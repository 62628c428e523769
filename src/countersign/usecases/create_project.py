"""An account gets another project."""

from __future__ import annotations

from countersign.domain.project import Project, ProjectSettings, new_project
from countersign.usecases.ports import Ports, Repeatable


def create_project(
    account_id: str,
    name: str,
    settings: ProjectSettings,
    ports: Ports,
    repeatable: Repeatable | None = None,
) -> Project:
    """Makes it, or returns the one that the same request made before. Raises Invalid for a name
    that is not 1 to 255 characters long and for mixed methods, and IdempotencyMismatch."""
    project = new_project(account_id, name, settings, ports.clock())
    with ports.unit_of_work() as uow:
        uow.projects.add(project)
        if repeatable:
            made = uow.repeats.claim(repeatable, project.id, project.created_at)
            if made != project.id:
                return uow.projects.get(account_id, made)
        uow.commit()
    return project
