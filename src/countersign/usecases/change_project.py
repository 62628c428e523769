"""A project gets another name or other settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from countersign.domain.project import Project, ProjectSettings, change
from countersign.usecases.ports import Ports
from countersign.usecases.retrying import on_stale_state

Edit = Callable[[Project], tuple[str, ProjectSettings]]


def change_project(account_id: str, project_id: str, edit: Edit, ports: Ports) -> Project:
    """`edit` gets the project as it is and returns its new name and settings; it is asked again
    when somebody else was faster, so that no change is lost. Raises NotFound, and Invalid as
    `create_project`."""

    def attempt() -> Project:
        with ports.unit_of_work() as uow:
            old = uow.projects.get(account_id, project_id)
            changed = change(old, *edit(old), ports.clock())
            uow.projects.save(changed)
            uow.commit()
        return replace(changed, version=changed.version + 1)

    return on_stale_state(attempt)
