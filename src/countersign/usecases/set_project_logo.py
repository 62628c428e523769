"""A sender's logo: given once, shown on pages and in mails of what is sent from then on."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.document import FileRef
from countersign.domain.errors import UnusableFile
from countersign.domain.project import Project, ProjectSettings
from countersign.usecases.change_project import change_project
from countersign.usecases.keep_logo import keep_logo
from countersign.usecases.ports import Ports

LARGEST_LOGO = 2 << 20  # bytes of the upload


def set_project_logo(account_id: str, project_id: str, image: bytes, ports: Ports) -> Project:
    """Makes `image` (PNG, JPEG or WebP, at most 2 MiB) the project's logo: upright, within
    640 x 240 px, a PNG. It takes the place of one that was fetched from an address.

    Raises NotFound, UnusableFile ("not_image", "too_large") whose `fields` name "logo"; an SVG is
    no image here, as it may hold scripts.
    """
    if len(image) > LARGEST_LOGO:
        raise UnusableFile("too_large", "a logo has at most 2 MiB", "logo")
    with ports.unit_of_work() as uow:
        uow.projects.get(account_id, project_id)  # a picture for nobody is not even opened
    return _set(account_id, project_id, keep_logo(image, ports), ports)


def remove_project_logo(account_id: str, project_id: str, ports: Ports) -> Project:
    """The company's name stands in its place again. Raises NotFound."""
    return _set(account_id, project_id, None, ports)


def _set(account_id: str, project_id: str, logo: FileRef | None, ports: Ports) -> Project:
    def edit(old: Project) -> tuple[str, ProjectSettings]:
        branding = replace(old.settings.branding, logo=logo, logo_url="")
        return old.name, replace(old.settings, branding=branding)

    return change_project(account_id, project_id, edit, ports)
