"""A project that nobody needs goes."""

from __future__ import annotations

from countersign.domain.project import check_removable
from countersign.usecases.ports import Ports


def remove_project(account_id: str, project_id: str, ports: Ports) -> None:
    """Raises NotFound, DefaultProject, and ProjectInUse while envelopes are in it."""
    with ports.unit_of_work() as uow:
        project = uow.projects.get(account_id, project_id)
        check_removable(project)
        uow.projects.remove(project)
        uow.commit()
