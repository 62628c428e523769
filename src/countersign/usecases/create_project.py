"""An account gets another project."""

from __future__ import annotations

from countersign.domain.project import Project, ProjectSettings, new_project
from countersign.usecases.ports import Ports


def create_project(account_id: str, name: str, settings: ProjectSettings, ports: Ports) -> Project:
    """Raises Invalid for a name that is not 1 to 255 characters long and for mixed methods."""
    project = new_project(account_id, name, settings, ports.clock())
    with ports.unit_of_work() as uow:
        uow.projects.add(project)
        uow.commit()
    return project
